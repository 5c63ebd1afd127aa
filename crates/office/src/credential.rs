//! Phones and credentials.
//!
//! Whether a phone may have credentials is one ladder over the rider's file; what goes into them
//! is [`issue`]'s. A phone is named by its key, so that registering it again meets itself.

pub mod essential;
mod issue;

use ridecode_account::{
    Credential, CredentialPolicy, CredentialState, Device, DeviceState, MandateState, RevokeReason,
    RiderState,
};
use ridecode_codec::Scheme;
use ridecode_codec::compact::CannotGrant;
use ridecode_codec::crypto::{Algorithm, Crypto, PublicKey};
use ridecode_codec::key::CompactProfile;
use ridecode_store::{RiderFile, StoreFault};
use ridecode_words::{BrandId, DeviceId, RiderId, UnixSeconds};
use sha2::{Digest as _, Sha256};

use self::issue::Issue;
use crate::Office;
use crate::desk::{Brand, Desk};
use crate::edge::Entropy;

/// Why no credential was given, or no phone registered.
#[derive(Debug, thiserror::Error)]
pub enum CredentialFault {
    /// No such brand.
    #[error("there is no brand {0}")]
    UnknownBrand(BrandId),
    /// The key is no point of its curve, or of the wrong kind for the brand.
    #[error("the device key is not one the brand's scheme can use: {0}")]
    WrongKey(&'static str),
    /// The phone is not the rider's.
    #[error("this phone is not registered to the rider")]
    UnknownDevice,
    /// The phone's key was withdrawn.
    #[error("this phone was revoked ({0:?}); register it again with a new key")]
    DeviceRevoked(RevokeReason),
    /// The rider has no active mandate.
    #[error("no payment mandate is active; sign one first")]
    NoMandate,
    /// The rider owes; what, for how many rides and since when.
    #[error(
        "the account is blocked: {amount_minor} minor units owed for {rides} rides since {since}"
    )]
    Blocked {
        /// What is owed.
        amount_minor: i64,
        /// For how many rides.
        rides: u32,
        /// Since when.
        since: UnixSeconds,
    },
    /// The account is closed.
    #[error("the account is closed")]
    Closed,
    /// There is no ride home to be given.
    #[error("no ride home is to be had: {0}")]
    NoRideHome(&'static str),
    /// The ride home of this block was given, and is used or ran out.
    #[error("the one ride home of this block was {0}; pay what is owed to ride again")]
    RideHomeGone(&'static str),
    /// The issuer's settings do not fit into its scheme. Ours to mend.
    #[error("the issuer's settings cannot go into a credential: {0}")]
    Settings(#[from] CannotGrant),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// A phone's key to register.
#[derive(Clone, Copy, Debug)]
pub struct NewDevice {
    /// Whose phone.
    pub rider: RiderId,
    /// The public half of the key it keeps.
    pub key: PublicKey,
}

/// Registers a phone's key. Registering the same key again gives the same phone. `crypto` tells
/// whether the key is a point of its curve.
pub async fn register_device(
    office: &Office,
    new: NewDevice,
    now: UnixSeconds,
    crypto: &impl Crypto,
) -> Result<Device, CredentialFault> {
    let file = office.store.load_rider(new.rider, now).await?;
    let file = file.ok_or(CredentialFault::UnknownDevice)?;
    let id = device_id(&new.key);
    if file.rider.state == RiderState::Closed {
        return Err(CredentialFault::Closed);
    }
    check_key(&new.key, crypto)?;
    if let Some(device) = file.devices.into_iter().find(|device| device.id == id) {
        return match device.state {
            DeviceState::Active => Ok(device),
            DeviceState::Revoked { reason, .. } => Err(CredentialFault::DeviceRevoked(reason)),
        };
    }
    let device = Device {
        id,
        rider: new.rider,
        key: new.key,
        state: DeviceState::Active,
        registered: now,
    };
    office.store.register_device(device.clone()).await?;
    Ok(device)
}

/// What credentials are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Who asks.
    pub rider: RiderId,
    /// For which phone.
    pub device: DeviceId,
    /// Under which brand.
    pub brand: BrandId,
}

/// Gives a batch of credentials to a phone. Asking again while a batch has more than half its
/// life before it gives that batch again, so that repeats do not pile up live credentials.
pub async fn grant(
    office: &Office,
    wanted: Wanted,
    now: UnixSeconds,
    entropy: &mut impl Entropy,
) -> Result<Vec<Credential>, CredentialFault> {
    let file = office.store.load_rider(wanted.rider, now).await?;
    let file = file.ok_or(CredentialFault::UnknownDevice)?;
    let (brand, device) = admit(&file, &office.desk, wanted)?;
    if let Some(fresh) = find_fresh(&file, wanted, (office.policy.credential, now)) {
        return Ok(fresh);
    }
    let issue = Issue {
        brand,
        device,
        policy: office.policy.credential,
        essential_since: None,
        now,
    };
    let credentials = match brand.scheme {
        Scheme::Compact => issue.compact_batch(|| entropy.number())?,
        Scheme::Mot => vec![issue.mot()?],
    };
    office.store.grant_credentials(credentials.clone()).await?;
    Ok(credentials)
}

/// Revokes a rider's phone. A phone revoked already keeps its first reason.
pub async fn revoke(
    office: &Office,
    phone: (RiderId, DeviceId),
    reason: RevokeReason,
    now: UnixSeconds,
) -> Result<(), CredentialFault> {
    let (rider, device) = phone;
    let file = office.store.load_rider(rider, now).await?;
    let file = file.ok_or(CredentialFault::UnknownDevice)?;
    if !file.devices.iter().any(|held| held.id == device) {
        return Err(CredentialFault::UnknownDevice);
    }
    office.store.revoke_device(device, reason, now).await?;
    Ok(())
}

/// Whether a phone may have credentials of a brand: the ladder.
fn admit<'a>(
    file: &'a RiderFile,
    desk: &'a Desk,
    wanted: Wanted,
) -> Result<(&'a Brand, &'a Device), CredentialFault> {
    match &file.rider.state {
        RiderState::Active => {}
        RiderState::Blocked(block) => {
            return Err(CredentialFault::Blocked {
                amount_minor: block.amount.minor,
                rides: block.rides,
                since: block.since,
            });
        }
        RiderState::Closed => return Err(CredentialFault::Closed),
    }
    admit_phone(file, desk, wanted)
}

/// The rungs of the ladder below the account's own state.
fn admit_phone<'a>(
    file: &'a RiderFile,
    desk: &'a Desk,
    wanted: Wanted,
) -> Result<(&'a Brand, &'a Device), CredentialFault> {
    let signed = |mandate: &ridecode_account::Mandate| mandate.state == MandateState::Active;
    if !file.mandates.iter().any(signed) {
        return Err(CredentialFault::NoMandate);
    }
    let device = file.devices.iter().find(|held| held.id == wanted.device);
    let device = device.ok_or(CredentialFault::UnknownDevice)?;
    if let DeviceState::Revoked { reason, .. } = device.state {
        return Err(CredentialFault::DeviceRevoked(reason));
    }
    let brand = desk
        .find_brand(wanted.brand)
        .ok_or(CredentialFault::UnknownBrand(wanted.brand))?;
    if device.key.algorithm != device_algorithm(brand) {
        return Err(CredentialFault::WrongKey(match device_algorithm(brand) {
            Algorithm::Sm2 => "this brand needs an SM2 key",
            Algorithm::Es256 | Algorithm::EdDsa => "this brand needs a P-256 key",
        }));
    }
    // Nothing can fail from here but the issuer's own settings.
    Ok((brand, device))
}

/// The batch the phone already has, if it is whole and in the first half of its life.
fn find_fresh(
    file: &RiderFile,
    wanted: Wanted,
    (policy, now): (CredentialPolicy, UnixSeconds),
) -> Option<Vec<Credential>> {
    let half_life_s = i64::from(policy.lifetime_min) * 30;
    let fresh: Vec<Credential> = file
        .credentials
        .iter()
        .filter(|held| held.device == wanted.device && held.brand == wanted.brand)
        .filter(|held| held.state == CredentialState::Live && held.essential_since.is_none())
        .filter(|held| held.expires.since_s(now) > half_life_s)
        .cloned()
        .collect();
    let whole = fresh.first().is_some_and(|first| match first.scheme {
        Scheme::Compact => fresh.len() >= usize::from(policy.batch),
        Scheme::Mot => true,
    });
    whole.then_some(fresh)
}

/// The algorithm a phone signs a brand's codes with.
fn device_algorithm(brand: &Brand) -> Algorithm {
    match (brand.scheme, brand.profile) {
        (Scheme::Mot, _) | (Scheme::Compact, CompactProfile::Sm2) => Algorithm::Sm2,
        (Scheme::Compact, CompactProfile::Es256 | CompactProfile::EdDsaEs256) => Algorithm::Es256,
    }
}

fn check_key(key: &PublicKey, crypto: &impl Crypto) -> Result<(), CredentialFault> {
    if key.algorithm == Algorithm::EdDsa {
        return Err(CredentialFault::WrongKey(
            "phones sign with P-256 or SM2 keys",
        ));
    }
    if crypto.parse_key(key).is_none() {
        return Err(CredentialFault::WrongKey(
            "it is no compressed point of its curve: 02 or 03, then 32 bytes",
        ));
    }
    Ok(())
}

/// A phone's number: the first eight bytes of the SHA-256 of its algorithm and key.
fn device_id(key: &PublicKey) -> DeviceId {
    let algorithm = match key.algorithm {
        Algorithm::Es256 => 1,
        Algorithm::EdDsa => 2,
        Algorithm::Sm2 => 3,
    };
    let digest = Sha256::new()
        .chain_update([algorithm])
        .chain_update(key.bytes)
        .finalize();
    let mut id = [0; 8];
    id.copy_from_slice(&digest[..8]);
    DeviceId(u64::from_be_bytes(id))
}
