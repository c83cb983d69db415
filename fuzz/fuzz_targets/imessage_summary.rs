//! Any bytes as the summary of edits and withdrawn parts.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| imessage::fuzz_summary(data));
