//! How often a code may be asked for: each message costs, annoys, and gives five more guesses.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ridecode_account::Phone;
use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

use super::problem::{Kind, Problem, Result};

/// The codes asked for lately, by a hash of the number. Forgotten when the program ends.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<BTreeMap<[u8; 32], Vec<UnixSeconds>>>);

impl Pace {
    /// Notes that a code is asked for, or refuses it.
    pub(super) fn note(&self, phone: &Phone, now: UnixSeconds) -> Result<()> {
        let number: [u8; 32] = Sha256::digest(phone.as_str().as_bytes()).into();
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= NUMBERS_MAX {
            asked.retain(|_, times| times.iter().any(|time| is_recent(*time, now)));
        }
        let times = asked.entry(number).or_default();
        times.retain(|time| is_recent(*time, now));
        if let Some(oldest) = times.first().filter(|_| times.len() >= CODES_MAX) {
            let wait_s = WINDOW_S - now.since_s(*oldest);
            return Err(Problem::new(
                Kind::TooManyCodes,
                format!("phone: {CODES_MAX} codes were sent lately; ask again in {wait_s} seconds"),
            )
            .at("phone")
            .with("retry_after_s", wait_s));
        }
        times.push(now);
        Ok(())
    }
}

fn is_recent(time: UnixSeconds, now: UnixSeconds) -> bool {
    now.since_s(time) < WINDOW_S
}

/// Codes for one number within the window.
const CODES_MAX: usize = 5;
const WINDOW_S: i64 = 600;
/// Numbers remembered before old ones are cleared out.
const NUMBERS_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_codes_in_ten_minutes() {
        let pace = Pace::default();
        let phone = |text| Phone::new(text).expect("a number");
        let check = |number, time, expected: bool| {
            let noted = pace.note(&phone(number), UnixSeconds(time));
            assert_eq!(noted.is_ok(), expected, "{number} at {time}");
        };
        for time in 0..5 {
            check("+8613800138000", time, true);
        }
        check("+8613800138000", 5, false);
        check("+8613800138001", 5, true);
        check("+8613800138000", 599, false);
        check("+8613800138000", 600, true);
        check("+8613800138000", 600, false);
    }
}
