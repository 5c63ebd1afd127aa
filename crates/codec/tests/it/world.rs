//! Issuers, phones and verifiers with fixed keys, and the synthetic code everyone may check against.

use ridecode_codec::compact;
use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_codec::crypto::{Algorithm, PublicKey, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{Services, SignatureFault, Verified, Verifier, mot, read};
use ridecode_words::{CredentialId, IssuerId, UnixSeconds};

/// 2026-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: UnixSeconds = UnixSeconds(1_767_225_600);

/// The seed of this run: `RIDECODE_SEED`, or a fixed one.
#[expect(
    clippy::disallowed_methods,
    reason = "a failing run is repeated by its seed"
)]
pub(crate) fn seed() -> u64 {
    std::env::var("RIDECODE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_121)
}

/// A secret that is all one byte: below the order of every curve.
pub(crate) fn secret(algorithm: Algorithm, byte: u8) -> SecretKey {
    SecretKey::new(algorithm, &[byte; 32]).expect("the byte is small enough")
}

/// The complete three-level code with made-up issuer and rider, 332 bytes.
pub(crate) fn synthetic_mot() -> Vec<u8> {
    hex::decode(SYNTHETIC_MOT.replace(char::is_whitespace, "")).expect("the constant is hex")
}

/// The root its certificate names: the public key of the example in GB/T 32918.5 annex A.
pub(crate) fn synthetic_root() -> RootKey {
    let point = hex::decode(GBT_32918_5_POINT.replace(char::is_whitespace, "")).expect("hex");
    mot::root_key(&point, 0x7f).expect("the point is on the curve")
}

/// What a verifier of the synthetic code trusts.
pub(crate) fn synthetic_keys() -> KeyList {
    KeyList {
        issuer_keys: Vec::new(),
        root_keys: vec![synthetic_root()],
        mot_issuers: vec![MotIssuer {
            issuer: IssuerId(0x9999_0001),
            certificate_issuer: IssuerId(0x9999_0001),
            id_profile: IdProfile::Default,
        }],
    }
}

/// Reads and verifies with the portable library.
pub(crate) fn verify(
    code: &[u8],
    keys: KeyList,
    now: UnixSeconds,
) -> Result<Verified, SignatureFault> {
    let scan = read(code).expect("the code is readable");
    Verifier::new(Portable, keys, 0).verify(scan, now)
}

/// A compact issuer with one key and one phone.
pub(crate) struct CompactWorld {
    pub(crate) issuer: SecretKey,
    pub(crate) device: SecretKey,
    pub(crate) grant: compact::Grant,
}

impl CompactWorld {
    pub(crate) fn new(profile: CompactProfile) -> Self {
        let issuer = secret(profile.issuer_algorithm(), 0x11);
        let device = secret(profile.device_algorithm(), 0x22);
        let grant = compact::Grant {
            profile,
            issuer: IssuerId(4401),
            key_id: 1,
            credential: CredentialId([1, 2, 3, 4, 5, 6, 7, 8, 0, 0]),
            not_before: NEW_YEAR,
            lifetime_min: 1440,
            services: Services::ALL,
            category: 0,
            product: 0,
            fare_ceiling_minor: 2000,
            device_key: device.public_key(),
        };
        Self {
            issuer,
            device,
            grant,
        }
    }

    pub(crate) fn keys(&self) -> KeyList {
        KeyList {
            issuer_keys: vec![self.issuer_key(self.issuer.public_key())],
            ..KeyList::default()
        }
    }

    pub(crate) fn issuer_key(&self, key: PublicKey) -> IssuerKey {
        IssuerKey {
            issuer: self.grant.issuer,
            key_id: self.grant.key_id,
            profile: self.grant.profile,
            key,
            expires: NEW_YEAR.plus_s(30 * 86_400),
        }
    }

    pub(crate) fn credential(&self) -> Vec<u8> {
        compact::grant(&self.grant, &self.issuer).expect("the grant fits")
    }

    /// The text shown a minute after the new year.
    pub(crate) fn code(&self) -> String {
        let now = NEW_YEAR.plus_s(60);
        compact::present(&self.credential(), now, &self.device).expect("it is a credential")
    }
}

const GBT_32918_5_POINT: &str = "
    09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020
    CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";

const SYNTHETIC_MOT: &str = "
80014924010100007F129999000112390000010404002103CDBDECE590C6FCBF565D0382AADF92F17294574D1E8663A4
36FDFF232B251B588FBBA1E1A602135FFD3C043B80C9ED13902518AD49104347AD12CDDE5B8DFB61EEDA44118A705A4B
E451C4351AA967232CEC3CA01CA5170E8DF3EE716F4C415C544553545553455230303030303030319999000100000000
001F9999000199990002010007D003F12C2E681E58E60535B95AC3FFE060C66E63330A09021175F9C552373CF9D38C69
5EF380025800152986D4A716FE7CBB7C370029D614F2DC1DEED3EF97B6B8DE39393796C4AA640EC55816FA5BF6D99E49
7CD5A7AF32603FB09DD1E4C1748678E07FB7D03D8E863D6955B90015C2C2BD19FED2EED6D51EB3C4573700C0E6675A91
1AFBB7C28FB4120986182F269426721904DA290BA01C94CEF3E18E56E6402A39BCA38BAFCFAB1CCB43A61AEE";
