//! Signatures, from the root down to the phone.

use ridecode_words::UnixSeconds;

use crate::crypto::Crypto;
use crate::key::KeyList;
use crate::scan::Scan;

/// Why a scan is not what it claims, in the order they are looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum SignatureFault {
    /// No key of that issuer, or none with that key id or root index.
    #[error("the issuer or its key is not on the key list")]
    UnknownIssuer,
    /// The issuer certificate is not signed by the root, has expired or names other algorithms.
    #[error("the issuer certificate is not valid")]
    BadCertificate,
    /// The credential is not signed by its issuer.
    #[error("the issuer's signature is wrong")]
    BadIssuerSignature,
    /// The credential binds a phone, and the phone's signature is not there: a copy.
    #[error("the phone's signature is missing")]
    DeviceSignatureMissing,
    /// The code is not signed by the credential's phone.
    #[error("the phone's signature is wrong")]
    BadDeviceSignature,
}

/// A scan whose signatures were all checked. Only [`Verifier::verify`] makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified(Scan);

impl Verified {
    /// The scan.
    pub fn scan(&self) -> &Scan {
        &self.0
    }

    /// Gives up the proof and keeps the scan.
    pub fn into_scan(self) -> Scan {
        self.0
    }
}

/// Checks scans against a key list. Remembers credentials it has already checked by their
/// SHA-256, so that a returning rider costs one signature.
pub struct Verifier<C: Crypto> {
    _crypto: C,
}

impl<C: Crypto> Verifier<C> {
    /// A verifier that remembers about `credentials_max` credentials; 0 remembers none.
    pub fn new(_crypto: C, _keys: KeyList, _credentials_max: usize) -> Self {
        todo!()
    }

    /// Replaces the key list and forgets every remembered credential.
    pub fn set_keys(&mut self, _keys: KeyList) {
        todo!()
    }

    /// Checks every signature over the bytes as received. `now` is for key and certificate
    /// expiry only; freshness is the validator's decision.
    pub fn verify(&mut self, _scan: Scan, _now: UnixSeconds) -> Result<Verified, SignatureFault> {
        todo!()
    }
}
