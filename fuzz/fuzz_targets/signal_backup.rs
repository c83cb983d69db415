//! Any bytes: backup file of Signal: header and frames.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signal::fuzz_backup(data));
