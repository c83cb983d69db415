//! Any bytes: the groups of an archived message.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| model::canonical::fuzz_one(data));
