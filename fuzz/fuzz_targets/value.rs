#![no_main]

#[path = "../oracles/value.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::assert_sound(input));
