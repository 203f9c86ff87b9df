#![no_main]

#[path = "../oracles/json.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::assert_sound(input));
