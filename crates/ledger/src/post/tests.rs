//! What each event posts, and that docs/ledger.md says the same.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};

use ridecode_words::{JourneyId, TapId, ValidatorId};

use super::*;
use crate::account::AccountKind;
use crate::money::Currency;

const CHARGE: ChargeId = ChargeId {
    journey: JourneyId(TapId {
        validator: ValidatorId(0x2001),
        sequence: 7,
    }),
    version: 1,
};
const RIDER: RiderId = RiderId(0xab);
const DAY: ServiceDay = ServiceDay(20_778);
const PROVIDER: ProviderId = ProviderId(9);

fn fare(shares: &[(u32, i64)]) -> Event {
    Event::Fare {
        charge: CHARGE,
        rider: RIDER,
        day: DAY,
        shares: shares
            .iter()
            .map(|(operator, minor)| Share {
                operator: OperatorId(*operator),
                amount: Money::fen(*minor),
            })
            .collect(),
    }
}

fn collected(minor: i64) -> Event {
    Event::Collected {
        charge: CHARGE,
        rider: RIDER,
        provider: PROVIDER,
        day: DAY,
        amount: Money::fen(minor),
    }
}

fn refunded(minor: i64) -> Event {
    Event::Refunded {
        refund: RefundId {
            charge: CHARGE,
            number: 2,
        },
        rider: RIDER,
        provider: PROVIDER,
        day: DAY,
        amount: Money::fen(minor),
    }
}

fn written_off(minor: i64) -> Event {
    Event::WrittenOff {
        charge: CHARGE,
        rider: RIDER,
        day: DAY,
        amount: Money::fen(minor),
    }
}

fn reinstated(minor: i64) -> Event {
    Event::Reinstated {
        charge: CHARGE,
        rider: RIDER,
        day: DAY,
        amount: Money::fen(minor),
    }
}

fn goodwill(minor: i64) -> Event {
    Event::Goodwill {
        charge: CHARGE,
        number: 3,
        rider: RIDER,
        day: DAY,
        amount: Money::fen(minor),
    }
}

fn taken_back(minor: i64) -> Event {
    Event::GoodwillTakenBack {
        charge: CHARGE,
        number: 3,
        rider: RIDER,
        day: DAY,
        amount: Money::fen(minor),
    }
}

/// Holds an event against its transfers, written `kind line: debit > credit amount`.
fn check(event: &Event, expected: Result<&[&str], PostFault>) {
    let lines = |transfers: Vec<Transfer>| -> Vec<String> {
        transfers
            .iter()
            .map(|transfer| {
                assert_eq!(transfer.id.charge, CHARGE);
                assert_eq!((transfer.rider, transfer.day), (RIDER, DAY));
                let (kind, line) = (transfer.id.kind.word(), transfer.id.line);
                let (debit, credit, amount) = (transfer.debit, transfer.credit, transfer.amount);
                format!("{kind} {line}: {debit} > {credit} {amount}")
            })
            .collect()
    };
    let expected = expected.map(|lines| lines.iter().map(|line| String::from(*line)).collect());
    assert_eq!(post(event).map(lines), expected);
}

#[test]
fn impossible_events_post_nothing() {
    check(&collected(0), Err(PostFault::NotPositive));
    check(&collected(-1), Err(PostFault::NotPositive));
    check(&refunded(0), Err(PostFault::NotPositive));
    check(&written_off(i64::MIN), Err(PostFault::NotPositive));
    check(&reinstated(0), Err(PostFault::NotPositive));
    check(&goodwill(-1), Err(PostFault::NotPositive));
    check(&taken_back(0), Err(PostFault::NotPositive));
    check(&fare(&[(1, 5), (1, 5)]), Err(PostFault::UnclearShares));
    check(
        &fare(&[(1, 5), (2, 0), (1, 0)]),
        Err(PostFault::UnclearShares),
    );
    check(&fare(&[(1, i64::MIN)]), Err(PostFault::TooLarge));
    check(&fare(&[(1, i64::MAX), (2, 1)]), Err(PostFault::TooLarge));
    let many: Vec<_> = (0..=u32::from(u16::MAX)).map(|id| (id, 1)).collect();
    check(&fare(&many), Err(PostFault::TooManyShares));

    let mut mixed = fare(&[(1, 5), (2, 5)]);
    if let Event::Fare { shares, .. } = &mut mixed {
        shares[1].amount.currency = Currency(*b"HKD");
    }
    check(&mixed, Err(PostFault::UnclearShares));
}

#[test]
fn each_event_posts_its_transfers() {
    let rider = "rider/00000000000000ab";
    check(&fare(&[]), Ok(&[]));
    check(&fare(&[(1, 0)]), Ok(&[]));
    check(
        &fare(&[(3, 200), (1, 0), (2, -50)]),
        Ok(&[
            &format!("fare 0: operator/2/payable > {rider} ¥0.50"),
            &format!("fare 1: {rider} > operator/3/payable ¥2.00"),
        ]),
    );
    check(
        &collected(400),
        Ok(&[&format!("collected 0: provider/9/clearing > {rider} ¥4.00")]),
    );
    check(
        &refunded(400),
        Ok(&[&format!("refunded 2: {rider} > provider/9/clearing ¥4.00")]),
    );
    check(
        &written_off(1),
        Ok(&[&format!("written-off 0: bad-debt > {rider} ¥0.01")]),
    );
    check(
        &reinstated(1),
        Ok(&[&format!("reinstated 0: {rider} > bad-debt ¥0.01")]),
    );
    check(
        &goodwill(100),
        Ok(&[&format!("goodwill 3: goodwill > {rider} ¥1.00")]),
    );
    let expected = format!("goodwill-taken-back 3: {rider} > goodwill ¥1.00");
    check(&taken_back(100), Ok(&[&expected]));
}

#[test]
fn kinds_keep_their_bytes() {
    for (byte, kind) in (0_u8..).zip(TransferKind::ALL) {
        assert_eq!(kind.byte(), byte);
        assert_eq!(TransferKind::from_byte(byte), Some(kind));
    }
    assert_eq!(TransferKind::from_byte(14), None);
}

/// Random events, in two orders: the same transfers, the same balances, and all balances
/// together zero.
#[test]
fn books_balance_in_any_order() {
    for round in 0..200 {
        let seed = ridecode_testing::seed(round);
        let mut random = fastrand::Rng::with_seed(seed);
        let mut events: Vec<Event> = (0..random.usize(1..40))
            .map(|_| random_event(&mut random))
            .collect();
        let before = balances(&events);
        random.shuffle(&mut events);
        for event in &mut events {
            if let Event::Fare { shares, .. } = event {
                random.shuffle(shares);
            }
        }
        assert_eq!(balances(&events), before, "RIDECODE_SEED={seed}");

        let growth = |kind: AccountKind| -> i64 {
            before
                .iter()
                .filter(|(account, _)| account.kind() == kind)
                .map(|(account, debit)| {
                    if account.kind().grows_by_debit() {
                        *debit
                    } else {
                        -debit
                    }
                })
                .sum()
        };
        let left = growth(AccountKind::Asset) + growth(AccountKind::Expense);
        let right = growth(AccountKind::Liability) + growth(AccountKind::Income);
        assert_eq!(left, right, "RIDECODE_SEED={seed}");
    }
}

fn random_event(random: &mut fastrand::Rng) -> Event {
    let amount = random.i64(1..10_000);
    match random.u8(0..9) {
        0 => collected(amount),
        1 => refunded(amount),
        2 => written_off(amount),
        3 => reinstated(amount),
        4 => goodwill(amount),
        5 => taken_back(amount),
        _ => {
            let operators = 1..=random.u32(1..5);
            let shares: Vec<_> = operators.map(|id| (id, random.i64(-500..500))).collect();
            fare(&shares)
        }
    }
}

fn balances(events: &[Event]) -> BTreeMap<Account, i64> {
    let mut balances = BTreeMap::new();
    for event in events {
        for transfer in post(event).unwrap() {
            for account in [transfer.debit, transfer.credit] {
                *balances.entry(account).or_insert(0) += transfer.debit_less_credit_minor(account);
            }
        }
    }
    balances
}

#[test]
fn the_document_has_every_row() {
    let document = include_str!("../../../../docs/ledger.md");
    let has = |row: &str| {
        let found = document.lines().any(|line| line.starts_with(row));
        assert!(found, "docs/ledger.md lacks the row {row}");
    };
    for event in [
        fare(&[(1, 5)]),
        fare(&[(1, -5)]),
        collected(5),
        refunded(5),
        written_off(5),
        reinstated(5),
        goodwill(5),
        taken_back(5),
    ] {
        for transfer in post(&event).unwrap() {
            let (debit, credit) = (shape(transfer.debit), shape(transfer.credit));
            let kind = transfer.id.kind.word();
            has(&format!(
                "| {} | {kind} | `{debit}` | `{credit}` |",
                title(&event)
            ));
        }
    }
    for kind in TransferKind::ALL {
        let cell = format!("| {} | `", kind.word());
        assert!(document.contains(&cell), "docs/ledger.md lacks {cell}");
    }
    for account in crate::account::one_of_each() {
        let kind = match account.kind() {
            AccountKind::Asset => "asset",
            AccountKind::Liability => "liability",
            AccountKind::Income => "income",
            AccountKind::Expense => "expense",
        };
        has(&format!(
            "| `{}` | {kind} | {} |",
            shape(account),
            account.code()[0]
        ));
    }
}

/// An event's name in the document.
fn title(event: &Event) -> &'static str {
    match event {
        Event::Fare { shares, .. } if shares[0].amount.is_positive() => {
            "fare, an operator's share above zero"
        }
        Event::Fare { .. } => "fare, an operator's share below zero",
        Event::Collected { .. } => "charge collected",
        Event::Refunded { .. } => "collected charge given back",
        Event::WrittenOff { .. } => "debt written off",
        Event::Reinstated { .. } => "debt written off, paid after all",
        Event::Goodwill { .. } => "goodwill",
        Event::GoodwillTakenBack { .. } => "goodwill taken back",
    }
}

/// An account's path with the number left open.
fn shape(account: Account) -> String {
    match account {
        Account::Rider(_) => "rider/{rider}".to_string(),
        Account::ProviderClearing(_) => "provider/{provider}/clearing".to_string(),
        Account::OperatorPayable(_) => "operator/{operator}/payable".to_string(),
        Account::Bank
        | Account::TicketsOutstanding
        | Account::Fees
        | Account::Breakage
        | Account::BadDebt
        | Account::Goodwill
        | Account::ProviderCost => account.to_string(),
    }
}
