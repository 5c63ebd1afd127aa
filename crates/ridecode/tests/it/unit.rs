//! The systemd unit of `examples/`: systemd understands all of it, and it gives the validator few
//! rights.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

#[test]
fn systemd_reads_the_unit_and_has_nothing_to_say() {
    let (_folder, unit) = unit();
    let said = analyze(&["verify", "--man=no"], &unit);
    assert_eq!(said, "", "every key is one that systemd knows");
}

#[test]
fn the_unit_gives_the_validator_few_rights() {
    let (_folder, unit) = unit();
    // Exposure in tenths, 0 the least, 100 the most: a unit that says nothing has 96.
    analyze(&["security", "--offline=true", "--threshold=25"], &unit);
    let text = fs::read_to_string(&unit).unwrap();
    for key in [
        "User=ridecode",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=ridecode-validator",
    ] {
        assert!(text.lines().any(|line| line == key), "{key} is missing");
    }
}

/// The unit with the program where it is now: systemd looks whether there is one.
fn unit() -> (TempDir, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join("examples").join(NAME)).expect("the unit");
    let installed = "ExecStart=/usr/local/bin/ridecode ";
    assert!(text.contains(installed), "the unit starts the program");
    let here = format!("ExecStart={} ", env!("CARGO_BIN_EXE_ridecode"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(NAME);
    fs::write(&path, text.replace(installed, &here)).expect("written");
    (folder, path)
}

/// What systemd says of a unit on its standard error.
fn analyze(arguments: &[&str], unit: &Path) -> String {
    let output = Command::new("systemd-analyze")
        .args(arguments)
        .arg(unit)
        .output()
        .unwrap_or_else(|fault| panic!("systemd-analyze: {fault}; run scripts/install-tools"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{arguments:?}: {told}{said}");
    said
}

const NAME: &str = "ridecode-validator.service";
