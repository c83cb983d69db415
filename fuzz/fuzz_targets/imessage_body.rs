//! Any bytes as the rich text of a message.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| imessage::fuzz_body(data));
