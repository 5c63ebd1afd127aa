//! vectors/fares/guangfo.json and changes.json: taps in, fares out.

use ridecode_fare::Mend;
use serde_json::Value;

use super::*;

const VECTORS: [&str; 2] = [
    include_str!("../../../../../vectors/fares/guangfo.json"),
    include_str!("../../../../../vectors/fares/changes.json"),
];

fn tap(value: &Value) -> Tap {
    let word = |name: &str| value[name].as_str();
    let number = |name: &str| u32::try_from(value[name].as_u64().unwrap()).unwrap();
    let kind = match word("kind").unwrap() {
        "single" => TapKind::Single,
        "in" => TapKind::In,
        "out" => TapKind::Out,
        "void" => TapKind::Void {
            tap: word("of").unwrap().parse().unwrap(),
        },
        "repair" => TapKind::Repair {
            tap: word("of").unwrap().parse().unwrap(),
            mend: mend(word("mend").unwrap(), word("by").unwrap()),
        },
        other => panic!("no kind of tap: {other}"),
    };
    Tap {
        time: time(word("time").unwrap()),
        id: word("id").unwrap().parse().unwrap(),
        rider: RiderId(1),
        issuer: IssuerId(4_401),
        kind,
        operator: OperatorId(number("operator")),
        mode: word("mode").unwrap().parse().unwrap(),
        line: word("line").map(|line| LineId(text(line))),
        stop: word("stop").map(|stop| StopId(text(stop))),
        direction: None,
        vehicle: None,
        category: 0,
        showing: word("showing").map(|code| hex::decode(code).unwrap().try_into().unwrap()),
    }
}

fn mend(word: &str, by: &str) -> Mend {
    let mut mends = Mend::ALL.into_iter();
    let found = mends.find(|mend| mend.word() == word && mend.by().word() == by);
    found.unwrap_or_else(|| panic!("no repair: {word} by {by}"))
}

fn time(written: &str) -> UnixSeconds {
    UnixSeconds(written.parse::<jiff::Timestamp>().unwrap().as_second())
}

fn ids<'a>(taps: impl IntoIterator<Item = &'a TapId>) -> Value {
    taps.into_iter().map(ToString::to_string).collect()
}

#[test]
fn each_case_gives_its_fares() {
    let vectors = VECTORS.map(|text| serde_json::from_str::<Value>(text).unwrap());
    let cities = Cities::embedded();
    let cases = vectors
        .each_ref()
        .map(|file| file["cases"].as_array().unwrap());
    for case in cases.into_iter().flatten() {
        let taps: Vec<Tap> = case["taps"].as_array().unwrap().iter().map(tap).collect();
        let (year, month) = case["month"].as_str().unwrap().split_once('-').unwrap();
        let period = Period {
            rider: RiderId(1),
            month: Month {
                year: year.parse().unwrap(),
                month: month.parse().unwrap(),
            },
        };
        let as_of = time(case["as_of"].as_str().unwrap());
        let bill = bill(period, &taps, &cities.book, as_of);
        let fares: Value = bill.fares.iter().map(fare_of).collect();
        assert_eq!(fares, case["fares"], "{}", case["name"]);
        let open: Value = bill
            .open
            .iter()
            .map(|journey| ids(journey.taps.iter().map(|tap| &tap.id)))
            .collect();
        assert_eq!(open, case["open"], "{}", case["name"]);
        let unpriced: Value = bill
            .unpriced
            .iter()
            .map(|(journey, why)| {
                let taps = ids(journey.taps.iter().map(|tap| &tap.id));
                let why = match why {
                    ridecode_fare::Unpriced::NoRule => "no_rule",
                    ridecode_fare::Unpriced::NoStop => "no_stop",
                    ridecode_fare::Unpriced::SingleByDistance => "single_by_distance",
                    ridecode_fare::Unpriced::NoPath => "no_path",
                };
                serde_json::json!({ "taps": taps, "why": why })
            })
            .collect();
        assert_eq!(unpriced, case["unpriced"], "{}", case["name"]);
    }
    let count: usize = cases.iter().map(|cases| cases.len()).sum();
    assert!(count >= 25, "{count} cases");
}

fn fare_of(fare: &ridecode_fare::Fare) -> Value {
    let shares: Value = fare
        .shares
        .iter()
        .map(|share| {
            let mut told = serde_json::json!({
                "operator": share.operator.0,
                "amount_minor": share.amount.minor,
            });
            if let Some(line) = &share.line {
                told["line"] = line.as_str().into();
            }
            told
        })
        .collect();
    serde_json::json!({
        "taps": ids(&fare.taps),
        "ending": fare.ending.word(),
        "amount_minor": fare.amount.minor,
        "shares": shares,
    })
}
