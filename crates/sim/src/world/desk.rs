//! The desk: a `compact` brand for metro and buses, a `mot` brand for buses, keys of a seed.

use std::sync::Arc;

use ridecode_account::{CredentialPolicy, CreditPolicy, MandateLimits};
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::mot::{Certificate, CertificateGrant, certify};
use ridecode_codec::{Scheme, mot};
use ridecode_ledger::Currency;
use ridecode_office::{Brand, ChargePer, CommissionRates, Desk, GoodwillLimits, Operator, Policy};
use ridecode_pay::Provider as Connector;
use ridecode_pay::sandbox;
use ridecode_validator::bundle::{BrandRule, IssuerRules};
use ridecode_words::{BrandId, IssuerId, Mode, OperatorId, ProviderId, Text, UnixSeconds};

use crate::city::City;
use crate::plan::habits::MOT_EVERY;
use crate::seed::Seed;

/// The compact brand, accepted everywhere.
pub(crate) const COMPACT: BrandId = BrandId(2);

/// The `mot` brand, accepted on buses.
pub(crate) const MOT: BrandId = BrandId(1);

/// The provider of all mandates.
pub(crate) const PROVIDER: ProviderId = ProviderId(1);

/// The desk of a city. `version` counts the changes; each has an issuer key of its own, and the
/// keys before it stay on the list.
pub(crate) fn desk(seed: Seed, city: &City, connector: &sandbox::Connector, version: u32) -> Desk {
    let issuer_keys: Vec<SecretKey> = (1..=version).map(|key| issuer_key(seed, key)).collect();
    let root = seed.key(Algorithm::Sm2, "root", 1);
    let mot_key = seed.key(Algorithm::Sm2, "mot issuer", 1);
    let keys = key_list(&issuer_keys, &root);
    let newest = issuer_keys.into_iter().next_back();
    let newest = newest.expect("a desk has a version from 1 on");
    Desk {
        version,
        keys,
        brands: vec![
            mot_brand(city, mot_key, &root),
            compact_brand(city, newest, version),
        ],
        operators: city.operators().into_iter().map(operator).collect(),
        acceptance: acceptance(city),
        issuers: [COMPACT_ISSUER, MOT_ISSUER]
            .map(IssuerRules::default_for)
            .into(),
        programmes: Vec::new(),
        flat_fares: Vec::new(),
        bundle_signer: Arc::new(seed.key(Algorithm::Es256, "bundle", 1)),
        provider: (PROVIDER, Connector::Sandbox(connector.clone())),
        messages: connector.clone(),
    }
}

/// The brand a rider rides with.
pub(crate) fn brand_of(rider: u32) -> BrandId {
    if rider.is_multiple_of(MOT_EVERY) {
        MOT
    } else {
        COMPACT
    }
}

/// The policies of the simulated issuer: shorter than the defaults where a run of days would
/// never see them.
pub(crate) fn policy() -> Policy {
    Policy {
        credential: CredentialPolicy {
            lifetime_min: 3 * 1_440,
            batch: 2,
            ..CredentialPolicy::default()
        },
        credit: CreditPolicy {
            retry_until_s: 3 * 86_400,
            write_off_after_s: 6 * 86_400,
            ..CreditPolicy::default()
        },
        limits: MandateLimits::default(),
        charge_per: ChargePer::Ride,
        commission: CommissionRates::always(50),
        currency: Currency::CNY,
        session_s: 86_400,
        ask_after_s: 60,
        // A database answers several at once in an order of its own: workers take turns instead.
        riders_at_once: 1,
        goodwill: GoodwillLimits::default(),
    }
}

fn issuer_key(seed: Seed, number: u32) -> SecretKey {
    seed.key(Algorithm::Es256, "issuer", u64::from(number))
}

fn key_list(issuer_keys: &[SecretKey], root: &SecretKey) -> KeyList {
    let numbered = (1..).zip(issuer_keys);
    KeyList {
        issuer_keys: numbered
            .map(|(key_id, key)| IssuerKey {
                issuer: COMPACT_ISSUER,
                key_id,
                profile: CompactProfile::Es256,
                key: key.public_key(),
                expires: FAR,
            })
            .collect(),
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

fn operator(id: OperatorId) -> Operator {
    Operator {
        id,
        name: text(&format!("operator {id}")),
    }
}

fn compact_brand(city: &City, signer: SecretKey, key_id: u32) -> Brand {
    Brand {
        id: COMPACT,
        name: text("一码通行"),
        city: city.name.clone(),
        issuer: COMPACT_ISSUER,
        scheme: Scheme::Compact,
        product: 0,
        key_id,
        profile: CompactProfile::Es256,
        certificate: None,
        id_profile: IdProfile::Default,
        signer: Arc::new(signer),
    }
}

fn mot_brand(city: &City, signer: SecretKey, root: &SecretKey) -> Brand {
    Brand {
        id: MOT,
        name: text("公交码"),
        city: city.name.clone(),
        issuer: MOT_ISSUER,
        scheme: Scheme::Mot,
        product: 0x9999_0201,
        key_id: 0,
        profile: CompactProfile::Sm2,
        certificate: Some(certificate(&signer, root)),
        id_profile: IdProfile::Default,
        signer: Arc::new(signer),
    }
}

fn certificate(signer: &SecretKey, root: &SecretKey) -> Certificate {
    let grant: CertificateGrant = mot::CertificateGrant {
        root_index: 1,
        issuer: MOT_ISSUER,
        expires_year: 2090,
        expires_month: 12,
        serial: 1,
        issuer_key: signer.public_key(),
    };
    certify(&grant, IdProfile::Default, root).expect("the grant is within its fields")
}

fn acceptance(city: &City) -> Vec<BrandRule> {
    let metro = city.stations.iter().map(|station| station.operator);
    let mut metro: Vec<OperatorId> = metro.collect();
    metro.sort_unstable();
    metro.dedup();
    let buses = city.buses.iter();
    let on_metro = metro
        .iter()
        .map(|operator| rule((COMPACT, COMPACT_ISSUER), *operator, Mode::Metro));
    let on_buses = buses.flat_map(|operator| {
        [(COMPACT, COMPACT_ISSUER), (MOT, MOT_ISSUER)]
            .map(|brand| rule(brand, *operator, Mode::Bus))
    });
    on_metro.chain(on_buses).collect()
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

fn text(text: &str) -> Text {
    Text::new(text).expect("a short text")
}

const COMPACT_ISSUER: IssuerId = IssuerId(4_401);

const MOT_ISSUER: IssuerId = IssuerId(0x9999_0101);

/// When keys expire: after every run.
const FAR: UnixSeconds = UnixSeconds(3_700_000_000);
