//! Issuers, phones and verifiers with fixed keys, and the synthetic code everyone may check against.

use std::ops::Range;

use ridecode_codec::compact;
use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_codec::crypto::{Algorithm, PublicKey, Signer as _, Sm2Id};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{Services, SignatureFault, Verified, Verifier, mot, read};
use ridecode_words::{CredentialId, IssuerId, UnixSeconds};

/// 2026-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: UnixSeconds = UnixSeconds(1_767_225_600);

/// The seed of this run: `RIDECODE_SEED`, or a fixed one.
pub(crate) fn seed() -> u64 {
    ridecode_testing::seed(20_261_121)
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

/// The bytes of the code a phone shows.
pub(crate) fn raw(world: &CompactWorld) -> Vec<u8> {
    read(world.code().as_bytes())
        .expect("the code is readable")
        .raw
}

/// Where the parts of the base form lie: heads at 0, 1, 65, 131, 138; level 1 at 3..65, the issuer
/// signature at 67..131, level 2 at 132..138, the phone's at 140..204.
pub(crate) const LEVEL_1: Range<usize> = 3..65;
pub(crate) const SIGNATURE_1: Range<usize> = 67..131;
pub(crate) const LEVEL_2: Range<usize> = 132..138;
pub(crate) const SIGNATURE_2: Range<usize> = 140..204;

/// A code as an attacker or another issuer's software might write it, still truly signed.
pub(crate) struct Written {
    pub(crate) level_1: Vec<u8>,
    pub(crate) level_2: Vec<u8>,
}

impl Written {
    /// The parts of a good code.
    pub(crate) fn good(world: &CompactWorld) -> Self {
        let code = raw(world);
        Self {
            level_1: code[LEVEL_1].to_vec(),
            level_2: code[LEVEL_2].to_vec(),
        }
    }

    /// Signs the parts by hand (RFC 9052 section 4.4), independently of the crate's own code.
    pub(crate) fn signed(&self, world: &CompactWorld) -> Vec<u8> {
        let bytes = |bytes: &[u8]| match bytes.len() {
            length @ 0..24 => [&[0x40 | length as u8], bytes].concat(),
            length @ 24..256 => [&[0x58, length as u8], bytes].concat(),
            length => [&[0x59, (length >> 8) as u8, length as u8], bytes].concat(),
        };
        let structure = |protected: &[u8], external: &[u8], payload: &[u8]| {
            let parts = [
                &b"\x84\x6aSignature1"[..],
                &bytes(protected),
                &bytes(external),
                &bytes(payload),
            ];
            parts.concat()
        };
        let (alg_1, alg_2): (&[u8], &[u8]) = match world.grant.profile {
            CompactProfile::Es256 => (b"\x26", b"\x26"),
            CompactProfile::EdDsaEs256 => (b"\x27", b"\x26"),
            CompactProfile::Sm2 => (b"\x3a\x00\x01\x00\x00", b"\x3a\x00\x01\x00\x00"),
        };
        let key_id = world.grant.key_id.to_be_bytes();
        let protected_1 = [&b"\xa2\x01"[..], alg_1, b"\x04\x44", &key_id].concat();
        let protected_2 = [&b"\xa1\x01"[..], alg_2].concat();
        let signature_1 = world.issuer.sign(
            Sm2Id::DEFAULT,
            &structure(&protected_1, b"ridecode/1/L1", &self.level_1),
        );
        let external = [b"ridecode/1/L2", &self.level_1[..], &signature_1.0].concat();
        let signature_2 = world.device.sign(
            Sm2Id::DEFAULT,
            &structure(&protected_2, &external, &self.level_2),
        );
        let parts = [
            b"\x84".to_vec(),
            bytes(&self.level_1),
            bytes(&signature_1.0),
            bytes(&self.level_2),
            bytes(&signature_2.0),
        ];
        parts.concat()
    }
}

/// A root, an issuer and a phone of the three-level scheme.
pub(crate) struct MotWorld {
    pub(crate) root: SecretKey,
    pub(crate) issuer: SecretKey,
    pub(crate) device: SecretKey,
    pub(crate) profile: IdProfile,
}

impl MotWorld {
    pub(crate) fn new(profile: IdProfile) -> Self {
        Self {
            root: secret(Algorithm::Sm2, 0x31),
            issuer: secret(Algorithm::Sm2, 0x32),
            device: secret(Algorithm::Sm2, 0x33),
            profile,
        }
    }

    pub(crate) fn certificate_grant(&self) -> mot::CertificateGrant {
        mot::CertificateGrant {
            root_index: 9,
            issuer: IssuerId(0x9999_0101),
            expires_year: 2026,
            expires_month: 2,
            serial: 7,
            issuer_key: self.issuer.public_key(),
        }
    }

    pub(crate) fn grant(&self) -> mot::Grant {
        mot::Grant {
            version: 0x80,
            certificate: mot::certify(&self.certificate_grant(), self.profile, &self.root)
                .expect("the certificate fits"),
            payment_account: *b"ACCOUNT-00000001",
            card_account: CredentialId([9, 8, 7, 6, 5, 4, 3, 2, 1, 0xf]),
            issuer: IssuerId(0x9999_0101),
            platform: 0x9999_0201,
            account_type: 2,
            fare_ceiling_minor: 1500,
            device_key: self.device.public_key(),
            expires: NEW_YEAR.plus_s(86_400),
            valid_for_s: 60,
            custom: Vec::new(),
            id_profile: self.profile,
        }
    }

    pub(crate) fn keys(&self) -> KeyList {
        KeyList {
            issuer_keys: Vec::new(),
            root_keys: vec![RootKey {
                index: 9,
                key: self.root.public_key(),
                expires: NEW_YEAR.plus_s(400 * 86_400),
            }],
            mot_issuers: vec![MotIssuer {
                issuer: IssuerId(0x9999_0101),
                certificate_issuer: IssuerId(0x9999_0101),
                id_profile: self.profile,
            }],
        }
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
