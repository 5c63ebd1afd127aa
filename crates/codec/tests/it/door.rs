//! What must hold of any bytes that reach the codec. The fuzz target `code` and the replay of its
//! corpus call the same function.

use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_codec::crypto::{Algorithm, PublicKey, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{Scheme, Verifier, base45, compact, inner_signatures, mot, read};
use ridecode_words::{IssuerId, UnixSeconds};

/// Reads, verifies and presents the bytes in every way there is. Panics where an answer does not
/// fit another.
pub(crate) fn knock(input: &[u8]) {
    if let Some(bytes) = base45::decode(input) {
        assert_eq!(
            base45::encode(&bytes).as_bytes(),
            input,
            "base45 has one spelling"
        );
    }
    let device = SecretKey::new(Algorithm::Sm2, &[0x33; 32]).expect("in range");
    let now = UnixSeconds(1_767_225_600);
    let presented = mot::present(input, IdProfile::Default, now, &device);
    if let Some(code) = presented {
        assert!(read(&code).is_ok(), "what is presented is readable");
    }
    if let Some(text) = compact::present(input, now, &device) {
        assert!(
            read(text.as_bytes()).is_ok(),
            "what is presented is readable"
        );
    }
    if let Some(root) = mot::root_key(input, 1) {
        assert!(
            mot::root_point(&root.key).is_some(),
            "a root key is a point"
        );
    }
    let Ok(scan) = read(input) else {
        return;
    };
    assert!(scan.raw.len() <= 600, "a code is short");
    assert!(scan.raw.len() <= input.len(), "nothing is added to a code");
    assert_eq!(
        read(&scan.raw).as_ref(),
        Ok(&scan),
        "the bytes say the same again"
    );
    match scan.scheme {
        Scheme::Compact => {
            let text = compact::text(&scan.raw);
            assert_eq!(read(text.as_bytes()).as_ref(), Ok(&scan), "as text too");
        }
        Scheme::Mot => assert!(
            mot::certificate(&scan.raw).is_some(),
            "it has a certificate"
        ),
    }
    let mut verifier = Verifier::new(Portable, keys(), 8);
    let first = verifier.verify(scan.clone(), now);
    assert_eq!(
        verifier.verify(scan.clone(), now),
        first,
        "memory changes no answer"
    );
    let inner = inner_signatures(&Portable, &scan, IdProfile::Default);
    if first.is_ok() {
        assert_ne!(inner.issuer, Some(false), "a verified code fits itself");
        assert_eq!(inner.device, Some(true), "a verified code fits itself");
    }
}

/// The issuers whose codes are in the corpus.
fn keys() -> KeyList {
    let expires = UnixSeconds(i64::MAX);
    let profiles = [
        CompactProfile::Es256,
        CompactProfile::EdDsaEs256,
        CompactProfile::Sm2,
    ];
    KeyList {
        issuer_keys: profiles
            .into_iter()
            .map(|profile| IssuerKey {
                issuer: IssuerId(4401),
                key_id: u32::from(profile.number()),
                profile,
                key: public_key(profile.issuer_algorithm(), 0x11),
                expires,
            })
            .collect(),
        root_keys: vec![
            RootKey {
                index: 9,
                key: public_key(Algorithm::Sm2, 0x31),
                expires,
            },
            RootKey {
                index: 0x7f,
                key: PublicKey {
                    algorithm: Algorithm::Sm2,
                    bytes: SYNTHETIC_ROOT,
                },
                expires,
            },
        ],
        mot_issuers: [0x9999_0001, 0x9999_0101]
            .map(|issuer| MotIssuer {
                issuer: IssuerId(issuer),
                certificate_issuer: IssuerId(issuer),
                id_profile: IdProfile::Default,
            })
            .to_vec(),
    }
}

fn public_key(algorithm: Algorithm, byte: u8) -> PublicKey {
    SecretKey::new(algorithm, &[byte; 32])
        .expect("in range")
        .public_key()
}

/// GB/T 32918.5 annex A.
const SYNTHETIC_ROOT: [u8; 33] = [
    0x03, 0x09, 0xf9, 0xdf, 0x31, 0x1e, 0x54, 0x21, 0xa1, 0x50, 0xdd, 0x7d, 0x16, 0x1e, 0x4b, 0xc5,
    0xc6, 0x72, 0x17, 0x9f, 0xad, 0x18, 0x33, 0xfc, 0x07, 0x6b, 0xb0, 0x8f, 0xf3, 0x56, 0xf3, 0x50,
    0x20,
];
