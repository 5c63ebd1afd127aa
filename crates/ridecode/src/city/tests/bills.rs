//! The bill is a pure function of the set of taps: random months over the real network, taken in
//! any order, any number of times, in any parts.

use super::*;

/// 2026-10-25 00:00 in Guangzhou: months begin and end within the taps.
const BEGIN: i64 = 1_792_857_600;
const DAYS: i64 = 42;

/// Makes taps one after the other, each with its own id.
struct Maker {
    rng: fastrand::Rng,
    stops: Vec<StopId>,
    sequence: u64,
}

impl Maker {
    fn tap(&mut self, time: i64, kind: TapKind) -> Tap {
        self.sequence += 1;
        Tap {
            time: UnixSeconds(time),
            id: TapId {
                validator: ValidatorId(self.rng.u32(1..6)),
                sequence: self.sequence,
            },
            rider: RiderId(1),
            issuer: IssuerId(self.rng.choice([4_401, 0x9999_0101]).unwrap()),
            kind,
            operator: OperatorId(1),
            mode: Mode::Metro,
            line: None,
            stop: Some(self.rng.choice(&self.stops).unwrap().clone()),
            direction: None,
            vehicle: None,
            category: 0,
            showing: None,
        }
    }

    /// One thing riders do, at a random time: a metro ride with or without all of its taps, a
    /// bus, a void, a copied code, a far operator.
    fn deed(&mut self, taps: &mut Vec<Tap>) {
        let time = BEGIN + self.rng.i64(0..DAYS * 86_400);
        match self.rng.u8(0..12) {
            0..5 => {
                let inside_s = self.rng.i64(60..20_000);
                taps.push(self.tap(time, TapKind::In));
                taps.push(self.tap(time + inside_s, TapKind::Out));
            }
            5 => taps.push(self.tap(time, TapKind::In)),
            6 => taps.push(self.tap(time, TapKind::Out)),
            7 => {
                let entry = self.tap(time, TapKind::In);
                let inside_s = self.rng.i64(0..2_400);
                let mut exit = self.tap(time + inside_s, TapKind::Out);
                exit.stop = entry.stop.clone();
                taps.extend([entry, exit]);
            }
            8 => taps.extend(self.void_pair(time)),
            9 => {
                let mut first = self.bus(time);
                first.showing = Some(u128::from(self.sequence).to_be_bytes());
                let mut copy = self.bus(time + 20);
                copy.showing = first.showing;
                taps.extend([first, copy]);
            }
            10 => {
                let mut far = self.bus(time);
                far.operator = OperatorId(99);
                taps.push(far);
            }
            _ => taps.push(self.bus(time)),
        }
    }

    fn bus(&mut self, time: i64) -> Tap {
        Tap {
            operator: OperatorId(self.rng.u32(2..4)),
            mode: Mode::Bus,
            stop: None,
            ..self.tap(time, TapKind::Single)
        }
    }

    fn void_pair(&mut self, time: i64) -> [Tap; 2] {
        let tap = self.tap(time, TapKind::In);
        let mut void = self.tap(time + 8, TapKind::Void { tap: tap.id });
        void.id.validator = tap.id.validator;
        [tap, void]
    }
}

fn maker(seed: u64, cities: &Cities) -> Maker {
    let network = cities.book.find_network(&text("guangfo-metro")).unwrap();
    Maker {
        rng: fastrand::Rng::with_seed(seed),
        stops: network
            .stops()
            .iter()
            .map(|stop| stop.stop.clone())
            .collect(),
        sequence: 0,
    }
}

/// The bytes of the bills of October, November and December.
fn bytes(taps: &[Tap], cities: &Cities, as_of: UnixSeconds) -> Vec<Vec<u8>> {
    bills(taps, cities, as_of)
        .iter()
        .map(ridecode_fare::Bill::to_bytes)
        .collect()
}

fn bills(taps: &[Tap], cities: &Cities, as_of: UnixSeconds) -> Vec<ridecode_fare::Bill> {
    (10..=12)
        .map(|month| {
            let month = Month { year: 2026, month };
            let rider = RiderId(1);
            bill(Period { rider, month }, taps, &cities.book, as_of)
        })
        .collect()
}

#[test]
fn a_bill_depends_on_the_set_of_taps_alone() {
    let cities = Cities::embedded();
    for round in 0..60 {
        let seed = ridecode_testing::seed(round);
        let mut maker = maker(seed, &cities);
        let mut taps = Vec::new();
        for _ in 0..maker.rng.usize(1..90) {
            maker.deed(&mut taps);
        }
        let as_of = UnixSeconds(BEGIN + maker.rng.i64(0..(DAYS + 3) * 86_400));
        let expected = bytes(&taps, &cities, as_of);

        let mut mixed = taps.clone();
        for _ in 0..maker.rng.usize(0..taps.len()) {
            mixed.push(maker.rng.choice(&taps).unwrap().clone());
        }
        maker.rng.shuffle(&mut mixed);
        assert_eq!(
            bytes(&mixed, &cities, as_of),
            expected,
            "order, repeats: seed {seed}"
        );

        // Another rider's taps, and a tap with its void, change nothing.
        let mut more = taps.clone();
        let mut stranger = maker.bus(BEGIN + 86_400);
        stranger.rider = RiderId(2);
        more.push(stranger);
        let time = BEGIN + maker.rng.i64(0..DAYS * 86_400);
        more.extend(maker.void_pair(time));
        assert_eq!(
            bytes(&more, &cities, as_of),
            expected,
            "void pair: seed {seed}"
        );

        // The taps of a month's window are enough.
        for (month, expected) in (10..=12).zip(&expected) {
            let month = Month { year: 2026, month };
            let window = ridecode_fare::TariffBook::window(month);
            let within: Vec<Tap> = taps
                .iter()
                .filter(|tap| (window.from..=window.until).contains(&tap.time))
                .cloned()
                .collect();
            let rider = RiderId(1);
            let bill = bill(Period { rider, month }, &within, &cities.book, as_of);
            assert_eq!(&bill.to_bytes(), expected, "window: seed {seed}");
        }
    }
}

#[test]
fn parts_that_arrive_one_by_one_end_in_the_same_bill() {
    let cities = Cities::embedded();
    for round in 0..30 {
        let seed = ridecode_testing::seed(round);
        let mut maker = maker(seed, &cities);
        let mut taps = Vec::new();
        for _ in 0..60 {
            maker.deed(&mut taps);
        }
        let as_of = UnixSeconds(BEGIN + DAYS * 86_400);
        let expected = bytes(&taps, &cities, as_of);
        maker.rng.shuffle(&mut taps);
        let mut held: Vec<Tap> = Vec::new();
        while !taps.is_empty() {
            let part = maker.rng.usize(1..=taps.len());
            held.extend(taps.drain(..part));
            // Priced in between: what is billed later may not depend on it.
            let _ = bytes(&held, &cities, as_of);
        }
        assert_eq!(bytes(&held, &cities, as_of), expected, "seed {seed}");
    }
}

#[test]
fn every_tap_is_in_one_journey_and_every_share_in_its_fare() {
    let cities = Cities::embedded();
    for round in 0..40 {
        let seed = ridecode_testing::seed(round);
        let mut maker = maker(seed, &cities);
        let mut taps = Vec::new();
        for _ in 0..80 {
            maker.deed(&mut taps);
        }
        let as_of = UnixSeconds(BEGIN + DAYS * 86_400);
        let mut billed: Vec<TapId> = Vec::new();
        for bill in bills(&taps, &cities, as_of) {
            for fare in &bill.fares {
                let sum: i64 = fare.shares.iter().map(|share| share.amount.minor).sum();
                assert_eq!(sum, fare.amount.minor, "seed {seed}");
                assert!(
                    fare.shares.iter().all(|share| share.amount.minor >= 0),
                    "seed {seed}"
                );
                billed.extend(&fare.taps);
            }
            let rest = bill
                .open
                .iter()
                .chain(bill.unpriced.iter().map(|(journey, _)| journey));
            billed.extend(rest.flat_map(|journey| journey.taps.iter().map(|tap| tap.id)));
        }
        let mut once = billed.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(
            once.len(),
            billed.len(),
            "no tap is billed twice: seed {seed}"
        );
        let gone = taps.iter().filter(|tap| {
            let void = matches!(tap.kind, TapKind::Void { .. });
            !void && !billed.contains(&tap.id)
        });
        let voids = taps
            .iter()
            .filter(|tap| matches!(tap.kind, TapKind::Void { .. }));
        let copies = taps.iter().filter(|tap| tap.showing.is_some()).count() / 2;
        assert_eq!(
            gone.count(),
            voids.count() + copies,
            "no tap is lost: seed {seed}"
        );
    }
}
