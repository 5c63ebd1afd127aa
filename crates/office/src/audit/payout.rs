//! Payouts: numbered without a gap, each statement in one, each netted again from its statements.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_ledger::{Payment, Statement};
use ridecode_store::Payout;
use ridecode_words::OperatorId;

use super::Finding;
use crate::payout::payments_of;

/// Holds payouts against the statements they settle.
pub(super) fn check(statements: &[Statement], payouts: &[Payout]) -> Vec<Finding> {
    let named = statements
        .iter()
        .map(|one| ((one.operator, one.number), one));
    let named: BTreeMap<(OperatorId, u64), &Statement> = named.collect();
    let mut settled = BTreeSet::new();
    let mut findings = Vec::new();
    for (expected, payout) in (1..).zip(payouts) {
        let mut tell = |detail| findings.push(Finding::new("payout", payout.number, detail));
        if payout.number != expected {
            tell(format!("number {expected} was expected"));
        }
        let mut of_payout = Vec::new();
        for name in &payout.statements {
            let (operator, number) = *name;
            match named.get(name) {
                Some(statement) => of_payout.push(Statement::clone(statement)),
                None => tell(format!(
                    "there is no statement {number} of operator {operator}"
                )),
            }
            if payout.withdrawn.is_none() && !settled.insert(*name) {
                tell(format!(
                    "statement {number} of operator {operator} stands in two payouts"
                ));
            }
        }
        let held: Vec<Payment> = payout.payments.iter().map(|one| one.payment).collect();
        match payments_of(&of_payout) {
            Ok(expected) if expected == held => {}
            Ok(expected) => tell(format!(
                "its statements net to {expected:?}, it has {held:?}"
            )),
            Err(fault) => tell(format!("its statements do not net: {fault}")),
        }
    }
    findings
}
