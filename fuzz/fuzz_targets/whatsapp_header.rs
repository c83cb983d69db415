//! Any bytes: head of an encrypted WhatsApp backup.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whatsapp::fuzz_header(data));
