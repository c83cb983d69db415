//! Any bytes: export of SMS Import / Export.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sms_ie::fuzz_messages(data));
