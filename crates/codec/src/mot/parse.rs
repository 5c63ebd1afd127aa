//! Reading `mot` codes: a checked view over the bytes, then a scan.

use alloc::vec::Vec;

use ridecode_words::{CredentialId, CredentialRef, IssuerId, UnixSeconds};

use super::{CUSTOM_LENGTH_MAX, Certificate};
use crate::crypto::{Algorithm, PublicKey, Signature, Sm2Id};
use crate::key::IdProfile;
use crate::read::Unreadable;
use crate::scan::{DeviceItems, Layout, Scan, Scheme, Services};

/// Fields 1 to 15: what a phone stores. Lengths were checked.
#[derive(Clone, Copy)]
pub(crate) struct CredentialView<'a> {
    bytes: &'a [u8],
    custom_length: usize,
}

impl<'a> CredentialView<'a> {
    /// Looks at fields 1 to 15, and only at them.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let custom_length = usize::from(*bytes.get(197).ok_or(Unreadable::WrongLength)?);
        let declared = u16::from_be_bytes([bytes[1], bytes[2]]);
        if custom_length > CUSTOM_LENGTH_MAX
            || bytes.len() != CREDENTIAL_LENGTH + custom_length
            || usize::from(declared) != DECLARED_LENGTH + custom_length
        {
            return Err(Unreadable::WrongLength);
        }
        let view = Self {
            bytes,
            custom_length,
        };
        if bytes[0] < 0x80 {
            return Err(Unreadable::Malformed("version"));
        }
        if !view
            .payment_account()
            .iter()
            .all(|byte| matches!(byte, 0x20..=0x7e))
        {
            return Err(Unreadable::Malformed("payment account"));
        }
        if !matches!(view.device_key().bytes[0], 0x02 | 0x03) {
            return Err(Unreadable::Malformed("user public key"));
        }
        if bytes[198 + custom_length] != SIGNATURE_FORMAT {
            return Err(Unreadable::Malformed("issuer signature"));
        }
        Ok(view)
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn certificate(self) -> Certificate {
        Certificate(self.part(3))
    }

    fn payment_account(self) -> [u8; 16] {
        self.part(120)
    }

    fn card_account(self) -> [u8; 10] {
        self.part(136)
    }

    pub(crate) fn device_key(self) -> PublicKey {
        PublicKey {
            algorithm: Algorithm::Sm2,
            bytes: self.part(158),
        }
    }

    fn custom(self) -> &'a [u8] {
        &self.bytes[198..198 + self.custom_length]
    }

    /// Fields 3 to 14.
    pub(crate) fn issuer_signed(self) -> &'a [u8] {
        &self.bytes[3..198 + self.custom_length]
    }

    pub(crate) fn issuer_signature(self) -> Signature {
        Signature(self.part(199 + self.custom_length))
    }

    /// The identity the issuer signs with.
    pub(crate) fn issuer_id(self, profile: IdProfile) -> Sm2Id<'a> {
        match profile {
            IdProfile::Default => Sm2Id::DEFAULT,
            IdProfile::ShanghaiLocal => Sm2Id(&self.bytes[146..154]),
        }
    }

    /// The identity the phone signs with.
    pub(crate) fn device_id(self, profile: IdProfile) -> Sm2Id<'a> {
        match profile {
            IdProfile::Default => Sm2Id::DEFAULT,
            IdProfile::ShanghaiLocal => Sm2Id(&self.bytes[136..146]),
        }
    }

    fn part<const N: usize>(self, at: usize) -> [u8; N] {
        let mut part = [0; N];
        part.copy_from_slice(&self.bytes[at..at + N]);
        part
    }
}

/// A whole code. Lengths were checked.
#[derive(Clone, Copy)]
pub(crate) struct CodeView<'a> {
    code: &'a [u8],
    pub(crate) credential: CredentialView<'a>,
}

impl<'a> CodeView<'a> {
    pub(crate) fn new(code: &'a [u8]) -> Result<Self, Unreadable> {
        let (credential, rest) = code
            .len()
            .checked_sub(DEVICE_LENGTH)
            .and_then(|at| code.split_at_checked(at))
            .ok_or(Unreadable::WrongLength)?;
        let credential = CredentialView::new(credential)?;
        if rest[4] != SIGNATURE_FORMAT {
            return Err(Unreadable::Malformed("user signature"));
        }
        Ok(Self { code, credential })
    }

    fn generated(self) -> UnixSeconds {
        let at = self.credential.bytes.len();
        let mut seconds = [0; 4];
        seconds.copy_from_slice(&self.code[at..at + 4]);
        UnixSeconds(i64::from(u32::from_be_bytes(seconds)))
    }

    /// Fields 1 to 16.
    pub(crate) fn device_signed(self) -> &'a [u8] {
        &self.code[..self.credential.bytes.len() + 4]
    }

    pub(crate) fn device_signature(self) -> Signature {
        let mut signature = [0; 64];
        signature.copy_from_slice(&self.code[self.credential.bytes.len() + 5..]);
        Signature(signature)
    }
}

/// Reads a code.
pub(crate) fn read(code: Vec<u8>) -> Result<Scan, Unreadable> {
    let view = CodeView::new(&code)?;
    let credential = view.credential;
    let [ceiling_high, ceiling_middle, ceiling_low] = credential.part(155);
    Ok(Scan {
        scheme: Scheme::Mot,
        credential: CredentialRef {
            issuer: IssuerId(u32::from_be_bytes(credential.part(146))),
            credential: CredentialId(credential.card_account()),
        },
        key_id: u32::from(credential.certificate().root_index()),
        product: u32::from_be_bytes(credential.part(150)),
        category: credential.bytes[154],
        services: Services::ALL,
        not_before: UnixSeconds(i64::MIN),
        expires: UnixSeconds(i64::from(u32::from_be_bytes(credential.part(191)))),
        generated: view.generated(),
        device_items: DeviceItems::default(),
        valid_for_s: Some(u32::from(u16::from_be_bytes(credential.part(195)))),
        fare_ceiling_minor: u32::from_be_bytes([0, ceiling_high, ceiling_middle, ceiling_low]),
        device_key: credential.device_key(),
        payment_account: Some(credential.payment_account()),
        custom: credential.custom().to_vec(),
        layout: Layout::Mot,
        raw: code,
    })
}

/// Fields 1 to 15 without custom bytes.
const CREDENTIAL_LENGTH: usize = 263;
/// Fields 16 and 17.
pub(crate) const DEVICE_LENGTH: usize = 69;
/// What field 2 says of a code without custom bytes: everything behind it.
pub(crate) const DECLARED_LENGTH: usize = 329;
/// The format byte before r ‖ s.
pub(crate) const SIGNATURE_FORMAT: u8 = 0x15;
