//! What a ride costs less for the ride before: transfers, continued fares.

use ridecode_fare::{Mend, RepairedBy, TapKind};
use toml::Table as Toml;

use super::journeys::Journey;
use super::legs::{LegTransfer, Row, follow};
use super::money::percent_of;
use super::riders::{name, tables, words};
use super::table::{list, number, refuse_others, word};
use super::{Priced, Rule};

/// A transfer discount.
pub(crate) struct Transfer {
    from: Vec<String>,
    to: Vec<String>,
    rules: Vec<String>,
    within_s: i64,
    from_start: bool,
    off: Option<i64>,
    off_percent: Option<i64>,
    chained: bool,
    same_line: bool,
}

/// Where a fare goes on.
pub(crate) struct Continues {
    within_s: i64,
    pairs: Vec<[String; 2]>,
}

/// An earlier ride.
pub(crate) struct Ride<'a> {
    rule: &'a Rule,
    mode: String,
    pub(super) line: Option<String>,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) ending: &'static str,
    pub(super) certain: bool,
    gates: Option<[String; 2]>,
    /// With those it continues.
    length_m: i64,
    pub(super) list: i64,
    pub(super) group: Option<String>,
    pub(super) row: Option<Row>,
    got: bool,
    pub(super) gave: bool,
    continued: bool,
}

impl Transfer {
    /// Reads every transfer.
    pub(crate) fn read(document: &mut Toml) -> Vec<Self> {
        let read = tables(document, "transfer").into_iter().map(|mut table| {
            name(&mut table);
            let mut take = |key: &str| table.remove(key);
            let truth = |value: Option<toml::Value>| value.map(|truth| truth.as_bool().unwrap());
            let transfer = Self {
                from: words(take("from")),
                to: words(take("to")),
                rules: words(take("rules")),
                within_s: number(&take("within_s").unwrap()),
                from_start: word(take("measured_from").unwrap()) == "start",
                off: take("off").map(|off| number(&off)),
                off_percent: take("off_percent").map(|off| number(&off)),
                chained: truth(take("chained")).unwrap_or(true),
                same_line: truth(take("same_line")).unwrap_or(false),
            };
            refuse_others(&table);
            transfer
        });
        read.collect()
    }

    fn fits(&self, earlier: &Ride<'_>, later: &Ride<'_>) -> bool {
        let names = |rule: &Rule| self.rules.is_empty() || self.rules.contains(&rule.name);
        let from = if self.from_start {
            earlier.start
        } else {
            earlier.end
        };
        let one_line = earlier.line.is_some() && earlier.line == later.line;
        later.start >= from
            && later.start - from <= self.within_s
            && later.start >= earlier.end
            && (self.chained || !earlier.got)
            && names(earlier.rule)
            && names(later.rule)
            && self.from.contains(&earlier.mode)
            && self.to.contains(&later.mode)
            && (self.same_line || !one_line)
    }

    fn rest(&self, list: i64) -> i64 {
        match (self.off, self.off_percent) {
            (Some(off), None) => (list - off).max(0),
            (None, Some(percent)) => percent_of(list, 100 - percent, 1),
            _ => panic!("one thing is taken off"),
        }
    }
}

impl Continues {
    /// Reads the table.
    pub(crate) fn read(mut table: Toml) -> Self {
        let pairs = list(table.remove("pairs").unwrap()).into_iter();
        let pairs = pairs.map(|pair| words(Some(pair)).try_into().unwrap());
        let read = Self {
            pairs: pairs.collect(),
            within_s: number(&table.remove("within_s").unwrap()),
        };
        refuse_others(&table);
        read
    }
}

impl<'a> Ride<'a> {
    /// A ride by itself.
    pub(crate) fn new(journey: &Journey<'_>, priced: &Priced<'a>) -> Self {
        let [first, last] = journey.ways();
        let gates = match (first.kind, &first.stop, &last.stop) {
            (TapKind::In, Some(entry), Some(exit)) => {
                Some([entry.as_str().to_owned(), exit.as_str().to_owned()])
            }
            _ => None,
        };
        Self {
            rule: priced.rule,
            mode: first.mode.word().to_owned(),
            line: first.line.as_ref().map(|line| line.as_str().to_owned()),
            start: first.time.0,
            end: last.time.0,
            ending: journey.ending,
            certain: ["Complete", "Overstay"].contains(&journey.ending)
                || journey.ending == "Repaired"
                    && matches!(
                        journey.mend(),
                        Some(Mend::Exit(RepairedBy::Agent) | Mend::Excused)
                    ),
            gates,
            length_m: priced.length_m,
            list: priced.list,
            group: priced.group.clone(),
            row: None,
            got: false,
            gave: false,
            continued: false,
        }
    }

    pub(super) fn table_name(&self) -> &str {
        self.rule.tariff.split('@').next().unwrap()
    }

    fn is_continued_by(&self, later: &Self) -> bool {
        let Some(continues) = &later.rule.continues else {
            return false;
        };
        let (Some([_, exit]), Some([entry, _])) = (&self.gates, &later.gates) else {
            return false;
        };
        let outside_s = later.start - self.end;
        self.ending == "Complete"
            && later.ending == "Complete"
            && self.table_name() == later.table_name()
            && self.rule.name == later.rule.name
            && !self.continued
            && (0..=continues.within_s).contains(&outside_s)
            && continues.pairs.iter().any(|[one, other]| {
                (one == exit && other == entry) || (one == entry && other == exit)
            })
    }

    /// The first transfer it gives to a later ride.
    fn gives<'t>(&self, later: &Self, transfers: &'t [Transfer]) -> Option<&'t Transfer> {
        let gives = self.certain && !self.gave && self.table_name() == later.table_name();
        let mut fitting = transfers.iter().filter(|other| other.fits(self, later));
        fitting.next().filter(|_| gives)
    }
}

/// What is left to pay of a ride for what earlier ones take off, and the ride as later ones see it.
pub(crate) fn change<'a>(
    earlier: &mut [Ride<'a>],
    (mut ride, priced): (Ride<'a>, &Priced<'a>),
    (transfers, leg_transfers): (&[Transfer], &[LegTransfer]),
) -> (Ride<'a>, i64) {
    let mut within_a_day: Vec<&mut Ride<'a>> = earlier
        .iter_mut()
        .filter(|before| ride.start - before.start <= 86_400)
        .collect();
    within_a_day.reverse();
    for before in &mut within_a_day {
        if before.is_continued_by(&ride) {
            before.continued = true;
            ride.length_m += before.length_m;
            let through = priced.conceded(ride.rule.price.of(ride.length_m));
            let rest = (through - before.list).max(0);
            ride.list = before.list + rest;
            return (ride, rest);
        }
    }
    for before in &mut within_a_day {
        if let Some((price, row)) = follow(before, &ride, leg_transfers) {
            before.gave = true;
            ride.got = true;
            ride.row = Some(row);
            return (ride, price);
        }
    }
    let list = ride.list;
    if list > 0 && ride.certain {
        for before in &mut within_a_day {
            if let Some(transfer) = before.gives(&ride, transfers) {
                before.gave = true;
                ride.got = true;
                return (ride, transfer.rest(list));
            }
        }
    }
    (ride, list)
}
