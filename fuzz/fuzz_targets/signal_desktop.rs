//! Any bytes: database of Desktop, JSON of its rows.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signal::fuzz_desktop(data));
