//! Any bytes: receipts of WhatsApp on the iPhone.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| whatsapp::fuzz_info(data));
