//! What every provider is asked and can answer.

use alloc::string::String;

use ridecode_ledger::Money;
use ridecode_words::{ChargeId, MandateId, UnixSeconds};

/// The time and the nonce a request is signed with; drawn by the edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestTime {
    /// Now.
    pub now: UnixSeconds,
    /// Random, never used twice.
    pub nonce: u64,
}

/// A deduction to ask for. The charge id is the order number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The charge.
    pub charge: ChargeId,
    /// The provider's contract it is taken from.
    pub contract: String,
    /// How much; positive.
    pub amount: Money,
    /// What the rider reads on the provider's bill.
    pub description: String,
}

/// What is known about an order after a reply, a query or a callback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The provider took the order; whether it is paid is not known yet.
    Accepted,
    /// Paid.
    Collected {
        /// The provider's own number for it.
        transaction: String,
    },
    /// Refused, for a reason the rider can understand.
    Declined {
        /// The reason, in the provider's word, such as `insufficient_balance`.
        reason: String,
    },
    /// The provider has no such order: it may be sent (again) under the same number.
    NotFound,
    /// Nothing is known: time-out, server error, unreadable or unsigned reply. Ask again.
    Unknown,
}

/// The state of a contract at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ContractState {
    /// Waiting for the rider to sign.
    Pending,
    /// Deductions may be asked for.
    Active,
    /// Held by the provider.
    Suspended {
        /// The provider's word for why.
        reason: String,
    },
    /// Ended by either side.
    Ended,
}

/// A verified callback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// A contract changed.
    Contract {
        /// Our mandate.
        mandate: MandateId,
        /// The provider's contract number.
        contract: String,
        /// Its state now.
        state: ContractState,
    },
    /// An order changed.
    Order {
        /// Our charge.
        charge: ChargeId,
        /// What is known now.
        outcome: Outcome,
    },
}

/// Why a callback is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CallbackFault {
    /// A signature header is missing.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// Signed too long ago or in the future.
    #[error("the callback was signed more than 5 minutes from now")]
    Stale,
    /// Not signed by the provider.
    #[error("the callback's signature is wrong")]
    BadSignature,
    /// Signed, but not readable.
    #[error("the callback's body is not what the provider documents: {0}")]
    Malformed(&'static str),
}
