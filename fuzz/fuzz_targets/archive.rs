//! Any bytes: records of a segment, framed bodies, lists of known messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| archive::fuzz_one(data));
