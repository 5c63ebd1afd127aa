//! The fuzz corpus of the target `tariff`, replayed without the fuzzer, and changes to it; the
//! tariffs that are shipped go through the same door.

use std::fs;
use std::path::Path;

use crate::door;

#[test]
fn the_corpus_breaks_nothing() {
    let seed = crate::seed(7);
    let mut random = fastrand::Rng::with_seed(seed);
    let corpus = files("../../fuzz/corpus/tariff");
    assert!(corpus.len() >= 8, "only {} inputs", corpus.len());
    for input in corpus.iter().chain(&files("../../data/tariffs")) {
        door::knock(input);
        for _ in 0..30 {
            door::knock(&changed(input, &mut random));
        }
    }
}

/// Every file of a folder, in the order of their names.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Some bytes altered, doubled, cut away.
fn changed(input: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = input.to_vec();
    for _ in 0..random.usize(1..4) {
        if input.is_empty() {
            input.push(random.u8(..));
        }
        let at = random.usize(..input.len());
        match random.u8(..5) {
            0 => input[at] = random.u8(..),
            1 => input.insert(at, random.u8(b'0'..=b'9')),
            2 => input.truncate(at),
            3 => input.extend_from_within(at..),
            _ => drop(input.remove(at)),
        }
    }
    input
}
