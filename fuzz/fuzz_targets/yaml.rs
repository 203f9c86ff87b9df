#![no_main]

#[path = "../oracles/yaml.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::assert_sound(input));
