//! Bytes of tariff files: `cargo +nightly fuzz run tariff`.
#![no_main]

#[path = "../../crates/fare/tests/it/door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|input: &[u8]| door::knock(input));
