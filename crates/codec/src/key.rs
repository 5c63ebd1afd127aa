//! The keys a verifier trusts.

use alloc::vec::Vec;

use ridecode_words::{IssuerId, UnixSeconds};

use crate::crypto::{Algorithm, PublicKey};

/// How an issuer's SM2 signatures choose their identity. JT/T 1179 in the field: the default
/// identity everywhere, except issuers that follow the Shanghai local rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdProfile {
    /// `1234567812345678` for all three signatures.
    Default,
    /// Certificate: service id and root key index; issuer signature: issuer and platform codes;
    /// user signature: card account number.
    ShanghaiLocal,
}

/// The signature pair of a `compact` credential: the issuer's algorithm, then the phone's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompactProfile {
    /// 1: ES256 by both.
    Es256,
    /// 2: EdDSA by the issuer, ES256 by the phone.
    EdDsaEs256,
    /// 3: SM2 by both.
    Sm2,
}

impl CompactProfile {
    /// What the issuer signs with.
    pub fn issuer_algorithm(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::Es256,
            Self::EdDsaEs256 => Algorithm::EdDsa,
            Self::Sm2 => Algorithm::Sm2,
        }
    }

    /// What the phone signs with.
    pub fn device_algorithm(self) -> Algorithm {
        match self {
            Self::Es256 | Self::EdDsaEs256 => Algorithm::Es256,
            Self::Sm2 => Algorithm::Sm2,
        }
    }

    /// The profile's number in the code.
    pub fn number(self) -> u8 {
        match self {
            Self::Es256 => 1,
            Self::EdDsaEs256 => 2,
            Self::Sm2 => 3,
        }
    }
}

/// A key that signs `compact` credentials, looked up by issuer and key id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerKey {
    /// Whose key it is.
    pub issuer: IssuerId,
    /// Its number at that issuer.
    pub key_id: u32,
    /// The algorithms that go with it. The code's own profile number must agree.
    pub profile: CompactProfile,
    /// The key.
    pub key: PublicKey,
    /// After this the key is not accepted.
    pub expires: UnixSeconds,
}

/// A root key of the `mot` hierarchy, looked up by index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RootKey {
    /// The CA key index a certificate names.
    pub index: u8,
    /// The key; always SM2.
    pub key: PublicKey,
    /// After this the key is not accepted.
    pub expires: UnixSeconds,
}

/// An issuer whose `mot` codes are accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MotIssuer {
    /// Field 6 of the code.
    pub issuer: IssuerId,
    /// The id its certificates carry, given by the certificate center. A certificate of another
    /// issuer, however well signed, does not speak for this one.
    pub certificate_issuer: IssuerId,
    /// How its signatures choose their SM2 identity.
    pub id_profile: IdProfile,
}

/// Everything a verifier trusts. A code from anyone else is of an unknown issuer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeyList {
    /// Keys of `compact` issuers.
    pub issuer_keys: Vec<IssuerKey>,
    /// Roots of `mot` certificates.
    pub root_keys: Vec<RootKey>,
    /// Accepted `mot` issuers.
    pub mot_issuers: Vec<MotIssuer>,
}
