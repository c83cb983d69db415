//! Any bytes: what an app showed in a message: keyed archive.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| imessage::fuzz_card(data));
