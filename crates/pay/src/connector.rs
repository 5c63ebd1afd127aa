//! What every provider is asked and can answer.

use alloc::string::String;
use core::fmt;

use ridecode_ledger::Money;
use ridecode_words::{ChargeId, MandateId, RefundId, RiderId, ServiceDay, UnixSeconds};

use crate::http::HttpRequest;

/// The time and the nonce a request is signed with; drawn by the edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestTime {
    /// Now.
    pub now: UnixSeconds,
    /// Random, never used twice.
    pub nonce: u64,
}

/// A contract to ask for. The mandate id is our number for it at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContractOrder {
    /// The mandate.
    pub mandate: MandateId,
    /// Who will sign: contracts of one rider are paid from one account at the provider.
    pub rider: RiderId,
    /// Where the provider sends the rider afterwards; `http://` or `https://`.
    pub return_url: String,
    /// Where the provider calls us back, about the contract and its orders.
    pub callback_url: String,
}

/// A contract by our number for it and, once it is signed, the provider's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContractAsked {
    /// Our mandate.
    pub mandate: MandateId,
    /// The provider's number, if it is known.
    pub contract: Option<String>,
}

/// How a contract comes to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Opening {
    /// The provider is asked for a page where the rider signs.
    Ask(HttpRequest),
    /// The page's address needs no asking: our signature stands in it.
    Page(String),
}

/// What the provider says of a contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContractNews {
    /// Our mandate.
    pub mandate: MandateId,
    /// The provider's contract number.
    pub contract: String,
    /// Its state now.
    pub state: ContractState,
    /// The provider's page where the rider signs; only while it waits for that.
    pub sign_url: Option<String>,
}

/// What is known about a contract after a reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ContractAnswer {
    /// The provider knows it.
    Known(ContractNews),
    /// The provider waits for the rider to sign, and gives a number only then.
    ToSign {
        /// The provider's page where the rider signs.
        sign_url: String,
    },
    /// It has ended, by a request of ours or before it.
    Ended,
    /// The provider has no such contract: it may be asked for.
    NotFound,
    /// The provider refuses to make it, for a reason in its own word.
    Refused {
        /// The reason, such as `contract_conflict`.
        reason: String,
    },
    /// Nothing is known: time-out, server error, unreadable or unsigned reply. Ask again.
    Unknown,
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
    /// What was ridden.
    pub ride: Ride,
}

/// What was ridden: some providers show it to the rider, and WeChat does when it recovers an
/// advance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ride {
    /// A bus.
    Bus {
        /// When the rider got on.
        boarded: UnixSeconds,
        /// The line, such as `1路`; empty if not known.
        line: String,
        /// The number plate; empty if not known.
        plate: String,
    },
    /// A metro.
    Metro {
        /// When the rider went in.
        entered: UnixSeconds,
        /// When the rider came out; none where that is not known.
        left: Option<UnixSeconds>,
        /// Where the rider went in; empty if not known.
        from: String,
        /// Where the rider came out; empty if not known.
        to: String,
    },
}

/// An order or a contract the provider would not take. Nothing was sent: the settings or the books
/// are wrong, never the rider.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OrderFault {
    /// Not in the provider's currency.
    #[error("the provider takes fares in CNY alone; set the tariffs' currency to it")]
    Currency,
    /// Nothing to pay, or less.
    #[error("the amount must be at least one minor unit")]
    Amount,
    /// The contract's number.
    #[error("the contract must have 1 to 64 letters, digits, hyphens and underscores")]
    Contract,
    /// The order number.
    #[error("the charge id is longer than an order number of the provider's")]
    Number,
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
        /// How much was paid. Another amount than the charge's is not this charge's payment.
        amount: Money,
    },
    /// Refused, for a reason the rider can understand.
    Declined {
        /// The reason, in the provider's word, such as `insufficient_balance`.
        reason: String,
    },
    /// The provider has no such order: it may be sent (again), under the same number.
    NotFound,
    /// Nothing is known: time-out, server error, unreadable or unsigned reply. Ask again.
    Unknown,
}

/// Money to give back of a collected charge. The refund's id is its number at the provider, so
/// that what is sent twice is given back once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundOrder {
    /// The refund; names the charge, which is the order number.
    pub refund: RefundId,
    /// The provider's number for the collected charge.
    pub transaction: String,
    /// How much to give back; positive, and no more than was collected.
    pub amount: Money,
    /// How much was collected for the charge in all.
    pub collected: Money,
    /// What the rider reads on the provider's bill.
    pub reason: String,
}

/// What is known about a refund after a reply, a query or a callback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RefundOutcome {
    /// The provider took it; whether it is given back is not known yet.
    Accepted,
    /// Given back to where it came from.
    Done {
        /// How much. Another amount than was asked for is not this refund's.
        amount: Money,
    },
    /// Refused, for a reason an agent can act on.
    Refused {
        /// The reason, in the provider's word, such as `account_closed`.
        reason: String,
    },
    /// The provider has no such refund: it may be sent (again), under the same number.
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

/// A line of a provider's daily bill: one deduction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillLine {
    /// The provider's number for it.
    pub transaction: String,
    /// Our charge.
    pub charge: ChargeId,
    /// The provider's contract it was taken from.
    pub contract: String,
    /// How much.
    pub amount: Money,
    /// When.
    pub collected: UnixSeconds,
}

/// Why there is no bill. Nothing is known then about any of its lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BillFault {
    /// No signed reply came: time-out, server error, wrong signature.
    #[error("the provider gave no signed bill; ask again")]
    Silent,
    /// The day is not over at the provider, or too long ago.
    #[error("the provider has no bill for {0}; ask once the day is over there")]
    NoSuchDay(ServiceDay),
    /// Signed, but not readable.
    #[error("line {line} of the bill is not what the provider documents: {what}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A short message for the provider's SMS gateway. Personal: Debug shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// To whom, `+` and digits.
    pub phone: String,
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sms(…)")
    }
}

/// Why a short message may not have been sent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SmsFault {
    /// The gateway refuses it, for a reason in its own word.
    #[error("the SMS gateway refuses the message: {0}")]
    Refused(String),
    /// No signed reply came; the message may have been sent or not.
    #[error("the SMS gateway did not answer; try again")]
    Silent,
}

/// A verified callback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// A contract changed.
    Contract(ContractNews),
    /// An order changed.
    Order {
        /// Our charge.
        charge: ChargeId,
        /// What is known now.
        outcome: Outcome,
    },
    /// A refund changed.
    Refund {
        /// Our refund.
        refund: RefundId,
        /// What is known now.
        outcome: RefundOutcome,
    },
}

/// Why a callback is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CallbackFault {
    /// A signature header is missing.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// Signed with a key of a name that is not on our list: forged, or the provider changed keys.
    #[error("the callback names a key that is not on the list; add the provider's new key there")]
    UnknownKey,
    /// Not signed by the provider for us.
    #[error("the callback's signature is wrong")]
    BadSignature,
    /// Signed too long ago or in the future.
    #[error("the callback was signed more than 5 minutes from now")]
    Stale,
    /// Signed, but not readable.
    #[error("the callback's body is not what the provider documents: {0}")]
    Malformed(&'static str),
}
