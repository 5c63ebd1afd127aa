//! What the tests of this crate share: keys that are the same on every run, riders who hold codes
//! made with them, and one bundle that accepts those riders.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer};
use ridecode_codec::{Services, compact, mot};
use ridecode_words::{
    BrandId, CredentialId, CredentialRef, IssuerId, Mode, OperatorId, UnixSeconds,
};

use crate::bundle::{BrandRule, Bundle};
use crate::clock::{Clock, ClockTrust};
use crate::decide::State;
use crate::place::{Passage, Place};

/// 2026-11-21T08:00:00+08:00, a whole minute.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_795_219_200);

/// The issuer of the compact codes here.
pub(crate) const COMPACT: IssuerId = IssuerId(4401);

/// The issuer of the `mot` codes here, and the platform they name.
pub(crate) const MOT: IssuerId = IssuerId(0x9999_0101);
pub(crate) const MOT_PLATFORM: u32 = 0x9999_0201;

/// The operator whose validator decides here.
pub(crate) const OPERATOR: OperatorId = OperatorId(1);

/// The seed of this run: `RIDECODE_SEED`, or the one that is always the same. Printed, so that a
/// failing run can be repeated.
pub(crate) fn seed() -> u64 {
    let seed = ridecode_testing::seed(20_261_121);
    std::println!("RIDECODE_SEED={seed}");
    seed
}

/// A key made from a number.
pub(crate) fn key(algorithm: Algorithm, number: u8) -> SecretKey {
    SecretKey::new(algorithm, &[number; 32]).expect("a number that is a key")
}

pub(crate) fn compact_issuer() -> SecretKey {
    key(Algorithm::Es256, 1)
}

pub(crate) fn mot_root() -> SecretKey {
    key(Algorithm::Sm2, 2)
}

pub(crate) fn mot_issuer() -> SecretKey {
    key(Algorithm::Sm2, 3)
}

/// The phone with that number.
pub(crate) fn phone(algorithm: Algorithm, number: u8) -> SecretKey {
    key(algorithm, 100 + number)
}

/// The credential of the rider with that number at the compact issuer.
pub(crate) fn compact_credential(rider: u8) -> CredentialRef {
    CredentialRef {
        issuer: COMPACT,
        credential: CredentialId([rider, 7, 7, 7, 7, 7, 7, 7, 0, 0]),
    }
}

/// What the compact issuer grants a rider: one day from the minute of [`NOW`], 15.00 a ride.
pub(crate) fn compact_grant(rider: u8) -> compact::Grant {
    compact::Grant {
        profile: CompactProfile::Es256,
        issuer: COMPACT,
        key_id: 1,
        credential: compact_credential(rider).credential,
        not_before: NOW,
        lifetime_min: 1_440,
        services: Services::ALL,
        category: 0,
        product: 0,
        fare_ceiling_minor: 1_500,
        device_key: phone(Algorithm::Es256, rider).public_key(),
    }
}

/// A compact code of that rider, made at that time.
pub(crate) fn compact_code(rider: u8, made: UnixSeconds) -> Vec<u8> {
    compact_code_of(&compact_grant(rider), rider, made)
}

/// A compact code of another grant.
pub(crate) fn compact_code_of(grant: &compact::Grant, rider: u8, made: UnixSeconds) -> Vec<u8> {
    let credential = compact::grant(grant, &compact_issuer()).expect("a grant of the scheme");
    let text: Option<String> = compact::present(&credential, made, &phone(Algorithm::Es256, rider));
    text.expect("a credential").into_bytes()
}

/// What the `mot` issuer grants a rider: 300 s a code, two days.
pub(crate) fn mot_grant(rider: u8) -> mot::Grant {
    let certificate = mot::certify(
        &mot::CertificateGrant {
            root_index: 1,
            issuer: MOT,
            expires_year: 2030,
            expires_month: 12,
            serial: 1,
            issuer_key: mot_issuer().public_key(),
        },
        IdProfile::Default,
        &mot_root(),
    );
    mot::Grant {
        version: 0x80,
        certificate: certificate.expect("a certificate of the scheme"),
        payment_account: *b"0000000000000001",
        card_account: CredentialId([rider, 8, 8, 8, 8, 8, 8, 8, 8, 8]),
        issuer: MOT,
        platform: MOT_PLATFORM,
        account_type: 0,
        fare_ceiling_minor: 2_500,
        device_key: phone(Algorithm::Sm2, rider).public_key(),
        expires: NOW.plus_s(2 * 86_400),
        valid_for_s: 300,
        custom: Vec::new(),
        id_profile: IdProfile::Default,
    }
}

/// A `mot` code of a grant, made at that time.
pub(crate) fn mot_code_of(grant: &mot::Grant, rider: u8, made: UnixSeconds) -> Vec<u8> {
    let credential = mot::grant(grant, &mot_issuer()).expect("a grant of the scheme");
    mot::present(
        &credential,
        grant.id_profile,
        made,
        &phone(Algorithm::Sm2, rider),
    )
    .expect("a credential")
}

/// A metro gate, way in.
pub(crate) fn gate() -> Place {
    Place::new(OPERATOR, Mode::Metro, Passage::In)
}

/// A bundle that trusts both issuers and accepts a brand of each on the metro.
pub(crate) fn bundle() -> Bundle {
    let far = UnixSeconds(NOW.0 + 10 * 365 * 86_400);
    let mut bundle = Bundle::new(7, OPERATOR, NOW);
    bundle.keys = KeyList {
        issuer_keys: vec![IssuerKey {
            issuer: COMPACT,
            key_id: 1,
            profile: CompactProfile::Es256,
            key: compact_issuer().public_key(),
            expires: far,
        }],
        root_keys: vec![ridecode_codec::key::RootKey {
            index: 1,
            key: mot_root().public_key(),
            expires: far,
        }],
        mot_issuers: vec![MotIssuer {
            issuer: MOT,
            certificate_issuer: MOT,
            id_profile: IdProfile::Default,
        }],
    };
    bundle.brands = [(BrandId(2), COMPACT), (BrandId(1), MOT)]
        .map(|(brand, issuer)| BrandRule {
            brand,
            issuer,
            product: None,
            operator: OPERATOR,
            modes: vec![Mode::Metro],
            lines: Vec::new(),
            fare_ceiling_minor: None,
        })
        .to_vec();
    bundle
}

/// A validator that was just switched on.
pub(crate) fn state() -> State<Portable> {
    State::new(bundle(), Portable, 100)
}

/// A clock that is right, so many seconds after [`NOW`].
pub(crate) fn at(seconds: i64) -> Clock {
    Clock {
        now: NOW.plus_s(seconds),
        trust: ClockTrust::Synced,
    }
}
