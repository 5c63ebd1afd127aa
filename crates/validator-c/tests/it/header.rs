//! The header in the tree is the one the sources give, and compiles by itself, also as C++.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::{INCLUDE, demand_success};

#[test]
fn the_header_is_what_the_sources_give() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new()
        .with_crate(root)
        .with_config(config)
        .generate()
        .unwrap();
    let mut made = Vec::new();
    bindings.write(&mut made);
    // What Rust asks of a caller under a heading of its own, C reads as part of the comment.
    let made = String::from_utf8(made)
        .unwrap()
        .replace("// # Safety\n//\n", "");
    let path = root.join(INCLUDE).join("ridecode_validator.h");
    if blessing() {
        fs::write(&path, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == made,
        "{} is not what the sources give; if that is meant, run with RIDECODE_BLESS=1",
        path.display()
    );
}

#[test]
fn the_header_stands_alone_in_c_and_in_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let check = |compiler: &str, name: &str, standard: &str| {
        let source = folder.path().join(name);
        fs::write(&source, "#include \"ridecode_validator.h\"\n").unwrap();
        let mut command = Command::new(compiler);
        command
            .args(["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
            .arg(format!("-std={standard}"))
            .arg("-I")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(INCLUDE))
            .arg(&source);
        demand_success(&mut command);
    };
    check("gcc", "alone.c", "c11");
    check("g++", "alone.cpp", "c++17");
}

#[expect(
    clippy::disallowed_methods,
    reason = "the header is written anew only when asked for"
)]
fn blessing() -> bool {
    std::env::var("RIDECODE_BLESS").is_ok()
}
