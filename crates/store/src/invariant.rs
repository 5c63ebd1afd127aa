//! What callers promise about what they hand in, asserted in every build before an engine sees it.
//!
//! Nothing here judges input from outside: a segment, a bill or a statement that breaks these was
//! made by a bug of ours, and stopping is better than storing it.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_account::Credential;
use ridecode_fare::{Mend, REPAIRS_MAX, RepairedBy, TapKind};
use ridecode_ledger::{Account, Currency, Statement, Transfer, TransferKind};
use ridecode_words::{ChargeId, OperatorId, RiderId};

use crate::record::{
    Acceptance, Adjustment, AttemptOutcome, BillSave, FareVersion, Payout, RefundHeard, RefundNews,
    Repair, Settlement, WriteOff,
};

/// A repair has a number that names it, and an author exactly if it is an agent's.
pub(crate) fn assert_repair(repair: &Repair) {
    assert!(
        (1..=REPAIRS_MAX).contains(&repair.number),
        "repairs are numbered from 1"
    );
    let by_rider = match repair.mend {
        Mend::Entry(by) | Mend::Exit(by) => by == RepairedBy::Rider,
        Mend::Unridden | Mend::Excused => false,
    };
    assert_eq!(
        repair.author.is_empty(),
        by_rider,
        "an agent's repair names its author, a rider's none"
    );
}

/// A credential that gives one ride is given alone.
pub(crate) fn assert_grant(credentials: &[Credential]) {
    let alone = credentials.len() <= 1
        || credentials
            .iter()
            .all(|credential| credential.essential_since.is_none());
    assert!(alone, "a ride home is given alone");
}

/// A segment is numbered without a hole and chained; taps and voids are entries of it.
pub(crate) fn assert_acceptance(acceptance: &Acceptance) {
    let entries = &acceptance.entries;
    let first = entries.first().map_or(0, |entry| entry.sequence);
    let last = entries.last().map_or(0, |entry| entry.sequence);
    assert!(first >= 1, "a segment has entries, numbered from 1");
    for pair in entries.windows(2) {
        assert_eq!(
            pair[0].sequence + 1,
            pair[1].sequence,
            "entries without a hole"
        );
        assert_eq!(pair[0].hash, pair[1].previous, "entries are chained");
    }
    let within = |sequence: u64| (first..=last).contains(&sequence);
    let mut taps = BTreeSet::new();
    for tap in &acceptance.taps {
        assert_eq!(
            tap.id.validator, acceptance.validator,
            "taps of this journal"
        );
        assert!(within(tap.id.sequence), "a tap is an entry of the segment");
        assert!(taps.insert(tap.id.sequence), "an entry is one tap");
        match tap.kind {
            TapKind::Single | TapKind::In | TapKind::Out => {}
            TapKind::Void { .. } => panic!("voids become taps in the store"),
            TapKind::Repair { .. } => panic!("no validator repairs"),
        }
    }
    for void in &acceptance.voids {
        assert!(within(void.sequence), "a void is an entry of the segment");
        assert!(
            void.accepted < void.sequence,
            "a void takes back an earlier entry"
        );
        assert!(
            taps.insert(void.sequence),
            "an entry is a tap or a void, once"
        );
    }
    for (sequence, _) in &acceptance.rides_home {
        assert!(
            within(*sequence),
            "a ride ends with an entry of the segment"
        );
    }
    for disagreement in &acceptance.disagreements {
        assert!(
            within(disagreement.sequence),
            "disagreements are about the segment"
        );
    }
}

/// Months of one call differ, have no journey in common, and each is consistent.
pub(crate) fn assert_bills(bills: &[BillSave]) {
    let mut periods = BTreeSet::new();
    let mut journeys = BTreeMap::new();
    for bill in bills {
        assert!(periods.insert(bill.period), "a call has each month once");
        for fare in &bill.fares {
            let month = *journeys.entry(fare.journey).or_insert(bill.period);
            assert_eq!(month, bill.period, "a journey is in one month of a call");
        }
        assert_bill(bill);
    }
}

fn assert_bill(bill: &BillSave) {
    let rider = bill.period.rider;
    let mut charges = BTreeSet::new();
    for fare in &bill.fares {
        let versions = 1..ChargeId::FOLLOW_UP;
        assert!(
            versions.contains(&fare.version),
            "fare versions count from 1"
        );
        assert!(
            charges.insert(charge_of(fare)),
            "a fare version stands once"
        );
        let alone = bill
            .fares
            .iter()
            .all(|other| other.journey != fare.journey || other.charged_by == fare.charged_by);
        assert!(alone, "a journey's fares are charged alike");
        let shares: i64 = fare.shares.iter().map(|share| share.amount_minor).sum();
        assert_eq!(shares, fare.amount_minor, "the shares sum to the fare");
    }
    assert_transfers(rider, &bill.transfers);
    for transfer in &bill.transfers {
        assert!(
            charges.contains(&transfer.id.charge),
            "transfers of these fares"
        );
        assert_eq!(
            transfer.id.kind,
            TransferKind::Fare,
            "a bill posts fares only"
        );
    }
    for charge in &bill.charges {
        assert!(charges.contains(&charge.id), "charges of these fares");
        assert_eq!(charge.rider, rider, "charges of this rider");
        assert!(charge.amount.minor > 0, "a charge is positive");
        assert_eq!(charge.rides, 1, "a fare's charge is for one ride");
        let of_day = bill
            .fares
            .iter()
            .any(|fare| charge_of(fare) == charge.id && fare.charged_by.find_day().is_some());
        assert!(
            !of_day,
            "what is charged with its day has no charge of its own"
        );
    }
    let ascending = bill.days_over.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(ascending, "a day is over once");
    let mut legs: BTreeSet<(OperatorId, ChargeId)> = BTreeSet::new();
    for leg in &bill.legs {
        assert!(charges.contains(&leg.leg.charge), "legs of these fares");
        assert!(
            legs.insert((leg.operator, leg.leg.charge)),
            "an operator has one leg of a fare"
        );
    }
    assert_legs_match_transfers(bill);
}

/// What a fare version adds to a rider's debt is what it adds to what operators are owed.
fn assert_legs_match_transfers(bill: &BillSave) {
    let mut owed: BTreeMap<ChargeId, i64> = BTreeMap::new();
    for transfer in &bill.transfers {
        *owed.entry(transfer.id.charge).or_default() +=
            transfer.debit_less_credit_minor(Account::Rider(transfer.rider));
    }
    for leg in &bill.legs {
        *owed.entry(leg.leg.charge).or_default() -= leg.leg.amount_minor;
    }
    for (charge, difference) in owed {
        assert_eq!(difference, 0, "legs and transfers of {charge} differ");
    }
}

/// Transfers are positive, between two accounts, of this rider; per currency they sum to zero.
pub(crate) fn assert_transfers(rider: RiderId, transfers: &[Transfer]) {
    let mut ids = BTreeSet::new();
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    let mut accounts: BTreeMap<(Account, Currency), i128> = BTreeMap::new();
    for transfer in transfers {
        assert!(ids.insert(transfer.id), "a transfer stands once");
        assert_eq!(transfer.rider, rider, "transfers are keyed by their rider");
        assert!(transfer.amount.minor > 0, "a transfer is positive");
        assert_ne!(
            transfer.debit, transfer.credit,
            "a transfer has two accounts"
        );
        for account in [transfer.debit, transfer.credit] {
            if let Account::Rider(other) = account {
                assert_eq!(
                    other, rider,
                    "a rider's transfer moves no other rider's balance"
                );
            }
        }
        let amount = i128::from(transfer.amount.minor);
        let currency = transfer.amount.currency;
        *accounts.entry((transfer.debit, currency)).or_default() += amount;
        *accounts.entry((transfer.credit, currency)).or_default() -= amount;
    }
    for ((_, currency), moved) in accounts {
        *sums.entry(currency).or_default() += moved;
    }
    for sum in sums.into_values() {
        assert_eq!(sum, 0, "debits and credits sum to zero");
    }
}

/// Only collecting moves money, and only between its own accounts.
pub(crate) fn assert_settlement(settlement: &Settlement) {
    match settlement.outcome {
        AttemptOutcome::Collected { .. } => {}
        AttemptOutcome::CollectedOther { amount, .. } => {
            assert!(amount.is_positive(), "what came in is positive");
        }
        AttemptOutcome::Accepted | AttemptOutcome::Declined { .. } | AttemptOutcome::Unknown => {
            assert!(
                settlement.transfers.is_empty(),
                "only collecting moves money"
            );
        }
    }
    if let Some(first) = settlement.transfers.first() {
        assert_transfers(first.rider, &settlement.transfers);
    }
    for transfer in &settlement.transfers {
        assert_eq!(
            transfer.id.charge, settlement.charge,
            "transfers of this charge"
        );
        let kinds = [TransferKind::Collected, TransferKind::Reinstated];
        assert!(kinds.contains(&transfer.id.kind), "a settlement collects");
    }
}

/// A debt is written off under its charge's own number, from its rider.
pub(crate) fn assert_write_off(write_off: &WriteOff) {
    let transfer = &write_off.transfer;
    assert_transfers(transfer.rider, &[*transfer]);
    let expected = (write_off.charge, TransferKind::WrittenOff);
    assert_eq!((transfer.id.charge, transfer.id.kind), expected);
    assert_eq!(transfer.credit, Account::Rider(transfer.rider));
}

/// An adjustment has each ride once, and positive amounts.
pub(crate) fn assert_adjustment(adjustment: &Adjustment) {
    let mut rides = BTreeSet::new();
    for line in &adjustment.lines {
        assert!(rides.insert(line.journey), "a ride stands once");
        assert!(line.amount.minor > 0, "an adjustment is positive");
    }
    assert!(!rides.is_empty(), "an adjustment is about something");
}

/// Only giving back moves money, under the refund's own number.
pub(crate) fn assert_refund_news(news: &RefundNews) {
    let done = news.heard == RefundHeard::Done;
    assert_eq!(
        news.transfer.is_some(),
        done,
        "only giving back moves money"
    );
    let Some(transfer) = news.transfer else {
        return;
    };
    assert_transfers(transfer.rider, &[transfer]);
    let expected = (
        news.refund.charge,
        TransferKind::Refunded,
        news.refund.number,
    );
    let id = transfer.id;
    assert_eq!((id.charge, id.kind, id.line), expected, "of this refund");
}

/// A statement's sums are those of its lines.
pub(crate) fn assert_statement(statement: &Statement) {
    assert!(statement.number >= 1, "statements are numbered from 1");
    let mut charges = BTreeSet::new();
    let (mut fares, mut commission) = (0_i128, 0_i128);
    for line in &statement.lines {
        assert!(charges.insert(line.leg.charge), "a leg stands once");
        fares += i128::from(line.leg.amount_minor);
        commission += i128::from(line.commission_minor);
    }
    assert_eq!(i128::from(statement.fares.minor), fares, "the legs sum up");
    assert_eq!(
        i128::from(statement.commission.minor),
        commission,
        "the commissions sum up"
    );
    let payable = i128::from(statement.payable.minor);
    assert_eq!(
        payable,
        fares - commission,
        "fares less commission are payable"
    );
    for sum in [statement.commission, statement.payable] {
        assert_eq!(sum.currency, statement.fares.currency, "one currency");
    }
}

/// A planned payout has nothing but its plan.
pub(crate) fn assert_payout(payout: &Payout) {
    assert!(payout.number >= 1, "payouts are numbered from 1");
    assert!(
        payout.statements.is_sorted(),
        "statements by operator and number"
    );
    assert!(!payout.statements.is_empty(), "a payout settles something");
    assert!(
        payout.approved.is_none() && payout.withdrawn.is_none(),
        "it is planned"
    );
    assert_eq!(payout.exports, 0, "it was not written for the bank");
    for one in &payout.payments {
        assert!(one.payment.amount.is_positive(), "a payment is positive");
        assert_eq!(one.payment.amount.currency, payout.currency, "one currency");
        assert!(
            one.payment.from != one.payment.to,
            "a payment has two sides"
        );
        assert!(one.paid.is_none(), "nothing was paid yet");
    }
}

/// The id a fare version, its transfers, its legs and its charge share.
pub(crate) fn charge_of(fare: &FareVersion) -> ChargeId {
    ChargeId {
        journey: fare.journey,
        version: fare.version,
    }
}
