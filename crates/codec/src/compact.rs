//! The compact scheme R1: 204 bytes, QR version 10-M as text `R1:` and base45.
//!
//! Two levels of deterministic CBOR: the issuer signs the credential (level 1: pseudonym, life,
//! services, ceiling, device key), the phone signs the time bound to all of it (level 2). Layout
//! in docs/code-schemes.md. Bytes are verified as received and never written anew.

mod cose;
mod parse;

use alloc::string::String;
use alloc::vec::Vec;

use ridecode_words::{CredentialId, IssuerId, UnixSeconds};

use crate::base45;
use crate::cbor;
use crate::crypto::{PublicKey, Signer, Sm2Id};
use crate::key::CompactProfile;
use crate::scan::Services;

pub(crate) use cose::{device_input, issuer_input};
pub(crate) use parse::{read_bytes, read_text};

/// What an issuer puts into a credential.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The signature pair.
    pub profile: CompactProfile,
    /// The issuer.
    pub issuer: IssuerId,
    /// The issuer's key.
    pub key_id: u32,
    /// The pseudonym: eight random bytes, the last two zero.
    pub credential: CredentialId,
    /// From when it lives; whole minutes.
    pub not_before: UnixSeconds,
    /// For how long, in minutes, 1 to 4320.
    pub lifetime_min: u32,
    /// What it may be used for.
    pub services: Services,
    /// The issuer's rider category code.
    pub category: u8,
    /// The issuer's product number, 0 to 65535.
    pub product: u32,
    /// The most one ride may cost, in minor units.
    pub fare_ceiling_minor: u32,
    /// The phone's key.
    pub device_key: PublicKey,
}

/// A field of a grant that the scheme cannot carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the field {0} is outside what the scheme carries")]
pub struct CannotGrant(pub &'static str);

/// Signs a credential: level 1 and the issuer's signature as two CBOR byte strings, as a phone
/// stores them.
pub fn grant(grant: &Grant, issuer: &dyn Signer) -> Result<Vec<u8>, CannotGrant> {
    let level_1 = level_1(grant)?;
    if issuer.public_key().algorithm != grant.profile.issuer_algorithm() {
        return Err(CannotGrant("issuer key"));
    }
    let signature = issuer.sign(
        Sm2Id::DEFAULT,
        &issuer_input(grant.profile, grant.key_id, &level_1),
    );
    let mut credential = Vec::with_capacity(level_1.len() + 68);
    cbor::put_bytes(&mut credential, &level_1);
    cbor::put_bytes(&mut credential, &signature.0);
    Ok(credential)
}

/// Makes the code a phone shows at `now` with a stored credential: text `R1:` and base45.
/// `None` if the bytes are no credential, or if `now` is before 1970 or after 2106.
pub fn present(credential: &[u8], now: UnixSeconds, device: &dyn Signer) -> Option<String> {
    let (profile, level_1, signature_1) = parse::split_credential(credential)?;
    let mut level_2 = Vec::with_capacity(6);
    cbor::put_array(&mut level_2, 1);
    cbor::put_unsigned(&mut level_2, u64::from(u32::try_from(now.0).ok()?));
    let signature_2 = device.sign(
        Sm2Id::DEFAULT,
        &device_input(profile, level_1, &signature_1, &level_2),
    );
    let mut code = Vec::with_capacity(credential.len() + 76);
    cbor::put_array(&mut code, 4);
    code.extend_from_slice(credential);
    cbor::put_bytes(&mut code, &level_2);
    cbor::put_bytes(&mut code, &signature_2.0);
    Some(text(&code))
}

/// The text form of a code's bytes: what a QR symbol in alphanumeric mode carries.
pub fn text(code: &[u8]) -> String {
    let mut text = String::from("R1:");
    text.push_str(&base45::encode(code));
    text
}

fn level_1(grant: &Grant) -> Result<Vec<u8>, CannotGrant> {
    let (pseudonym, zeros) = grant.credential.0.split_at(8);
    if zeros != [0, 0] {
        return Err(CannotGrant("credential"));
    }
    let not_before_min = u32::try_from(grant.not_before.0.div_euclid(60))
        .ok()
        .filter(|_| grant.not_before.0 % 60 == 0)
        .ok_or(CannotGrant("not_before"))?;
    if !(1..=LIFETIME_MIN_MAX).contains(&grant.lifetime_min) {
        return Err(CannotGrant("lifetime_min"));
    }
    let product = u16::try_from(grant.product).map_err(|_| CannotGrant("product"))?;
    let device_key = &grant.device_key;
    if device_key.algorithm != grant.profile.device_algorithm()
        || !matches!(device_key.bytes[0], 0x02 | 0x03)
    {
        return Err(CannotGrant("device_key"));
    }
    let [product_high, product_low] = product.to_be_bytes();
    let product_and_services =
        u32::from_be_bytes([product_high, product_low, grant.category, grant.services.0]);
    let mut level_1 = Vec::with_capacity(64);
    cbor::put_array(&mut level_1, 9);
    cbor::put_unsigned(&mut level_1, u64::from(grant.profile.number()));
    cbor::put_unsigned(&mut level_1, u64::from(grant.issuer.0));
    cbor::put_unsigned(&mut level_1, u64::from(grant.key_id));
    cbor::put_bytes(&mut level_1, pseudonym);
    cbor::put_unsigned(&mut level_1, u64::from(not_before_min));
    cbor::put_unsigned(&mut level_1, u64::from(grant.lifetime_min));
    cbor::put_unsigned(&mut level_1, u64::from(product_and_services));
    cbor::put_unsigned(&mut level_1, u64::from(grant.fare_ceiling_minor));
    cbor::put_bytes(&mut level_1, &device_key.bytes);
    Ok(level_1)
}

/// The longest a credential lives, in minutes: three days.
pub const LIFETIME_MIN_MAX: u32 = 4_320;

/// The longest compact code, in bytes.
const LENGTH_MAX: usize = 600;

const TEXT_PREFIX: &[u8] = b"R1:";
