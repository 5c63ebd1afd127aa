//! The fuzz corpus of the target `code`, replayed without the fuzzer, and some changes to it.

use ridecode_testing::{changed, read_corpus};

use crate::{door, world};

#[test]
fn the_corpus_breaks_nothing() {
    let mut random = fastrand::Rng::with_seed(world::seed());
    let corpus = read_corpus("code");
    assert!(corpus.len() > 50, "only {} inputs", corpus.len());
    for input in &corpus {
        door::knock(input);
        for _ in 0..3 {
            door::knock(&changed(input, &mut random));
        }
    }
}
