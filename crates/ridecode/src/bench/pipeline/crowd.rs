//! The accounts. Every one has a phone and a credential in the database, so that looking an owner
//! up costs what it costs in a city; only those who will ride have real keys and signatures.

use std::sync::Arc;

use anyhow::ensure;
use ridecode_account::{
    Credential, CredentialState, Device, DeviceState, Phone, Rider, RiderState,
};
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, PublicKey, Signer as _};
use ridecode_codec::{Scheme, Services, compact, mot};
use ridecode_office::{Brand, Office};
use ridecode_store::{RiderOpened, Store};
use ridecode_words::{CredentialId, CredentialRef, DeviceId, RiderId, UnixSeconds};
use tokio::task::JoinSet;

use super::office::key;
use super::traffic::MORNING;

/// A rider who rides.
pub(super) struct Active {
    pub(super) rider: RiderId,
    pub(super) key: Arc<SecretKey>,
    pub(super) credential: Vec<u8>,
}

/// Those who ride, by scheme.
pub(super) struct Crowd {
    pub(super) compact: Vec<Active>,
    pub(super) mot: Vec<Active>,
}

/// What opens one account.
struct Account {
    rider: Rider,
    device: Device,
    credential: Credential,
}

impl Crowd {
    /// Opens all accounts: so many, of which so many ride with `compact` and so many with `mot`.
    pub(super) async fn open(
        office: &Office,
        (riders, compact, mot): (u32, u32, u32),
        rng: &mut fastrand::Rng,
    ) -> anyhow::Result<Self> {
        let mut crowd = Self {
            compact: Vec::new(),
            mot: Vec::new(),
        };
        let brands = (brand(office, Scheme::Compact), brand(office, Scheme::Mot));
        let mut under_way = JoinSet::new();
        let mut batch = Vec::with_capacity(BATCH);
        for number in 0..riders {
            let account = if number < compact {
                let (account, active) = active(brands.0, number, rng)?;
                crowd.compact.push(active);
                account
            } else if number < compact + mot {
                let (account, active) = active(brands.1, number, rng)?;
                crowd.mot.push(active);
                account
            } else {
                quiet(brands.0, number, rng)?
            };
            batch.push(account);
            if batch.len() == BATCH || number + 1 == riders {
                under_way.spawn(save(office.store.clone(), std::mem::take(&mut batch)));
            }
            if under_way.len() >= UNDER_WAY_MAX {
                finish_one(&mut under_way).await?;
            }
        }
        while !under_way.is_empty() {
            finish_one(&mut under_way).await?;
        }
        Ok(crowd)
    }
}

async fn finish_one(under_way: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Result<()> {
    match under_way.join_next().await {
        Some(saved) => saved?,
        None => Ok(()),
    }
}

async fn save(store: Store, accounts: Vec<Account>) -> anyhow::Result<()> {
    for account in accounts {
        let opened = store.open_rider(account.rider).await?;
        ensure!(
            opened == RiderOpened::New,
            "a seed gave a phone number twice"
        );
        store.register_device(account.device).await?;
        store.grant_credentials(vec![account.credential]).await?;
    }
    Ok(())
}

/// An account with real keys and a real credential.
fn active(
    brand: &Brand,
    number: u32,
    rng: &mut fastrand::Rng,
) -> anyhow::Result<(Account, Active)> {
    let algorithm = match brand.scheme {
        Scheme::Compact => Algorithm::Es256,
        Scheme::Mot => Algorithm::Sm2,
    };
    let secret = key(algorithm, rng.u64(..));
    let public = secret.public_key();
    let mut account = account(brand, (number, public), rng)?;
    account.credential.bytes = match brand.scheme {
        Scheme::Compact => compact_bytes(brand, &account)?,
        Scheme::Mot => mot_bytes(brand, &account)?,
    };
    let active = Active {
        rider: account.rider.id,
        key: Arc::new(secret),
        credential: account.credential.bytes.clone(),
    };
    Ok((account, active))
}

/// An account that never rides: its key is no point and its credential unsigned.
fn quiet(brand: &Brand, number: u32, rng: &mut fastrand::Rng) -> anyhow::Result<Account> {
    let mut bytes = [0; 33];
    rng.fill(&mut bytes);
    let algorithm = Algorithm::Es256;
    let mut account = account(brand, (number, PublicKey { algorithm, bytes }), rng)?;
    account.credential.bytes = vec![0; 130];
    Ok(account)
}

fn account(
    brand: &Brand,
    (number, key): (u32, PublicKey),
    rng: &mut fastrand::Rng,
) -> anyhow::Result<Account> {
    let rider = RiderId(rng.u64(..));
    let device = DeviceId(rng.u64(..));
    let mut credential = [0; 10];
    rng.fill(&mut credential[..8]);
    Ok(Account {
        rider: Rider {
            id: rider,
            phone: Phone::new(&format!("+86139{number:08}"))?,
            state: RiderState::Active,
            opened: MORNING,
        },
        device: Device {
            id: device,
            rider,
            key,
            state: DeviceState::Active,
            registered: MORNING,
        },
        credential: Credential {
            id: CredentialRef {
                issuer: brand.issuer,
                credential: CredentialId(credential),
            },
            rider,
            device,
            brand: brand.id,
            scheme: brand.scheme,
            not_before: MORNING,
            expires: EXPIRES,
            state: CredentialState::Live,
            bytes: Vec::new(),
            essential_since: None,
        },
    })
}

fn compact_bytes(brand: &Brand, account: &Account) -> anyhow::Result<Vec<u8>> {
    let grant = compact::Grant {
        profile: brand.profile,
        issuer: brand.issuer,
        key_id: brand.key_id,
        credential: account.credential.id.credential,
        not_before: MORNING,
        lifetime_min: LIFETIME_MIN,
        services: Services::ALL,
        category: 0,
        product: brand.product,
        fare_ceiling_minor: 2_000,
        device_key: account.device.key,
    };
    Ok(compact::grant(&grant, brand.signer.as_ref())?)
}

fn mot_bytes(brand: &Brand, account: &Account) -> anyhow::Result<Vec<u8>> {
    let certificate = brand.certificate;
    let grant = mot::Grant {
        version: 0x80,
        certificate: certificate.ok_or_else(|| anyhow::anyhow!("a mot brand is certified"))?,
        payment_account: *b"0000000000000000",
        card_account: account.credential.id.credential,
        issuer: brand.issuer,
        platform: brand.product,
        account_type: 0,
        fare_ceiling_minor: 2_000,
        device_key: account.device.key,
        expires: EXPIRES,
        valid_for_s: 60,
        custom: Vec::new(),
        id_profile: brand.id_profile,
    };
    Ok(mot::grant(&grant, brand.signer.as_ref())?)
}

fn brand(office: &Office, scheme: Scheme) -> &Brand {
    let brand = office
        .desk
        .brands
        .iter()
        .find(|brand| brand.scheme == scheme);
    brand.expect("the bench's desk has a brand of each scheme")
}

/// Minutes a credential lives: three days.
const LIFETIME_MIN: u32 = 4_320;

const EXPIRES: UnixSeconds = UnixSeconds(MORNING.0 + LIFETIME_MIN as i64 * 60);

/// Accounts saved one after another by a task.
const BATCH: usize = 64;

/// Tasks at once: enough verbs wait for the writer that it commits large groups.
const UNDER_WAY_MAX: usize = 512;
