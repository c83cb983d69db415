//! Any bytes: frames of the folder and the plaintext export.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signal::fuzz_frames(data));
