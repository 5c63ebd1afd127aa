//! Segments, good and bad.

use alloc::vec;

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::portable::{Portable, SecretKey};

use ridecode_words::StopId;

use super::*;
use crate::clock::ClockTrust;
use crate::journal::{Entry, Event, Head, append};
use crate::outcome::Outcome;
use crate::testing::{NOW, gate, key, seed};

#[test]
fn what_was_sealed_is_what_is_checked() {
    for (from, to) in [(0, 1), (0, 5), (2, 5), (4, 5)] {
        let chained = journal(5);
        let sealed = seal(&sealing(&chained, from, to), &device());
        assert_eq!(claimed_validator(&sealed), Some(VALIDATOR));
        let segment = check(&sealed, &device().public_key(), &Portable).unwrap();
        assert_eq!(segment.entries, chained[from..to]);
        assert_eq!(segment.previous, previous(&chained, from));
        assert_eq!((segment.sealed, segment.journal_end), (NOW, 5));
    }
}

#[test]
fn each_fault_is_named_and_earlier_ones_come_first() {
    let check = |sealed: &[u8], expected| {
        let found = check(sealed, &device().public_key(), &Portable).map(|_| ());
        assert_eq!(found, Err(expected));
    };
    let good = journal(5);
    let sealed = |entries: &[Chained]| {
        let mut sealing = sealing(&good, 0, 5);
        sealing.entries = entries;
        signed(&sealing, &device())
    };
    check(&vec![0; LENGTH_MAX + 1], SegmentFault::TooLong);
    check(b"", SegmentFault::Malformed);
    check(&vec![0; LENGTH_MAX], SegmentFault::Malformed);
    let mut behind = sealed(&good);
    behind.push(0);
    check(&behind, SegmentFault::Malformed);
    let by_another = signed(&sealing(&good, 0, 5), &key(Algorithm::EdDsa, 9));
    check(&by_another, SegmentFault::BadSignature);
    check(&sealed(&[]), SegmentFault::EntryCount);
    check(&sealed(&journal(1_001)), SegmentFault::Malformed);
    let hole = [good[0].clone(), good[2].clone()];
    let fault = SegmentFault::Hole {
        expected: 2,
        found: 3,
    };
    check(&sealed(&hole), fault);
    let repeat = [good[0].clone(), good[0].clone()];
    let fault = SegmentFault::Hole {
        expected: 2,
        found: 1,
    };
    check(&sealed(&repeat), fault);
    let mut wrong = good.clone();
    wrong[3].hash[0] ^= 1;
    check(&sealed(&wrong), SegmentFault::WrongHash(4));
    let hole_and_wrong = [wrong[0].clone(), wrong[3].clone()];
    let fault = SegmentFault::Hole {
        expected: 2,
        found: 4,
    };
    check(&sealed(&hole_and_wrong), fault);
}

#[test]
fn more_entries_than_allowed_are_refused() {
    let chained = journal(1_001);
    let mut sealing = sealing(&chained, 0, 1_001);
    sealing.journal_end = 1_001;
    let sealed = signed(&sealing, &device());
    let fault = check(&sealed, &device().public_key(), &Portable).unwrap_err();
    assert_eq!(fault, SegmentFault::EntryCount);
    assert_eq!(count_fitting(&chained, LENGTH_MAX), ENTRIES_MAX);
}

#[test]
fn a_segment_that_does_not_follow_is_refused() {
    let check = |from: usize, change: &dyn Fn(&mut Sealing<'_>), expected| {
        let chained = journal(5);
        let mut sealing = sealing(&chained, from, 5);
        change(&mut sealing);
        let sealed = signed(&sealing, &device());
        let found = check(&sealed, &device().public_key(), &Portable).map(|_| ());
        assert_eq!(found, Err(expected));
    };
    check(2, &|it| it.previous[0] ^= 1, SegmentFault::WrongHash(3));
    check(0, &|it| it.previous[0] ^= 1, SegmentFault::WrongHash(1));
    check(0, &|it| it.journal_end = 4, SegmentFault::Malformed);
}

#[test]
fn entries_that_start_a_journal_anew_are_refused() {
    // Entry 1 behind a hash: a journal spliced into another.
    let mut head = Head {
        sequence: 0,
        hash: [7; 32],
    };
    let chained = [append(&mut head, entry()).0];
    let mut sealing = sealing(&chained, 0, 1);
    sealing.previous = [7; 32];
    sealing.journal_end = 1;
    let sealed = signed(&sealing, &device());
    let fault = check(&sealed, &device().public_key(), &Portable).unwrap_err();
    assert_eq!(fault, SegmentFault::WrongHash(1));
}

#[test]
fn numbers_neither_start_at_0_nor_pass_the_highest() {
    let check = |numbers: &[u64], journal_end, expected: Result<(), SegmentFault>| {
        let mut previous = [0; 32];
        let mut chained = Vec::new();
        for number in numbers {
            let mut written = entry();
            written.sequence = *number;
            // An honest journal cannot be made to write such numbers: they follow the version.
            let mut bytes = append(&mut Head { ..Head::EMPTY }, written.clone()).0.bytes;
            bytes[1..9].copy_from_slice(&number.to_be_bytes());
            previous = chain(&previous, &bytes);
            chained.push(Chained {
                entry: written,
                bytes,
                hash: previous,
            });
        }
        let mut sealing = sealing(&chained, 0, numbers.len());
        sealing.journal_end = journal_end;
        let sealed = signed(&sealing, &device());
        let found = super::check(&sealed, &device().public_key(), &Portable).map(|_| ());
        assert_eq!(found, expected, "{numbers:?}");
    };
    let hole = |expected, found| Err(SegmentFault::Hole { expected, found });
    check(&[0], 5, hole(1, 0));
    check(&[0, 1], 5, hole(1, 0));
    check(&[SEQUENCE_MAX], SEQUENCE_MAX, Ok(()));
    check(&[1], u64::MAX, Err(SegmentFault::Malformed));
    check(&[SEQUENCE_MAX + 1], u64::MAX, Err(SegmentFault::Malformed));
    check(&[u64::MAX, 0], u64::MAX, Err(SegmentFault::Malformed));
    check(&[u64::MAX, 0], 5, hole(u64::MAX, 0));
}

#[test]
fn no_changed_byte_and_no_cut_goes_unnoticed() {
    let chained = journal(3);
    let sealed = seal(&sealing(&chained, 0, 3), &device());
    let mut rng = fastrand::Rng::with_seed(seed());
    for place in 0..sealed.len() {
        assert!(check(&sealed[..place], &device().public_key(), &Portable).is_err());
        let mut changed = sealed.clone();
        changed[place] ^= rng.u8(1..);
        let found = check(&changed, &device().public_key(), &Portable);
        assert!(found.is_err(), "byte {place}");
    }
}

#[test]
fn long_codes_fill_a_segment_before_its_count_does() {
    let mut head = Head::EMPTY;
    let long = || {
        let mut entry = entry();
        entry.place.stop = StopId::new(&"站".repeat(85)).ok();
        entry.event = Event::Decided {
            code: vec![b'A'; 901],
            outcome: Outcome::UnknownIssuer,
        };
        entry
    };
    let chained: Vec<_> = (0..1_200).map(|_| append(&mut head, long()).0).collect();
    let fitting = count_fitting(&chained, LENGTH_MAX);
    assert!((700..ENTRIES_MAX).contains(&fitting), "{fitting}");
    let mut sealing = sealing(&chained, 0, fitting);
    sealing.journal_end = 1_200;
    let sealed = seal(&sealing, &device());
    assert!(sealed.len() <= LENGTH_MAX && sealed.len() > LENGTH_MAX - 1_400);
    assert!(check(&sealed, &device().public_key(), &Portable).is_ok());
}

/// Signs whatever it is given, as a validator gone wrong would.
fn signed(sealing: &Sealing<'_>, signer: &SecretKey) -> Vec<u8> {
    envelope::seal(write(sealing), signer)
}

fn sealing(chained: &[Chained], from: usize, to: usize) -> Sealing<'_> {
    Sealing {
        validator: VALIDATOR,
        previous: previous(chained, from),
        entries: &chained[from..to],
        sealed: NOW,
        journal_end: 5,
    }
}

fn previous(chained: &[Chained], from: usize) -> Hash {
    from.checked_sub(1)
        .map_or([0; 32], |last| chained[last].hash)
}

fn journal(entries: usize) -> Vec<Chained> {
    let mut head = Head::EMPTY;
    (0..entries).map(|_| append(&mut head, entry()).0).collect()
}

fn entry() -> Entry {
    Entry {
        sequence: 0,
        time: NOW,
        trust: ClockTrust::Synced,
        place: gate(),
        event: Event::Started,
        bundle_version: 7,
    }
}

fn device() -> SecretKey {
    key(Algorithm::EdDsa, 50)
}

const VALIDATOR: ValidatorId = ValidatorId(0x2001);
