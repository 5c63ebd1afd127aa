//! The chart of accounts (docs/ledger.md).
//!
//! An account has two forms that never change: its path for people, such as
//! `operator/1/payable`, and its code for storage, one tag byte and an eight-byte number.

use core::fmt;
use core::str::FromStr;

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

/// An account of the chart. Its text form is its path, such as `rider/…`.
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

/// A text or a code that names no account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "no account of the chart has this name; see docs/ledger.md for them, such as operator/1/payable"
)]
pub struct NotAnAccount;

impl AccountKind {
    /// Whether a debit makes the account grow.
    pub fn grows_by_debit(self) -> bool {
        match self {
            Self::Asset | Self::Expense => true,
            Self::Liability | Self::Income => false,
        }
    }
}

impl Account {
    /// Its kind.
    pub fn kind(self) -> AccountKind {
        match self {
            Self::Rider(_) | Self::ProviderClearing(_) | Self::Bank => AccountKind::Asset,
            Self::OperatorPayable(_) | Self::TicketsOutstanding => AccountKind::Liability,
            Self::Fees | Self::Breakage => AccountKind::Income,
            Self::BadDebt | Self::Goodwill | Self::ProviderCost => AccountKind::Expense,
        }
    }

    /// Its code for storage: a tag byte, then its number as eight bytes, big end first; the number
    /// is 0 where an account has none. Codes order accounts as [`Ord`] does.
    pub fn code(self) -> [u8; 9] {
        let (tag, number) = match self {
            Self::Rider(rider) => (1, rider.0),
            Self::ProviderClearing(provider) => (2, u64::from(provider.0)),
            Self::Bank => (3, 0),
            Self::OperatorPayable(operator) => (4, u64::from(operator.0)),
            Self::TicketsOutstanding => (5, 0),
            Self::Fees => (6, 0),
            Self::Breakage => (7, 0),
            Self::BadDebt => (8, 0),
            Self::Goodwill => (9, 0),
            Self::ProviderCost => (10, 0),
        };
        let mut code = [0; 9];
        code[0] = tag;
        code[1..].copy_from_slice(&number.to_be_bytes());
        code
    }

    /// The account of a code. Only codes that [`Account::code`] gives are taken.
    pub fn from_code(code: [u8; 9]) -> Result<Self, NotAnAccount> {
        let [tag, number @ ..] = code;
        let number = u64::from_be_bytes(number);
        let short = || u32::try_from(number).map_err(|_| NotAnAccount);
        let account = match tag {
            1 => Self::Rider(RiderId(number)),
            2 => Self::ProviderClearing(ProviderId(short()?)),
            3 => Self::Bank,
            4 => Self::OperatorPayable(OperatorId(short()?)),
            5 => Self::TicketsOutstanding,
            6 => Self::Fees,
            7 => Self::Breakage,
            8 => Self::BadDebt,
            9 => Self::Goodwill,
            10 => Self::ProviderCost,
            _ => return Err(NotAnAccount),
        };
        if account.code() != code {
            return Err(NotAnAccount);
        }
        Ok(account)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rider(rider) => write!(f, "rider/{rider}"),
            Self::ProviderClearing(provider) => write!(f, "provider/{provider}/clearing"),
            Self::Bank => f.write_str("bank"),
            Self::OperatorPayable(operator) => write!(f, "operator/{operator}/payable"),
            Self::TicketsOutstanding => f.write_str("tickets/outstanding"),
            Self::Fees => f.write_str("fees"),
            Self::Breakage => f.write_str("breakage"),
            Self::BadDebt => f.write_str("bad-debt"),
            Self::Goodwill => f.write_str("goodwill"),
            Self::ProviderCost => f.write_str("provider-cost"),
        }
    }
}

impl FromStr for Account {
    type Err = NotAnAccount;

    fn from_str(path: &str) -> Result<Self, NotAnAccount> {
        let account = match path {
            "bank" => Self::Bank,
            "tickets/outstanding" => Self::TicketsOutstanding,
            "fees" => Self::Fees,
            "breakage" => Self::Breakage,
            "bad-debt" => Self::BadDebt,
            "goodwill" => Self::Goodwill,
            "provider-cost" => Self::ProviderCost,
            _ => numbered(path).ok_or(NotAnAccount)?,
        };
        Ok(account)
    }
}

fn numbered(path: &str) -> Option<Account> {
    if let Some(rider) = path.strip_prefix("rider/") {
        let plain = rider.len() == 16
            && rider
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u64::from_str_radix(rider, 16).ok().filter(|_| plain)?;
        return Some(Account::Rider(RiderId(number)));
    }
    if let Some(rest) = path.strip_prefix("provider/") {
        let number = decimal(rest.strip_suffix("/clearing")?)?;
        return Some(Account::ProviderClearing(ProviderId(number)));
    }
    let number = decimal(path.strip_prefix("operator/")?.strip_suffix("/payable")?)?;
    Some(Account::OperatorPayable(OperatorId(number)))
}

/// Reads a number in its one written form: digits, no sign, no leading zero.
fn decimal(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| plain)?;
    (text == "0" || !text.starts_with('0')).then_some(number)
}

/// An account of each kind of row in the chart.
#[cfg(test)]
pub(crate) fn one_of_each() -> impl Iterator<Item = Account> {
    tests::CHART.into_iter().map(|(account, ..)| account)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    pub(super) const CHART: [(Account, &str, AccountKind); 10] = [
        (
            Account::Rider(RiderId(0xab)),
            "rider/00000000000000ab",
            AccountKind::Asset,
        ),
        (
            Account::ProviderClearing(ProviderId(7)),
            "provider/7/clearing",
            AccountKind::Asset,
        ),
        (Account::Bank, "bank", AccountKind::Asset),
        (
            Account::OperatorPayable(OperatorId(u32::MAX)),
            "operator/4294967295/payable",
            AccountKind::Liability,
        ),
        (
            Account::TicketsOutstanding,
            "tickets/outstanding",
            AccountKind::Liability,
        ),
        (Account::Fees, "fees", AccountKind::Income),
        (Account::Breakage, "breakage", AccountKind::Income),
        (Account::BadDebt, "bad-debt", AccountKind::Expense),
        (Account::Goodwill, "goodwill", AccountKind::Expense),
        (Account::ProviderCost, "provider-cost", AccountKind::Expense),
    ];

    #[test]
    fn paths_and_codes_name_the_same_account() {
        for (account, path, kind) in CHART {
            assert_eq!(account.to_string(), path);
            assert_eq!(path.parse(), Ok(account));
            assert_eq!(Account::from_code(account.code()), Ok(account));
            assert_eq!(account.kind(), kind);
        }
        assert!(CHART.is_sorted_by_key(|(account, ..)| account.code()));
        assert!(CHART.is_sorted_by_key(|(account, ..)| *account));
        assert_eq!(
            Account::OperatorPayable(OperatorId(258)).code(),
            [4, 0, 0, 0, 0, 0, 0, 1, 2]
        );
    }

    #[test]
    fn other_paths_name_nothing() {
        for wrong in [
            "",
            "Bank",
            "bank/",
            "rider/",
            "rider/ab",
            "rider/00000000000000AB",
            "rider/+0000000000000ab",
            "provider/07/clearing",
            "provider/+7/clearing",
            "provider//clearing",
            "provider/7",
            "operator/4294967296/payable",
            "operator/1/clearing",
        ] {
            assert_eq!(wrong.parse::<Account>(), Err(NotAnAccount), "{wrong}");
        }
    }

    #[test]
    fn other_codes_name_nothing() {
        for wrong in [
            [0; 9],
            [11, 0, 0, 0, 0, 0, 0, 0, 0],
            [3, 0, 0, 0, 0, 0, 0, 0, 1],
            [4, 0, 0, 0, 1, 0, 0, 0, 0],
        ] {
            assert_eq!(Account::from_code(wrong), Err(NotAnAccount));
        }
    }
}
