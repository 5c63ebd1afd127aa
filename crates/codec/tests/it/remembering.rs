//! What a verifier remembers, what it costs, and what it checks every time all the same.

use std::cell::Cell;

use ridecode_codec::crypto::portable::{Key, Portable};
use ridecode_codec::crypto::{Crypto, PublicKey, Signature, Sm2Id};
use ridecode_codec::key::{CompactProfile, KeyList};
use ridecode_codec::{SignatureFault, Verifier, compact, mot, read};
use ridecode_words::UnixSeconds;

use crate::world::{self, CompactWorld, NEW_YEAR};

/// Counts the signatures that are checked.
struct Counting<'a> {
    checked: &'a Cell<u32>,
}

impl Crypto for Counting<'_> {
    type Key = Key;

    fn parse_key(&self, key: &PublicKey) -> Option<Key> {
        Portable.parse_key(key)
    }

    fn verify(&self, key: &Key, id: Sm2Id<'_>, message: &[u8], signature: &Signature) -> bool {
        self.checked.set(self.checked.get() + 1);
        Portable.verify(key, id, message, signature)
    }
}

/// Verifies and tells how many signatures that took.
fn cost(
    verifier: &mut Verifier<Counting<'_>>,
    checked: &Cell<u32>,
    (code, now): (&[u8], UnixSeconds),
) -> (u32, Result<(), SignatureFault>) {
    let before = checked.get();
    let result = verifier.verify(read(code).expect("readable"), now);
    (checked.get() - before, result.map(|_| ()))
}

#[test]
fn a_returning_rider_costs_one_signature() {
    let checked = Cell::new(0);
    let world = CompactWorld::new(CompactProfile::Es256);
    let credential = world.credential();
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world.keys(), 64);
    let code = |after| {
        let now = NEW_YEAR.plus_s(after);
        compact::present(&credential, now, &world.device).unwrap()
    };
    let mut check = |after, expected| {
        let code = code(after);
        let found = cost(&mut verifier, &checked, (code.as_bytes(), NEW_YEAR));
        assert_eq!(found, (expected, Ok(())), "after {after} s");
    };
    check(0, 2);
    check(15, 1);
    check(30, 1);

    let synthetic = world::synthetic_mot();
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world::synthetic_keys(), 64);
    let mut check = |expected| {
        let found = cost(&mut verifier, &checked, (&synthetic, NEW_YEAR));
        assert_eq!(found, (expected, Ok(())));
    };
    check(3);
    check(1);
}

#[test]
fn a_wrong_phone_signature_is_refused_from_memory_too() {
    let checked = Cell::new(0);
    let world = CompactWorld::new(CompactProfile::Es256);
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world.keys(), 64);
    let code = world.code();
    cost(&mut verifier, &checked, (code.as_bytes(), NEW_YEAR))
        .1
        .unwrap();
    let mut raw = read(code.as_bytes()).unwrap().raw;
    *raw.last_mut().unwrap() ^= 1;
    let found = cost(&mut verifier, &checked, (&raw, NEW_YEAR));
    assert_eq!(found, (1, Err(SignatureFault::BadDeviceSignature)));
}

#[test]
fn a_wrong_issuer_signature_is_never_remembered() {
    let checked = Cell::new(0);
    let world = CompactWorld::new(CompactProfile::Es256);
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, KeyList::default(), 64);
    let other = world::secret(ridecode_codec::crypto::Algorithm::Es256, 0x44);
    let keys = KeyList {
        issuer_keys: vec![world.issuer_key(ridecode_codec::crypto::Signer::public_key(&other))],
        ..KeyList::default()
    };
    verifier.set_keys(keys);
    for _ in 0..2 {
        let code = world.code();
        let found = cost(&mut verifier, &checked, (code.as_bytes(), NEW_YEAR));
        assert_eq!(found, (1, Err(SignatureFault::BadIssuerSignature)));
    }
}

#[test]
fn new_keys_forget_what_old_keys_proved() {
    let checked = Cell::new(0);
    let world = CompactWorld::new(CompactProfile::Es256);
    let code = world.code();
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world.keys(), 64);
    let mut check = |keys: Option<KeyList>, expected| {
        if let Some(keys) = keys {
            verifier.set_keys(keys);
        }
        let found = cost(&mut verifier, &checked, (code.as_bytes(), NEW_YEAR));
        assert_eq!(found, expected);
    };
    check(None, (2, Ok(())));
    check(Some(world.keys()), (2, Ok(())));
    check(None, (1, Ok(())));
    check(
        Some(KeyList::default()),
        (0, Err(SignatureFault::UnknownIssuer)),
    );
}

#[test]
fn expiry_is_asked_every_time() {
    let checked = Cell::new(0);
    let world = CompactWorld::new(CompactProfile::Es256);
    let expires = world.keys().issuer_keys[0].expires;
    let code = world.code();
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world.keys(), 64);
    let mut check = |now, expected| {
        let found = cost(&mut verifier, &checked, (code.as_bytes(), now));
        assert_eq!(found, expected);
    };
    check(NEW_YEAR, (2, Ok(())));
    check(expires, (1, Ok(())));
    check(expires.plus_s(1), (0, Err(SignatureFault::UnknownIssuer)));

    let synthetic = world::synthetic_mot();
    let end = mot::certificate(&synthetic).unwrap().expires().unwrap();
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world::synthetic_keys(), 64);
    let mut check = |now, expected| {
        let found = cost(&mut verifier, &checked, (&synthetic, now));
        assert_eq!(found, expected);
    };
    check(NEW_YEAR, (3, Ok(())));
    check(end, (1, Ok(())));
    check(end.plus_s(1), (0, Err(SignatureFault::BadCertificate)));
}

#[test]
fn without_memory_every_scan_costs_the_same() {
    let checked = Cell::new(0);
    let world = CompactWorld::new(CompactProfile::Es256);
    let counting = Counting { checked: &checked };
    let mut verifier = Verifier::new(counting, world.keys(), 0);
    for _ in 0..3 {
        let code = world.code();
        let found = cost(&mut verifier, &checked, (code.as_bytes(), NEW_YEAR));
        assert_eq!(found, (2, Ok(())));
    }
}
