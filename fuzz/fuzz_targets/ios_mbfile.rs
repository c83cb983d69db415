//! Any bytes: record of a file in Manifest.db.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ios_backup::fuzz_mbfile(data));
