//! A million refused credentials in little memory.

use std::fs;

use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_validator::bundle::{Bundle, DENIED_MAX, DenyEntry, seal};
use ridecode_validator::{DenyList, DenyReason};
use ridecode_words::{CredentialId, CredentialRef, IssuerId, OperatorId, UnixSeconds};

use crate::programs::{Linked, Program};

/// A reader with 64 MB for this has room.
const KILOBYTES_MAX: u64 = 64_000;

#[test]
fn a_million_refused_credentials_take_less_than_64_mb() {
    let office = SecretKey::new(Algorithm::EdDsa, &[200; 32]).expect("a seed");
    let mut bundle = Bundle::new(7, OperatorId(1), UnixSeconds(1_795_219_200));
    bundle.denied = DenyList::from_ascending((0..DENIED_MAX).map(entry)).expect("in order");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealed");
    fs::write(&path, seal(&bundle, &office)).unwrap();
    let kept = tempfile::tempdir().unwrap();
    let sources = [
        "tests/c/weight.c",
        "examples/folder_storage.c",
        "tests/c/input.c",
    ];
    let program = Program::build(&sources, Linked::Shared);
    let key = hex::encode(office.public_key().bytes);
    let arguments = [kept.path().to_str().unwrap(), &key, path.to_str().unwrap()];
    let found = program.run(&arguments, "");
    let figures: Vec<u64> = found
        .split_whitespace()
        .map(|it| it.parse().unwrap())
        .collect();
    let [denied, at_rest, at_most] = figures[..] else {
        panic!("{found}")
    };
    println!("{denied} refused: {at_rest} kB at rest, {at_most} kB while the bundle was taken");
    assert_eq!(denied, u64::try_from(DENIED_MAX).unwrap());
    assert!(
        at_rest <= at_most && at_most <= KILOBYTES_MAX,
        "{at_most} kB"
    );
}

fn entry(number: usize) -> DenyEntry {
    let mut id = [0; 10];
    id[2..].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
    DenyEntry {
        credential: CredentialRef {
            issuer: IssuerId(4401),
            credential: CredentialId(id),
        },
        reason: DenyReason::Overdue,
    }
}
