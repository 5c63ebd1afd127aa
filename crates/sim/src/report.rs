//! The report: one line a simulated day, and a closing table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ridecode_fare::Language;
use ridecode_store::ChargeState;
use ridecode_words::ServiceDay;

use crate::check::Sight;
use crate::world::reader::Shown;

/// Counts of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    /// Codes read by validators.
    pub(crate) taps: u64,
    pub(crate) admitted: u64,
    /// Refusals by the rung's word.
    pub(crate) refused: BTreeMap<&'static str, u64>,
    pub(crate) repairs: u64,
}

impl Tally {
    pub(crate) fn note(&mut self, shown: Shown) {
        match shown {
            // Read twice within the silent time, or disk or power failed.
            Shown::Silent | Shown::Dark => {}
            Shown::Refused(outcome) => *self.refused.entry(outcome.word()).or_default() += 1,
            Shown::Admitted => self.admitted += 1,
        }
    }
}

/// A simulated day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Day {
    /// Which.
    pub day: ServiceDay,
    /// Codes read that day.
    pub taps: u64,
    /// Codes admitted that day.
    pub admitted: u64,
    /// Codes refused that day.
    pub refused: u64,
    /// Fares that stand so far, in minor units.
    pub revenue_minor: i64,
    /// Of those, what riders owe and did not pay yet, in minor units.
    pub owed_minor: i64,
}

impl Day {
    /// The day's line.
    pub fn line(&self, language: Language) -> String {
        let (taps, admitted, refused) = (self.taps, self.admitted, self.refused);
        let (revenue, owed) = (yuan(self.revenue_minor), yuan(self.owed_minor));
        let day = self.day;
        match language {
            Language::English => format!(
                "{day}  taps {taps:>6}  admitted {admitted:>6}  refused {refused:>5}  \
                 fares so far {revenue:>10}  owed {owed:>9}"
            ),
            Language::SimplifiedChinese | Language::TraditionalChinese => format!(
                "{day}  刷码 {taps:>6}  放行 {admitted:>6}  拒绝 {refused:>5}  \
                 累计票款 {revenue:>10}  待收 {owed:>9}"
            ),
        }
    }
}

/// What a run was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Codes read by validators.
    pub taps: u64,
    /// Codes admitted.
    pub admitted: u64,
    /// Refusals by the rung's word.
    pub refused: BTreeMap<&'static str, u64>,
    /// Journeys that cost something.
    pub rides: u64,
    /// What they cost, in minor units.
    pub revenue_minor: i64,
    /// What operators were owed for rides whose charge was declined at least once.
    pub advanced_minor: i64,
    /// Of that, what came in afterwards.
    pub recovered_minor: i64,
    /// Of that, what was given up.
    pub written_off_minor: i64,
    /// What everyone who was let through would have paid, less what was billed.
    pub leakage_minor: i64,
    /// Missing taps supplied and rides excused.
    pub repairs: u64,
    /// The longest the back office did not know an order's outcome, in seconds.
    pub unknown_s_max: i64,
    /// SHA-256 over everything the store and the validators hold in the end.
    pub hash: [u8; 32],
}

impl Report {
    pub(crate) fn of(sight: &Sight<'_>, hash: [u8; 32]) -> Self {
        let world = sight.world;
        let fares = sight.fares();
        let revenue_minor = fares.iter().map(|fare| fare.amount_minor).sum();
        let (mut advanced, mut recovered, mut written_off) = (0, 0, 0);
        for charge in &sight.page.charges {
            if charge.first_decline.is_none() || charge.state == ChargeState::Superseded {
                continue;
            }
            advanced += charge.amount.minor;
            recovered += charge.find_paid().map_or(0, |paid| paid.minor);
            written_off += charge.written_off_minor();
        }
        let ridden = world.model.ridden_minor(&world.office.book, world.now);
        Self {
            taps: world.tally.taps,
            admitted: world.tally.admitted,
            refused: world.tally.refused.clone(),
            rides: fares.iter().filter(|fare| fare.amount_minor > 0).count() as u64,
            revenue_minor,
            advanced_minor: advanced,
            recovered_minor: recovered,
            written_off_minor: written_off,
            leakage_minor: ridden - revenue_minor,
            repairs: world.tally.repairs,
            unknown_s_max: world.line.end().unknown_s_max,
            hash,
        }
    }

    /// The closing table.
    pub fn table(&self, language: Language) -> String {
        let rows = [
            ("taps", "刷码", self.taps.to_string()),
            ("admitted", "放行", self.admitted.to_string()),
            ("rides", "行程", self.rides.to_string()),
            ("revenue", "票款", yuan(self.revenue_minor)),
            ("advanced", "垫付", yuan(self.advanced_minor)),
            ("recovered", "追回", yuan(self.recovered_minor)),
            ("written off", "核销", yuan(self.written_off_minor)),
            ("leakage", "流失", yuan(self.leakage_minor)),
            ("repairs", "补登", self.repairs.to_string()),
            (
                "longest unknown",
                "最久未知",
                format!("{} s", self.unknown_s_max),
            ),
        ];
        let mut table = String::new();
        for (english, chinese, value) in rows {
            let word = match language {
                Language::English => english,
                Language::SimplifiedChinese | Language::TraditionalChinese => chinese,
            };
            let _ = writeln!(table, "{word:<16} {value:>14}");
        }
        for (rung, count) in &self.refused {
            let word = match language {
                Language::English => "refused",
                Language::SimplifiedChinese | Language::TraditionalChinese => "拒绝",
            };
            let _ = writeln!(table, "{word} {rung:<20} {count:>10}");
        }
        let _ = write!(table, "{:<16} {}", "hash", hex::encode(self.hash));
        table
    }
}

/// An amount of minor units in yuan.
fn yuan(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_the_same_in_both_languages() {
        let report = Report {
            taps: 70,
            admitted: 64,
            refused: BTreeMap::from([("stale_time", 6)]),
            rides: 31,
            revenue_minor: 6_205,
            advanced_minor: 400,
            recovered_minor: 200,
            written_off_minor: 200,
            leakage_minor: -5,
            repairs: 1,
            unknown_s_max: 3_600,
            hash: [0xab; 32],
        };
        let check = |language, rows: &[&str]| {
            let table = report.table(language);
            let words: Vec<String> = table
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            for row in rows {
                assert!(words.iter().any(|line| line == row), "{row}: {table}");
            }
        };
        check(
            Language::English,
            &["revenue 62.05", "leakage -0.05", "refused stale_time 6"],
        );
        check(
            Language::SimplifiedChinese,
            &["票款 62.05", "最久未知 3600 s", "拒绝 stale_time 6"],
        );
    }
}
