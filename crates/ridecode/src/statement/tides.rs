//! Statements as the table `fare_transactions` of TIDES, the Transit ITS Data Exchange
//! Specification (<https://github.com/TIDES-transit/TIDES>).
//!
//! A statement's line becomes a record: the journey's first tap says when and where, the line how
//! much. What we do not know, or may not tell about a rider, is left out; docs/ledger.md has the
//! table of columns. Fields are written for programs, so none is changed to suit a spreadsheet.

use std::io::Write;

use ridecode_fare::{Tap, TapKind};
use ridecode_ledger::{Currency, Money, Statement, StatementLine};
use ridecode_words::ServiceDay;

/// A line with the first tap of its journey.
pub(super) struct Ride<'a> {
    /// The statement it stands on.
    pub statement: &'a Statement,
    /// The line.
    pub line: &'a StatementLine,
    /// The journey's first tap.
    pub tap: &'a Tap,
    /// The service day of that tap.
    pub day: ServiceDay,
}

/// Writes a header and one record for each line.
pub(super) fn write<'a>(
    out: impl Write,
    rides: impl Iterator<Item = Ride<'a>>,
) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for ride in rides {
        writer.write_record(record(&ride))?;
    }
    writer.flush()?;
    Ok(())
}

fn record(ride: &Ride<'_>) -> [String; COLUMNS.len()] {
    let tap = ride.tap;
    let currency = ride.statement.fares.currency;
    let known = |text: Option<&str>| text.unwrap_or_default().to_owned();
    // A journey may begin at another operator's validator, of which this table knows nothing.
    let ours = tap.operator == ride.statement.operator;
    [
        ride.line.leg.charge.to_string(),
        ride.day.to_string(),
        tap.time.to_string(),
        units(ride.line.leg.amount_minor, currency),
        currency.to_string(),
        action(ride).to_owned(),
        String::new(),
        String::new(),
        String::new(),
        known(
            tap.vehicle
                .as_ref()
                .filter(|_| ours)
                .map(|id| id.0.as_str()),
        ),
        known(ours.then(|| tap.id.validator.to_string()).as_deref()),
        String::new(),
        known(tap.stop.as_ref().filter(|_| ours).map(|id| id.0.as_str())),
        "1".to_owned(),
        "Optical scan".to_owned(),
        String::new(),
        "Single ride".to_owned(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

/// What the record is about: a journey that began, or a later change of its fare.
fn action(ride: &Ride<'_>) -> &'static str {
    if ride.line.leg.charge.version > 1 {
        return "Adjust";
    }
    match ride.tap.kind {
        TapKind::Single | TapKind::In => "Enter",
        TapKind::Out => "Exit",
        TapKind::Void { .. } | TapKind::Repair { .. } => "Other",
    }
}

/// An amount in units of the currency, with all its decimals and without its name.
fn units(minor: i64, currency: Currency) -> String {
    let named = format!("{:#}", Money::new(minor, currency));
    let (units, _) = named.split_once(' ').unwrap_or((&named, ""));
    units.to_owned()
}

const COLUMNS: [&str; 21] = [
    "transaction_id",
    "service_date",
    "event_timestamp",
    "amount",
    "currency_type",
    "fare_action",
    "trip_id_performed",
    "pattern_id",
    "stop_sequence",
    "vehicle_id",
    "device_id",
    "fare_id",
    "stop_id",
    "num_riders",
    "fare_media_id",
    "rider_category",
    "fare_product",
    "fare_period",
    "fare_capped",
    "token_id",
    "balance",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ridecode_ledger::{ClearedLeg, Clearing, Commission, clear};
    use ridecode_words::{
        IssuerId, Mode, OperatorId, RiderId, StopId, TapId, Text, UnixSeconds, ValidatorId,
        VehicleId,
    };
    use serde_json::Value;

    use super::*;

    fn tap(sequence: u64, kind: TapKind) -> Tap {
        Tap {
            time: UnixSeconds(1_795_219_200),
            id: TapId {
                validator: ValidatorId(0x201),
                sequence,
            },
            rider: RiderId(7),
            issuer: IssuerId(0x2001),
            kind,
            operator: OperatorId(if sequence == 4 { 9 } else { 1 }),
            mode: Mode::Bus,
            line: None,
            stop: Some(StopId(Text::new("S,1").expect("short"))),
            direction: None,
            vehicle: (sequence == 1).then(|| VehicleId(Text::new("粤A\"1\"").expect("short"))),
            category: 0,
            showing: None,
        }
    }

    fn statement() -> Statement {
        let leg = |charge: &str, amount_minor| ClearedLeg {
            charge: charge.parse().expect("a charge"),
            issuer: IssuerId(0x2001),
            amount_minor,
        };
        clear(&Clearing {
            operator: OperatorId(1),
            day: "2026-11-21".parse().expect("a day"),
            number_before: 0,
            hash_before: [0; 32],
            currency: Currency::CNY,
            commission: Commission { basis_points: 60 },
            legs: &[
                leg("00000201-1-1", 200),
                leg("00000201-2-1", 705),
                leg("00000201-2-2", -5),
                leg("00000201-3-1", 400),
                leg("00000201-4-1", 1_000_001),
            ],
            coverage: &[],
        })
        .expect("clears")
    }

    fn written() -> Vec<u8> {
        let statement = statement();
        let kinds = [TapKind::Single, TapKind::In, TapKind::Out, TapKind::In];
        let taps: Vec<Tap> = (1..).zip(kinds).map(|(at, kind)| tap(at, kind)).collect();
        let rides = statement.lines.iter().map(|line| {
            let sequence = line.leg.charge.journey.0.sequence;
            let tap = taps.iter().find(|tap| tap.id.sequence == sequence);
            Ride {
                statement: &statement,
                line,
                tap: tap.expect("a tap"),
                day: statement.day,
            }
        });
        let mut out = Vec::new();
        write(&mut out, rides).expect("writes");
        out
    }

    #[test]
    fn a_line_is_a_record() {
        let out = written();
        let mut reader = csv::Reader::from_reader(out.as_slice());
        let records: Vec<_> = reader.records().map(|one| one.expect("a record")).collect();
        let check = |place: usize, column: &str, expected: &str| {
            let at = COLUMNS.iter().position(|name| *name == column);
            assert_eq!(&records[place][at.expect("a column")], expected, "{column}");
        };
        assert_eq!(records.len(), 5);
        check(0, "transaction_id", "00000201-1-1");
        check(0, "event_timestamp", "2026-11-21T00:00:00Z");
        check(0, "amount", "2.00");
        check(0, "fare_action", "Enter");
        check(0, "vehicle_id", "粤A\"1\"");
        check(0, "stop_id", "S,1");
        check(1, "amount", "7.05");
        check(2, "amount", "-0.05");
        check(2, "fare_action", "Adjust");
        check(3, "fare_action", "Exit");
        check(4, "amount", "10000.01");
        // The journey began at another operator's validator.
        check(4, "device_id", "");
        check(4, "stop_id", "");
        for place in 0..5 {
            check(place, "token_id", "");
        }
    }

    /// The output keeps to the published schema, field by field.
    #[test]
    fn the_table_is_valid_by_its_schema() {
        let schema = include_str!("../../tests/data/tides/fare_transactions.schema.json");
        let schema: Value = serde_json::from_str(schema).expect("JSON");
        let fields = schema["fields"].as_array().expect("fields");
        let names: Vec<_> = fields.iter().map(|field| field["name"].as_str()).collect();
        assert_eq!(names, COLUMNS.map(Some));
        let out = written();
        let mut reader = csv::Reader::from_reader(out.as_slice());
        let mut ids = BTreeSet::new();
        for record in reader.records() {
            let record = record.expect("a record");
            for (field, value) in fields.iter().zip(&record) {
                check_field(field, value);
            }
            assert!(
                ids.insert(record[0].to_owned()),
                "the primary key is unique"
            );
        }
    }

    fn check_field(field: &Value, value: &str) {
        let (name, rules) = (&field["name"], &field["constraints"]);
        if matches!(value, "" | "NA" | "NaN") {
            assert_ne!(rules["required"], Value::Bool(true), "{name} is required");
            return;
        }
        match field["type"].as_str().expect("a type") {
            "string" => {}
            "date" => assert!(
                value.parse::<jiff::civil::Date>().is_ok(),
                "{name}: {value}"
            ),
            "datetime" => {
                assert!(value.parse::<jiff::Timestamp>().is_ok() && value.ends_with('Z'));
            }
            "number" => assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{name}"),
            "integer" => {
                let number: i64 = value.parse().expect("an integer");
                assert!(
                    rules["minimum"]
                        .as_i64()
                        .is_none_or(|least| number >= least)
                );
            }
            "boolean" => assert!(matches!(value, "true" | "false"), "{name}"),
            other => panic!("{name} has the type {other}"),
        }
        if let Some(words) = rules["enum"].as_array() {
            assert!(words.iter().any(|word| word == value), "{name}: {value}");
        }
    }

    #[test]
    fn the_document_explains_each_column() {
        let document = include_str!("../../../../docs/ledger.md");
        for column in COLUMNS {
            assert!(
                document.contains(&format!("`{column}`")),
                "docs/ledger.md lacks {column}"
            );
        }
    }
}
