//! Any bytes: a whole XML file of SMS Backup & Restore.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sms_xml::fuzz_file(data));
