//! Inputs the fuzzer found worth keeping, and changes to them.

use std::fs;
use std::path::Path;

/// The committed corpus of a fuzz target, in the order of the files' names. Panics if the folder
/// cannot be read: a corpus that is missing is a failure, never a skip.
pub fn read_corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    read_folder(&folder.join(target))
}

/// Every file of a folder, in the order of their names. Panics where one cannot be read.
pub fn read_folder(folder: &Path) -> Vec<Vec<u8>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    let inputs = paths
        .iter()
        .map(|path| fs::read(path).expect("a readable file"));
    inputs.collect()
}

/// An input with one to three changes: bytes altered, added, removed, doubled, cut away. Of the
/// bytes that are added some are digits, which texts of numbers understand.
pub fn changed(input: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = input.to_vec();
    for _ in 0..random.usize(1..4) {
        if input.is_empty() {
            input.push(random.u8(..));
        }
        let at = random.usize(..input.len());
        match random.u8(..6) {
            0 => input[at] = random.u8(..),
            1 => input.insert(at, random.u8(..)),
            2 => input.insert(at, random.u8(b'0'..=b'9')),
            3 => input.truncate(at),
            4 => input.extend_from_within(at..),
            _ => drop(input.remove(at)),
        }
    }
    input
}
