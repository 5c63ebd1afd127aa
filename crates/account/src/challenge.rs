//! SMS codes: six digits, five minutes, five tries.

use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::rider::Phone;

/// A code that was sent and waits for its answer. Only its digest is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// Where it was sent.
    pub phone: Phone,
    /// SHA-256 over the phone number and the code.
    pub digest: [u8; 32],
    /// Until when it may be answered.
    pub expires: UnixSeconds,
    /// Tries left.
    pub tries_left: u8,
}

/// The result of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChallengeAnswer {
    /// The right code; the challenge is used up.
    Right,
    /// The wrong code.
    Wrong {
        /// Tries left; at 0 a new code must be asked for.
        tries_left: u8,
    },
    /// No code waits: none was sent, it was used, or it is too old.
    NoneWaiting,
}

impl Challenge {
    /// Seconds a code may be answered for.
    pub const LIFETIME_S: i64 = 300;
    /// How often it may be answered.
    pub const TRIES: u8 = 5;
    /// How many digits it has.
    pub const DIGITS: usize = 6;

    /// A fresh challenge for a six-digit code, which the office has drawn.
    pub fn new(phone: Phone, code: &str, now: UnixSeconds) -> Self {
        assert!(
            code.len() == Self::DIGITS && code.bytes().all(|digit| digit.is_ascii_digit()),
            "a drawn code has six digits"
        );
        Self {
            digest: digest(&phone, code),
            phone,
            expires: now.plus_s(Self::LIFETIME_S),
            tries_left: Self::TRIES,
        }
    }

    /// Answers it, in constant time. The challenge that is left, if any, comes back.
    pub fn answer(self, code: &str, now: UnixSeconds) -> (ChallengeAnswer, Option<Self>) {
        if now >= self.expires || self.tries_left == 0 {
            return (ChallengeAnswer::NoneWaiting, None);
        }
        if bool::from(digest(&self.phone, code).ct_eq(&self.digest)) {
            return (ChallengeAnswer::Right, None);
        }
        let tries_left = self.tries_left - 1;
        let left = (tries_left > 0).then_some(Self { tries_left, ..self });
        (ChallengeAnswer::Wrong { tries_left }, left)
    }
}

fn digest(phone: &Phone, code: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(phone.as_str())
        .chain_update(b"\n")
        .chain_update(code)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const SENT: UnixSeconds = UnixSeconds(1_000);

    fn challenge() -> Challenge {
        Challenge::new(Phone::new("13800138000").unwrap(), "012345", SENT)
    }

    /// Answers one challenge again and again, at seconds after it was sent.
    fn check(answers: &[(&str, i64)], expected: &[ChallengeAnswer]) {
        let mut waiting = Some(challenge());
        let found: Vec<_> = answers
            .iter()
            .map(|(code, after_s)| {
                let Some(left) = waiting.take() else {
                    return ChallengeAnswer::NoneWaiting;
                };
                let (answer, left) = left.answer(code, SENT.plus_s(*after_s));
                waiting = left;
                answer
            })
            .collect();
        assert_eq!(found, expected);
    }

    fn wrong(tries_left: u8) -> ChallengeAnswer {
        ChallengeAnswer::Wrong { tries_left }
    }

    #[test]
    fn only_the_code_itself_is_right() {
        for code in [
            "",
            "12345",
            "0123456",
            "012346",
            "012345 ",
            " 012345",
            "０１２３４５",
            "12345\0",
        ] {
            check(&[(code, 0)], &[wrong(4)]);
        }
        check(&[("012345", 0)], &[ChallengeAnswer::Right]);
    }

    #[test]
    fn a_right_answer_uses_it_up() {
        check(
            &[("012345", 0), ("012345", 1)],
            &[ChallengeAnswer::Right, ChallengeAnswer::NoneWaiting],
        );
    }

    #[test]
    fn five_tries_and_no_more() {
        let guess = ("999999", 1);
        check(
            &[guess, guess, guess, guess, ("012345", 1)],
            &[
                wrong(4),
                wrong(3),
                wrong(2),
                wrong(1),
                ChallengeAnswer::Right,
            ],
        );
        check(
            &[guess, guess, guess, guess, guess, ("012345", 1)],
            &[
                wrong(4),
                wrong(3),
                wrong(2),
                wrong(1),
                wrong(0),
                ChallengeAnswer::NoneWaiting,
            ],
        );
    }

    #[test]
    fn five_minutes_and_no_longer() {
        check(&[("012345", 299)], &[ChallengeAnswer::Right]);
        check(&[("012345", 300)], &[ChallengeAnswer::NoneWaiting]);
    }

    #[test]
    fn the_same_code_for_another_number_is_another_digest() {
        let other = Challenge::new(Phone::new("13800138001").unwrap(), "012345", SENT);
        assert_ne!(other.digest, challenge().digest);
    }
}
