//! The desk: a compact brand for metro and bus, a `mot` brand for the bus.

use std::sync::Arc;

use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{Scheme, mot};
use ridecode_office::{Brand, Desk, Operator};
use ridecode_validator::bundle::{BrandRule, IssuerRules};
use ridecode_words::{BrandId, IssuerId, Mode, OperatorId, ProviderId, Text, UnixSeconds};

use crate::phone::key;
use crate::provider::Provider;
use crate::world::{COMPACT, MORNING, MOT};

pub(crate) fn desk(provider: &Provider) -> Desk {
    let issuer_key = key(Algorithm::Es256, 11);
    let (root, sm2_key) = (key(Algorithm::Sm2, 12), key(Algorithm::Sm2, 13));
    Desk {
        version: 1,
        keys: keys(&issuer_key, &root),
        brands: vec![mot_brand(sm2_key, &root), compact_brand(issuer_key)],
        operators: [(1, "Metro"), (2, "Bus")]
            .map(|(id, name)| Operator {
                id: OperatorId(id),
                name: text(name),
            })
            .into(),
        acceptance: vec![
            rule(MOT, (MOT_ISSUER, 2), Mode::Bus),
            rule(COMPACT, (COMPACT_ISSUER, 1), Mode::Metro),
            rule(COMPACT, (COMPACT_ISSUER, 2), Mode::Bus),
        ],
        issuers: [COMPACT_ISSUER, MOT_ISSUER]
            .map(|issuer| IssuerRules {
                list_age_max_s: 7 * 86_400,
                ..IssuerRules::default_for(issuer)
            })
            .into(),
        programmes: Vec::new(),
        flat_fares: Vec::new(),
        bundle_signer: Arc::new(key(Algorithm::Es256, 14)),
        provider: (
            ProviderId(1),
            ridecode_pay::Provider::Sandbox(provider.connector()),
        ),
        messages: provider.connector(),
    }
}

fn keys(issuer_key: &SecretKey, root: &SecretKey) -> KeyList {
    KeyList {
        issuer_keys: vec![IssuerKey {
            issuer: COMPACT_ISSUER,
            key_id: 1,
            profile: CompactProfile::Es256,
            key: issuer_key.public_key(),
            expires: EXPIRES,
        }],
        root_keys: vec![RootKey {
            index: 1,
            key: root.public_key(),
            expires: EXPIRES,
        }],
        mot_issuers: vec![MotIssuer {
            issuer: MOT_ISSUER,
            certificate_issuer: MOT_ISSUER,
            id_profile: IdProfile::Default,
        }],
    }
}

fn compact_brand(signer: SecretKey) -> Brand {
    Brand {
        id: COMPACT,
        name: text("Metro code"),
        city: text("example"),
        issuer: COMPACT_ISSUER,
        scheme: Scheme::Compact,
        product: 0,
        key_id: 1,
        profile: CompactProfile::Es256,
        certificate: None,
        id_profile: IdProfile::Default,
        signer: Arc::new(signer),
    }
}

fn mot_brand(signer: SecretKey, root: &SecretKey) -> Brand {
    let certificate = mot::CertificateGrant {
        root_index: 1,
        issuer: MOT_ISSUER,
        expires_year: 2030,
        expires_month: 12,
        serial: 1,
        issuer_key: signer.public_key(),
    };
    Brand {
        id: MOT,
        name: text("Bus code"),
        city: text("example"),
        issuer: MOT_ISSUER,
        scheme: Scheme::Mot,
        product: 0x9999_0201,
        key_id: 0,
        profile: CompactProfile::Sm2,
        certificate: Some(mot::certify(&certificate, IdProfile::Default, root).unwrap()),
        id_profile: IdProfile::Default,
        signer: Arc::new(signer),
    }
}

fn rule(brand: BrandId, (issuer, operator): (IssuerId, u32), mode: Mode) -> BrandRule {
    BrandRule {
        brand,
        issuer,
        product: None,
        operator: OperatorId(operator),
        modes: vec![mode],
        lines: Vec::new(),
        fare_ceiling_minor: None,
    }
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

const COMPACT_ISSUER: IssuerId = IssuerId(4_401);

const MOT_ISSUER: IssuerId = IssuerId(0x9999_0101);

/// Five years on.
const EXPIRES: UnixSeconds = UnixSeconds(MORNING.0 + 5 * 365 * 86_400);
