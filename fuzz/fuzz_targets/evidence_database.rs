//! Any bytes as a database, read through the VFS.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| evidence::fuzz_database(data));
