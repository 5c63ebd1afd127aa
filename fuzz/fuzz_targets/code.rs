//! Bytes from a scanner: `cargo +nightly fuzz run code`.
#![no_main]

#[path = "../../crates/codec/tests/it/door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|input: &[u8]| door::knock(input));
