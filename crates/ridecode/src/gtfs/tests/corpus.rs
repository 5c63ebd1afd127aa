//! The fuzz corpus of the target `feed`, replayed without the fuzzer, and changes to it. The feeds
//! of `tests/feeds` are part of it, each as one file.

use std::fs;
use std::path::Path;

use ridecode_testing::{changed, read_corpus};

use super::super::archive;
use super::door;

#[test]
fn the_corpus_breaks_nothing() {
    let seed = ridecode_testing::seed(11);
    let mut random = fastrand::Rng::with_seed(seed);
    let corpus = read_corpus("feed");
    assert!(corpus.len() >= 60, "only {} inputs", corpus.len());
    for input in corpus {
        door::knock(&input);
        for _ in 0..5 {
            door::knock(&changed(&input, &mut random));
        }
    }
}

/// A feed that is tested is fuzzed, too. With `RIDECODE_BLESS=1` the corpus is written anew.
#[test]
fn every_feed_is_in_the_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for group in ["gtfs-structures", "made", "broken"] {
        for feed in super::feeds::feeds_in(&root.join("tests/feeds").join(group)) {
            let Ok(files) = archive::open(&feed) else {
                continue;
            };
            let mut packed = Vec::new();
            for (name, bytes) in files {
                packed.extend(format!("--- {name}\n").bytes().chain(bytes).chain(*b"\n"));
            }
            if packed.len() > PACKED_MAX {
                continue;
            }
            let stem = feed.file_stem().unwrap().to_string_lossy().into_owned();
            let file = root.join("../../fuzz/corpus/feed").join(stem);
            if super::is_blessed() {
                fs::write(&file, &packed).unwrap();
            }
            let known = fs::read(&file).unwrap_or_default();
            assert!(known == packed, "{}: RIDECODE_BLESS=1", file.display());
        }
    }
}

/// Longer inputs slow the fuzzer down.
const PACKED_MAX: usize = 20_000;
