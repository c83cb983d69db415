//! Any bytes: backup by `adb`: head, inflated tar.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| android_backup::fuzz_backup(data));
