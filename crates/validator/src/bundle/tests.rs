//! Bundles, good and bad.

use alloc::vec;

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_words::CredentialId;

use super::*;
use crate::testing::{NOW, OPERATOR, bundle, key, seed};

#[test]
fn what_was_sealed_is_what_is_opened() {
    for bundle in [Bundle::new(1, OPERATOR, NOW), bundle(), full_bundle()] {
        let sealed = seal(&bundle, &office());
        assert_eq!(open(&sealed, &expected(), &Portable), Ok(bundle));
    }
}

#[test]
fn each_fault_is_named_and_earlier_ones_come_first() {
    let check = |sealed: &[u8], expected: Expected, fault| {
        assert_eq!(open(sealed, &expected, &Portable), Err(fault));
    };
    let sealed = seal(&full_bundle(), &office());
    let other_office = Expected {
        office: key(Algorithm::EdDsa, 9).public_key(),
        ..expected()
    };
    let other_operator = Expected {
        operator: OperatorId(9),
        ..expected()
    };
    let newer = |in_force| Expected {
        in_force,
        ..expected()
    };
    let not_newer = |in_force| BundleFault::NotNewer {
        offered: 7,
        in_force,
    };
    check(b"", expected(), BundleFault::Malformed);
    check(&vec![0; LENGTH_MAX + 1], expected(), BundleFault::Malformed);
    check(&sealed, other_office, BundleFault::BadSignature);
    let of_another = BundleFault::OtherOperator(OPERATOR);
    check(&sealed, other_operator, of_another);
    let older_of_another = Expected {
        in_force: 7,
        ..other_operator
    };
    check(&sealed, older_of_another, of_another);
    check(&sealed, newer(7), not_newer(7));
    check(&sealed, newer(8), not_newer(8));
    assert!(open(&sealed, &newer(6), &Portable).is_ok());
}

#[test]
fn no_changed_byte_and_no_cut_goes_unnoticed() {
    let sealed = seal(&full_bundle(), &office());
    let mut rng = fastrand::Rng::with_seed(seed());
    for place in 0..sealed.len() {
        let cut = open(&sealed[..place], &expected(), &Portable);
        assert!(cut.is_err(), "cut at {place}");
        let mut changed = sealed.clone();
        changed[place] ^= rng.u8(1..);
        let found = open(&changed, &expected(), &Portable);
        assert!(found.is_err(), "byte {place}");
    }
}

#[test]
fn content_the_office_signed_is_read_with_limits_all_the_same() {
    let check = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = canonical::write(&full_bundle());
        change(&mut body);
        let sealed = envelope::seal(body, &office());
        let found = open(&sealed, &expected(), &Portable);
        assert_eq!(found, Err(BundleFault::Malformed));
    };
    let denied = full_bundle().denied.len();
    let list = 4 + 15 * denied;
    check(&|body| body.push(0));
    check(&|body| body.truncate(body.len() - 1));
    check(&|body| {
        // A count no bytes stand behind.
        let place = body.len() - list;
        body[place..place + 4].copy_from_slice(&1_000_000_u32.to_be_bytes());
    });
    check(&|body| {
        // More than the limit, with the bytes to it.
        let place = body.len() - list;
        body.truncate(place);
        body.extend_from_slice(&1_000_001_u32.to_be_bytes());
        body.resize(body.len() + 15 * 1_000_001, 0);
    });
    check(&|body| {
        // Two entries of the deny list exchanged.
        let place = body.len() - 30;
        let last: Vec<u8> = body.drain(place + 15..).collect();
        body.splice(place..place, last);
    });
    check(&|body| {
        let last = body.len() - 1;
        body[last] = 4;
    });
}

#[test]
fn a_million_denied_credentials_fit_and_are_found() {
    let mut bundle = bundle();
    bundle.denied = (0..1_000_000_u32).map(denied).collect();
    let sealed = seal(&bundle, &office());
    assert!(sealed.len() < LENGTH_MAX / 2, "{} bytes", sealed.len());
    let opened = open(&sealed, &expected(), &Portable).unwrap();
    assert_eq!(opened.denied.len(), 1_000_000);
    assert_eq!(opened.denied[999_999], denied(999_999));
}

#[test]
#[should_panic(expected = "ascends")]
fn an_unordered_deny_list_is_never_sealed() {
    let mut bundle = bundle();
    bundle.denied = vec![denied(2), denied(1)];
    seal(&bundle, &office());
}

#[test]
fn an_issuer_without_rules_has_the_defaults() {
    let bundle = full_bundle();
    let named = bundle.issuers[0].clone();
    assert_eq!(bundle.rules(named.issuer), named);
    let other = IssuerId(1);
    assert_eq!(bundle.rules(other), IssuerRules::default_for(other));
}

/// A bundle with something in every field.
fn full_bundle() -> Bundle {
    let mut bundle = bundle();
    bundle.silent_s = 1;
    bundle.replay_memory_s = 2;
    bundle.clock_distrust_s = 3;
    bundle.issuers = vec![IssuerRules {
        issuer: IssuerId(4401),
        acceptance_window_s: 4,
        validity_max_s: 5,
        future_tolerance_s: 6,
        fare_ceiling_minor: 7,
        list_age_max_s: 8,
    }];
    bundle.brands[0].product = Some(9);
    bundle.brands[0].modes = Mode::ALL.to_vec();
    bundle.brands[1].lines = vec![LineId::new("广佛线").unwrap(), LineId::new("1").unwrap()];
    bundle.denied = (0..9).map(denied).collect();
    bundle
}

fn denied(number: u32) -> DenyEntry {
    let mut id = [0; 10];
    id[..4].copy_from_slice(&number.to_be_bytes());
    DenyEntry {
        credential: CredentialRef {
            issuer: IssuerId(4401),
            credential: CredentialId(id),
        },
        reason: DenyReason::ALL[number as usize % 4],
    }
}

fn expected() -> Expected {
    Expected {
        office: office().public_key(),
        operator: OPERATOR,
        in_force: 0,
    }
}

fn office() -> SecretKey {
    key(Algorithm::EdDsa, 200)
}
