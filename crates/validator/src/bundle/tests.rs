//! Bundles, good and bad.

use alloc::vec;

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_words::CredentialId;

use super::*;
use crate::place::{Passage, Place};
use crate::testing::{NOW, OPERATOR, bundle, gate, key, seed};

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

/// A bundle and a delta as they were before there were programmes, fares and liability: bytes of
/// the first form, which validators in the field have on their disks.
#[test]
fn the_first_form_stays_readable_and_says_nothing_of_what_it_did_not_know() {
    let sample = |bytes: &[u8]| hex::decode(bytes.trim_ascii()).unwrap();
    let whole = sample(include_bytes!("first.hex"));
    let found = open(&whole, &expected(), &Portable).unwrap();
    let before = Bundle {
        version: 7,
        ..plain_bundle()
    };
    assert_eq!(found, before);
    let delta = sample(include_bytes!("first-delta.hex"));
    assert!(is_delta(&delta));
    let after = open_delta(&delta, &expected(), &found, &Portable).unwrap();
    assert_eq!((after.version, after.denied.len()), (8, 1));
    assert_eq!(after.brands, before.brands);
}

/// What the samples of the first form hold.
fn plain_bundle() -> Bundle {
    let mut bundle = bundle();
    bundle.issuers = vec![IssuerRules::default_for(IssuerId(4401))];
    bundle.brands[0].lines = vec![LineId::new("GF").unwrap()];
    bundle
}

#[test]
fn the_first_rule_of_a_place_counts() {
    let bundle = full_bundle();
    let check = |mode, line: Option<&str>, phase, fare| {
        let place = Place {
            mode,
            line: line.map(|line| LineId::new(line).unwrap()),
            passage: Passage::Single,
            ..gate()
        };
        assert_eq!(
            (bundle.phase(&place), bundle.find_fare(&place)),
            (phase, fare)
        );
    };
    check(Mode::Bus, Some("off"), Phase::Off, None);
    check(Mode::Bus, Some("recorded"), Phase::Recorded, None);
    check(Mode::Bus, Some("advisory"), Phase::Advisory, None);
    check(Mode::Bus, Some("enforced"), Phase::Enforced, None);
    check(Mode::Bus, Some("107"), Phase::Enforced, Some(12));
    check(Mode::Bus, None, Phase::Enforced, None);
    check(Mode::Brt, None, Phase::Enforced, Some(13));
    check(Mode::Metro, Some("off"), Phase::Enforced, None);
    let mut place = gate();
    (place.mode, place.fare_minor) = (Mode::Brt, None);
    assert_eq!(
        bundle.find_fare(&place),
        None,
        "the way in costs nothing yet"
    );
    place.passage = Passage::Single;
    place.fare_minor = Some(5);
    assert_eq!(bundle.find_fare(&place), Some(5), "the place knows best");
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
    bundle.denied = DenyList::from_ascending((0..1_000_000_u32).map(denied)).unwrap();
    let sealed = seal(&bundle, &office());
    assert!(sealed.len() < LENGTH_MAX / 2, "{} bytes", sealed.len());
    let opened = open(&sealed, &expected(), &Portable).unwrap();
    assert_eq!(opened.denied.len(), 1_000_000);
    let last = denied(999_999);
    assert_eq!(opened.denied.find(&last.credential), Some(last.reason));
}

#[test]
fn two_keys_under_one_number_are_refused() {
    let mut bundle = full_bundle();
    let twin = bundle.keys.issuer_keys[0].clone();
    bundle.keys.issuer_keys.push(twin.clone());
    let sealed = envelope::seal(canonical::write(&bundle), &office());
    let fault = BundleFault::DuplicateKey {
        issuer: twin.issuer,
        key_id: twin.key_id,
    };
    assert_eq!(open(&sealed, &expected(), &Portable), Err(fault));
    bundle.keys.issuer_keys[1].key_id += 1;
    let sealed = seal(&bundle, &office());
    assert_eq!(open(&sealed, &expected(), &Portable), Ok(bundle));
}

#[test]
fn a_delta_leads_from_one_bundle_to_the_next() {
    let before = full_bundle();
    let after = next_bundle();
    let sealed = sealed_delta(&before, &after);
    assert!(is_delta(&sealed) && !is_delta(&seal(&after, &office())));
    assert!(sealed.len() < seal(&after, &office()).len());
    let found = open_delta(&sealed, &expected(), &before, &Portable);
    assert_eq!(found, Ok(after));
}

#[test]
fn each_fault_of_a_delta_is_named_and_earlier_ones_come_first() {
    let (before, after) = (full_bundle(), next_bundle());
    let sealed = sealed_delta(&before, &after);
    let check = |sealed: &[u8], expected: Expected, in_force: &Bundle, fault| {
        let found = open_delta(sealed, &expected, in_force, &Portable);
        assert_eq!(found, Err(fault));
    };
    let other_operator = Expected {
        operator: OperatorId(9),
        ..expected()
    };
    let other_office = Expected {
        office: key(Algorithm::EdDsa, 9).public_key(),
        ..expected()
    };
    let of_version = |version| Bundle {
        version,
        ..before.clone()
    };
    check(b"", expected(), &before, BundleFault::Malformed);
    check(&sealed, other_office, &before, BundleFault::BadSignature);
    let of_another = BundleFault::OtherOperator(OPERATOR);
    check(&sealed, other_operator, &before, of_another);
    let not_newer = BundleFault::NotNewer {
        offered: 12,
        in_force: 12,
    };
    check(&sealed, expected(), &of_version(12), not_newer);
    for in_force in [6, 8] {
        let out_of_order = BundleFault::OutOfOrder { from: 7, in_force };
        check(&sealed, expected(), &of_version(in_force), out_of_order);
    }
    // Another list than the one it was made for.
    let mut other = before.clone();
    other.denied = DenyList::default();
    check(&sealed, expected(), &other, BundleFault::Malformed);
    for place in 0..sealed.len() {
        let cut = open_delta(&sealed[..place], &expected(), &before, &Portable);
        assert!(cut.is_err(), "cut at {place}");
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        let found = open_delta(&changed, &expected(), &before, &Portable);
        assert!(found.is_err(), "byte {place}");
    }
    let neither = open(&sealed, &expected(), &Portable);
    assert_eq!(neither, Err(BundleFault::Malformed), "a delta is no bundle");
}

#[test]
fn an_issuer_without_rules_has_the_defaults() {
    let bundle = full_bundle();
    let named = bundle.issuers[0].clone();
    assert_eq!(bundle.rules(named.issuer), named);
    let other = IssuerId(1);
    assert_eq!(bundle.rules(other), IssuerRules::default_for(other));
}

/// What the office makes of [`full_bundle`] a little later.
fn next_bundle() -> Bundle {
    let mut bundle = full_bundle();
    bundle.version = 12;
    bundle.made = NOW.plus_s(600);
    bundle.brands.pop();
    bundle.denied = DenyList::from_ascending((3..12).map(denied)).unwrap();
    bundle
}

fn sealed_delta(before: &Bundle, after: &Bundle) -> Vec<u8> {
    let delta = Delta {
        from: before.version,
        bundle: after,
        change: &before.denied.change_to(&after.denied),
    };
    seal_delta(&delta, &office())
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
        liability_max_minor: Some(10),
    }];
    bundle.brands[0].fare_ceiling_minor = Some(11);
    let on = |mode, lines: &[&str]| Lines {
        mode,
        lines: lines
            .iter()
            .map(|line| LineId::new(line).unwrap())
            .collect(),
    };
    bundle.programmes = Phase::ALL
        .map(|phase| ProgrammeRule {
            on: on(Mode::Bus, &[phase.word()]),
            phase,
        })
        .to_vec();
    bundle.flat_fares = vec![
        FlatFare {
            on: on(Mode::Bus, &["8", "107"]),
            fare_minor: 12,
        },
        FlatFare {
            on: on(Mode::Brt, &[]),
            fare_minor: 13,
        },
    ];
    bundle.brands[0].product = Some(9);
    bundle.brands[0].modes = Mode::ALL.to_vec();
    bundle.brands[1].lines = vec![LineId::new("广佛线").unwrap(), LineId::new("1").unwrap()];
    bundle.denied = DenyList::from_ascending((0..9).map(denied)).unwrap();
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
