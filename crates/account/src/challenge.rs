//! SMS codes: six digits, five minutes, five tries.

use ridecode_words::UnixSeconds;

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
    /// A fresh challenge for a six-digit code.
    pub fn new(_phone: Phone, _code: &str, _now: UnixSeconds) -> Self {
        todo!()
    }

    /// Answers it, in constant time. The challenge that is left, if any, comes back.
    pub fn answer(self, _code: &str, _now: UnixSeconds) -> (ChallengeAnswer, Option<Self>) {
        todo!()
    }
}
