//! Any bytes: key bag of an iPhone backup.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ios_backup::fuzz_keybag(data));
