//! Statements: refusals, rounding, order, and the vectors.

use alloc::format;
use alloc::string::String;
use alloc::vec;

use ridecode_words::{JourneyId, TapId};
use serde_json::Value;

use super::*;

fn leg(sequence: u64, amount_minor: i64) -> ClearedLeg {
    ClearedLeg {
        charge: ChargeId {
            journey: JourneyId(TapId {
                validator: ValidatorId(0x2001),
                sequence,
            }),
            version: 1,
        },
        issuer: IssuerId(4401),
        amount_minor,
    }
}

fn covered(validator: u32, held: &[(u64, u64)], missing: &[(u64, u64)]) -> Coverage {
    Coverage {
        validator: ValidatorId(validator),
        held: held.to_vec(),
        missing: missing.to_vec(),
    }
}

fn clearing<'a>(legs: &'a [ClearedLeg], coverage: &'a [Coverage]) -> Clearing<'a> {
    Clearing {
        operator: OperatorId(1),
        day: ServiceDay(20_778),
        number_before: 0,
        hash_before: [0; 32],
        currency: Currency::CNY,
        commission: Commission { basis_points: 60 },
        legs,
        coverage,
    }
}

#[test]
fn legs_that_do_not_clear_are_refused() {
    let check = |clearing: &Clearing<'_>, expected: ClearFault| {
        assert_eq!(clear(clearing), Err(expected));
    };
    let twice = [leg(1, 5), leg(2, 5), leg(1, -5)];
    check(
        &clearing(&twice, &[]),
        ClearFault::Repeated(leg(1, 0).charge),
    );
    let huge = [leg(1, i64::MAX), leg(2, 1)];
    check(&clearing(&huge, &[]), ClearFault::TooLarge);
    let one = [leg(1, 5)];
    let above = Clearing {
        commission: Commission {
            basis_points: 10_001,
        },
        ..clearing(&one, &[])
    };
    check(&above, ClearFault::Commission);
    let last = Clearing {
        number_before: u64::MAX,
        ..clearing(&one, &[])
    };
    check(&last, ClearFault::TooLarge);
    let validator = ValidatorId(7);
    for coverage in [
        vec![covered(7, &[(1, 2)], &[]), covered(7, &[(3, 4)], &[])],
        vec![covered(7, &[(3, 2)], &[])],
        vec![covered(7, &[(1, 3), (3, 4)], &[])],
        vec![covered(7, &[(1, 3)], &[(9, 10), (5, 6)])],
    ] {
        check(&clearing(&one, &coverage), ClearFault::Coverage(validator));
    }
}

#[test]
fn commission_is_rounded_half_to_even_with_its_sign() {
    let check = |basis_points, amount, expected| {
        let commission = Commission { basis_points };
        assert_eq!(commission.of_minor(amount), expected);
    };
    check(5_000, 1, Some(0));
    check(5_000, 3, Some(2));
    check(5_000, 5, Some(2));
    check(5_000, -1, Some(0));
    check(5_000, -3, Some(-2));
    check(60, 200, Some(1));
    check(60, 250, Some(2));
    check(60, 249, Some(1));
    check(60, 251, Some(2));
    check(10_000, i64::MIN, Some(i64::MIN));
    check(10_000, i64::MAX, Some(i64::MAX));
    check(0, i64::MIN, Some(0));
    check(10_001, 1, None);
}

#[test]
fn a_correction_takes_back_what_the_line_before_gave() {
    let legs = [leg(1, 250), leg(2, 400), leg(3, -250)];
    let statement = clear(&clearing(&legs, &[])).unwrap();
    assert_eq!(statement.lines[0].commission_minor, 2);
    assert_eq!(statement.lines[2].commission_minor, -2);
    assert_eq!(statement.fares, Money::fen(400));
    assert_eq!(statement.commission, Money::fen(2));
    assert_eq!(statement.payable, Money::fen(398));
    assert_eq!(statement.number, 1);
}

/// Random days, shuffled: the same statement to the byte, its totals the sums of its lines.
#[test]
fn the_order_of_legs_and_coverage_does_not_matter() {
    for round in 0..200 {
        let seed = ridecode_testing::seed(round);
        let mut random = fastrand::Rng::with_seed(seed);
        let mut legs: Vec<_> = (0..random.u64(0..60))
            .map(|sequence| leg(sequence, random.i64(-2_000..2_000)))
            .collect();
        let mut coverage: Vec<_> = (0..random.u32(0..6))
            .map(|validator| covered(validator, &[(1, random.u64(1..99))], &[(100, 110)]))
            .collect();
        let statement = clear(&clearing(&legs, &coverage)).unwrap();
        random.shuffle(&mut legs);
        random.shuffle(&mut coverage);
        let again = clear(&clearing(&legs, &coverage)).unwrap();
        assert_eq!(again, statement, "RIDECODE_SEED={seed}");
        assert_eq!(
            statement.fares.minor,
            legs.iter().map(|leg| leg.amount_minor).sum::<i64>(),
            "RIDECODE_SEED={seed}"
        );
        assert_eq!(statement.hash, statement.hash_after(&[0; 32]));
    }
}

/// Anything changed in a statement or in the hash before it changes the hash.
#[test]
fn the_hash_covers_every_field() {
    let legs = [leg(1, 250), leg(2, 400)];
    let coverage = [covered(7, &[(1, 3)], &[(4, 5)])];
    let statement = clear(&clearing(&legs, &coverage)).unwrap();
    let changes: [fn(&mut Statement); 12] = [
        |s| s.number += 1,
        |s| s.operator.0 += 1,
        |s| s.day.0 += 1,
        |s| s.fares.minor += 1,
        |s| s.fares.currency = Currency(*b"HKD"),
        |s| s.commission.minor += 1,
        |s| s.payable.minor += 1,
        |s| s.lines[1].leg.charge.version += 1,
        |s| s.lines[1].commission_minor += 1,
        |s| s.lines.truncate(1),
        |s| s.coverage[0].held[0].1 += 1,
        |s| {
            // The same ranges on the other side of the divide.
            let missing = core::mem::take(&mut s.coverage[0].missing);
            s.coverage[0].held.extend(missing);
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut changed = statement.clone();
        change(&mut changed);
        let hash = changed.hash_after(&[0; 32]);
        assert_ne!(hash, statement.hash, "change {number}");
    }
    assert_ne!(statement.hash_after(&[1; 32]), statement.hash);
}

#[test]
fn vectors_hold() {
    let vectors = include_str!("../../../../vectors/clearing/statements.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        check_vector(case);
    }
}

fn check_vector(case: &Value) {
    let (name, given, expected) = (&case["name"], &case["clearing"], &case["statement"]);
    let legs: Vec<_> = list(&given["legs"])
        .iter()
        .map(|leg| ClearedLeg {
            charge: text(&leg["charge"]).parse().unwrap(),
            issuer: IssuerId(number(&leg["issuer"])),
            amount_minor: number(&leg["amount_minor"]),
        })
        .collect();
    let coverage: Vec<_> = list(&given["coverage"])
        .iter()
        .map(|one| Coverage {
            validator: text(&one["validator"]).parse().unwrap(),
            held: ranges(&one["held"]),
            missing: ranges(&one["missing"]),
        })
        .collect();
    let statement = clear(&Clearing {
        operator: OperatorId(number(&given["operator"])),
        day: text(&given["day"]).parse().unwrap(),
        number_before: number(&given["number_before"]),
        hash_before: hex::decode(text(&given["hash_before"]))
            .unwrap()
            .try_into()
            .unwrap(),
        currency: text(&given["currency"]).parse().unwrap(),
        commission: Commission {
            basis_points: number(&given["commission_basis_points"]),
        },
        legs: &legs,
        coverage: &coverage,
    })
    .unwrap();

    let lines: Vec<_> = statement
        .lines
        .iter()
        .map(|line| format!("{} {}", line.leg.charge, line.commission_minor))
        .collect();
    let expected_lines: Vec<String> = list(&expected["lines"])
        .iter()
        .map(|line| {
            let commission: i64 = number(&line["commission_minor"]);
            format!("{} {commission}", text(&line["charge"]))
        })
        .collect();
    assert_eq!(lines, expected_lines, "{name}");
    assert_eq!(
        statement.number,
        number::<u64>(&expected["number"]),
        "{name}"
    );
    for (total, field) in [
        (statement.fares, "fares_minor"),
        (statement.commission, "commission_minor"),
        (statement.payable, "payable_minor"),
    ] {
        assert_eq!(
            total.minor,
            number::<i64>(&expected[field]),
            "{name} {field}"
        );
    }
    let canonical = hex::encode(statement.canonical_bytes());
    assert_eq!(canonical, text(&expected["canonical_hex"]), "{name}");
    assert_eq!(
        hex::encode(statement.hash),
        text(&expected["hash"]),
        "{name}"
    );
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number<T: TryFrom<i64>>(value: &Value) -> T {
    let number = value.as_i64().unwrap();
    T::try_from(number).ok().unwrap()
}

fn ranges(value: &Value) -> Vec<(u64, u64)> {
    list(value)
        .iter()
        .map(|range| (number(&range[0]), number(&range[1])))
        .collect()
}
