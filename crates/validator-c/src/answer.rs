//! What a call answers: one word of a closed list.

use core::ffi::{CStr, c_char};
use std::io::{self, ErrorKind};

use ridecode_device::{JournalDamaged, WriteFault};
use ridecode_validator::bundle::BundleFault;
use ridecode_validator::journal::JournalFault;

/// What a call answers. Nothing was changed unless it is `RC_ANSWER_OK`. Words are only ever
/// added to this list, at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Answer {
    /// Done.
    Ok = 0,
    /// There was nothing to do: nobody expected, nothing to undo, nothing to send.
    Nothing = 1,
    /// A pointer that must not be null is.
    NullArgument = 2,
    /// A number is none of its list, or a pointer is not aligned.
    BadArgument = 3,
    /// More bytes than there may be.
    TooLong = 4,
    /// A text is no UTF-8.
    BadText = 5,
    /// `abi_version` is not this library's `RC_ABI_VERSION`.
    OtherAbi = 6,
    /// No open validator has this handle: it was closed, or never opened.
    Closed = 7,
    /// Another call on this validator has not returned yet.
    Busy = 8,
    /// The buffer has no room for the answer.
    BufferTooSmall = 9,
    /// The validator was never given a bundle.
    NoBundle = 10,
    /// The bundle is damaged. The last good one stays in force, as for the five that follow.
    BundleDamaged = 11,
    /// The bundle was not signed by this back office, or was cut or changed on the way.
    BundleNotSigned = 12,
    /// The bundle is for another operator.
    BundleOtherOperator = 13,
    /// The bundle is not newer than the one in force.
    BundleNotNewer = 14,
    /// The delta changes another version than the one in force: ask for the whole bundle.
    BundleOutOfOrder = 15,
    /// The bundle has two keys of an issuer under one number.
    BundleDuplicateKey = 16,
    /// The journal was changed by the disk or by a hand. Keep it for the operator, and begin with
    /// empty storage under a new registration.
    JournalDamaged = 17,
    /// The storage is full.
    StorageFull = 18,
    /// The storage failed.
    StorageFailed = 19,
    /// The key could not sign.
    SigningFailed = 20,
    /// Randomness could not be had.
    RandomFailed = 21,
    /// The secret or the back office's key is no key.
    BadKey = 22,
    /// The back office holds more of the journal than there is: the storage is an old copy.
    /// Register anew, with empty storage.
    JournalOlder = 23,
    /// The library met a mistake of its own. The validator is closed; open it again.
    Internal = 24,
}

impl Answer {
    fn text(self) -> &'static CStr {
        match self {
            Self::Ok => c"done",
            Self::Nothing => c"there was nothing to do",
            Self::NullArgument => c"a pointer is null that must not be",
            Self::BadArgument => c"a number is none of its list, or a pointer is not aligned",
            Self::TooLong => c"more bytes than there may be",
            Self::BadText => c"a text is no UTF-8",
            Self::OtherAbi => c"abi_version is not this library's; build against its header",
            Self::Closed => c"no open validator has this handle",
            Self::Busy => c"another call on this validator has not returned; call again",
            Self::BufferTooSmall => c"the buffer is too small; give a larger one",
            Self::NoBundle => c"no bundle was ever taken; fetch one",
            Self::BundleDamaged => c"the bundle is damaged; fetch it again",
            Self::BundleNotSigned => {
                c"the bundle was not signed by this back office, or was changed on the way"
            }
            Self::BundleOtherOperator => c"the bundle is for another operator",
            Self::BundleNotNewer => c"the bundle is not newer than the one in force",
            Self::BundleOutOfOrder => c"the delta does not fit; fetch the whole bundle",
            Self::BundleDuplicateKey => c"the bundle has two keys under one number",
            Self::JournalDamaged => {
                c"the journal was altered; keep it for the operator, begin with empty storage"
            }
            Self::StorageFull => c"the storage is full; make room",
            Self::StorageFailed => c"the storage failed; check it",
            Self::SigningFailed => c"the key could not sign",
            Self::RandomFailed => c"randomness could not be had",
            Self::BadKey => c"the secret or the back office's key is no key",
            Self::JournalOlder => c"the storage is an old copy; register anew with empty storage",
            Self::Internal => c"a mistake in the library; open the validator again",
        }
    }

    /// Every answer, in the order of their numbers.
    pub(crate) const ALL: [Self; 25] = [
        Self::Ok,
        Self::Nothing,
        Self::NullArgument,
        Self::BadArgument,
        Self::TooLong,
        Self::BadText,
        Self::OtherAbi,
        Self::Closed,
        Self::Busy,
        Self::BufferTooSmall,
        Self::NoBundle,
        Self::BundleDamaged,
        Self::BundleNotSigned,
        Self::BundleOtherOperator,
        Self::BundleNotNewer,
        Self::BundleOutOfOrder,
        Self::BundleDuplicateKey,
        Self::JournalDamaged,
        Self::StorageFull,
        Self::StorageFailed,
        Self::SigningFailed,
        Self::RandomFailed,
        Self::BadKey,
        Self::JournalOlder,
        Self::Internal,
    ];
}

/// What an answer means, in English: a text of the library, never null, never freed. A number
/// that is no answer has its own text.
#[unsafe(no_mangle)]
pub extern "C" fn rc_answer_text(answer: u32) -> *const c_char {
    let answer = usize::try_from(answer)
        .ok()
        .and_then(|number| Answer::ALL.get(number));
    answer
        .map_or(c"no answer of this library", |answer| answer.text())
        .as_ptr()
}

impl From<WriteFault> for Answer {
    fn from(fault: WriteFault) -> Self {
        match fault {
            WriteFault::Full(_) => Self::StorageFull,
            WriteFault::NotWritten(_) | WriteFault::NotSynced(_) | WriteFault::Distrusted => {
                Self::StorageFailed
            }
        }
    }
}

impl From<BundleFault> for Answer {
    fn from(fault: BundleFault) -> Self {
        match fault {
            BundleFault::Malformed => Self::BundleDamaged,
            BundleFault::BadSignature => Self::BundleNotSigned,
            BundleFault::OtherOperator(_) => Self::BundleOtherOperator,
            BundleFault::NotNewer { .. } => Self::BundleNotNewer,
            BundleFault::OutOfOrder { .. } => Self::BundleOutOfOrder,
            BundleFault::DuplicateKey { .. } => Self::BundleDuplicateKey,
        }
    }
}

/// What went wrong beneath, by its innermost cause that has a word.
impl From<anyhow::Error> for Answer {
    fn from(fault: anyhow::Error) -> Self {
        if fault.is::<JournalDamaged>() || fault.is::<JournalFault>() {
            return Self::JournalDamaged;
        }
        match fault.downcast::<BundleFault>() {
            Ok(fault) => fault.into(),
            Err(fault) => match fault.downcast_ref::<io::Error>().map(io::Error::kind) {
                Some(ErrorKind::StorageFull) => Self::StorageFull,
                _ => Self::StorageFailed,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_answer_has_its_number_and_a_text_of_its_own() {
        for (answer, number) in Answer::ALL.into_iter().zip(0..) {
            assert_eq!(answer as u32, number);
        }
        let texts: BTreeSet<_> = Answer::ALL.map(Answer::text).into();
        assert_eq!(texts.len(), Answer::ALL.len());
        let check = |number, expected: &CStr| {
            let text = rc_answer_text(number);
            // SAFETY: the function gives texts with a zero behind them.
            assert_eq!(unsafe { CStr::from_ptr(text) }, expected);
        };
        check(0, c"done");
        check(25, c"no answer of this library");
        check(u32::MAX, c"no answer of this library");
    }
}
