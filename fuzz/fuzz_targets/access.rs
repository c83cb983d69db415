//! Any bytes: bodies that give rights, an operator's identity.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| access::fuzz_one(data));
