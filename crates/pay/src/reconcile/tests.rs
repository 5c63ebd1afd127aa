//! Reconciliation: a case per class, and that everything is in exactly one.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec;

use ridecode_words::{JourneyId, TapId, UnixSeconds, ValidatorId};

use super::*;

fn charge(sequence: u64) -> ChargeId {
    ChargeId {
        journey: JourneyId(TapId {
            validator: ValidatorId(0x2001),
            sequence,
        }),
        version: 1,
    }
}

fn line(transaction: &str, sequence: u64, minor: i64) -> BillLine {
    BillLine {
        transaction: transaction.to_string(),
        charge: charge(sequence),
        contract: "C1".to_string(),
        amount: Money::fen(minor),
        collected: UnixSeconds(1_795_219_200),
    }
}

fn collected(transaction: &str, sequence: u64, minor: i64) -> OurCharge {
    OurCharge {
        charge: charge(sequence),
        amount: Money::fen(minor),
        state: OurState::Collected {
            transaction: transaction.to_string(),
        },
    }
}

fn open(sequence: u64, minor: i64) -> OurCharge {
    OurCharge {
        state: OurState::NotCollected,
        ..collected("", sequence, minor)
    }
}

/// Holds the classes in the order of the findings.
fn check(ours: &[OurCharge], bill: &[BillLine], expected: &[Class]) {
    let found = reconcile(ours, bill).unwrap();
    let classes: Vec<_> = found.findings.iter().map(|finding| finding.class).collect();
    assert_eq!(classes, expected);
    let nothing_to_do = expected
        .iter()
        .all(|class| class.action() == Action::Nothing);
    assert_eq!(found.agrees(), nothing_to_do);
}

#[test]
fn a_charge_given_twice_is_refused() {
    let ours = [collected("T1", 1, 200), open(1, 200)];
    assert_eq!(
        reconcile(&ours, &[]),
        Err(ReconcileFault::Repeated(charge(1)))
    );
}

#[test]
fn each_class_has_its_case() {
    let ours = [collected("T1", 1, 200)];
    check(&[], &[], &[]);
    check(&ours, &[line("T1", 1, 200)], &[Class::Matched]);
    check(
        &ours,
        &[line("T1", 1, 200), line("T1", 1, 200)],
        &[Class::Matched, Class::DuplicateLine],
    );
    // A transaction that is there already is a duplicate whatever charge it names.
    check(
        &ours,
        &[line("T1", 1, 200), line("T1", 2, 200)],
        &[Class::Matched, Class::DuplicateLine],
    );
    check(
        &ours,
        &[line("T1", 1, 200), line("T2", 1, 200)],
        &[Class::Matched, Class::PaidTwice],
    );
    check(
        &ours,
        &[line("T9", 9, 200)],
        &[Class::MissingHere, Class::MissingThere],
    );
    check(&ours, &[line("T1", 1, 201)], &[Class::AmountDiffers]);
    check(&ours, &[line("T2", 1, 200)], &[Class::TransactionDiffers]);
    check(
        &[open(1, 200)],
        &[line("T1", 1, 200)],
        &[Class::StatusDiffers],
    );
    check(
        &[open(1, 200)],
        &[line("T1", 1, 100)],
        &[Class::AmountDiffers],
    );
    check(&[open(1, 200)], &[], &[Class::NotCollected]);
    let mut dollars = line("T1", 1, 200);
    dollars.amount.currency = Currency(*b"HKD");
    check(&ours, &[dollars], &[Class::AmountDiffers]);
}

#[test]
fn each_class_has_its_word_and_its_sentences() {
    let words: BTreeSet<_> = Class::ALL.iter().map(|class| class.word()).collect();
    assert_eq!(words.len(), Class::ALL.len());
    assert!(Class::ALL.is_sorted());
    let document = include_str!("../../../../docs/ledger.md");
    for class in Class::ALL {
        let action = class.action();
        assert!(!action.sentence_zh().is_empty());
        let row = format!("| {} | ", class.word());
        let row = document.lines().find(|line| line.starts_with(&row));
        let end = format!("| {} |", action.sentence());
        assert!(
            row.is_some_and(|row| row.ends_with(&end)),
            "docs/ledger.md, {}",
            class.word()
        );
    }
}

/// Random books and bills: every charge and every line stands in exactly one finding, and the
/// findings' differences sum to the difference of both sides. The order of our charges does not
/// matter.
#[test]
fn everything_is_in_exactly_one_class() {
    for round in 0..300 {
        let seed = ridecode_testing::seed(round);
        let mut random = fastrand::Rng::with_seed(seed);
        let mut ours: Vec<_> = (0..random.u64(0..30))
            .map(|sequence| {
                let minor = random.i64(1..4);
                match random.bool() {
                    true => collected(&format!("T{sequence}"), sequence, minor),
                    false => open(sequence, minor),
                }
            })
            .collect();
        let bill: Vec<_> = (0..random.usize(0..40))
            .map(|_| {
                let transaction = format!("T{}", random.u64(0..35));
                line(&transaction, random.u64(0..35), random.i64(1..4))
            })
            .collect();
        let given = ours.clone();
        let found = reconcile(&given, &bill).unwrap();
        for one in &given {
            let stands =
                |finding: &&Finding<'_>| finding.ours.is_some_and(|ours| core::ptr::eq(ours, one));
            let count = found.findings.iter().filter(stands).count();
            assert_eq!(count, 1, "RIDECODE_SEED={seed}");
        }
        let places: Vec<_> = found
            .findings
            .iter()
            .filter_map(|finding| finding.line.map(|(place, _)| place))
            .collect();
        let expected: Vec<_> = (0..bill.len()).collect();
        assert_eq!(places, expected, "RIDECODE_SEED={seed}");
        let by_class: usize = Class::ALL.iter().map(|class| found.count(*class)).sum();
        assert_eq!(by_class, found.findings.len(), "RIDECODE_SEED={seed}");
        check_sums(&given, &bill, &found);
        random.shuffle(&mut ours);
        assert_eq!(reconcile(&ours, &bill), Ok(found), "RIDECODE_SEED={seed}");
    }
}

fn check_sums(ours: &[OurCharge], bill: &[BillLine], found: &Reconciliation<'_>) {
    let there: i64 = bill.iter().map(|line| line.amount.minor).sum();
    let here: i64 = ours
        .iter()
        .filter(|charge| charge.state != OurState::NotCollected)
        .map(|charge| charge.amount.minor)
        .sum();
    let differences = found
        .findings
        .iter()
        .map(|finding| finding.difference_minor(Currency::CNY));
    assert_eq!(differences.sum::<i128>(), i128::from(there - here));
}

#[test]
fn lines_of_a_matched_day_need_nothing() {
    let ours = vec![collected("T1", 1, 200), collected("T2", 2, 400)];
    let bill = vec![line("T2", 2, 400), line("T1", 1, 200)];
    check(&ours, &bill, &[Class::Matched, Class::Matched]);
}
