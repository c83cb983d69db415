//! Any bytes: property list, keyed archive.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| evidence::fuzz_property_list(data));
