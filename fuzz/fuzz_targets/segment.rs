//! Bytes of journals, segments, bundles, deltas and heartbeats: `cargo +nightly fuzz run segment`.
#![no_main]

#[path = "../../crates/validator/tests/it/door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|input: &[u8]| door::knock(input));
