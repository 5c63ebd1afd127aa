//! How often something may be asked for: a code by SMS, which costs, annoys, and gives five more
//! guesses; a sign-in that fails.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ridecode_account::Phone;
use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

use super::problem::{Kind, Problem, Result};

/// A hash of a number, name or address: nobody's is kept.
pub(super) type Digest = [u8; 32];

/// The hash of a text of some kind.
pub(super) fn digest(kind: &str, text: &str) -> Digest {
    let hash = Sha256::new().chain_update(kind).chain_update([0]);
    hash.chain_update(text).finalize().into()
}

/// What happened within the last `WINDOW_S` seconds, by hash. Forgotten when the program ends.
#[derive(Debug, Default)]
pub(super) struct Lately<const WINDOW_S: i64>(Mutex<BTreeMap<Digest, Vec<UnixSeconds>>>);

impl<const WINDOW_S: i64> Lately<WINDOW_S> {
    /// Notes that it happens now to all of these, or to none and gives the seconds to wait, where
    /// it happened to one as often as its limit says.
    pub(super) fn note(
        &self,
        limits: &[(Digest, usize)],
        now: UnixSeconds,
    ) -> std::result::Result<(), i64> {
        let mut happened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if happened.len() >= KEYS_MAX {
            happened.retain(|_, times| times.iter().any(|time| Self::is_recent(*time, now)));
        }
        for (key, max) in limits {
            let times = happened.entry(*key).or_default();
            times.retain(|time| Self::is_recent(*time, now));
            if let Some(oldest) = times.first().filter(|_| times.len() >= *max) {
                return Err(WINDOW_S - now.since_s(*oldest));
            }
        }
        for (key, _) in limits {
            happened.entry(*key).or_default().push(now);
        }
        Ok(())
    }

    /// Takes the newest note of each back.
    pub(super) fn forget(&self, keys: &[Digest]) {
        let mut happened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            if let Some(times) = happened.get_mut(key) {
                times.pop();
            }
        }
    }

    fn is_recent(time: UnixSeconds, now: UnixSeconds) -> bool {
        now.since_s(time) < WINDOW_S
    }
}

/// The codes asked for lately.
#[derive(Debug, Default)]
pub(super) struct Pace(Lately<CODES_WINDOW_S>);

impl Pace {
    /// Notes that a code is asked for, or refuses it.
    pub(super) fn note(&self, phone: &Phone, now: UnixSeconds) -> Result<()> {
        let number = digest("phone", phone.as_str());
        self.0.note(&[(number, CODES_MAX)], now).map_err(|wait_s| {
            Problem::new(
                Kind::TooManyCodes,
                format!("phone: {CODES_MAX} codes were sent lately; ask again in {wait_s} seconds"),
            )
            .at("phone")
            .with("retry_after_s", wait_s)
        })
    }
}

/// Codes for one number within the window.
const CODES_MAX: usize = 5;
const CODES_WINDOW_S: i64 = 600;
/// Hashes remembered before old ones are cleared out.
const KEYS_MAX: usize = 100_000;

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
