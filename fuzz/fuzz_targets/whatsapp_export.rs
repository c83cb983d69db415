//! Any bytes as an exported chat.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whatsapp_export::fuzz_one(data));
