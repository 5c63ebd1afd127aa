//! Documents written, read, recomputed, altered.

use ridecode_fare::{Period, Tap, TapKind, TariffBook, bill, example};
use ridecode_words::{
    IssuerId, LineId, Mode, Month, OperatorId, RiderId, StopId, TapId, UnixSeconds, ValidatorId,
};
use serde_json::{Value, json};

use super::recompute::Refusal;
use super::*;

/// 2026-11-10 08:00 in the example's zone.
const MORNING: i64 = 1_794_268_800;
const AS_OF: UnixSeconds = UnixSeconds(MORNING + 20 * 86_400);

fn tap(sequence: u64, after_s: i64, (kind, stop): (TapKind, &str)) -> Tap {
    Tap {
        time: UnixSeconds(MORNING + after_s),
        id: TapId {
            validator: ValidatorId(1),
            sequence,
        },
        rider: RiderId(0xab),
        issuer: IssuerId(0x2001),
        kind,
        operator: OperatorId(1),
        mode: Mode::Metro,
        line: None,
        stop: Some(StopId::new(stop).unwrap()),
        direction: None,
        vehicle: None,
        category: 0,
        showing: Some([7; 16]).filter(|_| sequence == 1),
    }
}

fn bus(sequence: u64, after_s: i64, operator: u32) -> Tap {
    Tap {
        operator: OperatorId(operator),
        mode: Mode::Bus,
        line: Some(LineId::new("b1").unwrap()),
        stop: None,
        ..tap(sequence, after_s, (TapKind::Single, "none"))
    }
}

/// A ride over two lines, one that ends where it began, one without exit, a bus, one that no rule
/// covers, one taken back, one still open.
fn taps() -> Vec<Tap> {
    let hour = 3_600;
    vec![
        tap(1, 0, (TapKind::In, "west")),
        tap(2, 1_500, (TapKind::Out, "south")),
        tap(3, 5 * hour, (TapKind::In, "east")),
        tap(4, 5 * hour + 60, (TapKind::Out, "east")),
        bus(5, 30 * hour, 2),
        bus(6, 31 * hour, 9),
        tap(7, 50 * hour, (TapKind::In, "middle")),
        bus(8, 90 * hour, 2),
        tap(9, 90 * hour + 20, (TapKind::Void { tap: id(8) }, "none")),
        tap(10, 20 * 24 * hour - 600, (TapKind::In, "west")),
    ]
}

fn id(sequence: u64) -> TapId {
    TapId {
        validator: ValidatorId(1),
        sequence,
    }
}

fn period() -> Period {
    Period {
        rider: RiderId(0xab),
        month: Month {
            year: 2026,
            month: 11,
        },
    }
}

fn export(taps: &[Tap], book: &TariffBook) -> String {
    let bill = bill(period(), taps, book, AS_OF);
    BillView::of(&bill, taps, (book, AS_OF)).to_text()
}

fn recomputed(text: &str) -> Result<Comparison, Refusal> {
    let book = example::book();
    let file = BillFile::read(text).expect("a bill");
    recompute(&file, book.networks(), book.tariffs())
}

/// The example's month as it is exported.
pub(crate) fn example_month() -> String {
    export(&taps(), &example::book())
}

/// The example's month as JSON, to be altered.
fn document() -> Value {
    serde_json::from_str(&example_month()).unwrap()
}

#[test]
fn a_bill_is_written_as_documented() {
    let book = example::book();
    let hash = hex::encode(book.tariffs()[0].reference().hash);
    let text = example_month().replace(&hash, "HASH");
    let text = text.replace(&hash[..8], "HASH").replace(MADE_BY, "MADE_BY");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bill/tests/month.json");
    let golden = std::fs::read_to_string(path).unwrap();
    let made = std::env::temp_dir().join("ridecode-month.json");
    std::fs::write(&made, &text).unwrap();
    assert!(text == golden, "compare {path} with {}", made.display());
}

#[test]
fn a_bill_recomputes_as_it_was_written() {
    let seed = ridecode_testing::seed(11);
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..40 {
        let stops = ["west", "middle", "east", "south"];
        let mut taps = taps();
        for sequence in 0..random.u64(0..40) {
            let kind = random.choice([TapKind::In, TapKind::Out, TapKind::Single]);
            let stop = random.choice(stops).unwrap();
            let after_s = random.i64(-9 * 86_400..21 * 86_400);
            taps.push(tap(100 + sequence, after_s, (kind.unwrap(), stop)));
        }
        random.shuffle(&mut taps);
        let text = export(&taps, &example::book());
        let compared = recomputed(&text).unwrap();
        assert_eq!(compared, Comparison::default(), "seed {seed} round {round}");
    }
}

/// What is told of an altered document, as journey, field, said and recomputed.
fn check(alter: impl FnOnce(&mut Value), expected: &[[&str; 4]]) {
    let mut document = document();
    alter(&mut document);
    let compared = recomputed(&document.to_string()).unwrap();
    let told: Vec<[&str; 4]> = compared
        .differences
        .iter()
        .map(|found| {
            let journey = found.journey.as_deref().unwrap_or_default();
            [journey, &found.field, &found.said, &found.recomputed]
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn every_altered_field_is_told() {
    check(|_| {}, &[]);
    check(
        |bill| bill["fares"][0]["amount"]["minor"] = json!(399),
        &[["00000001-1", "amount.minor", "399", "400"]],
    );
    check(
        |bill| bill["fares"][0]["legs"][1]["operator"] = json!(1),
        &[["00000001-1", "legs[1].operator", "1", "4"]],
    );
    check(
        |bill| bill["fares"][0]["steps"][0]["length_m"] = json!(9_000),
        &[["00000001-1", "steps[0].length_m", "9000", "8500"]],
    );
    check(
        |bill| bill["fares"][0]["explanation"]["en"][0] = json!("Because."),
        &[[
            "00000001-1",
            "explanation.en[0]",
            "\"Because.\"",
            "\"West to South: 8.5 km by the shortest path (Line 1 → Line 2).\"",
        ]],
    );
    check(
        |bill| bill["totals"][0]["minor"] = json!(1),
        &[["", "totals[0].minor", "1", "800"]],
    );
    check(
        |bill| drop(bill["unpriced"].as_array_mut().unwrap().pop()),
        &[["00000001-6", "unpriced", "nothing", &unpriced()]],
    );
    check(
        |bill| {
            let fares = bill["fares"].as_array_mut().unwrap();
            fares.push(fares[0].clone());
        },
        &[[
            "00000001-1",
            "fares",
            "{\"currency\":\"CNY\",\"minor\":400}",
            "nothing",
        ]],
    );
    check(|bill| bill["fares"].as_array_mut().unwrap().reverse(), &[]);
}

fn unpriced() -> String {
    document()["unpriced"][0].to_string()
}

#[test]
fn a_left_out_tap_changes_what_rests_on_it() {
    let mut document = document();
    document["taps"].as_array_mut().unwrap().remove(1);
    let compared = recomputed(&document.to_string()).unwrap();
    let fields: Vec<&str> = compared
        .differences
        .iter()
        .filter(|found| found.journey.as_deref() == Some("00000001-1"))
        .map(|found| found.field.as_str())
        .collect();
    assert!(fields.contains(&"amount.minor"), "{fields:?}");
    assert!(fields.contains(&"ending"), "{fields:?}");
}

#[test]
fn sentences_of_another_release_may_be_worded_otherwise() {
    let mut document = document();
    document["made_by"] = json!("ridecode 0.0.1");
    document["fares"][0]["explanation"]["en"][0] = json!("Because.");
    let compared = recomputed(&document.to_string()).unwrap();
    assert_eq!((compared.differences.len(), compared.reworded), (0, 1));
}

#[test]
fn a_table_that_is_not_here_is_refused() {
    let mut document = document();
    document["tariffs"][0]["sha256"] = json!("00".repeat(32));
    let refusal = recomputed(&document.to_string()).unwrap_err().to_string();
    assert!(refusal.contains("example, version 1, with SHA-256 0000"));
    assert!(refusal.contains("the one of that name and version here has"));
    document["tariffs"][0]["version"] = json!("0");
    let refusal = recomputed(&document.to_string()).unwrap_err().to_string();
    assert!(!refusal.contains("the one of that name"), "{refusal}");
    // A table of another name prices nothing here: its rides have no price.
    document["tariffs"] = json!([]);
    assert!(
        !recomputed(&document.to_string())
            .unwrap()
            .differences
            .is_empty()
    );
}

#[test]
fn wrong_documents_are_told_by_field() {
    let check = |alter: &dyn Fn(&mut Value), expected: &str| {
        let mut document = document();
        alter(&mut document);
        let fault = BillFile::read(&document.to_string()).unwrap_err();
        assert_eq!(fault.to_string(), expected);
    };
    let missing = |name: &str| format!("{name}: is missing; export the bill again");
    for name in [
        "format", "version", "rider", "month", "as_of", "taps", "tariffs", "made_by",
    ] {
        check(&|bill| bill[name] = Value::Null, &missing(name));
    }
    check(&|bill| *bill = json!([]), "file: must be an object");
    check(
        &|bill| bill["format"] = json!("receipt"),
        "format: must be \"ridecode-bill\"; this is no exported bill",
    );
    check(
        &|bill| bill["version"] = json!(2),
        "version: must be 1; a newer ridecode reads newer bills",
    );
    check(
        &|bill| bill["month"] = json!("2026-13"),
        "month: must be a calendar month such as 2026-11",
    );
    check(&|bill| bill["rider"] = json!(7), "rider: must be a text");
    check(
        &|bill| bill["taps"][2]["time"] = json!("2026-11-10 08:00"),
        "taps[2].time: must be a time with its zone such as 2026-11-21T08:41:00+08:00",
    );
    check(
        &|bill| bill["taps"][2]["kind"] = json!("undo"),
        "taps[2].kind: must be single, in, out, void or repair",
    );
    check(
        &|bill| bill["taps"][2]["category"] = json!(256),
        "taps[2].category: must be a whole number in its range",
    );
    check(
        &|bill| bill["taps"][0]["showing"] = json!("07"),
        "taps[0].showing: must be 32 hex digits",
    );
    check(
        &|bill| bill["taps"][2]["id"] = json!("00000001-1"),
        "taps[2]: this id stands twice; a tap is listed once",
    );
    check(
        &|bill| bill["tariffs"][0]["sha256"] = json!("x"),
        "tariffs[0].sha256: must be 64 hex digits",
    );
    check(&|bill| bill["fares"] = json!({}), "fares: must be a list");
    let fault = BillFile::read("{").unwrap_err().to_string();
    assert!(fault.starts_with("file: is not JSON"), "{fault}");
}

#[test]
fn the_manual_names_every_kind_of_step_and_every_field() {
    let manual = include_str!("../../../../docs/bills.md");
    for (kind, fields) in ridecode_fare::Step::KINDS {
        let row = manual
            .lines()
            .find(|line| line.starts_with(&format!("| `{kind}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/bills.md has no row for `{kind}`"));
        for field in *fields {
            assert!(
                row.contains(&format!("`{field}`")),
                "{kind}: `{field}` is not in {row}"
            );
        }
    }
    let fare = &document()["fares"][0];
    for name in fare.as_object().unwrap().keys() {
        assert!(manual.contains(&format!("`{name}`")), "a fare's `{name}`");
    }
    for name in document()["taps"][0].as_object().unwrap().keys() {
        assert!(manual.contains(&format!("`{name}`")), "a tap's `{name}`");
    }
}

#[test]
fn a_document_of_any_bytes_is_refused_calmly() {
    let seed = ridecode_testing::seed(12);
    let mut random = fastrand::Rng::with_seed(seed);
    let text = example_month().into_bytes();
    for _ in 0..300 {
        let mut text = text.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..text.len());
            text[at] = random.u8(b' '..=b'~');
        }
        let Ok(text) = String::from_utf8(text) else {
            continue;
        };
        if let Ok(file) = BillFile::read(&text) {
            let book = example::book();
            // Whatever it says: it is computed and compared, or refused.
            let _ = recompute(&file, book.networks(), book.tariffs());
        }
    }
}
