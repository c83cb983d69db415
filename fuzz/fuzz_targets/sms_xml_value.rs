//! Any bytes: a value in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sms_xml::fuzz_value(data));
