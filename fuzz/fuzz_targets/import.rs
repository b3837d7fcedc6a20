#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| alc_daemon::fuzz::import(bytes));
