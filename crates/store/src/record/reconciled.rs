//! Provider bills: what a provider says of a day, held against our books.

use ridecode_ledger::{Money, SharedEvent};
use ridecode_pay::Class;
use ridecode_words::{ChargeId, ProviderId, ServiceDay};

use super::payout::Signature;

/// A provider's bill of a day, reconciled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProviderBill {
    /// Whose bill.
    pub provider: ProviderId,
    /// The day it is for.
    pub day: ServiceDay,
    /// SHA-256 of the bill as it came: a repeat is the same bill.
    pub digest: [u8; 32],
    /// Who handed it in, and when.
    pub taken: Signature,
    /// What its lines come to, duplicates left out.
    pub total: Money,
    /// Every line and every charge of the day, each in its class: the lines in their order, then
    /// our charges without one.
    pub findings: Vec<BillFinding>,
    /// What the provider paid for it; `None` until that is known.
    pub settled: Option<ProviderPaid>,
}

/// A line of a bill, a charge of ours, or both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillFinding {
    /// What it is.
    pub class: Class,
    /// The charge.
    pub charge: ChargeId,
    /// The provider's number on the bill; `None` without a line.
    pub transaction: Option<String>,
    /// What our books collected, or asked for where they collected nothing; `None` without a
    /// charge of ours.
    pub ours: Option<Money>,
    /// What the bill says; `None` without a line.
    pub theirs: Option<Money>,
    /// Who put it right and how; `None` while it is open or where nothing is to be done.
    pub resolved: Option<Resolution>,
}

/// That a difference was put right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolution {
    /// Who did, and when.
    pub signature: Signature,
    /// What was done, in words.
    pub reason: String,
}

/// What a provider paid for a bill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProviderPaid {
    /// What reached the bank account; positive.
    pub net: Money,
    /// What the provider kept; not negative.
    pub cost: Money,
}

/// An open difference and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenDifference {
    /// Whose bill.
    pub provider: ProviderId,
    /// The day it is for.
    pub day: ServiceDay,
    /// Its place among the bill's findings, from 0.
    pub place: u32,
    /// The finding.
    pub finding: BillFinding,
}

/// What became of a bill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProviderBillSaved {
    /// Saved.
    Saved,
    /// This very bill is held already, as it was reconciled then.
    Repeated,
    /// Another bill of the provider is held for the day; it stays.
    Other,
}

/// A step of a bill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BillStep {
    /// A difference was put right.
    Resolve {
        /// Its place among the findings.
        place: u32,
        /// How.
        resolution: Resolution,
    },
    /// The provider paid.
    Settle(ProviderPaid),
}

/// Why a step was not taken. Nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BillRefused {
    /// No bill of that provider and day is held.
    #[error("no bill of provider {0} for {1} is held; hand it in first")]
    Unknown(ProviderId, ServiceDay),
    /// The bill has not so many findings.
    #[error("the bill has no difference {0}; list the open ones")]
    NoSuchDifference(u32),
    /// There is nothing to put right.
    #[error("line {0} agrees with our books; there is nothing to put right")]
    NothingToDo(u32),
    /// It was put right before, in other words.
    #[error("difference {0} was put right before")]
    ResolvedBefore(u32),
    /// What was paid and kept is not what the bill comes to.
    #[error("the bill comes to {total}, net and cost together to {paid}; both must be the same")]
    OtherTotal {
        /// What the bill comes to.
        total: Money,
        /// What was paid and kept.
        paid: Money,
    },
    /// The amounts cannot be booked.
    #[error("net must be positive and cost not negative, in the currency of the bill")]
    Amounts,
    /// The provider is held to have paid otherwise.
    #[error("the bill is held as paid with other amounts")]
    PaidOtherwise,
}

impl ProviderBill {
    /// The event that the provider's payment is, once it is known.
    pub fn find_settled(&self) -> Option<SharedEvent> {
        self.settled.map(|paid| SharedEvent::ProviderSettled {
            provider: self.provider,
            day: self.day,
            net: paid.net,
            cost: paid.cost,
        })
    }
}

impl BillFinding {
    /// Whether something is still to be done about it.
    pub fn is_open(&self) -> bool {
        self.resolved.is_none() && self.class.action() != ridecode_pay::Action::Nothing
    }
}
