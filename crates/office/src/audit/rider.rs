//! One rider's records: bills from taps, transfers and charges from fares, the balance from
//! transfers.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::{Period, Tap, bill};
use ridecode_ledger::{Account, Money, Transfer, TransferId, TransferKind};
use ridecode_store::{
    AdjustmentKind, AdjustmentLine, AuditPage, Charge, ChargedBy, FareVersion, OperatorLeg, Refund,
    RefundState,
};
use ridecode_words::{ChargeId, JourneyId, Month, RiderId, ServiceDay, TapId, UnixSeconds};

use super::Finding;
use crate::Office;
use crate::months::months_around;
use crate::price::JOURNEY_S_MAX;
use crate::price::plan::{changes, movement};

/// What is held of one rider.
#[derive(Default)]
pub(super) struct RiderRecords<'a> {
    pub(super) taps: Vec<Tap>,
    /// By journey and version.
    pub(super) fares: BTreeMap<(JourneyId, u32), &'a FareVersion>,
    pub(super) transfers: Vec<&'a Transfer>,
    pub(super) charges: Vec<&'a Charge>,
    refunds: Vec<&'a Refund>,
    adjusted: Vec<(AdjustmentKind, AdjustmentLine)>,
    balance_minor: i64,
    due: BTreeMap<Month, UnixSeconds>,
    /// Service days that gained a fare and were not charged since, with the month.
    open_days: BTreeSet<(Month, ServiceDay)>,
}

/// What a rider's check gives.
#[derive(Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    /// The legs the rider's fares give, for the statements.
    pub(super) legs: Vec<OperatorLeg>,
}

/// A page by rider. A fare is its first tap's rider's.
pub(super) fn split(page: &AuditPage) -> BTreeMap<RiderId, RiderRecords<'_>> {
    let mut split: BTreeMap<RiderId, RiderRecords<'_>> = BTreeMap::new();
    for rider in &page.riders {
        split.entry(*rider).or_default();
    }
    let mut riders: BTreeMap<TapId, RiderId> = BTreeMap::new();
    for tap in &page.taps {
        riders.insert(tap.id, tap.rider);
        split.entry(tap.rider).or_default().taps.push(tap.clone());
    }
    for transfer in &page.transfers {
        split
            .entry(transfer.rider)
            .or_default()
            .transfers
            .push(transfer);
        riders
            .entry(transfer.id.charge.journey.0)
            .or_insert(transfer.rider);
    }
    for charge in &page.charges {
        split.entry(charge.rider).or_default().charges.push(charge);
    }
    for (kind, line) in &page.adjusted {
        let records = split.entry(line.rider).or_default();
        records.adjusted.push((*kind, *line));
    }
    for refund in &page.refunds {
        split.entry(refund.rider).or_default().refunds.push(refund);
    }
    for fare in &page.fares {
        // A fare without tap or transfer cannot be traced; it is shown under the first rider.
        let first = page.riders.first().copied().unwrap_or(RiderId(0));
        let rider = riders.get(&fare.journey.0).copied().unwrap_or(first);
        let records = split.entry(rider).or_default();
        records.fares.insert((fare.journey, fare.version), fare);
    }
    for (rider, balance_minor) in &page.balances {
        split.entry(*rider).or_default().balance_minor = *balance_minor;
    }
    for (period, from) in &page.due {
        split
            .entry(period.rider)
            .or_default()
            .due
            .insert(period.month, *from);
    }
    for (period, day) in &page.open_days {
        let records = split.entry(period.rider).or_default();
        records.open_days.insert((period.month, *day));
    }
    split
}

impl RiderRecords<'_> {
    pub(super) fn check(&self, office: &Office, rider: RiderId, as_of: UnixSeconds) -> Found {
        let mut found = Found::default();
        self.check_bills(office, rider, (as_of, &mut found));
        self.check_movements(office, rider, &mut found);
        self.check_balance(rider, &mut found);
        found
    }

    /// Pricing every month again must give nothing new.
    fn check_bills(
        &self,
        office: &Office,
        rider: RiderId,
        (as_of, found): (UnixSeconds, &mut Found),
    ) {
        let mut posted: BTreeMap<Month, BTreeMap<JourneyId, FareVersion>> = BTreeMap::new();
        for fare in self.fares.values() {
            let month = posted.entry(fare.day.month()).or_default();
            month.insert(fare.journey, FareVersion::clone(fare));
        }
        let mut months: BTreeSet<Month> = months_around(&self.taps);
        months.extend(posted.keys());
        for month in months {
            if self.due.get(&month).is_some_and(|from| *from <= as_of) {
                continue;
            }
            let posted: Vec<FareVersion> = posted
                .remove(&month)
                .unwrap_or_default()
                .into_values()
                .collect();
            let period = Period { rider, month };
            found
                .findings
                .extend(self.check_bill(office, period, (as_of, &posted)));
        }
    }

    /// Compares a month's bill with what is posted. Pricing may have run later than `as_of`, so
    /// each moment within the next day at which a journey closes by waiting is tried as well.
    fn check_bill(
        &self,
        office: &Office,
        period: Period,
        (as_of, posted): (UnixSeconds, &[FareVersion]),
    ) -> Vec<Finding> {
        let end = as_of.plus_s(i64::from(JOURNEY_S_MAX));
        let mut at = as_of;
        let mut findings = None;
        loop {
            let bill = bill(period, &self.taps, &office.book, at);
            let differences = match changes(&bill, posted, office.policy.currency) {
                Ok(changes) if changes.is_empty() => return Vec::new(),
                Ok(changes) => changes.into_iter().map(tell_change).collect(),
                Err(fault) => vec![Finding::new("bill", period.rider, fault.to_string())],
            };
            findings.get_or_insert(differences);
            match bill.next_closing {
                Some(next) if next > at && next <= end => at = next,
                Some(_) | None => return findings.unwrap_or_default(),
            }
        }
    }

    /// Versions follow one another, and each moved what it must and nothing else.
    fn check_movements(&self, office: &Office, rider: RiderId, found: &mut Found) {
        let mut transfers: BTreeMap<TransferId, &Transfer> = BTreeMap::new();
        for transfer in &self.transfers {
            if transfers.insert(transfer.id, transfer).is_some() {
                found.tell(
                    "transfer",
                    transfer.id.charge,
                    "its transfer stands twice".into(),
                );
            }
        }
        let mut charges: BTreeMap<ChargeId, &Charge> = self
            .charges
            .iter()
            .map(|charge| (charge.id, *charge))
            .collect();
        let mut before: Option<&FareVersion> = None;
        for (&(journey, version), &fare) in &self.fares {
            let last = before.filter(|before| before.journey == journey);
            before = Some(fare);
            let expected = last.map_or(0, |last| last.version) + 1;
            let id = ChargeId { journey, version };
            if version != expected {
                found.tell("bill", id, format!("version {expected} was expected"));
            }
            match movement(rider, last, fare, office.policy.currency) {
                Ok(movement) => {
                    for transfer in &movement.transfers {
                        let held = transfers.remove(&transfer.id);
                        found.check_transfer(transfer, held);
                    }
                    found.check_charge(id, movement.charge, charges.remove(&id));
                    found.legs.extend(movement.legs);
                }
                Err(fault) => found.tell("bill", id, fault.to_string()),
            }
        }
        for (id, charge) in charges {
            if id.is_follow_up() {
                continue;
            }
            found.tell(
                "charge",
                id,
                format!("{} is charged without a fare", charge.amount),
            );
        }
        self.check_collected(&mut transfers, found);
        self.check_refunds(&mut transfers, found);
        self.check_write_offs(&mut transfers, found);
        self.check_adjusted(&mut transfers, found);
        for (id, transfer) in transfers {
            let detail = format!(
                "a transfer ({:?}, line {}) of {} has no cause",
                id.kind, id.line, transfer.amount
            );
            found.tell("transfer", id.charge, detail);
        }
        self.check_days(found);
        self.check_evenness(rider, found);
    }

    /// A charge takes a day's rides exactly if its ride is charged so, and a day that waits to be
    /// charged lies in a month that will be looked at again.
    fn check_days(&self, found: &mut Found) {
        let together = self.together();
        for charge in &self.charges {
            let journey = charge.id.journey;
            if charge.id.is_of_day() != together.of_day.contains_key(&journey) {
                let detail = "its ride is charged otherwise".into();
                found.tell("charge", charge.id, detail);
            }
        }
        for (month, day) in &self.open_days {
            if !self.due.contains_key(month) {
                let detail = "its rides wait to be charged, and nothing will charge them".into();
                found.tell("charges", day, detail);
            }
        }
    }

    /// Which rides are charged together.
    fn together(&self) -> Together {
        let mut together = Together::default();
        let mut first: BTreeMap<ServiceDay, JourneyId> = BTreeMap::new();
        let open: BTreeSet<ServiceDay> = self.open_days.iter().map(|(_, day)| *day).collect();
        for (&(journey, _), fare) in &self.fares {
            let ChargedBy::Day(day) = fare.charged_by else {
                continue;
            };
            let named_by = *first.entry(day).or_insert(journey);
            together.of_day.insert(journey, named_by);
            if open.contains(&day) {
                together.waiting.insert(named_by);
            }
        }
        together
    }

    /// The open charges of rides charged together ask for what these owe: never for less unless
    /// their day is not charged yet, and for more only with charges that are on their way. Money on
    /// its way back counts as given back, a debt written off as owed; what is in credit beyond that
    /// was refused or given.
    fn check_evenness(&self, rider: RiderId, found: &mut Found) {
        let account = Account::Rider(rider);
        let together = self.together();
        let mut owed: BTreeMap<JourneyId, i128> = BTreeMap::new();
        for transfer in &self.transfers {
            let journey = together.named_by(transfer.id.charge.journey);
            *owed.entry(journey).or_default() +=
                i128::from(transfer.debit_less_credit_minor(account));
        }
        for charge in self
            .charges
            .iter()
            .filter(|one| one.written_off_minor() > 0)
        {
            let written_off = i128::from(charge.written_off_minor());
            let journey = together.named_by(charge.id.journey);
            *owed.entry(journey).or_default() += written_off;
        }
        // What may stand in credit: what a provider refused, and gifts for a fare that fell later.
        let mut kept: BTreeMap<JourneyId, i128> = BTreeMap::new();
        for (kind, line) in &self.adjusted {
            let amount = i128::from(line.amount.minor);
            *kept.entry(together.named_by(line.journey)).or_default() += match kind {
                AdjustmentKind::Goodwill => amount,
                AdjustmentKind::TakenBack { .. } => -amount,
            };
        }
        for refund in &self.refunds {
            let journey = together.named_by(refund.id.charge.journey);
            let amount = i128::from(refund.amount.minor);
            match refund.state {
                RefundState::Done | RefundState::Superseded => {}
                RefundState::Refused { .. } => *kept.entry(journey).or_default() += amount,
                RefundState::Planned
                | RefundState::Submitted
                | RefundState::Accepted
                | RefundState::Unknown => *owed.entry(journey).or_default() += amount,
            }
        }
        let mut asked: BTreeMap<JourneyId, (i128, i128)> = BTreeMap::new();
        for charge in self.charges.iter().filter(|one| !one.state.is_closed()) {
            let journey = together.named_by(charge.id.journey);
            let (open, resting) = asked.entry(journey).or_default();
            *open += i128::from(charge.amount.minor);
            if charge.state.is_resting() {
                *resting += i128::from(charge.amount.minor);
            }
        }
        for (journey, owed) in owed {
            let (open, resting) = asked.remove(&journey).unwrap_or_default();
            let waits = together.waiting.contains(&journey);
            if !waits && (open < owed || (open > owed && resting > 0)) {
                let detail = format!("{owed} minor units are owed, {open} are asked for");
                found.tell("charges", journey, detail);
            }
            let kept = kept.remove(&journey).unwrap_or_default();
            if owed < -kept {
                let detail = format!("{} minor units in credit, {kept} may be", -owed);
                found.tell("refund", journey, detail);
            }
        }
    }

    /// Every collected charge has its transfer, and no other has.
    fn check_collected(&self, transfers: &mut BTreeMap<TransferId, &Transfer>, found: &mut Found) {
        for charge in &self.charges {
            let transfer = transfers.remove(&TransferId {
                charge: charge.id,
                kind: TransferKind::Collected,
                line: 0,
            });
            match (charge.find_paid(), transfer) {
                (None, None) => {}
                (Some(paid), Some(transfer)) => {
                    let rider = Account::Rider(charge.rider);
                    if transfer.amount != paid || transfer.credit != rider {
                        let detail = format!(
                            "{} was collected, and {} moved from {:?} to {:?}",
                            paid, transfer.amount, transfer.debit, transfer.credit
                        );
                        found.tell("charge", charge.id, detail);
                    }
                }
                (Some(_), None) => {
                    let detail = "it is collected, and no transfer says so".into();
                    found.tell("charge", charge.id, detail);
                }
                (None, Some(transfer)) => {
                    let detail = format!(
                        "it is {:?}, and a transfer says {} was collected",
                        charge.state, transfer.amount
                    );
                    found.tell("charge", charge.id, detail);
                }
            }
        }
    }

    /// What adjustments posted has its transfers.
    fn check_adjusted(&self, transfers: &mut BTreeMap<TransferId, &Transfer>, found: &mut Found) {
        for (kind, line) in &self.adjusted {
            let kind = match kind {
                AdjustmentKind::Goodwill => TransferKind::Goodwill,
                AdjustmentKind::TakenBack { .. } => TransferKind::GoodwillTakenBack,
            };
            let transfer = line.number.and_then(|number| {
                transfers.remove(&TransferId {
                    charge: line.charge(),
                    kind,
                    line: number,
                })
            });
            let moved = transfer.map(|transfer| transfer.amount);
            if moved != Some(line.amount) {
                let (word, amount) = (kind.word(), line.amount);
                let detail = format!("{word} of {amount} was posted, {moved:?} moved");
                found.tell("adjustment", line.journey, detail);
            }
        }
    }

    /// What was written off has its transfer, and what was paid or taken back after that another.
    fn check_write_offs(&self, transfers: &mut BTreeMap<TransferId, &Transfer>, found: &mut Found) {
        for charge in &self.charges {
            let written_off = charge.written_off.is_some();
            let stands_again = written_off && charge.state.is_closed();
            let expected = [
                (TransferKind::WrittenOff, written_off),
                (TransferKind::Reinstated, stands_again),
            ];
            for (kind, expected) in expected {
                let id = TransferId {
                    charge: charge.id,
                    kind,
                    line: 0,
                };
                let moved = transfers.remove(&id).map(|transfer| transfer.amount);
                if moved != expected.then_some(charge.amount) {
                    let (word, amount) = (kind.word(), charge.amount);
                    let detail = format!("{word}: {moved:?} moved, of a charge of {amount}");
                    found.tell("charge", charge.id, detail);
                }
            }
        }
    }

    /// Every refund that is done has its transfer and no other has, and no charge was given back
    /// more than came in for it.
    fn check_refunds(&self, transfers: &mut BTreeMap<TransferId, &Transfer>, found: &mut Found) {
        let mut given: BTreeMap<ChargeId, i64> = BTreeMap::new();
        for refund in &self.refunds {
            if refund.state != RefundState::Superseded {
                *given.entry(refund.id.charge).or_default() += refund.amount.minor;
            }
            let transfer = transfers.remove(&TransferId {
                charge: refund.id.charge,
                kind: TransferKind::Refunded,
                line: refund.id.number,
            });
            let moved = transfer.map(|transfer| (transfer.amount, transfer.debit));
            let done = refund.state == RefundState::Done;
            let expected = done.then_some((refund.amount, Account::Rider(refund.rider)));
            if moved != expected {
                let (amount, state) = (refund.amount, &refund.state);
                let detail = format!("{amount} are {state:?}, and {moved:?} moved");
                found.tell("refund", refund.id, detail);
            }
        }
        for charge in &self.charges {
            let given = given.remove(&charge.id).unwrap_or(0);
            let paid = charge.find_paid().map_or(0, |paid| paid.minor);
            if given > paid {
                let detail = format!("{paid} minor units came in, {given} are given back");
                found.tell("refund", charge.id, detail);
            }
        }
        for charge in given.into_keys() {
            found.tell("refund", charge, "there is no such charge".into());
        }
    }

    fn check_balance(&self, rider: RiderId, found: &mut Found) {
        let account = Account::Rider(rider);
        let moved: i128 = self
            .transfers
            .iter()
            .map(|transfer| i128::from(transfer.debit_less_credit_minor(account)))
            .sum();
        if moved != i128::from(self.balance_minor) {
            let held = self.balance_minor;
            let detail = format!("its transfers come to {moved} minor units, {held} are kept");
            found.tell("balance", rider, detail);
        }
    }
}

/// Rides charged with others of their day.
#[derive(Default)]
struct Together {
    /// Each with the first of its day.
    of_day: BTreeMap<JourneyId, JourneyId>,
    /// The first rides of days not charged yet.
    waiting: BTreeSet<JourneyId>,
}

impl Together {
    /// The ride that stands for all those charged with one.
    fn named_by(&self, journey: JourneyId) -> JourneyId {
        self.of_day.get(&journey).copied().unwrap_or(journey)
    }
}

impl Found {
    fn tell(&mut self, what: &'static str, id: impl ToString, detail: String) {
        self.findings.push(Finding::new(what, id, detail));
    }

    fn check_transfer(&mut self, expected: &Transfer, held: Option<&Transfer>) {
        let id = expected.id.charge;
        match held {
            None => {
                let detail = format!(
                    "{} from {:?} to {:?} was not posted",
                    expected.amount, expected.credit, expected.debit
                );
                self.tell("transfer", id, detail);
            }
            Some(held) if held != expected => {
                let detail = format!("expected {expected:?}, found {held:?}");
                self.tell("transfer", id, detail);
            }
            Some(_) => {}
        }
    }

    fn check_charge(&mut self, id: ChargeId, expected: Option<Money>, held: Option<&Charge>) {
        let held = held.map(|charge| charge.amount);
        if expected != held {
            let tell = |amount: Option<Money>| {
                amount.map_or_else(|| "nothing".into(), |amount| amount.to_string())
            };
            let detail = format!("{} is to be charged, {} is", tell(expected), tell(held));
            self.tell("charge", id, detail);
        }
    }
}

fn tell_change((held, expected): (Option<&FareVersion>, FareVersion)) -> Finding {
    let tell = |fare: &FareVersion| {
        let (amount, taps) = (fare.amount_minor, fare.taps.len());
        format!("{:?} of {taps} taps for {amount} minor units", fare.ending)
    };
    let held = held.map_or_else(|| "nothing".into(), tell);
    let detail = format!("the taps give {}, {held} is posted", tell(&expected));
    Finding::new("bill", expected.journey, detail)
}
