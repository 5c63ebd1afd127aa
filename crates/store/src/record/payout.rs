//! Payouts: stage 9, from statements to the bank.

use ridecode_ledger::{Currency, Party, Payment, SharedEvent, Statement};
use ridecode_words::{OperatorId, ServiceDay, UnixSeconds};

/// Statements that stand in no payout yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnpaidStatements {
    /// The statements, by operator and number.
    pub statements: Vec<Statement>,
    /// The number of the last payout, 0 for none.
    pub number_before: u64,
}

/// Payments that settle statements, on their way to the bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payout {
    /// From 1, without a gap.
    pub number: u64,
    /// The day it was planned on.
    pub day: ServiceDay,
    /// The currency of all of it.
    pub currency: Currency,
    /// Who planned it.
    pub planned_by: String,
    /// The statements it settles, by operator and number.
    pub statements: Vec<(OperatorId, u64)>,
    /// The payments. A payment's line is its place here.
    pub payments: Vec<PlannedPayment>,
    /// Who approved it and when.
    pub approved: Option<Signature>,
    /// How often it was written for the bank.
    pub exports: u32,
    /// Who withdrew it and when; its statements stand in no payout then.
    pub withdrawn: Option<Signature>,
}

/// Who did something, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The name in the settings.
    pub by: String,
    /// When.
    pub at: UnixSeconds,
}

/// A payment of a payout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedPayment {
    /// Who pays whom how much.
    pub payment: Payment,
    /// What the bank said; `None` until it paid.
    pub paid: Option<BankPaid>,
}

/// That the bank paid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankPaid {
    /// The day it paid.
    pub day: ServiceDay,
    /// Its reference.
    pub reference: String,
}

/// Where a payout stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayoutState {
    /// Taken back; nothing was paid.
    Withdrawn,
    /// Every payment was made.
    Paid,
    /// Written for the bank.
    Exported,
    /// Approved by another person than planned it.
    Approved,
    /// Waiting for approval.
    Planned,
}

/// A step of a payout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PayoutStep {
    /// Another person than planned it finds it right.
    Approve(Signature),
    /// It is written for the bank (again).
    Export,
    /// The bank made a payment.
    Pay {
        /// The payment's line.
        line: u16,
        /// What the bank said.
        paid: BankPaid,
    },
    /// It is taken back before it was written for the bank.
    Withdraw(Signature),
}

/// Why a step was not taken. Nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PayoutRefused {
    /// There is no such payout.
    #[error("there is no payout {0}; list them to see their numbers")]
    Unknown(u64),
    /// It was withdrawn.
    #[error("payout {0} was withdrawn; plan a new one")]
    Withdrawn(u64),
    /// Whoever planned it approves it.
    #[error("payout {0} was planned by the same person; let another one approve it")]
    SamePerson(u64),
    /// It is not approved yet.
    #[error("payout {0} is not approved yet")]
    NotApproved(u64),
    /// It was written for the bank, which may have paid.
    #[error("payout {0} was written for the bank already and cannot be withdrawn")]
    Exported(u64),
    /// It has not so many payments.
    #[error("payout {0} has no payment {1}; lines count from 0")]
    NoSuchLine(u64, u16),
    /// It has not been written for the bank.
    #[error("payout {0} was not written for the bank yet; export it first")]
    NotExported(u64),
    /// The payment is held with another day or reference.
    #[error("payment {1} of payout {0} is held as paid with another day or reference")]
    PaidOtherwise(u64, u16),
}

/// What became of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayoutSaved {
    /// Saved.
    Saved,
    /// This very payout is held already.
    Repeated,
    /// Another payout took the number or one of the statements: load and plan again.
    Moved,
}

impl Payout {
    /// The event that a payment is, once it is made and an operator is paid.
    pub fn find_paid_out(&self, line: u16) -> Option<SharedEvent> {
        let PlannedPayment { payment, paid } = self.payments.get(usize::from(line))?;
        let paid = paid.as_ref()?;
        match payment.to {
            Party::Operator(operator) => Some(SharedEvent::PaidOut {
                operator,
                payout: self.number,
                line,
                day: paid.day,
                amount: payment.amount,
            }),
            Party::Issuer(_) => None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> PayoutState {
        if self.withdrawn.is_some() {
            return PayoutState::Withdrawn;
        }
        let paid = self.payments.iter().all(|one| one.paid.is_some());
        if self.approved.is_some() && paid {
            return PayoutState::Paid;
        }
        if self.exports > 0 {
            return PayoutState::Exported;
        }
        if self.approved.is_some() {
            return PayoutState::Approved;
        }
        PayoutState::Planned
    }
}

impl PayoutState {
    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Paid => "paid",
            Self::Exported => "exported",
            Self::Approved => "approved",
            Self::Planned => "planned",
        }
    }
}
