//! Journals cut, damaged and read back.

use alloc::vec;

use ridecode_codec::Unreadable;
use ridecode_words::{LineId, Mode, OperatorId, StopId, VehicleId};

use super::*;
use crate::outcome::DenyReason;
use crate::place::Passage;
use crate::testing::seed;

#[test]
fn truncation_at_any_byte_recovers_the_whole_records_before_it() {
    let (file, chained) = journal(6);
    let ends = record_ends(&chained);
    for length in 0..=file.len() {
        let whole = ends.iter().filter(|end| **end <= length).count();
        let recovered = recover(&file[..length], Head::EMPTY).expect("a cut is no damage");
        assert_eq!(recovered.entries, chained[..whole], "cut at {length}");
        let good = whole.checked_sub(1).map_or(0, |last| ends[last]);
        assert_eq!(recovered.good_length, good);
        assert_eq!(recovered.head.sequence, u64::try_from(whole).unwrap());
    }
}

#[test]
fn a_flipped_byte_before_the_last_record_is_found_and_named() {
    let (file, chained) = journal(6);
    let ends = record_ends(&chained);
    for place in 0..ends[4] {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = file.clone();
            damaged[place] ^= flip;
            let fault = recover(&damaged, Head::EMPTY).expect_err("damage is never cut away");
            let record = ends.iter().filter(|end| **end <= place).count();
            assert_eq!(
                (fault.sequence, fault.offset),
                (
                    u64::try_from(record).unwrap() + 1,
                    record_start(&ends, record)
                ),
                "byte {place} flipped by {flip:#x}"
            );
        }
    }
}

#[test]
fn a_flipped_byte_in_the_last_record_cuts_that_record_alone() {
    let (file, chained) = journal(6);
    let ends = record_ends(&chained);
    let mut altered = 0;
    for place in ends[4]..ends[5] {
        let mut damaged = file.clone();
        damaged[place] ^= 0x10;
        let recovered = recover(&damaged, Head::EMPTY).expect("a tail");
        assert_eq!(recovered.entries, chained[..5]);
        altered += usize::from(recovered.tail == Tail::Altered);
    }
    let length = ends[5] - ends[4];
    assert!(
        altered > length / 2,
        "{altered} of {length} changes are told"
    );
}

#[test]
fn a_last_record_that_was_changed_by_a_hand_is_told_from_a_torn_one() {
    let (file, chained) = journal(3);
    let start = record_ends(&chained)[1];
    let check = |change: &dyn Fn(&mut Vec<u8>), expected| {
        let mut changed = file.clone();
        change(&mut changed);
        assert_eq!(recover(&changed, Head::EMPTY).unwrap().tail, expected);
    };
    let time = start + LENGTH_LENGTH + 1 + 8 + 7;
    check(&|_| {}, Tail::None);
    check(&|file| file.truncate(file.len() - 1), Tail::Torn);
    check(&|file| file.truncate(start + 3), Tail::Torn);
    check(&|file| file.truncate(start), Tail::None);
    check(&|file| file[time] ^= 1, Tail::Altered);
    let last = file.len() - 1;
    check(
        &|file| file[last] = file[last].wrapping_add(1).max(1),
        Tail::Altered,
    );
    check(&|file| file[start + LENGTH_LENGTH] ^= 1, Tail::Torn);
}

#[test]
fn no_write_that_stopped_anywhere_is_taken_for_a_change() {
    let (file, chained) = journal(6);
    let start = record_ends(&chained)[4];
    let seed = seed();
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..2_000 {
        // The disk writes pieces of some size, on its own borders, and loses some of them.
        let piece = 1 << random.u32(4..10);
        let mut torn = file.clone();
        let mut lost = false;
        for from in (0..file.len()).step_by(piece) {
            let part = from.max(start)..(from + piece).clamp(start, file.len());
            if random.bool() {
                lost |= torn[part.clone()].iter().any(|byte| *byte != 0);
                torn[part].fill(0);
            }
        }
        if random.bool() {
            let length = random.usize(start..=file.len());
            lost |= file[length..].iter().any(|byte| *byte != 0);
            torn.truncate(length);
        }
        let tail = recover(&torn, Head::EMPTY).unwrap().tail;
        assert!(tail != Tail::Altered, "round {round} of seed {seed}");
        assert!(lost || tail != Tail::Torn, "round {round} of seed {seed}");
    }
}

#[test]
fn a_tail_longer_than_a_record_is_damage() {
    let (mut file, _) = journal(2);
    file.resize(file.len() + RECORD_LENGTH_MAX, 0);
    assert_eq!(recover(&file, Head::EMPTY).unwrap().entries.len(), 2);
    file.push(0);
    assert_eq!(recover(&file, Head::EMPTY).unwrap_err().sequence, 3);
}

#[test]
fn records_that_are_whole_but_wrong_are_never_cut() {
    let check = |bytes: &[u8], what: &str| {
        let (mut file, chained) = journal(1);
        let hash = chain(&chained[0].hash, bytes);
        file.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
        file.extend_from_slice(bytes);
        file.extend_from_slice(&hash);
        let fault = recover(&file, Head::EMPTY).unwrap_err();
        assert_eq!((fault.sequence, fault.what), (2, what));
    };
    let (_, chained) = journal(1);
    check(&chained[0].bytes, RecordFault::OutOfOrder.what());
    let mut later = chained[0].bytes.clone();
    later[0] = 2;
    check(&later, RecordFault::UnknownForm.what());
}

#[test]
fn recovery_goes_on_from_a_later_start() {
    let (file, chained) = journal(4);
    let ends = record_ends(&chained);
    let start = Head {
        sequence: 2,
        hash: chained[1].hash,
    };
    let recovered = recover(&file[ends[1]..], start).unwrap();
    assert_eq!(recovered.entries, chained[2..]);
    assert!(recover(&file[ends[1]..], Head::EMPTY).is_err());
}

#[test]
fn a_file_start_tells_kind_and_head() {
    let start = Head {
        sequence: u64::MAX,
        hash: [9; 32],
    };
    let bytes = file_start(&start);
    assert_eq!(read_file_start(&bytes), Some(start));
    let mut other = bytes;
    other[17] = b'2';
    assert_eq!(read_file_start(&other), None);
}

#[test]
fn every_entry_reads_back_as_it_was_written() {
    for event in events() {
        for trust in [
            ClockTrust::Synced,
            ClockTrust::Drifting { bound_s: u32::MAX },
            ClockTrust::Distrusted,
        ] {
            for place in [full_place(), bare_place()] {
                let entry = Entry {
                    sequence: 9,
                    time: UnixSeconds(-1),
                    trust,
                    place,
                    event: event.clone(),
                    bundle_version: u64::MAX,
                };
                assert_eq!(read_entry(&canonical::write(&entry)), Some(entry));
            }
        }
    }
}

#[test]
fn an_entry_has_one_encoding() {
    let mut rng = fastrand::Rng::with_seed(seed());
    for entry in events().into_iter().map(|event| entry(1, event)) {
        let bytes = canonical::write(&entry);
        for length in 0..bytes.len() {
            assert_eq!(read_entry(&bytes[..length]), None, "cut at {length}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(read_entry(&longer), None);
        for _ in 0..500 {
            let mut other = bytes.clone();
            let place = rng.usize(..other.len());
            other[place] = rng.u8(..);
            if let Some(entry) = read_entry(&other) {
                assert_eq!(canonical::write(&entry), other);
            }
        }
    }
}

#[test]
fn a_code_too_long_to_be_one_is_kept_only_so_far() {
    let mut head = Head::EMPTY;
    let outcome = Outcome::Unreadable(Unreadable::TooLong);
    let code = vec![b'x'; 100_000];
    let (chained, record) = append(&mut head, entry(0, Event::Decided { code, outcome }));
    assert!(record.len() < RECORD_LENGTH_MAX);
    let Event::Decided { code, .. } = &chained.entry.event else {
        panic!("{chained:?}")
    };
    assert_eq!(code.len(), CODE_LENGTH_MAX);
    assert_eq!(read_entry(&chained.bytes), Some(chained.entry));
}

#[test]
fn the_first_journal_version_stays_readable() {
    let accept = Event::Decided {
        code: vec![0xc0, 0xde],
        outcome: Outcome::Denied(DenyReason::Overdue),
    };
    let parts = [
        "01",               // version
        "0000000000000102", // sequence 258
        "000000006920f13d", // 2025-11-21T23:09:49Z
        "00",               // synced
        "00000003",         // operator 3
        "01",               // metro
        "01",               // in
        "03474731",         // line GG1
        "06e8a5bfe5a1b1",   // stop 西塱
        "02",               // direction 1
        "0141",             // gate array A
        "01000000c8",       // fare 200
        "01",               // decided
        "0c00",             // denied, overdue
        "0002c0de",         // code
        "0000000000000007", // bundle 7
    ];
    let written = canonical::write(&entry(258, accept));
    assert_eq!(hex::encode(written), parts.concat());
}

/// A journal of so many entries of all kinds.
fn journal(entries: usize) -> (Vec<u8>, Vec<Chained>) {
    let mut head = Head::EMPTY;
    let appended = events()
        .into_iter()
        .cycle()
        .take(entries)
        .map(|event| append(&mut head, entry(0, event)));
    let (chained, records): (Vec<_>, Vec<_>) = appended.unzip();
    (records.concat(), chained)
}

fn record_ends(chained: &[Chained]) -> Vec<usize> {
    let lengths = chained.iter().map(|c| 4 + c.bytes.len() + 32);
    lengths
        .scan(0, |end, length| {
            *end += length;
            Some(*end)
        })
        .collect()
}

fn record_start(ends: &[usize], record: usize) -> usize {
    record.checked_sub(1).map_or(0, |before| ends[before])
}

fn events() -> Vec<Event> {
    let outcomes = [
        Outcome::Unreadable(Unreadable::Empty),
        Outcome::UnknownIssuer,
        Outcome::Denied(DenyReason::Programme),
        Outcome::AlreadyUsed { silent: true },
        Outcome::Admit,
    ];
    let decided = |outcome| Event::Decided {
        code: vec![1, 2, 3],
        outcome,
    };
    let others = [
        Event::Started,
        Event::Passed { accepted: 1 },
        Event::Voided {
            accepted: 1,
            reason: VoidReason::Driver,
        },
    ];
    let families = canonical::FAMILIES.map(Outcome::UnsupportedScheme);
    others
        .into_iter()
        .chain(outcomes.into_iter().chain(families).map(decided))
        .collect()
}

fn entry(sequence: u64, event: Event) -> Entry {
    Entry {
        sequence,
        time: UnixSeconds(1_763_766_589),
        trust: ClockTrust::Synced,
        place: full_place(),
        event,
        bundle_version: 7,
    }
}

fn full_place() -> Place {
    Place {
        operator: OperatorId(3),
        mode: Mode::Metro,
        passage: Passage::In,
        line: Some(LineId::new("GG1").unwrap()),
        stop: Some(StopId::new("西塱").unwrap()),
        direction: Some(1),
        vehicle: Some(VehicleId::new("A").unwrap()),
        fare_minor: Some(200),
    }
}

fn bare_place() -> Place {
    Place {
        line: None,
        stop: None,
        direction: None,
        vehicle: None,
        fare_minor: None,
        ..full_place()
    }
}
