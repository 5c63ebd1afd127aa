//! `ridecode bench`: every figure is a line another program can read. What it says is not judged
//! here, since a test machine is busy.

use std::process::Command;

#[test]
fn decisions_are_measured_in_one_json_line_a_figure() {
    let small = [
        "--turns", "2", "--riders", "20", "--deny", "1000", "--replay", "100",
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .args(["bench", "decide"])
        .args(small)
        .output()
        .expect("ridecode runs");
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let names: Vec<&str> = figures
        .iter()
        .filter_map(|figure| figure["name"].as_str())
        .collect();
    let expected = [
        "decide_es256",
        "decide_sm2",
        "decide_es256_new",
        "decide_full_lists",
    ];
    assert_eq!(names, expected);
    for figure in &figures {
        assert!(
            figure["value"].as_f64().is_some_and(|value| value > 0.0),
            "{figure}"
        );
        assert!(
            figure["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0),
            "{figure}"
        );
        assert_eq!(
            figure["goal"].is_string(),
            figure["met"].is_boolean(),
            "{figure}"
        );
    }
}

#[test]
fn a_bench_that_cannot_be_run_says_why() {
    let check = |options: &[&str], said: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
            .args(["bench", "decide"])
            .args(options)
            .output()
            .expect("ridecode runs");
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.contains(said), "{errors}");
    };
    check(&["--turns", "0"], "--turns starts at 1");
    check(&["--riders", "19"], "--riders starts at 20");
    check(&["--denied", "1000001"], "at most 1000000");
}

#[test]
fn pricing_is_measured_in_one_json_line_a_figure() {
    let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .args(["bench", "price", "--riders", "20", "--threads", "1"])
        .args(["--calls", "1000"])
        .output()
        .expect("ridecode runs");
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let names = [
        "price_month",
        "price_matrix",
        "price_matrix_318",
        "import_fares_v1",
        "import_fares_v2",
        "price_riders",
    ];
    for name in names {
        let line = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON"))
            .find(|line| line["name"] == name)
            .unwrap_or_else(|| panic!("no {name} in {lines}"));
        assert!(line["value"].as_f64().is_some_and(|value| value > 0.0));
    }
}

#[test]
fn a_validator_is_measured_in_one_json_line_a_figure() {
    let check = |options: &[&str], names: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
            .arg("bench")
            .args(options)
            .output()
            .expect("ridecode runs");
        assert!(output.status.success(), "{output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        let found: Vec<String> = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
            .map(|figure| figure["name"].as_str().expect("a name").to_owned())
            .collect();
        assert_eq!(found, names);
    };
    check(
        &["restart", "--entries", "50", "--turns", "1"],
        &["restart"],
    );
    let disk = tempfile::tempdir().unwrap();
    let disk = disk.path().display().to_string();
    let small = ["--codes", "8", "--synced", "2", "--deny", "1000", "--disk"];
    check(
        &[&["rush"], &small[..], &[disk.as_str()]].concat(),
        &[
            "rush_wait_p50",
            "rush_wait_p99",
            "rush_rate",
            "rush_memory_growth",
            "rush_memory",
        ],
    );
}

#[test]
fn charges_are_measured_in_one_json_line_a_figure() {
    let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .args(["bench", "charge", "--riders", "3", "--rides", "2"])
        .output()
        .expect("ridecode runs");
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    for name in ["charge_planned", "charge_settled", "charge_posted"] {
        let line = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON"))
            .find(|line| line["name"] == name)
            .unwrap_or_else(|| panic!("no {name} in {lines}"));
        assert!(line["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0));
    }
}
