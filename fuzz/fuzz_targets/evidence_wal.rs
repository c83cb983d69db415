//! Any bytes as a write-ahead log.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| evidence::fuzz_wal(data));
