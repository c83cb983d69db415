//! Any bytes: register and policy entries.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| policy::fuzz_one(data));
