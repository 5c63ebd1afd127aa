//! Enrolment: a phone number, a code by SMS, a session.

use ridecode_account::Phone;
use ridecode_store::StoreFault;
use ridecode_words::{RiderId, UnixSeconds};

use crate::Office;
use crate::edge::Entropy;

/// A message for the SMS gateway. Holds a secret: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeToSend {
    /// To whom.
    pub phone: Phone,
    /// Six digits.
    pub code: String,
}

/// A rider who gave the right code.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub rider: RiderId,
    /// Whether the account was opened just now.
    pub opened: bool,
    /// The session token, 64 hex digits. A secret: never logged.
    pub token: String,
    /// Until when the session lasts.
    pub expires: UnixSeconds,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum EnrolFault {
    /// The wrong code.
    #[error("the code is wrong; {tries_left} tries left")]
    WrongCode {
        /// Tries left.
        tries_left: u8,
    },
    /// No code waits for an answer.
    #[error("no code is waiting for this number; ask for a new one")]
    NoCodeWaiting,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Makes a code for a phone number and keeps its digest.
pub async fn send_code(
    _office: &Office,
    _phone: Phone,
    _now: UnixSeconds,
    _entropy: &mut impl Entropy,
) -> Result<CodeToSend, StoreFault> {
    todo!()
}

/// What a person sends to sign in.
pub struct SignIn {
    /// The phone number.
    pub phone: Phone,
    /// The code that was sent to it.
    pub code: String,
}

/// Answers a code: opens the account if the number is new, and a session.
pub async fn sign_in(
    _office: &Office,
    _sign_in: SignIn,
    _now: UnixSeconds,
    _entropy: &mut impl Entropy,
) -> Result<SignedIn, EnrolFault> {
    todo!()
}

/// The rider a session token belongs to.
pub async fn find_session(
    _office: &Office,
    _token: &str,
    _now: UnixSeconds,
) -> Result<Option<RiderId>, StoreFault> {
    todo!()
}
