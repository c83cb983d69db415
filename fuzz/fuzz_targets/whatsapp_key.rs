//! Any bytes: its key file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whatsapp::fuzz_key(data));
