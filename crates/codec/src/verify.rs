//! Signatures, from the root down to the phone.
//!
//! A scan comes in with the time, keys are looked up, each signature is checked over the bytes as
//! received, and only a [`Verified`] scan leaves. What was checked before is remembered by hash, so
//! that a returning rider costs one signature; lookups and expiry are not remembered and are
//! repeated every time.

mod inner;
mod ready_keys;
mod remembered;

use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

use crate::compact;
use crate::crypto::{Crypto, PublicKey, Sm2Id};
use crate::key::{IdProfile, KeyList};
use crate::mot::{Certificate, CodeView, CredentialView};
use crate::scan::{CompactLayout, Layout, Scan};

pub use inner::{InnerSignatures, inner_signatures};
use ready_keys::ReadyKeys;
use remembered::{Hash, Remembered};

/// Why a scan is not what it claims, in the order they are looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum SignatureFault {
    /// No key of that issuer, or none with that key id or root index, or only an expired one.
    #[error("the issuer or its key is not on the key list")]
    UnknownIssuer,
    /// The issuer certificate is not signed by the root, has expired, is another issuer's or names
    /// other algorithms.
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

impl SignatureFault {
    /// Every fault, in the order they are looked for.
    pub const ALL: [Self; 5] = [
        Self::UnknownIssuer,
        Self::BadCertificate,
        Self::BadIssuerSignature,
        Self::DeviceSignatureMissing,
        Self::BadDeviceSignature,
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownIssuer => "unknown_issuer",
            Self::BadCertificate => "bad_certificate",
            Self::BadIssuerSignature => "bad_issuer_signature",
            Self::DeviceSignatureMissing => "device_signature_missing",
            Self::BadDeviceSignature => "bad_device_signature",
        }
    }
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
    crypto: C,
    keys: ReadyKeys<C::Key>,
    /// Device keys of credentials whose issuer signature held.
    credentials: Remembered<C::Key>,
    /// Issuer keys of certificates whose root signature held.
    certificates: Remembered<C::Key>,
}

impl<C: Crypto> Verifier<C> {
    /// A verifier that remembers about `credentials_max` credentials; 0 remembers none.
    pub fn new(crypto: C, keys: KeyList, credentials_max: usize) -> Self {
        let keys = ReadyKeys::new(&crypto, keys);
        Self {
            crypto,
            keys,
            credentials: Remembered::new(credentials_max),
            certificates: Remembered::new(credentials_max.min(CERTIFICATES_MAX)),
        }
    }

    /// Replaces the key list and forgets every remembered credential. A key that is no point of
    /// its curve is left out: its issuer is then unknown.
    pub fn set_keys(&mut self, keys: KeyList) {
        self.keys = ReadyKeys::new(&self.crypto, keys);
        self.credentials.forget_all();
        self.certificates.forget_all();
    }

    /// Checks every signature over the bytes as received. `now` is for key and certificate
    /// expiry only; freshness is the validator's decision.
    pub fn verify(&mut self, scan: Scan, now: UnixSeconds) -> Result<Verified, SignatureFault> {
        match &scan.layout {
            Layout::Compact(layout) => self.verify_compact(&scan, layout, now)?,
            Layout::Mot => self.verify_mot(&scan, now)?,
        }
        Ok(Verified(scan))
    }

    fn verify_compact(
        &mut self,
        scan: &Scan,
        layout: &CompactLayout,
        now: UnixSeconds,
    ) -> Result<(), SignatureFault> {
        let device_key = self.compact_device_key(scan, layout, now)?;
        let (level_2, signature_2) = layout
            .level_2
            .as_ref()
            .ok_or(SignatureFault::DeviceSignatureMissing)?;
        let level_1 = &scan.raw[layout.level_1.clone()];
        let level_2 = &scan.raw[level_2.clone()];
        let input = compact::device_input(layout.profile, level_1, &layout.signature_1, level_2);
        let id = Sm2Id::DEFAULT;
        if !self.crypto.verify(&device_key, id, &input, signature_2) {
            return Err(SignatureFault::BadDeviceSignature);
        }
        Ok(())
    }

    /// The phone's key, once the issuer's signature around it holds.
    fn compact_device_key(
        &mut self,
        scan: &Scan,
        layout: &CompactLayout,
        now: UnixSeconds,
    ) -> Result<C::Key, SignatureFault> {
        let (issuer, issuer_key) = self
            .keys
            .find_issuer_key(scan.credential.issuer, scan.key_id, now)
            .ok_or(SignatureFault::UnknownIssuer)?;
        if issuer.profile != layout.profile {
            return Err(SignatureFault::BadIssuerSignature);
        }
        let hash = sha256(&[&scan.raw[..layout.credential_end]]);
        if let Some(device_key) = self.credentials.find(&hash) {
            return Ok(device_key);
        }
        let level_1 = &scan.raw[layout.level_1.clone()];
        let input = compact::issuer_input(layout.profile, scan.key_id, level_1);
        let id = Sm2Id::DEFAULT;
        if !self
            .crypto
            .verify(issuer_key, id, &input, &layout.signature_1)
        {
            return Err(SignatureFault::BadIssuerSignature);
        }
        self.remember_credential(hash, &scan.device_key)
    }

    fn verify_mot(&mut self, scan: &Scan, now: UnixSeconds) -> Result<(), SignatureFault> {
        let view = CodeView::new(&scan.raw).expect("a scan's bytes were read before");
        let certificate = view.credential.certificate();
        let issuer = self
            .keys
            .find_mot_issuer(scan.credential.issuer)
            .ok_or(SignatureFault::UnknownIssuer)?;
        self.keys
            .find_root_key(certificate.root_index(), now)
            .ok_or(SignatureFault::UnknownIssuer)?;
        if !certificate.names_known_algorithms()
            || certificate.issuer() != issuer.certificate_issuer
            || certificate.expires().is_none_or(|expires| now > expires)
        {
            return Err(SignatureFault::BadCertificate);
        }
        let device_key = self.mot_device_key(view.credential, issuer.id_profile, now)?;
        let id = view.credential.device_id(issuer.id_profile);
        let signature = view.device_signature();
        if !self
            .crypto
            .verify(&device_key, id, view.device_signed(), &signature)
        {
            return Err(SignatureFault::BadDeviceSignature);
        }
        Ok(())
    }

    /// The phone's key, once the signatures of root and issuer around it hold.
    fn mot_device_key(
        &mut self,
        credential: CredentialView<'_>,
        profile: IdProfile,
        now: UnixSeconds,
    ) -> Result<C::Key, SignatureFault> {
        let hash = sha256(&[credential.bytes()]);
        if let Some(device_key) = self.credentials.find(&hash) {
            return Ok(device_key);
        }
        let issuer_key = self.certified_key(&credential.certificate(), profile, now)?;
        let id = credential.issuer_id(profile);
        let signature = credential.issuer_signature();
        if !self
            .crypto
            .verify(&issuer_key, id, credential.issuer_signed(), &signature)
        {
            return Err(SignatureFault::BadIssuerSignature);
        }
        self.remember_credential(hash, &credential.device_key())
    }

    /// The issuer's key, once the root's signature around it holds.
    fn certified_key(
        &mut self,
        certificate: &Certificate,
        profile: IdProfile,
        now: UnixSeconds,
    ) -> Result<C::Key, SignatureFault> {
        // The same bytes under another identity are another signature.
        let hash = sha256(&[&certificate.0, &[profile as u8]]);
        if let Some(issuer_key) = self.certificates.find(&hash) {
            return Ok(issuer_key);
        }
        let root_key = self
            .keys
            .find_root_key(certificate.root_index(), now)
            .ok_or(SignatureFault::UnknownIssuer)?;
        let id = certificate.signer_id(profile);
        let signature = certificate.signature();
        if !self
            .crypto
            .verify(root_key, id, certificate.signed(), &signature)
        {
            return Err(SignatureFault::BadCertificate);
        }
        let issuer_key = self
            .crypto
            .parse_key(&certificate.issuer_key())
            .ok_or(SignatureFault::BadCertificate)?;
        self.certificates.remember(hash, issuer_key.clone());
        Ok(issuer_key)
    }

    /// Remembers a credential whose issuer signature held, with the phone's key in it.
    fn remember_credential(
        &mut self,
        hash: Hash,
        device_key: &PublicKey,
    ) -> Result<C::Key, SignatureFault> {
        let device_key = self
            .crypto
            .parse_key(device_key)
            .ok_or(SignatureFault::BadDeviceSignature)?;
        self.credentials.remember(hash, device_key.clone());
        Ok(device_key)
    }
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The most issuer certificates remembered: there are a few per issuer.
const CERTIFICATES_MAX: usize = 256;
