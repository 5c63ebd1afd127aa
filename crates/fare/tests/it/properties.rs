//! What holds of any month: the bill is a function of the set of taps, and every part of it adds
//! up.

use std::collections::BTreeSet;

use ridecode_fare::{Bill, Period, Tap, TapKind, TariffBook, bill};
use ridecode_words::{Month, RiderId, TapId, UnixSeconds, ValidatorId};

use crate::feed::City;
use crate::months::Months;

#[test]
fn months_do_not_depend_on_how_their_taps_came() {
    let city = City::read("guangfo", &["guangzhou", "foshan"]);
    let (book, months) = (city.book(), Months::new(&city));
    for round in 0..150 {
        let seed = ridecode_testing::seed(round);
        let mut rng = fastrand::Rng::with_seed(!seed);
        let taken = months.make(seed);
        let as_of = UnixSeconds(taken.as_of);
        let expected = bills(&taken.taps, &book, as_of);

        // Late, early, again: what is held grows tap by tap and is priced in between.
        let mut late = taken.taps.clone();
        rng.shuffle(&mut late);
        let mut held: Vec<Tap> = Vec::new();
        while let Some(tap) = late.pop() {
            held.insert(rng.usize(0..=held.len()), tap.clone());
            if rng.u8(0..8) == 0 {
                held.push(tap);
                let _ = bills(&held, &book, as_of);
            }
        }
        assert_eq!(bills(&held, &book, as_of), expected, "order: seed {seed}");

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
            assert_eq!(bills(&held, &book, as_of), expected, "void: seed {seed}");
        }
        for bill in &expected {
            adds_up(bill, seed);
        }
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
