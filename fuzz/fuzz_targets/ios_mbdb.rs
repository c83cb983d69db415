//! Any bytes: list of files of backups before iOS 10.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ios_backup::fuzz_mbdb(data));
