//! Rules about the tree itself. If it is not tested here, it is not a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each crate may use of ours (ARCHITECTURE.md, code map).
const EDGES: &[(&str, &[&str])] = &[
    ("words", &[]),
    ("testing", &[]),
    ("codec", &["words"]),
    ("validator", &["words", "codec"]),
    ("device", &["words", "codec", "validator"]),
    ("validator-c", &["words", "codec", "validator", "device"]),
    ("ledger", &["words"]),
    ("fare", &["words", "ledger"]),
    ("fare-oracle", &["words", "fare"]),
    ("pay", &["words", "ledger"]),
    ("account", &["words", "codec", "ledger"]),
    ("store", PURE),
    (
        "office",
        &[
            "words",
            "codec",
            "validator",
            "ledger",
            "fare",
            "pay",
            "account",
            "store",
        ],
    ),
    ("sim", PURE_AND_OFFICE),
    (
        "ridecode",
        &[
            "sim",
            "words",
            "codec",
            "validator",
            "device",
            "ledger",
            "fare",
            "pay",
            "account",
            "store",
            "office",
        ],
    ),
];

/// What the simulation plays with.
const PURE_AND_OFFICE: &[&str] = &[
    "words",
    "codec",
    "validator",
    "device",
    "ledger",
    "fare",
    "fare-oracle",
    "pay",
    "account",
    "store",
    "office",
];

/// Crates that know no clock, no randomness, no file and no socket.
const PURE: &[&str] = &[
    "words",
    "codec",
    "validator",
    "ledger",
    "fare",
    "pay",
    "account",
];

/// Crates that would let a pure crate touch the world.
const WORLDLY: &[&str] = &[
    "tokio",
    "axum",
    "reqwest",
    "rusqlite",
    "getrandom",
    "rand",
    "chrono",
    "std",
    "tracing",
];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &[
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "processor",
    "handler",
    "data",
    "info",
    "service",
    "core",
    "types",
    "misc",
];

/// A file of code stops here; tests in `tests.rs` or under `mod tests` are counted apart.
const LINES_MAX: usize = 800;

#[test]
fn crates_use_only_what_the_table_allows() {
    let allowed: BTreeMap<_, BTreeSet<_>> = EDGES
        .iter()
        .map(|(name, uses)| (*name, uses.iter().copied().collect()))
        .collect();
    let packages = workspace_packages();
    let names: BTreeSet<_> = packages.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        allowed.keys().copied().collect(),
        "crates against the table"
    );
    for (name, uses) in &packages {
        for used in uses
            .iter()
            .filter_map(|used| used.strip_prefix("ridecode-"))
        {
            assert!(
                allowed[name.as_str()].contains(used),
                "{name} uses {used}: the table in ARCHITECTURE.md does not allow it"
            );
        }
    }
}

#[test]
fn pure_crates_touch_nothing() {
    let packages = workspace_packages();
    for name in PURE {
        for used in &packages[*name] {
            assert!(
                !WORLDLY.contains(&used.as_str()),
                "{name} is pure and may not use {used}"
            );
        }
        let lib = read(&root().join(format!("crates/{name}/src/lib.rs")));
        assert!(
            lib.contains("no_std"),
            "{name} is pure: its lib.rs must be no_std"
        );
        for lint in [
            "clippy::float_arithmetic",
            "clippy::wildcard_enum_match_arm",
        ] {
            assert!(
                lib.contains(lint),
                "{name} is pure: its lib.rs must warn of {lint}"
            );
        }
    }
}

#[test]
fn files_are_short_and_well_named() {
    for path in rust_files() {
        let text = read(&path);
        let code = text.split("\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().count();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if stem != "tests" {
            assert!(
                lines <= LINES_MAX,
                "{}: {lines} lines, {LINES_MAX} at most",
                path.display()
            );
        }
        assert!(
            !EMPTY_NAMES.contains(&stem.as_ref()),
            "{}: the name says nothing",
            path.display()
        );
        assert!(
            code.trim_start().starts_with("//!") || code.trim_start().starts_with("#!["),
            "{}: starts with no module comment",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_half_done() {
    let markers = [
        concat!("to", "do!("),
        concat!("unimpl", "emented!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
    ];
    for path in rust_files() {
        for (number, line) in read(&path).lines().enumerate() {
            for marker in markers {
                assert!(
                    !line.contains(marker),
                    "{}:{}: {marker} is left over",
                    path.display(),
                    number + 1
                );
            }
        }
    }
}

#[test]
fn no_test_sleeps() {
    let sleep = concat!("thread::sl", "eep");
    for path in rust_files() {
        let text = read(&path);
        let whole_file_is_test = path.components().any(|part| part.as_os_str() == "tests")
            || path.file_stem().is_some_and(|stem| stem == "tests");
        let tests = match whole_file_is_test {
            true => Some(text.as_str()),
            false => text.split_once("\nmod tests {").map(|(_, tests)| tests),
        };
        assert!(
            !tests.unwrap_or_default().contains(sleep),
            "{}: a test waits for something, never for some time",
            path.display()
        );
    }
}

#[test]
fn every_vector_file_is_read_by_a_test() {
    let sources: String = rust_files().iter().map(|path| read(path)).collect();
    for path in files_under(&root().join("vectors"), &["json", "txt"]) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let folder = folder.to_string_lossy().into_owned();
        assert!(
            sources.contains(&name) || sources.contains(&format!("vectors/{folder}")),
            "{}: no test reads it",
            path.display()
        );
    }
}

#[test]
fn deliberate_faults_fit_the_tree() {
    let list: toml::Table = read(&root().join("faults/list.toml"))
        .parse()
        .expect("TOML");
    let faults = list["fault"].as_array().expect("faults");
    assert!(faults.len() >= 40, "{} faults", faults.len());
    let mut names = BTreeSet::new();
    for fault in faults {
        let text = |key: &str| fault[key].as_str().expect("a text");
        assert!(names.insert(text("name")), "{} stands twice", text("name"));
        assert!(text("put").contains("FAULT"), "{} never ends", text("name"));
        let file = read(&root().join(text("file")));
        let count = file.matches(text("find")).count();
        assert_eq!(count, 1, "{}: in {}", text("name"), text("file"));
    }
}

#[test]
fn decisions_are_numbered_without_a_hole() {
    let mut numbers = Vec::new();
    for path in files_under(&root().join("docs/decisions"), &["md"]) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (number, title) = name.split_once('-').expect("NNNN-title.md");
        assert!(title.len() > 3, "{name}: has no title");
        let heading = format!("# {number}: ");
        assert!(
            read(&path).starts_with(&heading),
            "{name}: does not start with `{heading}`"
        );
        numbers.push(number.parse::<usize>().expect("four digits"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
}

#[test]
fn readme_opens_with_the_two_commands() {
    let readme = read(&root().join("README.md"));
    let opening: String = readme.lines().take(30).collect();
    assert!(opening.contains("make demo") && opening.contains("make test"));
    assert!(read(&root().join(".ci/run")).contains("make test"));
}

/// Each workspace crate, by its name without the prefix, with its normal dependencies.
fn workspace_packages() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata gives JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap_or_default();
            let uses = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter();
            let uses = uses
                .filter(|used| used["kind"].is_null())
                .map(|used| used["name"].as_str().unwrap_or_default().to_owned())
                .collect();
            (
                name.strip_prefix("ridecode-").unwrap_or(name).to_owned(),
                uses,
            )
        })
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files() -> Vec<PathBuf> {
    files_under(&root().join("crates"), &["rs"])
}

fn files_under(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            found.extend(files_under(&path, extensions));
        } else if extensions.contains(&extension.as_str()) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
