//! What the tests of several crates share: seeds of random rounds, and the corpora of the fuzzer
//! replayed without it. Only tests depend on it, never a part of the program.

mod corpus;
mod seed;

pub use corpus::{changed, read_corpus, read_folder};
pub use seed::{number, seed};
