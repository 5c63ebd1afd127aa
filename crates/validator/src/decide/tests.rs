//! The ladder, rung by rung.
//!
//! The rungs' cases stand in `vectors/decisions/ladder.json`, where other implementations read
//! them too; `cases` makes them. Tests here hold the file against the cases, the cases against
//! the ladder, and the order of the rungs against codes that fail at two of them.

mod cases;
mod vectors;

use alloc::vec;
use alloc::vec::Vec;

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::{Services, compact};
use ridecode_words::LineId;

use super::*;
use crate::bundle::DenyEntry;
use crate::deny::DenyList;
use crate::journal::{Head, VoidReason, append};
use crate::outcome::DenyReason;
use crate::testing::{
    NOW, at, bundle, compact_code, compact_code_of, compact_credential, compact_grant, gate,
    mot_code_of, mot_grant, state,
};

#[test]
fn both_ends_of_every_time_span_are_exact() {
    let check = |made: i64, now: i64, expected| {
        let code = compact_code(1, NOW.plus_s(made));
        let found = decide(&code, &gate(), &mut state(), at(now)).outcome;
        assert_eq!(found, expected, "made at {made}, shown at {now}");
    };
    check(0, 60, Outcome::Admit);
    check(0, 61, Outcome::StaleTime);
    check(20, 0, Outcome::Admit);
    check(21, 0, Outcome::FutureTime);
    // The credential lives from 0 to 86,400, both inclusive; validators may lag by 20.
    check(0, -20, Outcome::Admit);
    check(0, -21, Outcome::NotYetValid);
    check(-1, 0, Outcome::NotYetValid);
    check(86_400, 86_400, Outcome::Admit);
    check(86_400, 86_401, Outcome::Expired);
    check(86_401, 86_400, Outcome::Expired);
}

#[test]
fn a_mot_code_is_fresh_as_long_as_it_says_and_no_longer_than_the_issuer_allows() {
    let check = |valid_for_s, validity_max_s, age, expected| {
        let mut grant = mot_grant(1);
        grant.valid_for_s = valid_for_s;
        let mut state = state();
        let mut rules = IssuerRules::default_for(grant.issuer);
        rules.validity_max_s = validity_max_s;
        state.bundle.issuers = vec![rules];
        let code = mot_code_of(&grant, 1, NOW);
        let found = decide(&code, &gate(), &mut state, at(age)).outcome;
        assert_eq!(found, expected, "{valid_for_s} s of {validity_max_s}");
    };
    check(300, 1_200, 300, Outcome::Admit);
    check(300, 1_200, 301, Outcome::StaleTime);
    check(1_200, 600, 600, Outcome::Admit);
    check(1_200, 600, 601, Outcome::StaleTime);
}

#[test]
fn no_clock_wraps_a_code_into_validity() {
    for now in [i64::MIN, i64::MIN + 1, 0, i64::MAX - 1, i64::MAX] {
        for code in [compact_code(1, NOW), mot_code_of(&mot_grant(1), 1, NOW)] {
            let clock = Clock {
                now: UnixSeconds(now),
                trust: ClockTrust::Synced,
            };
            let outcome = decide(&code, &gate(), &mut state(), clock).outcome;
            assert!(!outcome.admits(), "{outcome:?} at {now}");
        }
    }
}

#[test]
fn a_brand_is_accepted_by_operator_mode_line_product_and_service() {
    let check = |expected: bool, change: &dyn Fn(&mut Place, &mut Bundle, &mut compact::Grant)| {
        let (mut place, mut bundle, mut grant) = (gate(), bundle(), compact_grant(1));
        change(&mut place, &mut bundle, &mut grant);
        let mut state = State::new(bundle, Portable, 0);
        let code = compact_code_of(&grant, 1, NOW);
        let decision = decide(&code, &place, &mut state, at(0));
        assert_eq!(decision.brand.is_some(), expected);
        assert_eq!(decision.outcome == Outcome::Admit, expected, "{decision:?}");
    };
    let line = |name| LineId::new(name).unwrap();
    check(true, &|_, _, _| {});
    check(false, &|_, bundle, _| bundle.brands.clear());
    check(false, &|place, _, _| place.operator.0 += 1);
    check(false, &|place, _, _| place.mode = ridecode_words::Mode::Bus);
    check(false, &|_, bundle, _| {
        bundle.brands[0].lines = vec![line("GF")]
    });
    check(true, &|place, bundle, _| {
        bundle.brands[0].lines = vec![line("1"), line("GF")];
        place.line = Some(line("GF"));
    });
    check(false, &|place, bundle, _| {
        bundle.brands[0].lines = vec![line("1")];
        place.line = Some(line("GF"));
    });
    check(false, &|_, bundle, _| bundle.brands[0].product = Some(5));
    check(true, &|_, bundle, grant| {
        bundle.brands[0].product = Some(5);
        grant.product = 5;
    });
    check(false, &|_, _, grant| grant.services = Services::SINGLE);
    check(false, &|place, _, grant| {
        grant.services = Services::ENTRY_EXIT;
        place.passage = Passage::Single;
    });
    check(true, &|place, _, grant| {
        grant.services = Services::ENTRY_EXIT;
        place.passage = Passage::Out;
    });
}

#[test]
fn every_denied_credential_is_found_wherever_it_stands_in_the_list() {
    let mut bundle = bundle();
    let riders = (0..=20_u8).map(|rider| DenyEntry {
        credential: compact_credential(rider),
        reason: DenyReason::ALL[usize::from(rider) % 4],
    });
    let listed = riders.filter(|entry| entry.reason != DenyReason::Lost);
    bundle.denied = DenyList::from_ascending(listed).expect("in order");
    let mut state = State::new(bundle, Portable, 0);
    for rider in 0..=20 {
        let expected = match DenyReason::ALL[usize::from(rider) % 4] {
            DenyReason::Lost => Outcome::Admit,
            reason @ (DenyReason::Overdue | DenyReason::Closed | DenyReason::Programme) => {
                Outcome::Denied(reason)
            }
        };
        let code = compact_code(rider, NOW);
        assert_eq!(decide(&code, &gate(), &mut state, at(0)).outcome, expected);
    }
}

#[test]
fn the_lower_ceiling_counts_and_is_told() {
    let check = |issuer_max, fare_minor, expected: Option<u32>| {
        let mut state = state();
        let mut rules = IssuerRules::default_for(crate::testing::COMPACT);
        rules.fare_ceiling_minor = issuer_max;
        state.bundle.issuers = vec![rules];
        let mut place = gate();
        place.fare_minor = fare_minor;
        let decision = decide(&compact_code(1, NOW), &place, &mut state, at(0));
        assert_eq!(decision.fare_ceiling_minor, expected);
        let refused = decision.outcome == Outcome::OverCeiling;
        assert_eq!(refused, expected.is_none());
    };
    check(2_000, None, Some(1_500));
    check(1_000, None, Some(1_000));
    check(2_000, Some(1_500), Some(1_500));
    check(2_000, Some(1_501), None);
    check(1_000, Some(1_001), None);
}

#[test]
fn a_clock_is_distrusted_from_the_bound_on() {
    let check = |trust, expected| {
        let clock = Clock { now: NOW, trust };
        let code = compact_code(1, NOW);
        assert_eq!(
            decide(&code, &gate(), &mut state(), clock).outcome,
            expected
        );
    };
    check(ClockTrust::Synced, Outcome::Admit);
    check(ClockTrust::Drifting { bound_s: 9 }, Outcome::Admit);
    check(
        ClockTrust::Drifting { bound_s: 10 },
        Outcome::ClockNotTrusted,
    );
    check(ClockTrust::Distrusted, Outcome::ClockNotTrusted);
}

#[test]
fn a_used_code_is_silent_first_then_asks_for_a_new_one() {
    let mut state = state();
    let code = compact_code(1, NOW);
    admit(&mut state, &code, 5, 1);
    let mut check = |code: &[u8], now, expected| {
        let found = decide(code, &gate(), &mut state, at(now)).outcome;
        assert_eq!(found, expected, "at {now}");
    };
    let mut with_line_end = code.clone();
    with_line_end.extend_from_slice(b"\r\n");
    check(&code, 5, Outcome::AlreadyUsed { silent: true });
    check(&code, 7, Outcome::AlreadyUsed { silent: true });
    check(&code, 8, Outcome::AlreadyUsed { silent: false });
    check(&with_line_end, 8, Outcome::AlreadyUsed { silent: false });
    check(&code, 60, Outcome::AlreadyUsed { silent: false });
    let other = compact_code(1, NOW.plus_s(6));
    check(&other, 7, Outcome::SameRiderTooSoon);
    check(&other, 8, Outcome::Admit);
    check(&compact_code(2, NOW), 7, Outcome::Admit);
}

#[test]
fn the_twin_of_a_signature_does_not_make_another_code() {
    let mut state = state();
    let code = compact_code(1, NOW);
    let twin = with_twin_signature(&code);
    assert_ne!(code, twin);
    let fresh = decide(&twin, &gate(), &mut state, at(10)).outcome;
    assert_eq!(fresh, Outcome::Admit, "the twin's signature holds");
    admit(&mut state, &code, 5, 1);
    let replayed = decide(&twin, &gate(), &mut state, at(10)).outcome;
    assert_eq!(replayed, Outcome::AlreadyUsed { silent: false });
}

#[test]
fn a_void_lets_the_rider_try_again_at_once() {
    let mut state = state();
    let code = compact_code(1, NOW);
    admit(&mut state, &code, 5, 1);
    let void = Event::Voided {
        accepted: 1,
        reason: VoidReason::NobodyPassed,
    };
    state.note(&entry(2, 6, void));
    let again = decide(&code, &gate(), &mut state, at(6)).outcome;
    assert_eq!(again, Outcome::Admit);
}

#[test]
fn a_used_code_is_remembered_for_as_long_as_it_is_fresh() {
    let mut state = state();
    let mut grant = mot_grant(1);
    grant.valid_for_s = 1_200;
    let code = mot_code_of(&grant, 1, NOW);
    admit(&mut state, &code, 0, 1);
    // Another rider much later makes the store forget what it may.
    admit(&mut state, &compact_code(2, NOW.plus_s(1_190)), 1_190, 2);
    let found = decide(&code, &gate(), &mut state, at(1_200)).outcome;
    assert_eq!(found, Outcome::AlreadyUsed { silent: false });
}

#[test]
fn a_denied_rider_hears_that_and_not_that_the_code_was_used() {
    let mut state = state();
    let code = compact_code(1, NOW);
    admit(&mut state, &code, 0, 1);
    let credential = compact_credential(1);
    let check = |state: &mut State<Portable>, reason, expected| {
        let mut newer = bundle();
        newer.version = state.bundle().version + 1;
        let entry = DenyEntry { credential, reason };
        newer.denied = DenyList::from_ascending(vec![entry]).unwrap();
        state.apply(newer);
        for now in [1, 10] {
            let found = decide(&code, &gate(), state, at(now)).outcome;
            assert_eq!(found, expected, "at {now}");
        }
    };
    for reason in [DenyReason::Overdue, DenyReason::Lost, DenyReason::Closed] {
        check(&mut state, reason, Outcome::Denied(reason));
    }
}

#[test]
fn what_another_gate_of_the_array_admitted_is_used_here_until_taken_back() {
    let (mut first, mut second) = (state(), state());
    let code = compact_code(1, NOW);
    let mut tell = |sequence, event| {
        let shared = first.note(&entry(sequence, 5, event));
        shared.expect("news for the other gates")
    };
    let outcome = Outcome::Admit;
    let used = tell(
        1,
        Event::Decided {
            code: code.clone(),
            outcome,
        },
    );
    let reason = VoidReason::NobodyPassed;
    let taken_back = tell(
        2,
        Event::Voided {
            accepted: 1,
            reason,
        },
    );
    let check = |state: &mut State<Portable>, code: &[u8], expected| {
        assert_eq!(decide(code, &gate(), state, at(6)).outcome, expected);
    };
    check(&mut second, &code, Outcome::Admit);
    second.learn(&used, NOW.plus_s(5));
    // The rider walked over: it was not read twice, so the gate says at once what is wrong.
    check(&mut second, &code, Outcome::AlreadyUsed { silent: false });
    check(&mut second, &compact_code(1, NOW.plus_s(1)), Outcome::Admit);
    check(&mut second, &compact_code(2, NOW), Outcome::Admit);
    second.learn(&taken_back, NOW.plus_s(6));
    check(&mut second, &code, Outcome::Admit);
}

#[test]
fn a_newer_bundle_counts_from_the_next_code_on() {
    let mut state = state();
    let code = compact_code(1, NOW);
    admit(&mut state, &code, 0, 1);
    let mut newer = bundle();
    newer.version += 1;
    newer.keys.issuer_keys.clear();
    state.apply(newer);
    let check = |state: &mut State<Portable>, code: &[u8], expected| {
        assert_eq!(decide(code, &gate(), state, at(10)).outcome, expected);
    };
    check(&mut state, &code, Outcome::UnknownIssuer);
    let mut back = bundle();
    back.version += 2;
    state.apply(back);
    // What was used stays used across bundles.
    check(&mut state, &code, Outcome::AlreadyUsed { silent: false });
}

/// Decides about the code, which must be admitted, and takes note as a validator does.
fn admit(state: &mut State<Portable>, code: &[u8], now: i64, sequence: u64) {
    let outcome = decide(code, &gate(), state, at(now)).outcome;
    assert_eq!(outcome, Outcome::Admit);
    let code = code.to_vec();
    state.note(&entry(sequence, now, Event::Decided { code, outcome }));
}

/// The entry of that number, as it comes back from a journal.
fn entry(sequence: u64, now: i64, event: Event) -> Entry {
    let mut head = Head {
        sequence: sequence - 1,
        hash: [0; 32],
    };
    let entry = Entry {
        sequence: 0,
        time: NOW.plus_s(now),
        trust: ClockTrust::Synced,
        place: gate(),
        event,
        bundle_version: 7,
    };
    append(&mut head, entry).0.entry
}

/// The same compact code with the phone's signature (r, s) turned into (r, n − s).
fn with_twin_signature(code: &[u8]) -> Vec<u8> {
    let text = &code[3..];
    let mut bytes = ridecode_codec::base45::decode(text).unwrap();
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order = hex::decode(order).unwrap();
    let start = bytes.len() - 32;
    let mut borrow = 0;
    for place in (0..32).rev() {
        let difference = i32::from(order[place]) - i32::from(bytes[start + place]) - borrow;
        borrow = i32::from(difference < 0);
        bytes[start + place] = difference.rem_euclid(256).to_le_bytes()[0];
    }
    compact::text(&bytes).into_bytes()
}
