//! Any bytes: seals, wrapped keys, packed segments.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vault::fuzz_one(data));
