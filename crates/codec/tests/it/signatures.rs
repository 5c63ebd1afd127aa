//! Both signature libraries against each other and against published examples: they must accept
//! and refuse the same keys and the same signatures.

use ridecode_codec::crypto::native::{self, Native};
use ridecode_codec::crypto::portable::{self, Portable};
use ridecode_codec::crypto::{Algorithm, Crypto, PublicKey, Signature, Signer, Sm2Id};

use crate::world;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Sm2];
const MESSAGE: &[u8] = b"boarded at 08:41";

/// What both libraries say: `None` if the key is none. Panics where they differ.
fn both(key: &PublicKey, message: &[u8], signature: &Signature) -> Option<bool> {
    fn ask<C: Crypto>(crypto: C, key: &PublicKey, rest: (&[u8], &Signature)) -> Option<bool> {
        let key = crypto.parse_key(key)?;
        Some(crypto.verify(&key, Sm2Id::DEFAULT, rest.0, rest.1))
    }
    let portable = ask(Portable, key, (message, signature));
    let native = ask(Native, key, (message, signature));
    // AWS-LC finds out only when verifying that Ed25519 bytes are no point.
    if key.algorithm == Algorithm::EdDsa && portable.is_none() {
        assert_ne!(native, Some(true), "{key:?}");
        return None;
    }
    assert_eq!(portable, native, "{key:?} {signature:02x?}");
    portable
}

fn signers(algorithm: Algorithm, byte: u8) -> [Box<dyn Signer>; 2] {
    let secret = [byte; 32];
    [
        Box::new(portable::SecretKey::new(algorithm, &secret).expect("in range")),
        Box::new(native::SecretKey::new(algorithm, &secret).expect("in range")),
    ]
}

#[test]
fn a_changed_message_key_or_signature_is_refused() {
    for algorithm in ALGORITHMS {
        for signer in signers(algorithm, 5) {
            let key = signer.public_key();
            let signature = signer.sign(Sm2Id::DEFAULT, MESSAGE);
            assert_eq!(both(&key, MESSAGE, &signature), Some(true), "{algorithm:?}");
            assert_eq!(both(&key, b"boarded at 08:42", &signature), Some(false));
            let [other, _] = signers(algorithm, 6);
            assert_eq!(both(&other.public_key(), MESSAGE, &signature), Some(false));
            for bit in 0..512 {
                let mut changed = signature;
                changed.0[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(both(&key, MESSAGE, &changed), Some(false), "bit {bit}");
            }
        }
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    let orders = [
        (Algorithm::Es256, P256_ORDER),
        (Algorithm::Sm2, SM2_ORDER),
        (Algorithm::EdDsa, ED25519_ORDER),
    ];
    for (algorithm, order) in orders {
        let order: [u8; 32] = hex::decode(order).unwrap().try_into().unwrap();
        let [signer, _] = signers(algorithm, 5);
        let key = signer.public_key();
        let good = signer.sign(Sm2Id::DEFAULT, MESSAGE);
        for half in [[0; 32], order, [0xff; 32]] {
            for at in [0, 32] {
                let mut signature = good;
                signature.0[at..at + 32].copy_from_slice(&half);
                assert_eq!(both(&key, MESSAGE, &signature), Some(false));
            }
        }
        assert_eq!(both(&key, MESSAGE, &Signature([0; 64])), Some(false));
    }
}

/// COSE does not ask for the smaller s, and phones give either.
#[test]
fn es256_takes_either_s() {
    let [signer, _] = signers(Algorithm::Es256, 5);
    let mut signature = signer.sign(Sm2Id::DEFAULT, MESSAGE);
    let order = hex::decode(P256_ORDER).unwrap();
    negate(&mut signature.0[32..], &order);
    assert_eq!(both(&signer.public_key(), MESSAGE, &signature), Some(true));
}

/// The same Ed25519 signature with S + L is another spelling, and refused.
#[test]
fn an_ed25519_signature_has_one_spelling() {
    let [signer, _] = signers(Algorithm::EdDsa, 5);
    let mut signature = signer.sign(Sm2Id::DEFAULT, MESSAGE);
    let order = hex::decode(ED25519_ORDER).unwrap();
    let mut carry = 0;
    for (digit, order) in signature.0[32..].iter_mut().zip(&order) {
        carry += u16::from(*digit) + u16::from(*order);
        *digit = carry as u8;
        carry >>= 8;
    }
    assert_eq!(both(&signer.public_key(), MESSAGE, &signature), Some(false));
}

#[test]
fn keys_beside_the_curve_are_refused_alike() {
    let signature = Signature([1; 64]);
    for algorithm in ALGORITHMS {
        let mut parsed = 0;
        // About every second x has a point.
        for number in 0..=255 {
            for first in [0x00, 0x02, 0x03, 0x04, 0x05] {
                let mut bytes = [0; 33];
                if algorithm == Algorithm::EdDsa {
                    bytes[0] = number;
                    bytes[31] = first;
                } else {
                    bytes[0] = first;
                    bytes[32] = number;
                }
                let key = PublicKey { algorithm, bytes };
                parsed += i32::from(both(&key, MESSAGE, &signature).is_some());
            }
        }
        assert!((128..=1152).contains(&parsed), "{algorithm:?}: {parsed}");
        for bytes in [[0; 33], [0xff; 33]] {
            assert_eq!(
                both(&PublicKey { algorithm, bytes }, MESSAGE, &signature),
                None
            );
        }
    }
}

#[test]
fn ed25519_keys_of_small_order_or_with_a_tail_are_refused() {
    let [signer, _] = signers(Algorithm::EdDsa, 5);
    let mut key = signer.public_key();
    let signature = signer.sign(Sm2Id::DEFAULT, MESSAGE);
    key.bytes[32] = 1;
    assert_eq!(both(&key, MESSAGE, &signature), None);
    // The neutral point with the all-zero S would accept every message.
    let mut bytes = [0; 33];
    bytes[0] = 1;
    let mut forged = Signature([0; 64]);
    forged.0[0] = 1;
    let algorithm = Algorithm::EdDsa;
    assert_eq!(
        both(&PublicKey { algorithm, bytes }, MESSAGE, &forged),
        None
    );
}

#[test]
fn secrets_out_of_range_make_no_key() {
    let check = |algorithm, secret: &[u8; 32]| {
        assert!(portable::SecretKey::new(algorithm, secret).is_none());
        assert!(native::SecretKey::new(algorithm, secret).is_none());
    };
    for (algorithm, order) in [(Algorithm::Es256, P256_ORDER), (Algorithm::Sm2, SM2_ORDER)] {
        let order: [u8; 32] = hex::decode(order).unwrap().try_into().unwrap();
        check(algorithm, &[0; 32]);
        check(algorithm, &[0xff; 32]);
        check(algorithm, &order);
    }
    // n − 1 has no inverse of 1 + d.
    let mut last: [u8; 32] = hex::decode(SM2_ORDER).unwrap().try_into().unwrap();
    last[31] -= 1;
    check(Algorithm::Sm2, &last);
}

#[test]
fn both_libraries_make_the_same_key_of_a_secret() {
    for algorithm in ALGORITHMS {
        for byte in [1, 2, 0x42, 0x7f] {
            let [portable, native] = signers(algorithm, byte);
            assert_eq!(portable.public_key(), native.public_key());
        }
    }
}

/// Random signatures and messages: the libraries never differ.
#[test]
fn random_changes_are_judged_alike() {
    let seed = world::seed();
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..300 {
        let algorithm = ALGORITHMS[random.usize(..3)];
        let [portable, native] = signers(algorithm, random.u8(1..=0x7f));
        let signer = if random.bool() { portable } else { native };
        let message: Vec<u8> = (0..random.usize(..300)).map(|_| random.u8(..)).collect();
        let mut signature = signer.sign(Sm2Id::DEFAULT, &message);
        let good = random.bool();
        if !good {
            signature.0[random.usize(..64)] ^= random.u8(1..);
        }
        let said = both(&signer.public_key(), &message, &signature);
        assert_eq!(said, Some(good), "RIDECODE_SEED={seed}");
    }
}

#[test]
fn an_sm2_signature_belongs_to_one_identity() {
    let key = world::secret(Algorithm::Sm2, 9);
    let parsed = Portable.parse_key(&key.public_key()).unwrap();
    let ids: [&[u8]; 4] = [b"1234567812345678", b"", &[0xff, 0x00, 0x80], &[7; 8191]];
    for signed in ids {
        let signature = key.sign(Sm2Id(signed), MESSAGE);
        for asked in ids {
            let holds = Portable.verify(&parsed, Sm2Id(asked), MESSAGE, &signature);
            assert_eq!(holds, signed == asked);
        }
    }
    // Its length in bits would not fit two bytes.
    let signature = key.sign(Sm2Id::DEFAULT, MESSAGE);
    assert!(!Portable.verify(&parsed, Sm2Id(&[0; 8192]), MESSAGE, &signature));
}

/// n − s in place of s, big-endian.
fn negate(s: &mut [u8], order: &[u8]) {
    let mut borrow = 0;
    for (digit, order) in s.iter_mut().zip(order).rev() {
        let difference = i16::from(*order) - i16::from(*digit) - borrow;
        borrow = i16::from(difference < 0);
        *digit = difference.rem_euclid(256) as u8;
    }
}

/// FIPS 186-4, D.1.2.3.
const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
/// GB/T 32918.5.
const SM2_ORDER: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
/// RFC 8032, little-endian.
const ED25519_ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
