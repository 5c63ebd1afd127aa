//! The engine against the second implementation, over random rider-months.
//!
//! `RIDECODE_MONTHS=100000` asks for more months than the ordinary run takes, `RIDECODE_SEED` for
//! one of them. A month that differs is told with its seed, cut down to the taps that matter.

use std::collections::BTreeMap;

use ridecode_fare::{Bill, Fare, Journey, Period, TariffBook, bill};
use ridecode_words::{Month, RiderId, UnixSeconds};

use crate::months::{Months, Taken};
use crate::tariffs;
use ridecode_fare_oracle::feed::City;
use ridecode_fare_oracle::{Line, Naive};

/// Months an ordinary run takes.
const MONTHS: u64 = 1_500;

/// Both implementations of a city.
struct Pair {
    book: TariffBook,
    naive: Naive,
}

#[test]
fn guangzhou_and_foshan_are_priced_alike_twice() {
    check(&City::read("guangfo", &["guangzhou", "foshan"]));
}

#[test]
fn shenzhen_is_priced_alike_twice() {
    check(&City::read("shenzhen", &["shenzhen"]));
}

#[test]
fn beijing_is_priced_alike_twice() {
    check(&City::read("beijing", &["beijing"]));
}

#[test]
fn shanghai_is_priced_alike_twice() {
    check(&City::read("shanghai", &["shanghai"]));
}

/// Each month under a tariff of its own.
#[test]
fn random_tariffs_are_priced_alike_twice() {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let rounds = rounds();
    for round in 0..rounds {
        let seed = ridecode_testing::seed(round);
        let city = tariffs::city(seed);
        let taken = Months::new(&city).make(seed);
        if let Some(told) = Pair::of(&city).tell_difference(taken, &mut seen) {
            panic!("seed {seed}: {told}\n{}", city.tariffs[0]);
        }
    }
    let steps = [
        "ladder",
        "flat",
        "zones",
        "free_same_station",
        "missing_tap",
        "overstay",
        "tiers",
        "window",
        "concession",
        "continued",
        "transfer",
        "leg_transfer",
        "accumulation",
        "cap",
        "rounding",
    ];
    for step in steps {
        assert!(
            rounds < MONTHS || seen.contains_key(step),
            "no {step}: {seen:?}"
        );
    }
}

fn rounds() -> u64 {
    match ridecode_testing::number("RIDECODE_SEED") {
        Some(_) => 1,
        None => ridecode_testing::number("RIDECODE_MONTHS").unwrap_or(MONTHS),
    }
}

fn check(city: &City) {
    let pair = Pair::of(city);
    let months = Months::new(city);
    let rounds = rounds();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for round in 0..rounds {
        let seed = ridecode_testing::seed(round);
        let taken = months.make(seed);
        if let Some(told) = pair.tell_difference(taken, &mut seen) {
            panic!("seed {seed}: {told}");
        }
    }
    // Months without an ending would prove nothing about it.
    let endings = [
        "Complete",
        "Open",
        "EntryOnly",
        "ExitOnly",
        "SameStation",
        "Overstay",
        "Repaired",
    ];
    for ending in endings {
        assert!(
            rounds < MONTHS || seen.contains_key(ending),
            "no {ending}: {seen:?}"
        );
    }
}

impl Pair {
    fn of(city: &City) -> Self {
        Self {
            book: city.book(),
            naive: Naive::new(city),
        }
    }

    /// The first difference, and what is left of it when the taps that do not matter are gone.
    fn tell_difference(&self, taken: Taken, seen: &mut BTreeMap<String, u64>) -> Option<String> {
        let difference = self.difference(&taken, seen)?;
        let fewest = self.shrink(taken);
        let shrunk = self.difference(&fewest, &mut BTreeMap::new());
        Some(format!(
            "{difference}\ncut down to {} as of {}:\n{:#?}",
            shrunk.unwrap_or_default(),
            fewest.as_of,
            fewest.taps
        ))
    }

    /// The first line in which the two bills of October, November or December differ.
    fn difference(&self, taken: &Taken, seen: &mut BTreeMap<String, u64>) -> Option<String> {
        for month in 10..=12 {
            let period = Period {
                rider: RiderId(1),
                month: Month { year: 2026, month },
            };
            let as_of = UnixSeconds(taken.as_of);
            let bill = bill(period, &taken.taps, &self.book, as_of);
            for step in bill.fares.iter().flat_map(|fare| &fare.explanation.steps) {
                *seen.entry(step.kind().to_owned()).or_default() += 1;
            }
            let mut engine = lines(&bill);
            let mut naive = self.naive.bill(&taken.taps, (2026, month), taken.as_of);
            for lines in [&mut engine, &mut naive] {
                lines.sort_by_key(|line| line.taps.clone());
            }
            for place in 0..engine.len().max(naive.len()) {
                let (one, other) = (engine.get_mut(place), naive.get(place));
                // Of equally good paths either may count.
                if let (Some(one), Some(other)) = (one, other) {
                    if other.shares.is_none() {
                        one.shares = None;
                    }
                    *seen.entry(other.ending.clone()).or_default() += 1;
                }
                let (one, other) = (engine.get(place), naive.get(place));
                if one != other {
                    return Some(format!("\nengine {one:?}\nsecond {other:?}\n"));
                }
            }
        }
        None
    }

    /// Leaves out taps, half of them first, for as long as the bills differ.
    fn shrink(&self, mut taken: Taken) -> Taken {
        let mut part = taken.taps.len().div_ceil(2);
        loop {
            let mut place = 0;
            while place < taken.taps.len() {
                let mut fewer = taken.clone();
                let end = (place + part).min(fewer.taps.len());
                fewer.taps.drain(place..end);
                if self.difference(&fewer, &mut BTreeMap::new()).is_some() {
                    taken = fewer;
                } else {
                    place += part;
                }
            }
            if part == 1 {
                return taken;
            }
            part = part.div_ceil(2);
        }
    }
}

/// The engine's bill in the words of the second implementation.
fn lines(bill: &Bill) -> Vec<Line> {
    let of_journey = |journey: &Journey, ending: String| Line {
        named_by: (journey.id.0.validator.0, journey.id.0.sequence),
        taps: journey
            .taps
            .iter()
            .map(|tap| (tap.id.validator.0, tap.id.sequence))
            .collect(),
        ending,
        minor: None,
        shares: None,
        tariff: String::new(),
        closes_at: journey.closes_at.map(|time| time.0),
    };
    let open = bill.open.iter();
    let open = open.map(|journey| of_journey(journey, format!("{:?}", journey.ending)));
    let unpriced = bill.unpriced.iter();
    let unpriced = unpriced.map(|(journey, why)| of_journey(journey, format!("{why:?}")));
    bill.fares
        .iter()
        .map(of_fare)
        .chain(open)
        .chain(unpriced)
        .collect()
}

fn of_fare(fare: &Fare) -> Line {
    let tariff = &fare.explanation.tariff;
    let shares = fare.shares.iter().map(|share| {
        let line = share.line.as_ref().map(|line| line.as_str().to_owned());
        (share.operator.0, line, share.amount.minor)
    });
    Line {
        named_by: (fare.journey.0.validator.0, fare.journey.0.sequence),
        taps: fare
            .taps
            .iter()
            .map(|tap| (tap.validator.0, tap.sequence))
            .collect(),
        ending: format!("{:?}", fare.ending),
        minor: Some(fare.amount.minor),
        shares: Some(shares.collect()),
        tariff: format!("{}@{}", tariff.name, tariff.version),
        closes_at: None,
    }
}
