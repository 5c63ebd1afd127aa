//! Statements: cleared again from their own lines, numbered and chained per operator, every line
//! once and with a fare behind it.

use std::collections::BTreeMap;

use ridecode_ledger::{ClearedLeg, Clearing, Statement, clear};
use ridecode_store::OperatorLeg;
use ridecode_words::{ChargeId, OperatorId};

use super::Finding;
use crate::Office;

/// The lines of all statements that have not met their fare yet.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<(OperatorId, ChargeId), ClearedLeg>);

/// Checks every statement and notes its lines. Commission is recomputed with the rate in force on
/// the day of the statement.
pub(super) fn check(office: &Office, statements: &[Statement], lines: &mut Lines) -> Vec<Finding> {
    let mut sorted: Vec<&Statement> = statements.iter().collect();
    sorted.sort_by_key(|statement| (statement.operator, statement.number));
    let mut findings = Vec::new();
    let mut before: Option<&Statement> = None;
    for statement in sorted {
        let last = before.filter(|before| before.operator == statement.operator);
        findings.extend(check_one(office, last, statement));
        findings.extend(lines.note(statement));
        before = Some(statement);
    }
    findings
}

fn check_one(
    office: &Office,
    before: Option<&Statement>,
    statement: &Statement,
) -> Option<Finding> {
    let finding = |detail| Some(Finding::new("statement", name(statement), detail));
    let number_before = before.map_or(0, |before| before.number);
    if statement.number != number_before + 1 {
        return finding(format!("number {} was expected", number_before + 1));
    }
    let legs: Vec<ClearedLeg> = statement.lines.iter().map(|line| line.leg).collect();
    let cleared = clear(&Clearing {
        operator: statement.operator,
        day: statement.day,
        number_before,
        hash_before: before.map_or([0; 32], |before| before.hash),
        currency: statement.fares.currency,
        commission: office.policy.commission.on(statement.day),
        legs: &legs,
        coverage: &statement.coverage,
    });
    match cleared {
        Ok(cleared) if cleared == *statement => None,
        Ok(cleared) if cleared.payable != statement.payable => finding(format!(
            "its lines come to {} payable, it says {}",
            cleared.payable, statement.payable
        )),
        Ok(_) => finding("its hash does not follow from its content and the one before".into()),
        Err(fault) => finding(format!("its lines do not clear: {fault}")),
    }
}

impl Lines {
    fn note(&mut self, statement: &Statement) -> Vec<Finding> {
        let mut findings = Vec::new();
        for line in &statement.lines {
            let key = (statement.operator, line.leg.charge);
            if self.0.insert(key, line.leg).is_some() {
                let detail = format!("the fare {} stands on a statement twice", line.leg.charge);
                findings.push(Finding::new("statement", name(statement), detail));
            }
        }
        findings
    }

    /// Holds a leg that a fare gives against the line that claims it, if there is one yet.
    pub(super) fn meet(&mut self, leg: &OperatorLeg) -> Option<Finding> {
        let line = self.0.remove(&(leg.operator, leg.leg.charge))?;
        (line != leg.leg).then(|| {
            Finding::new(
                "statement",
                format!("operator {}", leg.operator),
                format!(
                    "the fare {} gives the operator {} minor units, the statement says {}",
                    leg.leg.charge, leg.leg.amount_minor, line.amount_minor
                ),
            )
        })
    }

    /// Lines that met no fare.
    pub(super) fn left_over(&self) -> impl Iterator<Item = Finding> + '_ {
        self.0.iter().map(|((operator, charge), line)| {
            let detail = format!(
                "the line {charge} of {} minor units has no fare behind it",
                line.amount_minor
            );
            Finding::new("statement", format!("operator {operator}"), detail)
        })
    }
}

fn name(statement: &Statement) -> String {
    format!(
        "operator {} number {}",
        statement.operator, statement.number
    )
}
