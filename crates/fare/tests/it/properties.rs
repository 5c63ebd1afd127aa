//! What holds of any month: the bill is a function of the set of taps, and every part of it adds
//! up.

use std::collections::BTreeSet;

use ridecode_fare::{Bill, Period, Tap, TapKind, TariffBook, bill};
use ridecode_words::{Mode, Month, OperatorId, RiderId, TapId, UnixSeconds, ValidatorId};

use crate::months::{Months, Taken};
use crate::tariffs;
use ridecode_fare_oracle::feed::City;

#[test]
fn months_do_not_depend_on_how_their_taps_came() {
    let city = City::read("guangfo", &["guangzhou", "foshan"]);
    let (book, months) = (city.book(), Months::new(&city));
    for round in 0..150 {
        let seed = ridecode_testing::seed(round);
        depends_on_nothing_else(&months.make(seed), &book, seed);
    }
}

#[test]
fn months_under_random_tariffs_do_not_depend_on_how_their_taps_came() {
    for round in 0..300 {
        let seed = ridecode_testing::seed(round);
        let city = tariffs::city(seed);
        let taken = Months::new(&city).make(seed);
        depends_on_nothing_else(&taken, &city.book(), seed);
    }
}

#[test]
fn a_ride_after_all_others_changes_no_fare_before_it() {
    for round in 0..300 {
        let seed = ridecode_testing::seed(round);
        let city = tariffs::city(seed);
        let (book, mut taken) = (city.book(), Months::new(&city).make(seed));
        let as_of = UnixSeconds(taken.as_of);
        let before = bills(&taken.taps, &book, as_of);
        let Some(latest) = taken.taps.iter().max_by_key(|tap| tap.time) else {
            continue;
        };
        let ride = Tap {
            time: latest.time.plus_s(60),
            id: TapId {
                validator: ValidatorId(77),
                sequence: 1,
            },
            kind: TapKind::Single,
            operator: OperatorId(2),
            mode: Mode::Bus,
            stop: None,
            showing: None,
            ..latest.clone()
        };
        taken.taps.push(ride);
        let after = bills(&taken.taps, &book, as_of);
        for (before, after) in before.iter().zip(&after) {
            let rest = after.fares.get(..before.fares.len());
            assert_eq!(rest, Some(&before.fares[..]), "seed {seed}");
        }
    }
}

/// The order in which taps come, repeats, and taps taken back leave a month's bills as they are.
fn depends_on_nothing_else(taken: &Taken, book: &TariffBook, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(!seed);
    let as_of = UnixSeconds(taken.as_of);
    let expected = bills(&taken.taps, book, as_of);

    // Late, early, again: what is held grows tap by tap and is priced in between.
    let mut late = taken.taps.clone();
    rng.shuffle(&mut late);
    let mut held: Vec<Tap> = Vec::new();
    while let Some(tap) = late.pop() {
        held.insert(rng.usize(0..=held.len()), tap.clone());
        if rng.u8(0..8) == 0 {
            held.push(tap);
            let _ = bills(&held, book, as_of);
        }
    }
    assert_eq!(bills(&held, book, as_of), expected, "order: seed {seed}");

    // A tap that is taken back at once was never there, at whatever neighbor it stands.
    if let Some(beside) = rng.choice(&taken.taps) {
        let id = |sequence| TapId {
            validator: ValidatorId(77),
            sequence,
        };
        let tap = Tap {
            id: id(1),
            kind: TapKind::In,
            showing: None,
            ..beside.clone()
        };
        let void = Tap {
            id: id(2),
            kind: TapKind::Void { tap: id(1) },
            ..tap.clone()
        };
        held.extend([void, tap]);
        assert_eq!(bills(&held, book, as_of), expected, "void: seed {seed}");
    }
    for bill in &expected {
        adds_up(bill, seed);
    }
}

fn bills(taps: &[Tap], book: &TariffBook, as_of: UnixSeconds) -> Vec<Bill> {
    let period = |month| Period {
        rider: RiderId(1),
        month: Month { year: 2026, month },
    };
    let months = (10..=12).map(|month| bill(period(month), taps, book, as_of));
    months.collect()
}

/// Shares are never negative and sum to their fare; no tap is billed twice.
fn adds_up(bill: &Bill, seed: u64) {
    let mut billed = BTreeSet::new();
    for fare in &bill.fares {
        let shares = fare.shares.iter().map(|share| share.amount.minor);
        assert!(shares.clone().all(|minor| minor >= 0), "seed {seed}");
        assert_eq!(shares.sum::<i64>(), fare.amount.minor, "seed {seed}");
        assert_eq!(fare.explanation.total, fare.amount, "seed {seed}");
        for tap in &fare.taps {
            assert!(billed.insert(*tap), "{tap} twice: seed {seed}");
        }
    }
}
