//! What the provider says no with: a status, a code for programs, a message for people.

use serde::{Deserialize, Serialize};

/// Why a deduction is declined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decline {
    /// The merchant has no such contract.
    NoSuchContract,
    /// The rider has not signed.
    ContractPending,
    /// The provider holds it.
    ContractSuspended,
    /// It is over.
    ContractEnded,
    /// The provider will not.
    RiskControl,
    /// The wallet holds less.
    InsufficientBalance,
}

/// Why a refund is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefundDecline {
    /// The order is not paid.
    OrderNotCollected,
    /// More than is left of the order.
    RefundTooLarge,
    /// The account it came from takes nothing.
    AccountClosed,
}

/// Why a request is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// The body is too long.
    TooLong,
    /// A signature header is missing or has another form.
    MissingHeader(&'static str),
    /// Nobody registered that name.
    UnknownMerchant,
    /// Signed too long ago or in the future.
    StaleTimestamp,
    /// Not signed by the merchant.
    BadSignature,
    /// Seen before.
    NonceReused,
    /// Not the JSON that is documented.
    Malformed,
    /// A value out of its range.
    OutOfRange(&'static str),
    /// The setup secret is wrong, or there is none.
    RegistrationClosed,
    /// The name has another key.
    MerchantConflict,
    /// No such wallet.
    NoSuchWallet,
    /// No such contract.
    NoSuchContract,
    /// The number has other content.
    ContractConflict,
    /// It is over, for good.
    ContractEnded,
    /// No such order.
    NoSuchOrder,
    /// The number has other content.
    OrderConflict,
    /// The deduction is declined.
    Declined(Decline),
    /// No such refund.
    NoSuchRefund,
    /// The number has other content.
    RefundConflict,
    /// The refund is refused.
    RefundDeclined(RefundDecline),
    /// No such callback.
    NoSuchCallback,
    /// No bill of that day yet, or no such day.
    NoSuchDay,
    /// No such page.
    NoSuchPage,
}

impl Decline {
    /// Every reason.
    #[cfg(test)]
    pub(super) const ALL: [Self; 6] = [
        Self::NoSuchContract,
        Self::ContractPending,
        Self::ContractSuspended,
        Self::ContractEnded,
        Self::RiskControl,
        Self::InsufficientBalance,
    ];

    /// The code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NoSuchContract => "no_such_contract",
            Self::ContractPending => "contract_pending",
            Self::ContractSuspended => "contract_suspended",
            Self::ContractEnded => "contract_ended",
            Self::RiskControl => "risk_control",
            Self::InsufficientBalance => "insufficient_balance",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::NoSuchContract => "the merchant has no such contract",
            Self::ContractPending => "the rider has not signed the contract yet",
            Self::ContractSuspended => "the contract is suspended; query it for the reason",
            Self::ContractEnded => "the contract has ended; ask for a new one",
            Self::RiskControl => "the deduction was not allowed",
            Self::InsufficientBalance => "the wallet holds less than the amount",
        }
    }
}

impl RefundDecline {
    /// Every reason.
    #[cfg(test)]
    pub(super) const ALL: [Self; 3] = [
        Self::OrderNotCollected,
        Self::RefundTooLarge,
        Self::AccountClosed,
    ];

    /// The code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::OrderNotCollected => "order_not_collected",
            Self::RefundTooLarge => "refund_too_large",
            Self::AccountClosed => "account_closed",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::OrderNotCollected => "the order is not paid; query it",
            Self::RefundTooLarge => "the refund is more than is left of the order",
            Self::AccountClosed => "the account the money came from takes nothing",
        }
    }
}

impl Refusal {
    /// Every refusal.
    #[cfg(test)]
    pub(super) const ALL: [Self; 23] = [
        Self::TooLong,
        Self::MissingHeader(""),
        Self::UnknownMerchant,
        Self::StaleTimestamp,
        Self::BadSignature,
        Self::NonceReused,
        Self::Malformed,
        Self::OutOfRange(""),
        Self::RegistrationClosed,
        Self::MerchantConflict,
        Self::NoSuchWallet,
        Self::NoSuchContract,
        Self::ContractConflict,
        Self::ContractEnded,
        Self::NoSuchOrder,
        Self::OrderConflict,
        Self::Declined(Decline::RiskControl),
        Self::NoSuchRefund,
        Self::RefundConflict,
        Self::RefundDeclined(RefundDecline::AccountClosed),
        Self::NoSuchCallback,
        Self::NoSuchDay,
        Self::NoSuchPage,
    ];

    /// The HTTP status.
    pub(super) fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::MissingHeader(_)
            | Self::UnknownMerchant
            | Self::StaleTimestamp
            | Self::BadSignature
            | Self::NonceReused => 401,
            Self::Declined(_) | Self::RefundDeclined(_) => 402,
            Self::RegistrationClosed => 403,
            Self::NoSuchWallet
            | Self::NoSuchContract
            | Self::NoSuchOrder
            | Self::NoSuchRefund
            | Self::NoSuchCallback
            | Self::NoSuchDay
            | Self::NoSuchPage => 404,
            Self::MerchantConflict
            | Self::ContractConflict
            | Self::ContractEnded
            | Self::OrderConflict
            | Self::RefundConflict => 409,
            Self::TooLong => 413,
            Self::OutOfRange(_) => 422,
        }
    }

    /// The code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::MissingHeader(_) => "missing_header",
            Self::UnknownMerchant => "unknown_merchant",
            Self::StaleTimestamp => "stale_timestamp",
            Self::BadSignature => "bad_signature",
            Self::NonceReused => "nonce_reused",
            Self::Malformed | Self::OutOfRange(_) => "malformed",
            Self::RegistrationClosed => "registration_closed",
            Self::MerchantConflict => "merchant_conflict",
            Self::NoSuchWallet => "no_such_wallet",
            Self::NoSuchContract => "no_such_contract",
            Self::ContractConflict => "contract_conflict",
            Self::ContractEnded => "contract_ended",
            Self::NoSuchOrder => "no_such_order",
            Self::OrderConflict => "order_conflict",
            Self::Declined(decline) => decline.code(),
            Self::NoSuchRefund => "no_such_refund",
            Self::RefundConflict => "refund_conflict",
            Self::RefundDeclined(decline) => decline.code(),
            Self::NoSuchCallback => "no_such_callback",
            Self::NoSuchDay => "no_such_day",
            Self::NoSuchPage => "no_such_page",
        }
    }

    /// What people read.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::TooLong => "the body has more than 64 KiB",
            Self::MissingHeader(name) => name,
            Self::UnknownMerchant => "no merchant of this name is registered",
            Self::StaleTimestamp => "sandbox-timestamp is more than 300 s from now; set the clock",
            Self::BadSignature => "sandbox-signature is not the merchant's over this request",
            Self::NonceReused => "sandbox-nonce was used before; draw a new one for each request",
            Self::Malformed => "the body is not the JSON that docs/sandbox-provider.md describes",
            Self::OutOfRange(what) => what,
            Self::RegistrationClosed => {
                "start the sandbox with --setup-secret and send that secret, or use --merchant"
            }
            Self::MerchantConflict => "the merchant is registered with another key",
            Self::NoSuchWallet => "a wallet is named {merchant}-{payer}, of a registered merchant",
            Self::NoSuchContract => "there is no such contract",
            Self::ContractConflict => "the number is known with other content",
            Self::ContractEnded => "the contract has ended for good",
            Self::NoSuchOrder => "there is no such order",
            Self::OrderConflict => "the order number is known with other content",
            Self::Declined(decline) => decline.message(),
            Self::NoSuchRefund => "there is no such refund",
            Self::RefundConflict => "the refund number is known with other content",
            Self::RefundDeclined(decline) => decline.message(),
            Self::NoSuchCallback => "there is no such callback",
            Self::NoSuchDay => "the day is not over, or is no day such as 2026-11-21",
            Self::NoSuchPage => "there is no such page; see docs/sandbox-provider.md",
        }
    }
}
