//! Payouts: from statements to the bank, stage 9's last part.
//!
//! Statements that stand in no payout are netted into payments. One person plans, another
//! approves; what is approved is written for the bank, and what the bank paid is booked. An
//! operator whose statements together come to less than nothing waits until later ones make up for
//! it: nobody is asked to pay back.

use std::collections::BTreeMap;

use ridecode_ledger::{NetFault, Payment, Statement, net};
use ridecode_store::{
    Payout, PayoutRefused, PayoutSaved, PayoutStep, PlannedPayment, StoreFault, UnpaidStatements,
};
use ridecode_words::{OperatorId, ServiceDay};

use crate::Office;

/// Why nothing became of a plan or a step.
#[derive(Debug, thiserror::Error)]
pub enum PayoutFault {
    /// The statements cannot be netted.
    #[error(transparent)]
    Net(#[from] NetFault),
    /// The step was not taken.
    #[error(transparent)]
    Refused(#[from] PayoutRefused),
    /// More payments than lines.
    #[error("a payout has at most 65535 payments; settle fewer statements")]
    TooMany,
    /// A name or a reference that cannot be kept.
    #[error("{0} must have 1 to 140 printable characters")]
    Text(&'static str),
    /// Statements kept coming in.
    #[error("statements kept coming in; plan again")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Plans a payout of every statement that stands in none. `None` if there is nothing to settle.
pub async fn plan(
    office: &Office,
    planned_by: &str,
    day: ServiceDay,
) -> Result<Option<Payout>, PayoutFault> {
    check_text("the name", planned_by)?;
    for _ in 0..ATTEMPTS_MAX {
        let unpaid = office.store.load_unpaid().await?;
        let Some(payout) = plan_of(office, unpaid, (planned_by, day))? else {
            return Ok(None);
        };
        match office.store.save_payout(payout.clone()).await? {
            PayoutSaved::Saved | PayoutSaved::Repeated => return Ok(Some(payout)),
            PayoutSaved::Moved => {}
        }
    }
    Err(PayoutFault::Busy)
}

/// Takes a step of a payout. Taking it again gives the payout as it is.
pub async fn step(office: &Office, number: u64, step: PayoutStep) -> Result<Payout, PayoutFault> {
    match &step {
        PayoutStep::Approve(by) | PayoutStep::Withdraw(by) => check_text("the name", &by.by)?,
        PayoutStep::Pay { paid, .. } => check_text("the reference", &paid.reference)?,
        PayoutStep::Export => {}
    }
    Ok(office.store.step_payout(number, step).await??)
}

/// A payout by its number.
pub async fn find(office: &Office, number: u64) -> Result<Payout, PayoutFault> {
    let before = number.saturating_sub(1);
    let found = office.store.load_payouts(before, 1).await?.pop();
    let found = found.filter(|payout| payout.number == number);
    Ok(found.ok_or(PayoutRefused::Unknown(number))?)
}

/// The payments that settle some statements.
pub(crate) fn payments_of(statements: &[Statement]) -> Result<Vec<Payment>, NetFault> {
    Ok(net(statements, &[])?.payments)
}

fn plan_of(
    office: &Office,
    unpaid: UnpaidStatements,
    (planned_by, day): (&str, ServiceDay),
) -> Result<Option<Payout>, PayoutFault> {
    let currency = office.policy.currency;
    let mut statements = unpaid.statements;
    statements.retain(|one| one.payable.currency == currency);
    let mut owed: BTreeMap<OperatorId, i128> = BTreeMap::new();
    for statement in &statements {
        *owed.entry(statement.operator).or_default() += i128::from(statement.payable.minor);
    }
    statements.retain(|one| owed[&one.operator] >= 0);
    let payments = payments_of(&statements)?;
    if payments.is_empty() {
        return Ok(None);
    }
    if payments.len() > usize::from(u16::MAX) {
        return Err(PayoutFault::TooMany);
    }
    let payments = payments.into_iter().map(|payment| PlannedPayment {
        payment,
        paid: None,
    });
    let names = statements.iter().map(|one| (one.operator, one.number));
    let mut names = Vec::from_iter(names);
    names.sort_unstable();
    Ok(Some(Payout {
        number: unpaid.number_before.saturating_add(1),
        day,
        currency,
        planned_by: planned_by.to_owned(),
        statements: names,
        payments: payments.collect(),
        approved: None,
        exports: 0,
        withdrawn: None,
    }))
}

fn check_text(what: &'static str, text: &str) -> Result<(), PayoutFault> {
    let length = text.chars().count();
    if length == 0 || length > TEXT_MAX || text.chars().any(char::is_control) {
        return Err(PayoutFault::Text(what));
    }
    Ok(())
}

/// Characters of a name or a reference.
const TEXT_MAX: usize = 140;

/// How often a payout is planned anew because statements came in meanwhile.
const ATTEMPTS_MAX: usize = 16;
