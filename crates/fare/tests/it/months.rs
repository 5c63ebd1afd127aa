//! Random months of one rider: what riders, gates, drivers and thieves of codes do.

use std::collections::BTreeMap;

use ridecode_fare::{Mend, RepairedBy, Tap, TapKind, repair_id};
use ridecode_words::{
    IssuerId, LineId, Mode, OperatorId, RiderId, StopId, TapId, UnixSeconds, ValidatorId, VehicleId,
};

use ridecode_fare_oracle::feed::{City, text};

/// 2026-10-25 00:00 in UTC+8: months begin and end within the taps.
const BEGIN: i64 = 1_792_857_600;
/// How far taps are spread, in seconds.
const SPREAD_S: i64 = 42 * 86_400;

/// A place a rider taps at.
#[derive(Clone)]
struct Place {
    operator: u32,
    mode: Mode,
    line: String,
    stop: String,
}

/// Makes months, each from a seed.
pub(crate) struct Months {
    /// Of each network.
    places: Vec<Vec<Place>>,
}

/// A rider's taps and up to when missing ones are waited for.
#[derive(Clone)]
pub(crate) struct Taken {
    pub(crate) taps: Vec<Tap>,
    pub(crate) as_of: i64,
}

impl Months {
    /// Of the places of a city.
    pub(crate) fn new(city: &City) -> Self {
        let mut networks: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for line in &city.lines {
            let hops = city.hops.iter().filter(|hop| hop.line == line.id);
            let places = networks.entry(&line.network).or_default();
            places.extend(hops.map(|hop| Place {
                operator: line.operator,
                mode: line.mode,
                line: line.id.clone(),
                stop: hop.from.clone(),
            }));
        }
        Self {
            places: networks.into_values().collect(),
        }
    }

    /// A month: a few taps or many, over weeks or crowded into days.
    pub(crate) fn make(&self, seed: u64) -> Taken {
        let mut rng = fastrand::Rng::with_seed(seed);
        let spread_s = rng.choice([6 * 3_600, 2 * 86_400, SPREAD_S]).unwrap();
        let mut maker = Maker {
            begin: BEGIN + rng.i64(0..=SPREAD_S - spread_s),
            spread_s,
            favorites: self.favorites(&mut rng),
            rng,
            taps: Vec::new(),
        };
        let most = maker.rng.choice([4, 12, 40, 90]).unwrap();
        while maker.taps.len() < most {
            maker.deed();
        }
        let as_of = maker.begin + maker.rng.i64(0..spread_s + 3 * 86_400);
        Taken {
            taps: maker.taps,
            as_of,
        }
    }

    /// A handful of places in one or two networks: what is near meets.
    fn favorites(&self, rng: &mut fastrand::Rng) -> Vec<Vec<Place>> {
        let count = rng.usize(2..12);
        let largest = self.places.iter().max_by_key(|places| places.len());
        let networks = [largest, rng.choice(&self.places)].into_iter().flatten();
        let some = networks.map(|places| {
            let picks = (0..count).filter_map(|_| rng.choice(places).cloned());
            picks.collect()
        });
        some.collect()
    }
}

struct Maker {
    begin: i64,
    spread_s: i64,
    favorites: Vec<Vec<Place>>,
    rng: fastrand::Rng,
    taps: Vec<Tap>,
}

impl Maker {
    fn deed(&mut self) {
        let time = self.begin + self.rng.i64(0..self.spread_s);
        let network = self.rng.choice(&self.favorites).unwrap().clone();
        let place = self.rng.choice(&network).unwrap().clone();
        let other = self.rng.choice(&network).unwrap().clone();
        match self.rng.u8(0..26) {
            0..8 => {
                let inside_s = self.inside_s();
                let entry = self.tap(time, TapKind::In, &place);
                let exit = self.tap(time + inside_s, TapKind::Out, &other);
                self.taps.extend([entry, exit]);
            }
            8..11 => {
                let ride = self.tap(time, TapKind::Single, &place);
                self.taps.push(ride);
            }
            11 => {
                let entry = self.tap(time, TapKind::In, &place);
                self.taps.push(entry);
            }
            12 => {
                let exit = self.tap(time, TapKind::Out, &place);
                self.taps.push(exit);
            }
            13 => self.twice(time, &place),
            14 => self.voided(time, &place),
            15 | 16 => self.copied(time, [&place, &other]),
            20 => self.companions(time, [&place, &other]),
            23..26 => self.mended(time, [&place, &other]),
            21 | 22 => self.on_board(time, [&place, &other]),
            17 => {
                let mut far = self.tap(time, TapKind::Single, &place);
                far.operator = OperatorId(99);
                self.taps.push(far);
            }
            18 => {
                let mut entry = self.tap(time, TapKind::In, &place);
                entry.stop = None;
                let exit = self.tap(time + 900, TapKind::Out, &other);
                self.taps.extend([entry, exit]);
            }
            _ => {
                if let Some(again) = self.rng.choice(&self.taps) {
                    self.taps.push(again.clone());
                }
            }
        }
    }

    fn inside_s(&mut self) -> i64 {
        let edges = [
            0, 600, 1_199, 1_200, 1_201, 10_800, 10_801, 14_400, 14_401, 86_399, 86_400, 86_401,
        ];
        let edge = self.rng.choice(edges).unwrap();
        let usual = self.rng.i64(60..9_000);
        if self.rng.u8(0..5) == 0 { edge } else { usual }
    }

    /// One direction twice at one gate.
    fn twice(&mut self, time: i64, place: &Place) {
        let kind = self.rng.choice([TapKind::In, TapKind::Out]).unwrap();
        let later_s = self.rng.choice([0, 20, 1_200, 1_201]).unwrap();
        let first = self.tap(time, kind, place);
        let again = self.tap(time + later_s, kind, place);
        self.taps.extend([first, again]);
    }

    /// Several go in at one gate and out where they like, some with one code both ways.
    fn companions(&mut self, time: i64, [place, other]: [&Place; 2]) {
        for _ in 0..self.rng.usize(2..5) {
            let later_s = self.rng.choice([0, 3, 40, 1_200, 1_201]).unwrap();
            let mut entry = self.tap(time + later_s, TapKind::In, place);
            let out = self.rng.choice([place, other]).unwrap();
            let inside_s = self.inside_s();
            let mut exit = self.tap(time + inside_s, TapKind::Out, out);
            if self.rng.u8(0..3) == 0 {
                entry.showing = Some(self.rng.u128(..).to_be_bytes());
                exit.showing = entry.showing;
            }
            self.taps.push(entry);
            if self.rng.u8(0..6) > 0 {
                self.taps.push(exit);
            }
        }
    }

    /// In and out by a reader that knows vehicle and direction, now and then not the same.
    fn on_board(&mut self, time: i64, [place, other]: [&Place; 2]) {
        for _ in 0..self.rng.usize(1..4) {
            let at = time + self.rng.i64(0..2_000);
            let inside_s = self.inside_s();
            for (at, kind, place) in [
                (at, TapKind::In, place),
                (at + inside_s, TapKind::Out, other),
            ] {
                let mut tap = self.tap(at, kind, place);
                tap.mode = self
                    .rng
                    .choice([place.mode, Mode::Bus, Mode::Tram])
                    .unwrap();
                tap.vehicle = self
                    .rng
                    .choice([None, Some("v1"), Some("v2")])
                    .unwrap()
                    .map(|name| VehicleId(text(name)));
                tap.direction = self.rng.choice([None, Some(0), Some(1)]).unwrap();
                self.taps.push(tap);
            }
        }
    }

    /// A ride with one tap or both, and repairs of one of them, some of which cannot be.
    fn mended(&mut self, time: i64, [place, other]: [&Place; 2]) {
        let inside_s = self.inside_s();
        let entry = self.tap(time, TapKind::In, place);
        let exit = self.tap(time + inside_s, TapKind::Out, other);
        let mended = self.rng.choice([&entry, &exit]).unwrap().clone();
        for number in 1..=self.rng.u8(1..4) {
            let by = [RepairedBy::Rider, RepairedBy::Agent];
            let by = self.rng.choice(by).unwrap();
            let entry_by = [Mend::Entry(by), Mend::Exit(by), Mend::Unridden];
            let mend = self.rng.choice(entry_by).unwrap();
            let mend = self.rng.choice([mend, mend, Mend::Excused]).unwrap();
            let away_s = match mend {
                Mend::Entry(_) => -self.inside_s(),
                Mend::Exit(_) => self.inside_s(),
                Mend::Unridden | Mend::Excused => 0,
            };
            let place = self.rng.choice([place, other]).unwrap();
            let mut repair = Tap {
                time: UnixSeconds(mended.time.0 + away_s),
                id: repair_id(mended.id, number),
                kind: TapKind::Repair {
                    tap: mended.id,
                    mend,
                },
                stop: Some(StopId(text(&place.stop))),
                showing: None,
                ..mended.clone()
            };
            if self.rng.u8(0..8) == 0 {
                repair.stop = None;
            }
            self.taps.push(repair);
        }
        match self.rng.u8(0..3) {
            0 => self.taps.push(entry),
            1 => self.taps.push(exit),
            _ => self.taps.extend([entry, exit]),
        }
    }

    /// Taken back, by this validator or by another that may not, in time or too late.
    fn voided(&mut self, time: i64, place: &Place) {
        let kinds = [TapKind::In, TapKind::Out, TapKind::Single];
        let kind = self.rng.choice(kinds).unwrap();
        let later_s = self.rng.choice([0, 8, 86_400, 86_401]).unwrap();
        let tap = self.tap(time, kind, place);
        let mut void = self.tap(time + later_s, TapKind::Void { tap: tap.id }, place);
        if self.rng.u8(0..4) > 0 {
            void.id.validator = tap.id.validator;
        }
        self.taps.extend([tap, void]);
    }

    /// One code shown several times, ways in and out among them.
    fn copied(&mut self, time: i64, [place, other]: [&Place; 2]) {
        let showing = Some(self.rng.u128(..).to_be_bytes());
        let mut at = time;
        for _ in 0..self.rng.usize(2..5) {
            let kinds = [TapKind::In, TapKind::Out, TapKind::Single];
            let kind = self.rng.choice(kinds).unwrap();
            let place = self.rng.choice([place, other]).unwrap();
            let mut tap = self.tap(at, kind, place);
            if self.rng.u8(0..4) > 0 {
                tap.showing = showing;
            }
            self.taps.push(tap);
            at += self.rng.choice([0, 30, 1_500, 40_000]).unwrap();
        }
    }

    fn tap(&mut self, time: i64, kind: TapKind, place: &Place) -> Tap {
        let line = self.rng.bool().then(|| LineId(text(&place.line)));
        Tap {
            time: UnixSeconds(time),
            id: TapId {
                validator: ValidatorId(self.rng.u32(1..4)),
                sequence: self.rng.u64(..1 << 40),
            },
            rider: RiderId(1),
            issuer: IssuerId(self.rng.choice([1, 2]).unwrap()),
            kind,
            operator: OperatorId(place.operator),
            mode: place.mode,
            line,
            stop: Some(StopId(text(&place.stop))),
            direction: None,
            vehicle: None,
            category: self.rng.choice([0, 0, 0, 2, 3, 9, 200]).unwrap(),
            showing: None,
        }
    }
}
