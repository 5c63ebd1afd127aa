//! The shared vectors, decided in C.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::programs::{Linked, Program};

const SOURCES: &[&str] = &[
    "tests/c/vectors.c",
    "tests/c/memory_storage.c",
    "tests/c/input.c",
];

#[test]
fn c_decides_every_vector_as_it_says_with_either_library_and_without_an_error_in_memory() {
    let ladder = Ladder::read();
    let (input, expected) = (ladder.lines(), ladder.expected());
    let found = Program::build(SOURCES, Linked::Shared).run(&[], &input);
    compare(&found, &expected);
    let program = Program::build(SOURCES, Linked::Static);
    compare(&program.run(&[], &input), &expected);
    compare(&program.run_watched(&[], &input), &expected);
}

fn compare(found: &str, expected: &[(String, String)]) {
    let found: Vec<&str> = found.lines().collect();
    for (found, (name, expected)) in found.iter().zip(expected) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.len(), expected.len());
}

/// The file of decisions.
pub(crate) struct Ladder(Value);

impl Ladder {
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(root.join("../../vectors/decisions/ladder.json")).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    /// The office's key: 32 bytes of Ed25519 and a zero, in hex.
    pub(crate) fn office_key(&self) -> String {
        format!("{}00", self.text("office_key"))
    }

    /// The sealed bundle, in hex.
    pub(crate) fn bundle(&self) -> &str {
        self.text("bundle")
    }

    /// When a case is shown, and its code in hex.
    pub(crate) fn shown(&self, name: &str) -> (i64, &str) {
        let case = self
            .cases()
            .iter()
            .find(|case| case["name"] == name)
            .unwrap();
        (
            case["now"].as_i64().unwrap(),
            case["code"].as_str().unwrap(),
        )
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn cases(&self) -> &[Value] {
        self.0["cases"].as_array().unwrap()
    }

    /// The lines that `tests/c/vectors.c` reads.
    fn lines(&self) -> String {
        let mut lines = format!("office {} {}\n", self.office_key(), self.bundle());
        for case in self.cases() {
            let place = &case["place"];
            assert_eq!(place["operator"], 1, "the C program's operator");
            let (trust, bound_s) = trust(&case["clock"]);
            let mode = number_in(
                &["bus", "metro", "brt", "tram", "ferry", "cableway"],
                &place["mode"],
            );
            let passage = number_in(&["single", "in", "out"], &place["passage"]);
            let line = place["line"].as_str().unwrap_or("-");
            let fare = place["fare"].as_i64().unwrap_or(-1);
            let (now, code) = (&case["now"], hex(&case["code"]));
            writeln!(
                lines,
                "case {now} {trust} {bound_s} {mode} {passage} {line} {fare} {code}"
            )
            .unwrap();
            for before in case["before"].as_array().unwrap() {
                writeln!(lines, "before {} {}", before["at"], hex(&before["code"])).unwrap();
            }
        }
        lines + "end\n"
    }

    /// The name of each case, and the line it ends with.
    fn expected(&self) -> Vec<(String, String)> {
        let line = |case: &Value| {
            let word = case["outcome"].as_str().unwrap();
            let detail = case["detail"].as_str().unwrap_or("-");
            (case["name"].to_string(), format!("{word} {detail}"))
        };
        self.cases().iter().map(line).collect()
    }
}

fn trust(clock: &Value) -> (u32, u64) {
    match (
        clock.as_str(),
        clock["drifting_s"].as_u64(),
        clock["free_running_s"].as_u64(),
    ) {
        (Some("distrusted"), None, None) => (0, 0),
        (Some("synced"), None, None) => (1, 0),
        (None, Some(bound_s), None) => (2, bound_s),
        (None, None, Some(bound_s)) => (3, bound_s),
        _ => panic!("the clock {clock}"),
    }
}

/// The place of a word in its list, from 1.
fn number_in(words: &[&str], word: &Value) -> usize {
    words.iter().position(|it| word == it).unwrap() + 1
}

fn hex(code: &Value) -> &str {
    match code.as_str().unwrap() {
        "" => "-",
        hex => hex,
    }
}
