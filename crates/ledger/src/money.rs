//! Amounts of money: integer minor units with a currency, never a float.
//!
//! Arithmetic is checked: two currencies never meet and a sum that does not fit is a fault, so a
//! wrong amount cannot come out of a right one.

use core::fmt;
use core::str::FromStr;

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Currency(pub [u8; 3]);

/// A text that is no currency code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a currency is three capital letters as in ISO 4217, such as CNY")]
pub struct NotACurrency;

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

impl Currency {
    /// Renminbi; its minor unit is the fen.
    pub const CNY: Self = Self(*b"CNY");

    /// How many decimal digits the minor unit stands for (ISO 4217, table A.1): 2 for fen and
    /// cent, 0 for yen, 3 for fils.
    pub fn decimals(self) -> u32 {
        if WITHOUT_DECIMALS.contains(&&self.0) {
            0
        } else if WITH_THREE_DECIMALS.contains(&&self.0) {
            3
        } else {
            2
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| fmt::Write::write_char(f, char::from(*letter)))
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| NotACurrency)?;
        if !letters.iter().all(u8::is_ascii_uppercase) {
            return Err(NotACurrency);
        }
        Ok(Self(letters))
    }
}

impl Money {
    /// So many minor units of a currency.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// So many fen.
    pub const fn fen(fen: i64) -> Self {
        Self::new(fen, Currency::CNY)
    }

    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Both together.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyFault> {
        self.combine(other, i64::checked_add)
    }

    /// This less the other.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyFault> {
        self.combine(other, i64::checked_sub)
    }

    /// The same amount the other way round.
    pub fn checked_neg(self) -> Result<Self, MoneyFault> {
        let minor = self.minor.checked_neg().ok_or(MoneyFault::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// The amount without its sign.
    pub fn checked_abs(self) -> Result<Self, MoneyFault> {
        let minor = self.minor.checked_abs().ok_or(MoneyFault::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// All amounts together; nothing at all is zero of `currency`. The order of the amounts does
    /// not matter, not even to whether the sum fits.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyFault> {
        let mut total: i128 = 0;
        for amount in amounts {
            if amount.currency != currency {
                return Err(MoneyFault::CurrenciesDiffer);
            }
            // 2^64 amounts of 2^63 fit: this addition cannot overflow.
            total += i128::from(amount.minor);
        }
        let minor = i64::try_from(total).map_err(|_| MoneyFault::TooLarge)?;
        Ok(Self { minor, currency })
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyFault> {
        if self.currency != other.currency {
            return Err(MoneyFault::CurrenciesDiffer);
        }
        let minor = operation(self.minor, other.minor).ok_or(MoneyFault::TooLarge)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    /// Writes `¥2.00` for renminbi and `2.00 EUR` for the rest; `{:#}` writes `2.00 CNY` for all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = self.currency == Currency::CNY && !f.alternate();
        if self.minor < 0 {
            f.write_str("-")?;
        }
        if symbol {
            f.write_str("¥")?;
        }
        let units = self.minor.unsigned_abs();
        match self.currency.decimals() {
            0 => write!(f, "{units}")?,
            decimals => {
                let scale = 10_u64.pow(decimals);
                let width = usize::try_from(decimals).unwrap_or_default();
                write!(f, "{}.{:0width$}", units / scale, units % scale)?;
            }
        }
        if symbol {
            return Ok(());
        }
        write!(f, " {}", self.currency)
    }
}

/// Currencies in use whose minor unit is the unit itself (ISO 4217, table A.1).
const WITHOUT_DECIMALS: [&[u8; 3]; 15] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"VND",
    b"VUV", b"XAF", b"XPF",
];

/// Currencies in use with three decimals (ISO 4217, table A.1).
const WITH_THREE_DECIMALS: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    const EUR: Currency = Currency(*b"EUR");

    #[test]
    fn amounts_read_as_people_write_them() {
        let check = |money: Money, short: &str, long: &str| {
            assert_eq!(money.to_string(), short);
            assert_eq!(format!("{money:#}"), long);
        };
        check(Money::fen(200), "¥2.00", "2.00 CNY");
        check(Money::fen(5), "¥0.05", "0.05 CNY");
        check(Money::fen(-1), "-¥0.01", "-0.01 CNY");
        check(Money::fen(123_456), "¥1234.56", "1234.56 CNY");
        check(
            Money::fen(i64::MIN),
            "-¥92233720368547758.08",
            "-92233720368547758.08 CNY",
        );
        check(Money::new(250, EUR), "2.50 EUR", "2.50 EUR");
        check(Money::new(250, Currency(*b"JPY")), "250 JPY", "250 JPY");
        check(
            Money::new(-7, Currency(*b"KWD")),
            "-0.007 KWD",
            "-0.007 KWD",
        );
    }

    #[test]
    fn currencies_are_three_capital_letters() {
        let check = |text: &str, expected| assert_eq!(text.parse::<Currency>(), expected);
        check("CNY", Ok(Currency::CNY));
        check("EUR", Ok(EUR));
        for wrong in ["", "CN", "CNYX", "cny", "C¥", "12A", "C Y"] {
            check(wrong, Err(NotACurrency));
        }
        assert_eq!(EUR.to_string(), "EUR");
    }

    #[test]
    fn arithmetic_is_checked() {
        let check = |found: Result<Money, MoneyFault>, expected: Result<i64, MoneyFault>| {
            assert_eq!(found.map(|money| money.minor), expected);
        };
        let most = Money::fen(i64::MAX);
        let least = Money::fen(i64::MIN);
        let euro = Money::new(1, EUR);
        check(Money::fen(2).checked_add(Money::fen(3)), Ok(5));
        check(Money::fen(2).checked_sub(Money::fen(3)), Ok(-1));
        check(Money::fen(2).checked_neg(), Ok(-2));
        check(most.checked_add(Money::fen(1)), Err(MoneyFault::TooLarge));
        check(least.checked_sub(Money::fen(1)), Err(MoneyFault::TooLarge));
        check(least.checked_neg(), Err(MoneyFault::TooLarge));
        check(Money::fen(-2).checked_abs(), Ok(2));
        check(least.checked_abs(), Err(MoneyFault::TooLarge));
        check(euro.checked_add(most), Err(MoneyFault::CurrenciesDiffer));
        check(euro.checked_sub(most), Err(MoneyFault::CurrenciesDiffer));
    }

    #[test]
    fn sums_do_not_depend_on_the_order() {
        let check = |amounts: &[Money], expected| {
            assert_eq!(Money::sum(Currency::CNY, amounts.iter().copied()), expected);
            let turned = amounts.iter().rev().copied();
            assert_eq!(Money::sum(Currency::CNY, turned), expected);
        };
        let most = Money::fen(i64::MAX);
        check(&[], Ok(Money::fen(0)));
        check(&[most, Money::fen(1), Money::fen(-1)], Ok(most));
        check(&[most, Money::fen(1)], Err(MoneyFault::TooLarge));
        check(
            &[Money::fen(1), Money::zero(EUR)],
            Err(MoneyFault::CurrenciesDiffer),
        );
    }
}
