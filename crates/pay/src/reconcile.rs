//! Our charges of a day against a provider's bill of that day.
//!
//! [`reconcile`] puts every charge and every line of the bill into exactly one class, each with
//! what is to be done about it. It never corrects anything and never absorbs a difference: the
//! classes' differences sum to the difference between the bill and our books.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};
use ridecode_words::ChargeId;

use crate::connector::BillLine;

/// What our books say about a charge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OurState {
    /// Paid, under the provider's number.
    Collected {
        /// The provider's number for it.
        transaction: String,
    },
    /// Not paid, as far as we know: planned, on its way, unknown or declined.
    NotCollected,
}

/// A charge as our books have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OurCharge {
    /// The charge: the order number on the bill.
    pub charge: ChargeId,
    /// What was collected, or is asked for.
    pub amount: Money,
    /// Whether it was collected.
    pub state: OurState,
}

/// What a charge or a line is, in order of precedence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// A line with a transaction that stands on the bill before.
    DuplicateLine,
    /// A further deduction, with a transaction of its own, for a charge that has a line before.
    PaidTwice,
    /// A line for a charge we do not have.
    MissingHere,
    /// Amount or currency of the line are not the charge's.
    AmountDiffers,
    /// The bill says collected, our books do not.
    StatusDiffers,
    /// Collected by both, under different numbers of the provider.
    TransactionDiffers,
    /// Collected by both, the same amount under the same number.
    Matched,
    /// Collected by our books, not on the bill.
    MissingThere,
    /// Neither collected by our books nor on the bill.
    NotCollected,
}

/// What is to be done about a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Nothing: both sides agree.
    Nothing,
    /// Ask the provider to correct the bill.
    AskForCorrection,
    /// Give the second deduction back to the rider.
    Refund,
    /// Find out whose deduction it is; give it back if it is nobody's.
    Investigate,
    /// Post what was really collected; ask the rider for what is missing, or give back what is too
    /// much.
    PostDifference,
    /// Take the collection down, as if its callback had come.
    Settle,
    /// Take the provider's number down after a query confirms it.
    Confirm,
    /// Look for it on the next day's bill; if it is not there, query it and claim it.
    Claim,
}

/// A charge, a line, or both, in their class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finding<'a> {
    /// The class.
    pub class: Class,
    /// Our charge. In [`Class::DuplicateLine`] and [`Class::PaidTwice`] it is none: the charge
    /// stands with its first line.
    pub ours: Option<&'a OurCharge>,
    /// The line, with its place on the bill from 0.
    pub line: Option<(usize, &'a BillLine)>,
}

/// Charges that cannot be reconciled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReconcileFault {
    /// The same charge twice on our side.
    #[error("our books give the charge {0} twice; give each charge once")]
    Repeated(ChargeId),
}

/// All findings: the bill's lines in its order, then our charges without a line by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reconciliation<'a> {
    /// Every charge and every line, once.
    pub findings: Vec<Finding<'a>>,
}

impl Class {
    /// Every class, in order of precedence.
    pub const ALL: [Self; 9] = [
        Self::DuplicateLine,
        Self::PaidTwice,
        Self::MissingHere,
        Self::AmountDiffers,
        Self::StatusDiffers,
        Self::TransactionDiffers,
        Self::Matched,
        Self::MissingThere,
        Self::NotCollected,
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::DuplicateLine => "duplicate-line",
            Self::PaidTwice => "paid-twice",
            Self::MissingHere => "missing-here",
            Self::AmountDiffers => "amount-differs",
            Self::StatusDiffers => "status-differs",
            Self::TransactionDiffers => "transaction-differs",
            Self::Matched => "matched",
            Self::MissingThere => "missing-there",
            Self::NotCollected => "not-collected",
        }
    }

    /// What is to be done about it.
    pub fn action(self) -> Action {
        match self {
            Self::DuplicateLine => Action::AskForCorrection,
            Self::PaidTwice => Action::Refund,
            Self::MissingHere => Action::Investigate,
            Self::AmountDiffers => Action::PostDifference,
            Self::StatusDiffers => Action::Settle,
            Self::TransactionDiffers => Action::Confirm,
            Self::Matched | Self::NotCollected => Action::Nothing,
            Self::MissingThere => Action::Claim,
        }
    }
}

impl Action {
    /// What to do, in a sentence without its end, in English.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::AskForCorrection => "ask the provider to correct the bill",
            Self::Refund => "give the second deduction back to the rider",
            Self::Investigate => "find out whose deduction it is; give it back if it is nobody's",
            Self::PostDifference => "post what was collected; ask for the rest or give it back",
            Self::Settle => "query the charge and take the collection down",
            Self::Confirm => "query the charge and take the provider's number down",
            Self::Claim => "look on the next day's bill; if it is not there, claim it",
        }
    }

    /// The same in Chinese.
    pub fn sentence_zh(self) -> &'static str {
        match self {
            Self::Nothing => "无需处理",
            Self::AskForCorrection => "请支付机构更正账单",
            Self::Refund => "将第二笔扣款退还乘客",
            Self::Investigate => "查明扣款归属，无主则退还",
            Self::PostDifference => "按实收入账，差额补收或退还",
            Self::Settle => "查询该笔扣款并入账",
            Self::Confirm => "查询该笔扣款并登记支付机构单号",
            Self::Claim => "查看次日账单，仍无则向支付机构追索",
        }
    }
}

impl Finding<'_> {
    /// What the bill has more than our books by this finding, in minor units of a currency.
    pub fn difference_minor(&self, currency: Currency) -> i128 {
        let there = self.line.map(|(_, line)| line.amount);
        let here = self
            .ours
            .filter(|ours| matches!(ours.state, OurState::Collected { .. }))
            .map(|ours| ours.amount);
        let minor = |amount: Option<Money>| {
            let same = amount.filter(|amount| amount.currency == currency);
            same.map_or(0, |amount| i128::from(amount.minor))
        };
        minor(there) - minor(here)
    }
}

impl Reconciliation<'_> {
    /// How many findings are in a class.
    pub fn count(&self, class: Class) -> usize {
        let in_class = |finding: &&Finding<'_>| finding.class == class;
        self.findings.iter().filter(in_class).count()
    }

    /// Whether there is nothing to do.
    pub fn agrees(&self) -> bool {
        let mut classes = self.findings.iter().map(|finding| finding.class);
        classes.all(|class| class.action() == Action::Nothing)
    }
}

/// Reconciles. `ours` are the charges our books collected on the day and any others the bill may
/// name; charges not collected and not on the bill are no difference. The order of `ours` does not
/// matter.
pub fn reconcile<'a>(
    ours: &'a [OurCharge],
    bill: &'a [BillLine],
) -> Result<Reconciliation<'a>, ReconcileFault> {
    let mut left: BTreeMap<ChargeId, &OurCharge> = BTreeMap::new();
    for charge in ours {
        if left.insert(charge.charge, charge).is_some() {
            return Err(ReconcileFault::Repeated(charge.charge));
        }
    }
    let mut seen = Seen::default();
    let mut findings: Vec<Finding<'a>> = Vec::with_capacity(bill.len() + ours.len());
    for (place, line) in bill.iter().enumerate() {
        let class = seen.before(line);
        let ours = match class {
            Some(_) => None,
            None => left.remove(&line.charge),
        };
        findings.push(Finding {
            class: class.unwrap_or_else(|| compare(ours, line)),
            ours,
            line: Some((place, line)),
        });
        seen.note(line);
    }
    findings.extend(left.into_values().map(|charge| Finding {
        class: match charge.state {
            OurState::Collected { .. } => Class::MissingThere,
            OurState::NotCollected => Class::NotCollected,
        },
        ours: Some(charge),
        line: None,
    }));
    Ok(Reconciliation { findings })
}

/// The transactions and charges of the lines before.
#[derive(Default)]
struct Seen<'a> {
    transactions: BTreeSet<&'a str>,
    charges: BTreeSet<ChargeId>,
}

impl<'a> Seen<'a> {
    fn before(&self, line: &BillLine) -> Option<Class> {
        if self.transactions.contains(line.transaction.as_str()) {
            return Some(Class::DuplicateLine);
        }
        self.charges
            .contains(&line.charge)
            .then_some(Class::PaidTwice)
    }

    fn note(&mut self, line: &'a BillLine) {
        self.transactions.insert(&line.transaction);
        self.charges.insert(line.charge);
    }
}

/// The class of the first line for a charge.
fn compare(ours: Option<&OurCharge>, line: &BillLine) -> Class {
    let Some(ours) = ours else {
        return Class::MissingHere;
    };
    if ours.amount != line.amount {
        return Class::AmountDiffers;
    }
    match &ours.state {
        OurState::NotCollected => Class::StatusDiffers,
        OurState::Collected { transaction } if *transaction != line.transaction => {
            Class::TransactionDiffers
        }
        OurState::Collected { .. } => Class::Matched,
    }
}

#[cfg(test)]
mod tests;
