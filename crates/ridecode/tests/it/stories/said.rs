//! What a story says: fares with their reasons, statements.

use std::collections::BTreeMap;

use ridecode_fare::{Fare, Language, Names, Tap};
use ridecode_ledger::{Currency, Money, Statement};
use ridecode_office::Office;
use ridecode_office::rides::{self, Ride};
use ridecode_store::{AuditPage, FareVersion};
use ridecode_words::{JourneyId, OperatorId, RiderId, TapId, Text, UnixSeconds};

use super::Seen;
use super::charges::Charges;
use super::deed::clock;

/// What was said so far.
pub(super) struct Said {
    operators: BTreeMap<OperatorId, Names>,
    /// Whose taps are when.
    taps: BTreeMap<TapId, (RiderId, UnixSeconds)>,
    /// The last version told of each fare.
    told: BTreeMap<JourneyId, FareVersion>,
    names: BTreeMap<RiderId, String>,
    charges: Charges,
}

impl Said {
    pub(super) fn new(operators: BTreeMap<OperatorId, Names>) -> Self {
        Self {
            operators,
            taps: BTreeMap::new(),
            told: BTreeMap::new(),
            names: BTreeMap::new(),
            charges: Charges::default(),
        }
    }

    pub(super) fn name_tap(&mut self, tap: &Tap) {
        self.taps.insert(tap.id, (tap.rider, tap.time));
        self.operators
            .entry(tap.operator)
            .or_insert_with(|| Names::new(Text::new("made up").expect("a short text")));
    }

    /// Operators that anyone rode with, and all that are shipped.
    pub(super) fn operators(&self) -> Vec<OperatorId> {
        self.operators.keys().copied().collect()
    }

    /// Fare versions that were not told yet, by rider and time. With a language each comes with
    /// its reasons.
    pub(super) async fn fares(
        &mut self,
        (office, riders): (&Office, &BTreeMap<String, RiderId>),
        (at, language): (UnixSeconds, Option<Language>),
        seen: &mut Seen,
    ) -> Vec<String> {
        let mut said = Vec::new();
        for (name, rider) in riders {
            self.names.insert(*rider, name.clone());
            let page = office.store.load_rides(*rider).await.expect("a verb");
            let rides = rides::of(office, *rider, at).await.expect("rides");
            for ride in &rides {
                if ride.fare.is_none() {
                    seen.endings.insert("open");
                }
            }
            let mut fares = page.fares;
            fares.sort_by_key(|fare| (self.taps[&fare.journey.0].1, fare.journey, fare.version));
            for fare in fares {
                let before = self.told.get(&fare.journey);
                if before.is_some_and(|before| before.version >= fare.version) {
                    continue;
                }
                seen.endings.insert(fare.ending.word());
                said.push(self.fare(&fare));
                let ride = rides.iter().find(|ride| ride.journey == fare.journey);
                let priced = ride.and_then(|ride: &Ride| ride.fare.as_ref());
                if let (Some(language), Some(fare)) = (language, priced) {
                    said.extend(reasons(fare, language));
                }
                self.told.insert(fare.journey, fare);
            }
        }
        said
    }

    /// Whose journey, when, how it ended and what it costs.
    fn fare(&self, fare: &FareVersion) -> String {
        let (rider, began) = self.taps[&fare.journey.0];
        let who = &self.names[&rider];
        let amount = yuan(fare.amount_minor);
        let before = self.told.get(&fare.journey);
        let before = before.map_or(String::new(), |before| {
            format!(
                " (before: {}, {})",
                before.ending.word(),
                yuan(before.amount_minor)
            )
        });
        let when = clock(began, fare.day);
        let taps = match fare.taps.len() {
            1 => "1 tap".to_owned(),
            taps => format!("{taps} taps"),
        };
        let ending = fare.ending.word();
        format!(
            "{} {when} {who}: {ending}, {taps}, {amount}{before}",
            fare.day
        )
    }

    /// What is new of a rider's charges and refunds.
    pub(super) fn charges(&mut self, name: &str, page: &AuditPage) -> Vec<String> {
        self.charges.tell(name, page, &self.taps)
    }

    /// A statement with its lines.
    pub(super) fn statement(&self, statement: &Statement) -> Vec<String> {
        let operator = statement.operator;
        let name = self.operators[&operator].own().as_str();
        let mut said = vec![format!(
            "statement {} of {operator} {name}: fares {}, commission {}, payable {}",
            statement.number, statement.fares, statement.commission, statement.payable
        )];
        let line = |line: &ridecode_ledger::StatementLine| {
            let charge = line.leg.charge;
            let (rider, began) = self.taps[&charge.journey.0];
            let when = clock(began, statement.day);
            let amount = yuan(line.leg.amount_minor);
            let version = charge.version;
            format!(
                "  {when} {} version {version}: {amount}",
                self.names[&rider]
            )
        };
        said.extend(statement.lines.iter().map(line));
        said
    }
}

/// The explanation and the shares, below their fare.
fn reasons(fare: &Fare, language: Language) -> Vec<String> {
    let text = fare.explanation.text(language);
    // The start of the table's hash: a story tells what a table says, not its every edit.
    let hash = fare.explanation.tariff.short_hash();
    let text = text
        .replace(&format!(" ({hash})"), "")
        .replace(&format!("（{hash}）"), "");
    let mut said: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    if fare.shares.len() > 1 {
        let shares = fare.shares.iter().map(|share| {
            let line = share.line.as_ref().map_or("", |line| line.as_str());
            format!("{} to {} {line}", share.amount, share.operator)
        });
        let shares: Vec<String> = shares.map(|share| share.trim_end().to_owned()).collect();
        said.push(format!("  {}", shares.join(", ")));
    }
    said
}

fn yuan(minor: i64) -> String {
    Money::new(minor, Currency::CNY).to_string()
}
