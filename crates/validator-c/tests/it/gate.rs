//! The example that the manual goes through, built and used as it says.

use std::fs;

use crate::programs::{Linked, Program};
use crate::vectors::Ladder;

const SOURCES: &[&str] = &["examples/gate.c", "examples/folder_storage.c"];

#[test]
fn the_example_of_the_manual_lets_a_rider_in_and_remembers() {
    let ladder = Ladder::read();
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    fs::write(&bundle, hex::decode(ladder.bundle()).unwrap()).unwrap();
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    let (now, code) = ladder.shown("a compact code");
    let (key, now) = (ladder.office_key(), now.to_string());
    let [kept, bundle] = [&kept, &bundle].map(|path| path.to_str().unwrap());
    let arguments = [kept, &key[..64], bundle, &now];
    let program = Program::build(SOURCES, Linked::Shared);
    let input = format!("{code}\n48454c4c4f\n");
    let found = program.run(&arguments, &input);
    let other = "red 无效码 Not a ride code 请打开乘车码 show your ride code\n";
    assert_eq!(found, format!("green 请进站 Please enter  \n{other}"));

    let later = (now.parse::<i64>().unwrap() + 10).to_string();
    let arguments = [kept, &key[..64], bundle, &later];
    let found = program.run(&arguments, &format!("{code}\n"));
    assert_eq!(
        found,
        "red 此码已使用 This code was used 请刷新二维码 refresh the code\n"
    );
}

#[test]
fn the_manual_shows_the_example_as_it_is() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path| fs::read_to_string(root.join(path)).unwrap();
    let (manual, gate) = (
        read("../../docs/validator-library.md"),
        read("examples/gate.c"),
    );
    let (_, block) = manual.split_once("```c\n").expect("a block of C");
    let (block, _) = block.split_once("```").expect("its end");
    assert!(
        gate.contains(block),
        "the first block of C is part of examples/gate.c"
    );
}
