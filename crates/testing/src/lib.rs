//! What the tests of several crates share: seeds of random rounds, the corpora of the fuzzer
//! replayed without it, and a PostgreSQL server. Only tests depend on it, never a part of the program.

mod corpus;
#[cfg(unix)]
pub mod postgres;
mod seed;

pub use corpus::{changed, read_corpus, read_folder};
pub use seed::{number, seed};
