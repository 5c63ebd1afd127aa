//! The library as C sees it: its header, and programs built by gcc against it.
#![expect(clippy::unwrap_used, reason = "a test stops where its world breaks")]

mod header;
mod programs;

mod day;
mod gate;
mod misuse;
mod vectors;
mod weight;
