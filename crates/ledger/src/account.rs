//! The chart of accounts.

use ridecode_words::{OperatorId, ProviderId, RiderId};

/// What kind of account it is: which side makes it grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountKind {
    /// Grows by debit.
    Asset,
    /// Grows by credit.
    Liability,
    /// Grows by credit.
    Income,
    /// Grows by debit.
    Expense,
}

/// An account of the chart (design §8). Its text form is its path, such as `rider/…`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Account {
    /// What a rider owes.
    Rider(RiderId),
    /// Collected by a provider, not yet on our bank account.
    ProviderClearing(ProviderId),
    /// Settled money.
    Bank,
    /// Fares owed to an operator.
    OperatorPayable(OperatorId),
    /// Tickets sold, not ridden.
    TicketsOutstanding,
    /// Commissions.
    Fees,
    /// Expired tickets.
    Breakage,
    /// Written off.
    BadDebt,
    /// Given back out of kindness.
    Goodwill,
    /// Providers' fees.
    ProviderCost,
}
