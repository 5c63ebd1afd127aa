//! An office of its own for the bench: fresh keys, the embedded cities, a database in a folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use ridecode_account::{CredentialPolicy, CreditPolicy, MandateLimits};
use ridecode_codec::Scheme;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::mot::{CertificateGrant, certify};
use ridecode_ledger::Currency;
use ridecode_office::{
    Brand, ChargePer, CommissionRates, Desk, GoodwillLimits, Office, Operator, Policy,
};
use ridecode_pay::Provider;
use ridecode_pay::sandbox::{Connector, Settings};
use ridecode_store::Store;
use ridecode_store::sqlite::SqliteStore;
use ridecode_validator::bundle::{BrandRule, IssuerRules};
use ridecode_words::{BrandId, IssuerId, Mode, OperatorId, ProviderId, Text, UnixSeconds};

use crate::city::Cities;

/// Opens the office with its database in a folder.
pub(super) fn open(folder: &Path) -> anyhow::Result<Office> {
    let store = SqliteStore::open(&folder.join("bench.db")).context("the database")?;
    with_store(Store::Sqlite(store))
}

/// The office with any store.
pub(super) fn with_store(store: Store) -> anyhow::Result<Office> {
    Ok(Office {
        store,
        book: Cities::embedded().book,
        desk: Arc::new(desk()?),
        policy: Arc::new(Policy {
            credential: CredentialPolicy::default(),
            credit: CreditPolicy::default(),
            charge_per: ChargePer::Ride,
            limits: MandateLimits::default(),
            commission: CommissionRates::always(0),
            currency: Currency::CNY,
            session_s: 86_400,
            ask_after_s: 60,
            riders_at_once: 16,
            goodwill: GoodwillLimits::default(),
        }),
    })
}

/// A key from a small number: nothing here is secret.
pub(super) fn key(algorithm: Algorithm, number: u64) -> SecretKey {
    let mut secret = [0; 32];
    secret[24..].copy_from_slice(&number.max(1).to_be_bytes());
    SecretKey::new(algorithm, &secret).expect("a small number is a scalar")
}

fn desk() -> anyhow::Result<Desk> {
    let issuer_key = key(Algorithm::Es256, 11);
    let (root, sm2_key) = (key(Algorithm::Sm2, 12), key(Algorithm::Sm2, 13));
    let settings = Settings {
        merchant: "bench".into(),
        secret: [1; 32],
        provider_key: ed25519_key(),
    };
    Ok(Desk {
        version: 1,
        keys: keys(&issuer_key, &root),
        brands: vec![compact_brand(issuer_key)?, mot_brand(sm2_key, &root)?],
        operators: vec![
            Operator {
                id: METRO,
                name: Text::new("广州地铁")?,
            },
            Operator {
                id: BUS,
                name: Text::new("广州公交")?,
            },
        ],
        acceptance: vec![
            rule((BrandId(2), COMPACT_ISSUER), METRO, Mode::Metro),
            rule((BrandId(1), MOT_ISSUER), BUS, Mode::Bus),
        ],
        issuers: [COMPACT_ISSUER, MOT_ISSUER]
            .map(IssuerRules::default_for)
            .into(),
        programmes: Vec::new(),
        flat_fares: Vec::new(),
        bundle_signer: Arc::new(key(Algorithm::Es256, 14)),
        provider: (ProviderId(1), Provider::Sandbox(Connector::new(&settings)?)),
        messages: Connector::new(&settings)?,
    })
}

fn ed25519_key() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&key(Algorithm::EdDsa, 15).public_key().bytes[..32]);
    bytes
}

fn keys(issuer_key: &SecretKey, root: &SecretKey) -> KeyList {
    KeyList {
        issuer_keys: vec![IssuerKey {
            issuer: COMPACT_ISSUER,
            key_id: 1,
            profile: CompactProfile::Es256,
            key: issuer_key.public_key(),
            expires: FAR,
        }],
        root_keys: vec![RootKey {
            index: 1,
            key: root.public_key(),
            expires: FAR,
        }],
        mot_issuers: vec![MotIssuer {
            issuer: MOT_ISSUER,
            certificate_issuer: MOT_ISSUER,
            id_profile: IdProfile::Default,
        }],
    }
}

fn compact_brand(signer: SecretKey) -> anyhow::Result<Brand> {
    Ok(Brand {
        id: BrandId(2),
        name: Text::new("廣州地鐵乘車碼")?,
        city: Text::new("guangzhou")?,
        issuer: COMPACT_ISSUER,
        scheme: Scheme::Compact,
        product: 0,
        key_id: 1,
        profile: CompactProfile::Es256,
        certificate: None,
        id_profile: IdProfile::Default,
        signer: Arc::new(signer),
    })
}

fn mot_brand(signer: SecretKey, root: &SecretKey) -> anyhow::Result<Brand> {
    let certificate = CertificateGrant {
        root_index: 1,
        issuer: MOT_ISSUER,
        expires_year: 2090,
        expires_month: 12,
        serial: 1,
        issuer_key: signer.public_key(),
    };
    Ok(Brand {
        id: BrandId(1),
        name: Text::new("羊城通乘車碼")?,
        city: Text::new("guangzhou")?,
        issuer: MOT_ISSUER,
        scheme: Scheme::Mot,
        product: 0x9999_0201,
        key_id: 0,
        profile: CompactProfile::Sm2,
        certificate: Some(certify(&certificate, IdProfile::Default, root)?),
        id_profile: IdProfile::Default,
        signer: Arc::new(signer),
    })
}

fn rule((brand, issuer): (BrandId, IssuerId), operator: OperatorId, mode: Mode) -> BrandRule {
    BrandRule {
        brand,
        issuer,
        product: None,
        operator,
        modes: vec![mode],
        lines: Vec::new(),
        fare_ceiling_minor: None,
    }
}

/// 广州地铁.
pub(super) const METRO: OperatorId = OperatorId(1);

/// 广州公交.
pub(super) const BUS: OperatorId = OperatorId(2);

/// The issuer of the compact brand.
pub(super) const COMPACT_ISSUER: IssuerId = IssuerId(4_401);

/// The issuer of the `mot` brand.
pub(super) const MOT_ISSUER: IssuerId = IssuerId(0x9999_0101);

/// When keys expire: long after any bench.
const FAR: UnixSeconds = UnixSeconds(4_000_000_000);
