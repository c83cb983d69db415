//! Any bytes: a file of the provider's own backup.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| telephony::fuzz_backup_file(data));
