//! The cases as a file, and the file as cases.
//!
//! With `RIDECODE_BLESS=1` the file is written anew; without, it must be what the cases give, so
//! that it changes only on purpose.

use alloc::string::String;
use std::path::{Path, PathBuf};

use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{PublicKey, Signer as _};
use serde_json::{Value, json};

use super::cases::{self, Case, case_bundle};
use super::*;
use crate::bundle::{Expected, open, seal};
use crate::testing::{OPERATOR, key};

#[test]
fn every_vector_is_decided_as_it_says() {
    let file = read_file();
    let bundle = opened_bundle(&file);
    for case in file["cases"].as_array().unwrap() {
        let mut state = State::new(bundle.clone(), Portable, 100);
        for (before, sequence) in case["before"].as_array().unwrap().iter().zip(1..) {
            let event = Event::Decided {
                code: bytes(&before["code"]),
                outcome: Outcome::Admit,
            };
            let at = before["at"].as_i64().unwrap() - NOW.0;
            state.note(&entry(sequence, at, event));
        }
        let place = read_place(&case["place"]);
        let decision = decide(&bytes(&case["code"]), &place, &mut state, read_clock(case));
        let found = (decision.outcome.word(), decision.outcome.detail());
        let expected = (case["outcome"].as_str().unwrap(), case["detail"].as_str());
        assert_eq!(found, expected, "{}", case["name"]);
    }
}

#[test]
fn every_rung_has_a_vector() {
    let file = read_file();
    let cases = file["cases"].as_array().unwrap();
    for word in Outcome::WORDS {
        let found = cases.iter().any(|case| case["outcome"] == word);
        assert!(found, "no vector ends at {word}");
    }
}

#[test]
fn the_file_is_what_the_cases_give() {
    let cases: Vec<Value> = cases::all().iter().map(write_case).collect();
    let file = json!({
        "about": "Decisions of a validator: codes in hex as the scanner delivers them, times in \
                  Unix seconds, amounts in fen. Every case starts with an empty memory, takes \
                  note of the codes admitted before, and is decided with the same bundle. See \
                  docs/validator.md.",
        "office_key": hex::encode(&office().public_key().bytes[..32]),
        "bundle": hex::encode(seal(&case_bundle(), &office())),
        "cases": cases,
    });
    let mut text = serde_json::to_string_pretty(&file).unwrap();
    text.push('\n');
    if blessing() {
        std::fs::create_dir_all(path().parent().unwrap()).unwrap();
        std::fs::write(path(), &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(path()).unwrap_or_default() == text,
        "{} is not what the cases give; if that is meant, run with RIDECODE_BLESS=1",
        path().display()
    );
}

fn write_case(case: &Case) -> Value {
    let before: Vec<Value> = case
        .before
        .iter()
        .map(|(code, at)| json!({ "code": hex::encode(code), "at": at.0 }))
        .collect();
    json!({
        "name": case.name,
        "code": hex::encode(&case.code),
        "now": case.clock.now.0,
        "clock": match case.clock.trust {
            ClockTrust::Synced => json!("synced"),
            ClockTrust::Drifting { bound_s } => json!({ "drifting_s": bound_s }),
            ClockTrust::FreeRunning { bound_s } => json!({ "free_running_s": bound_s }),
            ClockTrust::Distrusted => json!("distrusted"),
        },
        "place": {
            "operator": case.place.operator.0,
            "mode": case.place.mode.word(),
            "passage": case.place.passage.word(),
            "line": case.place.line.as_ref().map(|line| line.0.as_str()),
            "fare": case.place.fare_minor,
        },
        "before": before,
        "outcome": case.outcome.word(),
        "detail": case.outcome.detail(),
    })
}

fn opened_bundle(file: &Value) -> Bundle {
    let mut key = [0; 33];
    key[..32].copy_from_slice(&bytes(&file["office_key"]));
    let expected = Expected {
        office: PublicKey {
            algorithm: Algorithm::EdDsa,
            bytes: key,
        },
        operator: OPERATOR,
        in_force: 0,
    };
    open(&bytes(&file["bundle"]), &expected, &Portable).expect("a sealed bundle")
}

fn read_clock(case: &Value) -> Clock {
    let trust = match (case["clock"].as_str(), number(&case["clock"]["drifting_s"])) {
        (Some("synced"), None) => ClockTrust::Synced,
        (Some("distrusted"), None) => ClockTrust::Distrusted,
        (None, Some(bound_s)) => ClockTrust::Drifting { bound_s },
        (word, _) => panic!("the clock {word:?}"),
    };
    Clock {
        now: UnixSeconds(case["now"].as_i64().unwrap()),
        trust,
    }
}

fn read_place(value: &Value) -> Place {
    let mut place = gate();
    place.operator.0 = number(&value["operator"]).unwrap();
    place.mode = value["mode"].as_str().unwrap().parse().unwrap();
    place.passage = value["passage"].as_str().unwrap().parse().unwrap();
    place.line = value["line"]
        .as_str()
        .map(|line| LineId::new(line).unwrap());
    place.fare_minor = number(&value["fare"]);
    place
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().map(|number| u32::try_from(number).unwrap())
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn read_file() -> Value {
    let text: String = std::fs::read_to_string(path()).expect("the vector file");
    serde_json::from_str(&text).unwrap()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/decisions/ladder.json")
}

fn office() -> SecretKey {
    key(Algorithm::EdDsa, 200)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a vector file is written anew only when asked for"
)]
fn blessing() -> bool {
    std::env::var("RIDECODE_BLESS").is_ok_and(|value| value == "1")
}
