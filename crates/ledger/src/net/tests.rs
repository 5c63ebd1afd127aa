//! Netting: refusals, who pays whom, and that all of it sums to zero.

use alloc::format;
use alloc::string::String;
use alloc::vec;

use ridecode_words::{ChargeId, JourneyId, ServiceDay, TapId, ValidatorId};

use super::*;
use crate::clear::{ClearedLeg, Clearing, Commission, clear};

fn statement(operator: u32, number: u64, legs: &[(u32, i64)]) -> Statement {
    let legs: Vec<_> = (1..)
        .zip(legs)
        .map(|(sequence, (issuer, amount_minor))| ClearedLeg {
            charge: ChargeId {
                journey: JourneyId(TapId {
                    validator: ValidatorId(1),
                    sequence,
                }),
                version: 1,
            },
            issuer: IssuerId(*issuer),
            amount_minor: *amount_minor,
        })
        .collect();
    clear(&Clearing {
        operator: OperatorId(operator),
        day: ServiceDay(20_778),
        number_before: number - 1,
        hash_before: [0; 32],
        currency: Currency::CNY,
        commission: Commission { basis_points: 100 },
        legs: &legs,
        coverage: &[],
    })
    .unwrap()
}

fn name(party: Party) -> String {
    match party {
        Party::Operator(operator) => format!("operator {operator}"),
        Party::Issuer(issuer) => format!("issuer {}", issuer.0),
    }
}

/// Holds the payments against `from > to amount`.
fn check(statements: &[Statement], same: &[(u32, u32)], expected: Result<&[&str], NetFault>) {
    let same: Vec<_> = same
        .iter()
        .map(|(issuer, operator)| (IssuerId(*issuer), OperatorId(*operator)))
        .collect();
    let found = net(statements, &same).map(|netting| {
        let line = |one: &Payment| format!("{} > {} {}", name(one.from), name(one.to), one.amount);
        netting.payments.iter().map(line).collect::<Vec<_>>()
    });
    let expected = expected.map(|lines| lines.iter().map(|line| String::from(*line)).collect());
    assert_eq!(found, expected);
}

#[test]
fn statements_that_do_not_net_are_refused() {
    let one = statement(1, 1, &[(7, 1_000)]);
    check(
        &[one.clone(), one.clone()],
        &[],
        Err(NetFault::Repeated(OperatorId(1), 1)),
    );
    check(
        core::slice::from_ref(&one),
        &[(7, 1), (7, 2)],
        Err(NetFault::TwoOperators(IssuerId(7))),
    );
    let huge = statement(1, 1, &[(7, i64::MAX)]);
    let more = statement(1, 2, &[(7, i64::MAX)]);
    check(&[huge, more], &[], Err(NetFault::TooLarge));
}

#[test]
fn debts_the_other_way_are_set_off() {
    check(&[], &[], Ok(&[]));
    let metro = statement(1, 1, &[(7, 1_000), (8, 2_000)]);
    let bus = statement(2, 1, &[(7, 500), (8, 100)]);
    // Two issuers that are nobody's own pay two operators.
    check(
        &[metro.clone(), bus.clone()],
        &[],
        Ok(&[
            "issuer 7 > operator 1 ¥14.85",
            "issuer 8 > operator 1 ¥14.85",
            "issuer 8 > operator 2 ¥5.94",
        ]),
    );
    // Issuer 7 is the metro, issuer 8 the bus: one payment is left.
    check(
        &[metro, bus],
        &[(7, 1), (8, 2)],
        Ok(&["operator 2 > operator 1 ¥14.85"]),
    );
}

#[test]
fn corrections_that_outweigh_fares_are_owed_back() {
    let back = statement(1, 1, &[(7, 200), (7, -1_200)]);
    check(&[back], &[], Ok(&["operator 1 > issuer 7 ¥9.90"]));
    let nothing = statement(1, 1, &[(7, 200), (7, -200)]);
    check(&[nothing], &[], Ok(&[]));
}

#[test]
fn currencies_never_meet() {
    let yuan = statement(1, 1, &[(7, 1_000)]);
    let mut dollars = statement(2, 1, &[(8, 1_000)]);
    dollars.fares.currency = Currency(*b"HKD");
    check(
        &[yuan, dollars],
        &[(7, 2), (8, 1)],
        Ok(&[
            "operator 2 > operator 1 ¥9.90",
            "operator 1 > operator 2 9.90 HKD",
        ]),
    );
}

/// Random statements in two orders: the same netting; payments move each party by its position,
/// positions sum to zero, and obligations come to what the statements say is payable.
#[test]
fn everything_sums_to_zero() {
    for round in 0..200 {
        let seed = ridecode_testing::seed(round);
        let mut random = fastrand::Rng::with_seed(seed);
        let mut statements = vec![];
        for operator in 1..=random.u32(1..6) {
            for number in 1..=random.u64(1..4) {
                let legs: Vec<_> = (0..random.usize(0..20))
                    .map(|_| (random.u32(4..10), random.i64(-900..2_000)))
                    .collect();
                statements.push(statement(operator, number, &legs));
            }
        }
        let same = [(IssuerId(4), OperatorId(1)), (IssuerId(5), OperatorId(2))];
        let netting = net(&statements, &same).unwrap();
        random.shuffle(&mut statements);
        assert_eq!(
            net(&statements, &same).as_ref(),
            Ok(&netting),
            "RIDECODE_SEED={seed}"
        );
        let sum: i64 = netting.positions.iter().map(|one| one.net.minor).sum();
        assert_eq!(sum, 0, "RIDECODE_SEED={seed}");
        for position in &netting.positions {
            let moved: i64 = netting
                .payments
                .iter()
                .map(|one| {
                    let into = if one.to == position.party {
                        one.amount.minor
                    } else {
                        0
                    };
                    let out = if one.from == position.party {
                        one.amount.minor
                    } else {
                        0
                    };
                    into - out
                })
                .sum();
            assert_eq!(moved, position.net.minor, "RIDECODE_SEED={seed}");
        }
        assert!(
            netting.payments.len() < netting.positions.len().max(1),
            "RIDECODE_SEED={seed}"
        );
        assert!(netting.payments.iter().all(|one| one.amount.is_positive()));
        for operator in 1..6 {
            check_payable(OperatorId(operator), &statements, &netting);
        }
    }
}

/// What others owe an operator is what the lines of their codes come to.
fn check_payable(operator: OperatorId, statements: &[Statement], netting: &Netting) {
    let own = IssuerId(operator.0 + 3);
    let payable: i64 = statements
        .iter()
        .filter(|one| one.operator == operator)
        .flat_map(|one| &one.lines)
        .filter(|line| operator.0 > 2 || line.leg.issuer != own)
        .map(|line| line.leg.amount_minor - line.commission_minor)
        .sum();
    let by_statement = |one: &&Obligation| one.statements[0].0 == operator;
    let owed: i64 = netting
        .obligations
        .iter()
        .filter(by_statement)
        .filter(|one| one.debtor != one.creditor)
        .map(|one| {
            if one.creditor == Party::Operator(operator) {
                one.amount.minor
            } else {
                -one.amount.minor
            }
        })
        .sum();
    assert_eq!(owed, payable);
}
