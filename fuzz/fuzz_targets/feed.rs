//! Bytes of feeds: `cargo +nightly fuzz run feed`.
#![no_main]

use ridecode::gtfs;

#[path = "../../crates/ridecode/src/gtfs/tests/door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|input: &[u8]| door::knock(input));
