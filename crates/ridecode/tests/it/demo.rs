//! The demo as a new user runs it, without staying.

use std::process::Command;

#[test]
fn the_morning_adds_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .args(["demo", "--headless", "--folder"])
        .arg(folder.path().join("morning"))
        .output()
        .expect("the program starts");
    let shown = String::from_utf8_lossy(&output.stdout);
    let fault = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}\n{fault}");
    for expected in [
        "¥20.00 in all: the same",
        "everything adds up",
        "有欠费",
        "二维码已失效",
        "无效码",
        "every entry held exactly once",
    ] {
        assert!(
            shown.contains(expected),
            "the demo does not show {expected}:\n{shown}"
        );
    }
}

#[test]
fn a_folder_in_use_is_not_touched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("mine");
    std::fs::write(&file, "keep").expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .args(["demo", "--headless", "--folder"])
        .arg(folder.path())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not empty"));
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "keep");
}
