//! The fuzz corpus of the target `code`, replayed without the fuzzer, and some changes to it.

use std::path::Path;

use crate::{door, world};

#[test]
fn the_corpus_breaks_nothing() {
    let mut random = fastrand::Rng::with_seed(world::seed());
    let corpus = corpus();
    assert!(corpus.len() > 50, "only {} inputs", corpus.len());
    for input in &corpus {
        door::knock(input);
        for _ in 0..3 {
            door::knock(&changed(input, &mut random));
        }
    }
}

/// Everything the fuzzer has found worth keeping.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/code");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let inputs = paths
        .iter()
        .map(|path| std::fs::read(path).expect("readable"));
    inputs.collect()
}

fn changed(input: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = input.to_vec();
    for _ in 0..random.usize(1..4) {
        if input.is_empty() {
            input.push(random.u8(..));
        }
        let at = random.usize(..input.len());
        match random.u8(..4) {
            0 => input[at] = random.u8(..),
            1 => input.insert(at, random.u8(..)),
            2 => input.truncate(at),
            _ => drop(input.remove(at)),
        }
    }
    input
}
