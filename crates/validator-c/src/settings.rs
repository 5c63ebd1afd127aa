//! Who a validator is and how it works, as C tells it.

use core::ffi::c_void;

use ridecode_codec::crypto::PublicKey;
use ridecode_codec::crypto::{self, Crypto as _, Signature, Signer, Sm2Id};
use ridecode_device::{FullDisk, Keeping, Lamp, Rules};
use ridecode_validator::bundle::Expected;
use ridecode_words::{OperatorId, ValidatorId};

use crate::answer::Answer;
use crate::place::{Place, item};
use crate::reader::{Engine, SecretKey};

/// What the back office signs with. 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256: a key is a compressed point of 33 bytes.
    Es256 = 1,
    /// Ed25519: a key is 32 bytes and a zero.
    Eddsa = 2,
    /// SM2 with SM3: a key is a compressed point of 33 bytes.
    Sm2 = 3,
}

/// Who a validator is and how it works. Fill it with zeros first: a zero is the default of every
/// field that has one.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Settings {
    /// `RC_ABI_VERSION` of the header the caller was built with.
    pub abi_version: u32,
    /// The validator's number, from its registration.
    pub validator: u32,
    /// The operator's number, from its registration.
    pub operator_id: u32,
    /// An `rc_algorithm`: what the back office signs with, from the registration.
    pub office_algorithm: u32,
    /// The back office's key, from the registration.
    pub office_key: [u8; 33],
    /// The validator's own Ed25519 secret, where it does not lie in a secure element.
    pub device_secret: [u8; 32],
    /// The public half, where the secret lies in a secure element.
    pub device_public: [u8; 32],
    /// Signs with a secure element: writes 64 bytes of Ed25519 signature and returns 0. Null where
    /// `device_secret` holds the secret.
    pub sign: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            message: *const u8,
            length: usize,
            signature: *mut u8,
        ) -> i32,
    >,
    /// Given to `sign`.
    pub sign_context: *mut c_void,
    /// Where it stands.
    pub place: Place,
    /// How long an accepted rider has to pass, in milliseconds; 0 without a passage sensor.
    pub passage_ms: u32,
    /// Lights the lamp before the storage confirms, if not 0: faster on slow flash, and a power
    /// cut in between loses what was shown. `rc_settle` then has to follow.
    pub lamp_before_sync: u32,
    /// With full storage, so many entries are kept in memory and riders let through; 0: nobody is.
    pub entries_in_memory_max: u32,
    /// A piece of the journal takes no further entry once it has so many bytes; 0: 2 MiB.
    pub piece_length_max: u32,
    /// So many entries are kept at least; 0: 30,000.
    pub entries_min: u32,
    /// Entries are kept at least so many days; 0: 30.
    pub days_min: u32,
}

impl Settings {
    pub(crate) fn rules(&self) -> Rules {
        let usual = Keeping::default();
        let or = |given: u32, usual: u64| if given == 0 { usual } else { given.into() };
        Rules {
            keeping: Keeping {
                file_length_max: or(
                    self.piece_length_max.min(PIECE_LENGTH_MAX),
                    usual.file_length_max,
                ),
                entries_min: or(self.entries_min, usual.entries_min),
                age_min_s: match self.days_min {
                    0 => usual.age_min_s,
                    days => i64::from(days) * 86_400,
                },
                full_disk: match usize::try_from(self.entries_in_memory_max) {
                    Ok(entries_max @ 1..) => FullDisk::Admit { entries_max },
                    Ok(0) | Err(_) => FullDisk::Refuse,
                },
            },
            lamp: match self.lamp_before_sync {
                0 => Lamp::AfterSync,
                _ => Lamp::BeforeSync,
            },
            passage_ms: (self.passage_ms > 0).then_some(self.passage_ms.into()),
        }
    }

    /// What is expected of bundles, with a key that is one.
    pub(crate) fn expected(&self) -> Result<Expected, Answer> {
        let office = PublicKey {
            algorithm: item(&ALGORITHMS, self.office_algorithm)?,
            bytes: self.office_key,
        };
        if Engine.parse_key(&office).is_none() {
            return Err(Answer::BadKey);
        }
        Ok(Expected {
            office,
            operator: OperatorId(self.operator_id),
            in_force: 0,
        })
    }

    pub(crate) fn identity(&self) -> ValidatorId {
        ValidatorId(self.validator)
    }

    pub(crate) fn signing(&self) -> Result<Signing, Answer> {
        let Some(sign) = self.sign else {
            let key = SecretKey::new(crypto::Algorithm::EdDsa, &self.device_secret);
            let is_empty = self.device_secret == [0; 32];
            return match key.filter(|_| !is_empty) {
                Some(key) => Ok(Signing::Key(key)),
                None => Err(Answer::BadKey),
            };
        };
        let mut bytes = [0; 33];
        bytes[..32].copy_from_slice(&self.device_public);
        let public = PublicKey {
            algorithm: crypto::Algorithm::EdDsa,
            bytes,
        };
        if Engine.parse_key(&public).is_none() {
            return Err(Answer::BadKey);
        }
        Ok(Signing::Element(Element {
            sign,
            context: self.sign_context,
            public,
        }))
    }
}

/// The validator's own key, wherever it lies.
pub(crate) enum Signing {
    /// In memory.
    Key(SecretKey),
    /// In a secure element.
    Element(Element),
}

/// A secure element behind a function of the caller.
pub(crate) struct Element {
    sign: unsafe extern "C" fn(*mut c_void, *const u8, usize, *mut u8) -> i32,
    context: *mut c_void,
    public: PublicKey,
}

// SAFETY: the header asks that the function may be called with its context from any thread that
// calls the library; a validator makes one call at a time.
unsafe impl Send for Element {}

impl Signer for Signing {
    fn public_key(&self) -> PublicKey {
        match self {
            Self::Key(key) => key.public_key(),
            Self::Element(element) => element.public,
        }
    }

    /// Zeros, which never hold, where the element fails: what was sealed is looked at before it
    /// goes out.
    fn sign(&self, id: Sm2Id<'_>, message: &[u8]) -> Signature {
        match self {
            Self::Key(key) => key.sign(id, message),
            Self::Element(element) => {
                let mut signature = [0; 64];
                let (start, place) = (message.as_ptr(), signature.as_mut_ptr());
                // SAFETY: the caller's function, with its context, a message, and room for 64
                // bytes that live as long as the call.
                let answer =
                    unsafe { (element.sign)(element.context, start, message.len(), place) };
                Signature(if answer == 0 { signature } else { [0; 64] })
            }
        }
    }
}

/// In the order of their numbers.
const ALGORITHMS: [crypto::Algorithm; 3] = [
    crypto::Algorithm::Es256,
    crypto::Algorithm::EdDsa,
    crypto::Algorithm::Sm2,
];

/// The longest piece of a journal, in bytes: one is read whole at a start.
const PIECE_LENGTH_MAX: u32 = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithms_of_the_header_are_those_within() {
        let check = |number: Algorithm, expected| {
            assert_eq!(item(&ALGORITHMS, number as u32), Ok(expected));
        };
        check(Algorithm::Es256, crypto::Algorithm::Es256);
        check(Algorithm::Eddsa, crypto::Algorithm::EdDsa);
        check(Algorithm::Sm2, crypto::Algorithm::Sm2);
    }
}
