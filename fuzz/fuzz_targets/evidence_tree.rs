//! Any bytes: a zip, with or without its directory, or a tar.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| evidence::fuzz_tree(data));
