//! The vectors in vectors/codes, which other implementations share: each is what it says, and none
//! is missing.
//!
//! `sm2.json` and `base45.json` are written by hand from standards. `reading.json` and `codes.json`
//! follow from the fixed keys of this test; where they differ from what is committed, the new text
//! is written beside the build and the test says where.

mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::crypto::{Algorithm, Crypto as _, PublicKey, Signature, Signer as _, Sm2Id};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{
    Family, ReadFault, SignatureFault, Unreadable, Verifier, base45, inner_signatures, read,
};
use ridecode_words::{IssuerId, UnixSeconds};
use serde_json::Value;
use sm3::Digest as _;

/// The folder others read them from: vectors/codes.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/codes")
        .join(name)
}

fn vectors(name: &str) -> Value {
    let text = std::fs::read_to_string(path(name)).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} is a list"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is a text in {value}"))
}

fn number(value: &Value, name: &str) -> i64 {
    value[name]
        .as_i64()
        .unwrap_or_else(|| panic!("{name} is a number in {value}"))
}

fn bytes(value: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(value, name)).unwrap_or_else(|_| panic!("{name} is hex in {value}"))
}

fn array<const N: usize>(value: &Value, name: &str) -> [u8; N] {
    bytes(value, name)
        .try_into()
        .unwrap_or_else(|_| panic!("{name} has {N} bytes"))
}

fn word_of_fault(fault: ReadFault) -> (&'static str, &'static str) {
    match fault {
        ReadFault::Unreadable(why) => ("unreadable", why.word()),
        ReadFault::Unsupported(family) => ("unsupported", family.word()),
    }
}

#[test]
fn sm3_and_sm2_are_those_of_the_standards() {
    let vectors = vectors("sm2.json");
    for vector in list(&vectors, "sm3") {
        let digest = sm3::Sm3::digest(bytes(vector, "message"));
        assert_eq!(hex::encode(digest), text(vector, "digest"), "{vector}");
    }
    for vector in list(&vectors, "signatures") {
        let key = PublicKey {
            algorithm: Algorithm::Sm2,
            bytes: array(vector, "key"),
        };
        let parsed = Portable.parse_key(&key).expect("the key is on the curve");
        let signature = Signature(array(vector, "signature"));
        let (id, message) = (bytes(vector, "id"), bytes(vector, "message"));
        let holds = Portable.verify(&parsed, Sm2Id(&id), &message, &signature);
        assert_eq!(Some(holds), vector["holds"].as_bool(), "{vector}");
        if vector["secret"].is_string() {
            let secret = array(vector, "secret");
            let secret = ridecode_codec::crypto::portable::SecretKey::new(Algorithm::Sm2, &secret);
            assert_eq!(secret.expect("in range").public_key(), key);
        }
    }
}

#[test]
fn base45_is_that_of_the_standard() {
    let vectors = vectors("base45.json");
    for vector in list(&vectors, "texts") {
        let (bytes, text) = (bytes(vector, "bytes"), text(vector, "text"));
        assert_eq!(base45::encode(&bytes), text, "{vector}");
        assert_eq!(base45::decode(text.as_bytes()), Some(bytes), "{vector}");
    }
    for vector in list(&vectors, "refused") {
        assert_eq!(
            base45::decode(text(vector, "text").as_bytes()),
            None,
            "{vector}"
        );
    }
}

#[test]
fn what_is_no_code_says_why() {
    for vector in list(&vectors("reading.json"), "cases") {
        let fault = read(&bytes(vector, "input")).expect_err("none is a code");
        let (kind, word) = word_of_fault(fault);
        assert_eq!(text(vector, kind), word, "{vector}");
        if let ReadFault::Unreadable(Unreadable::Malformed(field)) = fault {
            assert_eq!(text(vector, "field"), field, "{vector}");
        }
    }
}

#[test]
fn codes_verify_or_name_their_fault() {
    let vectors = vectors("codes.json");
    for vector in list(&vectors, "cases") {
        let keys = key_list(&vectors["keys"][text(vector, "keys")]);
        let scan = read(&bytes(vector, "input")).expect("each is readable");
        if let Some(text) = vector["text"].as_str() {
            assert_eq!(read(text.as_bytes()), Ok(scan.clone()), "{vector}");
        }
        let now = UnixSeconds(number(vector, "at"));
        let result = Verifier::new(Portable, keys, 4).verify(scan.clone(), now);
        match result {
            Ok(verified) => {
                let found = written::fields(verified.scan());
                assert_eq!(vector["expected"], found, "{vector}");
                let profile = written::id_profile_of(&vectors["keys"][text(vector, "keys")]);
                let inner = inner_signatures(&Portable, &scan, profile);
                assert_ne!(inner.issuer, Some(false), "{vector}");
                assert_eq!(inner.device, Some(true), "{vector}");
            }
            Err(fault) => assert_eq!(text(vector, "fault"), fault.word(), "{vector}"),
        }
    }
}

#[test]
fn every_answer_has_a_vector() {
    let mut found = BTreeSet::new();
    for vector in list(&vectors("reading.json"), "cases") {
        for kind in ["unreadable", "unsupported"] {
            found.extend(vector[kind].as_str().map(str::to_owned));
        }
    }
    let codes = vectors("codes.json");
    for vector in list(&codes, "cases") {
        found.extend(vector["fault"].as_str().map(str::to_owned));
    }
    let families = Family::ALL.map(Family::word);
    let faults = SignatureFault::ALL.map(SignatureFault::word);
    let all = Unreadable::WORDS.iter().chain(&families).chain(&faults);
    let all: BTreeSet<String> = all.map(|word| (*word).to_owned()).collect();
    assert_eq!(found, all);
    // Both lists hold each of their own once, in order.
    assert!(Family::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(SignatureFault::ALL.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn the_committed_vectors_follow_from_the_fixed_keys() {
    let documents = [
        ("reading.json", written::reading()),
        ("codes.json", written::codes()),
    ];
    let mut stale = Vec::new();
    for (name, document) in documents {
        let committed = std::fs::read_to_string(path(name)).unwrap_or_default();
        if serde_json::from_str(&committed).ok().as_ref() != Some(&document) {
            let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            let mut fresh = serde_json::to_string_pretty(&document).expect("it is JSON");
            fresh.push('\n');
            std::fs::write(&beside, &fresh).expect("the build folder is writable");
            stale.push(beside);
        }
    }
    assert!(
        stale.is_empty(),
        "vectors/codes is stale; compare with {stale:?}"
    );
}

/// The key list of a vector.
fn key_list(value: &Value) -> KeyList {
    let issuer = |value: &Value, name| IssuerId(number(value, name).try_into().expect("32 bits"));
    let expires = |value| UnixSeconds(number(value, "expires"));
    KeyList {
        issuer_keys: list(value, "issuer_keys")
            .iter()
            .map(|key| {
                let profile = match number(key, "profile") {
                    1 => CompactProfile::Es256,
                    2 => CompactProfile::EdDsaEs256,
                    3 => CompactProfile::Sm2,
                    other => panic!("{other} is no profile"),
                };
                IssuerKey {
                    issuer: issuer(key, "issuer"),
                    key_id: number(key, "key_id").try_into().expect("32 bits"),
                    profile,
                    key: PublicKey {
                        algorithm: profile.issuer_algorithm(),
                        bytes: array(key, "key"),
                    },
                    expires: expires(key),
                }
            })
            .collect(),
        root_keys: list(value, "root_keys")
            .iter()
            .map(|key| RootKey {
                index: number(key, "index").try_into().expect("8 bits"),
                key: PublicKey {
                    algorithm: Algorithm::Sm2,
                    bytes: array(key, "key"),
                },
                expires: expires(key),
            })
            .collect(),
        mot_issuers: list(value, "mot_issuers")
            .iter()
            .map(|rule| MotIssuer {
                issuer: issuer(rule, "issuer"),
                certificate_issuer: issuer(rule, "certificate_issuer"),
                id_profile: match text(rule, "id_profile") {
                    "default" => IdProfile::Default,
                    "shanghai_local" => IdProfile::ShanghaiLocal,
                    other => panic!("{other} is no identity rule"),
                },
            })
            .collect(),
    }
}
