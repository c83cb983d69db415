//! Any bytes: its encrypted form.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sms_ie::fuzz_encrypted(data));
