//! Riders: how they are reached, and whether they may ride.

use alloc::string::String;

use ridecode_words::{RiderId, UnixSeconds};

use crate::block::Block;

/// A phone number in international form, `+` and 8 to 15 digits (ITU-T E.164).
/// Personal: it is never logged and never leaves the issuer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phone(String);

/// A text that is no phone number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a phone number is + and 8 to 15 digits, such as +8613800138000; 11 digits alone are taken as +86"
)]
pub struct PhoneFault;

impl Phone {
    /// Reads a phone number; spaces and hyphens are ignored, a bare 11-digit mainland number
    /// gets `+86`.
    pub fn new(text: &str) -> Result<Self, PhoneFault> {
        if text.len() > TEXT_LENGTH_MAX {
            return Err(PhoneFault);
        }
        let mut number: String = text
            .chars()
            .filter(|sign| !matches!(sign, ' ' | '-'))
            .collect();
        if number.len() == MAINLAND_DIGITS && number.starts_with('1') {
            number.insert_str(0, "+86");
        }
        let digits = number.strip_prefix('+').ok_or(PhoneFault)?;
        // No country code starts with 0 (ITU-T E.164, section 6.2.1).
        let wrong = !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len())
            || !digits.bytes().all(|digit| digit.is_ascii_digit())
            || digits.starts_with('0');
        if wrong {
            return Err(PhoneFault);
        }
        Ok(Self(number))
    }

    /// The number, `+` first.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Phone {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// Whether an account may ride.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RiderState {
    /// May ride.
    Active,
    /// May not ride until what is owed is paid.
    Blocked(Block),
    /// Closed for good.
    Closed,
}

impl RiderState {
    /// The state once what a rider owes is known: blocked or not. A closed account stays closed,
    /// and a block that only changes its amount keeps the time it began.
    #[must_use]
    pub fn owing(self, block: Option<Block>) -> Self {
        match (self, block) {
            (Self::Closed, _) => Self::Closed,
            (Self::Active | Self::Blocked(_), None) => Self::Active,
            (Self::Active, Some(block)) => Self::Blocked(block),
            (Self::Blocked(before), Some(block)) => Self::Blocked(Block {
                since: before.since,
                ..block
            }),
        }
    }
}

/// A person's account at the issuer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rider {
    /// The account.
    pub id: RiderId,
    /// How the person is reached.
    pub phone: Phone,
    /// Whether it may ride.
    pub state: RiderState,
    /// When it was opened.
    pub opened: UnixSeconds,
}

const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;

/// Digits of a mainland mobile number, which starts with 1.
const MAINLAND_DIGITS: usize = 11;

/// The longest text that is looked at: a number with a space or hyphen after every digit.
const TEXT_LENGTH_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use alloc::format;

    use ridecode_ledger::Money;

    use super::*;

    #[test]
    fn phone_numbers_have_one_form() {
        let check = |text: &str, expected: Result<&str, PhoneFault>| {
            let phone = Phone::new(text);
            let found = phone.as_ref().map(Phone::as_str).map_err(|fault| *fault);
            assert_eq!(found, expected, "{text}");
        };
        for wrong in [
            "",
            "+",
            "13800138",
            "1380013800",
            "23800138000",
            "+1234567",
            "+1234567890123456",
            "+0123456789",
            "+86138001380x0",
            "++8613800138000",
            "+86(138)00138000",
            "+８６１３８００１３８０００",
            "008613800138000",
            "+ 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6",
        ] {
            check(wrong, Err(PhoneFault));
        }
        check("13800138000", Ok("+8613800138000"));
        check("138-0013-8000", Ok("+8613800138000"));
        check("+86 138 0013 8000", Ok("+8613800138000"));
        check("+85298765432", Ok("+85298765432"));
        check("+12345678", Ok("+12345678"));
        check("+123456789012345", Ok("+123456789012345"));
    }

    #[test]
    fn phone_numbers_do_not_show_in_debug_output() {
        let phone = Phone::new("13800138000").unwrap();
        assert_eq!(format!("{phone:?}"), "Phone(…)");
    }

    #[test]
    fn owing_blocks_and_paying_unblocks() {
        let block = |fen, since| Block {
            amount: Money::fen(fen),
            rides: 1,
            since: UnixSeconds(since),
        };
        let check = |before: RiderState, owes: Option<Block>, after: RiderState| {
            assert_eq!(before.owing(owes), after);
        };
        check(RiderState::Closed, Some(block(2, 5)), RiderState::Closed);
        check(RiderState::Closed, None, RiderState::Closed);
        check(RiderState::Active, None, RiderState::Active);
        let blocked = RiderState::Blocked(block(2, 5));
        check(RiderState::Active, Some(block(2, 5)), blocked.clone());
        check(
            blocked.clone(),
            Some(block(4, 9)),
            RiderState::Blocked(block(4, 5)),
        );
        check(blocked, None, RiderState::Active);
    }
}
