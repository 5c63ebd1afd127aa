//! The fuzz corpus of the target `tariff`, replayed without the fuzzer, and changes to it; the
//! tariffs that are shipped go through the same door.

use std::path::Path;

use ridecode_testing::{changed, read_corpus, read_folder};

use crate::door;

#[test]
fn the_corpus_breaks_nothing() {
    let seed = ridecode_testing::seed(7);
    let mut random = fastrand::Rng::with_seed(seed);
    let corpus = read_corpus("tariff");
    assert!(corpus.len() >= 8, "only {} inputs", corpus.len());
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/tariffs");
    for input in corpus.iter().chain(&read_folder(&shipped)) {
        door::knock(input);
        for _ in 0..30 {
            door::knock(&changed(input, &mut random));
        }
    }
}
