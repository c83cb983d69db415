//! Any bytes: header, signatures, checkpoint, proof, trusted keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chain::fuzz_one(data));
