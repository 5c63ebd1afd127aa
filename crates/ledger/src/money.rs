//! Amounts of money: integer minor units with a currency, never a float.

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// Renminbi; its minor unit is the fen.
    pub const CNY: Self = Self(*b"CNY");
}

/// An amount in minor units (fen, cent). May be negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Arithmetic that has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MoneyFault {
    /// Two currencies met.
    #[error("amounts of different currencies cannot be added")]
    CurrenciesDiffer,
    /// The sum does not fit.
    #[error("the amount is too large")]
    TooLarge,
}
