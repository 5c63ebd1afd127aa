//! Segments: taken in once, in any order, or refused whole.

use ridecode_fare::{Period, Tap, TapKind};
use ridecode_validator::Outcome;
use ridecode_words::{Month, UnixSeconds, ValidatorId};

use super::world::{
    MONTH, NOW, OPERATOR, entries, period, rider_id, rides, segment, settle_in, tap, tap_id, upload,
};
use crate::{
    Acceptance, Disagreement, EntryVoid, HeldEntries, Receipt, SegmentConflict, Store, StoreFault,
};

/// The second time all is held, nothing is new, and no month moves.
pub async fn a_repeat_changes_nothing(store: &Store) {
    settle_in(store, 1, 1).await;
    let receipt = upload(store, rides(1, 1..=3, 1)).await;
    assert_eq!(receipt, of(3, 3, 0));
    let before = everything(store).await;
    let mut repeat = rides(1, 1..=3, 1);
    repeat.received = NOW;
    assert_eq!(upload(store, repeat).await, of(3, 0, 3));
    assert_eq!(everything(store).await, before);
}

/// Held through is what is held from the first entry on without a hole.
pub async fn segments_come_in_any_order(store: &Store) {
    settle_in(store, 1, 1).await;
    assert_eq!(upload(store, rides(1, 4..=6, 1)).await, of(0, 3, 0));
    assert_eq!(upload(store, rides(1, 9..=9, 1)).await, of(0, 1, 0));
    assert_eq!(held(store).await.held, [(4, 6), (9, 9)]);
    assert_eq!(upload(store, rides(1, 1..=2, 1)).await, of(2, 2, 0));
    assert_eq!(upload(store, rides(1, 3..=3, 1)).await, of(6, 1, 0));
    assert_eq!(upload(store, rides(1, 7..=8, 1)).await, of(9, 2, 0));
    assert_eq!(held(store).await.held, [(1, 9)]);
    let taps: Vec<u64> = taps(store)
        .await
        .iter()
        .map(|tap| tap.id.sequence)
        .collect();
    assert_eq!(taps, Vec::from_iter(1..=9));
}

/// Only what is new is taken from a segment that overlaps what is held, on either side or around.
pub async fn segments_may_overlap(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 3..=5, 1)).await;
    upload(store, rides(1, 8..=8, 1)).await;
    assert_eq!(upload(store, rides(1, 4..=9, 1)).await, of(0, 3, 3));
    assert_eq!(upload(store, rides(1, 1..=10, 1)).await, of(10, 3, 7));
    assert_eq!(held(store).await.held, [(1, 10)]);
    assert_eq!(taps(store).await.len(), 10);
}

/// One entry of other content, and nothing of the segment is taken.
pub async fn other_content_is_refused_whole(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 3..=5, 1)).await;
    let before = everything(store).await;
    let mut forged = rides(1, 1..=6, 1);
    forged.entries = entries(1, 1..=6, 2);
    let refused = store.accept_segment(forged).await.expect("a verb");
    assert_eq!(refused, Err(SegmentConflict::OtherContent(3)));
    assert_eq!(everything(store).await, before);
}

/// The chain is held against what is before, what is behind, and the very beginning.
pub async fn a_broken_chain_is_refused_at_either_neighbor(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 4..=6, 1)).await;
    let before = everything(store).await;
    let check = async |range, expected| {
        let forged = Acceptance {
            entries: entries(1, range, 2),
            ..segment(1, 1..=1)
        };
        let refused = store.accept_segment(forged).await.expect("a verb");
        assert_eq!(refused, Err(SegmentConflict::BrokenChain(expected)));
        assert_eq!(everything(store).await, before);
    };
    check(7..=8, 7).await;
    check(2..=3, 4).await;
    let mut rootless = segment(1, 1..=1);
    rootless.entries[0].previous = [1; 32];
    let refused = store.accept_segment(rootless).await.expect("a verb");
    assert_eq!(refused, Err(SegmentConflict::BrokenChain(1)));
    upload(store, rides(1, 7..=8, 1)).await;
}

/// Neither a journal nor a tap of nobody is taken.
pub async fn a_segment_needs_its_validator_and_its_riders(store: &Store) {
    settle_in(store, 1, 1).await;
    let refused = store.accept_segment(rides(2, 1..=1, 1)).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Missing {
            what: "validator",
            ..
        })
    ));
    let mut two = rides(1, 1..=2, 1);
    two.taps[1].rider = rider_id(7);
    let refused = store.accept_segment(two).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Missing { what: "rider", .. })
    ));
    assert_eq!(held(store).await.held, []);
    assert_eq!(taps(store).await, []);
}

/// Older segments that come later leave it; a repeat that says more moves it.
pub async fn a_watermark_only_moves_forward(store: &Store) {
    settle_in(store, 1, 2).await;
    let seal = async |range, sealed, journal_end| {
        let acceptance = Acceptance {
            sealed: UnixSeconds(sealed),
            journal_end,
            ..segment(1, range)
        };
        upload(store, acceptance).await;
        let held = held(store).await;
        (held.sealed.0, held.journal_end)
    };
    assert_eq!(seal(5..=6, 500, 9).await, (500, 9));
    assert_eq!(seal(1..=2, 200, 2).await, (500, 9));
    assert_eq!(seal(1..=2, 600, 12).await, (600, 12));
    assert_eq!(seal(13..=14, 300, 13).await, (600, 14));
    let journals = store.load_held(OPERATOR).await.expect("journals");
    let silent = HeldEntries {
        validator: ValidatorId(2),
        held: Vec::new(),
        journal_end: 0,
        sealed: UnixSeconds(0),
    };
    assert_eq!(journals[1], silent, "a validator never heard of is listed");
}

/// The void of a tap is a tap, whichever of the two comes first; the void of anything else is not.
pub async fn a_void_meets_its_tap_in_either_order(store: &Store) {
    settle_in(store, 1, 1).await;
    let void = |sequence, accepted| {
        let mut acceptance = segment(1, sequence..=sequence);
        acceptance.voids.push(EntryVoid {
            sequence,
            accepted,
            time: NOW.plus_s(1_000),
        });
        acceptance
    };
    upload(store, rides(1, 1..=1, 1)).await;
    upload(store, void(2, 1)).await;
    upload(store, void(5, 4)).await;
    upload(store, void(7, 4)).await;
    assert_eq!(
        taps(store).await.len(),
        2,
        "the entry taken back is not here yet"
    );
    upload(store, rides(1, 4..=4, 1)).await;
    upload(store, segment(1, 3..=3)).await;
    upload(store, void(6, 3)).await;
    upload(store, void(8, 2)).await;
    let mut both = rides(1, 9..=10, 1);
    both.taps.pop();
    both.voids = void(10, 9).voids;
    upload(store, both).await;
    upload(store, void(2, 1)).await;
    let voids = [(2, 1), (5, 4), (7, 4), (10, 9)].map(|(sequence, accepted)| Tap {
        time: NOW.plus_s(1_000),
        kind: TapKind::Void {
            tap: tap(1, accepted, 1).id,
        },
        showing: None,
        id: tap(1, sequence, 1).id,
        ..tap(1, accepted, 1)
    });
    let mut expected = [tap(1, 1, 1), tap(1, 4, 1), tap(1, 9, 1)].to_vec();
    expected.extend(voids);
    expected.sort();
    assert_eq!(taps(store).await, expected);
}

/// A journey may cross the end of a month, so taps near it concern both months.
pub async fn a_tap_near_the_end_of_a_month_marks_both(store: &Store) {
    settle_in(store, 1, 1).await;
    // 2026-11-30T20:00:00Z, 2026-11-03T06:00:00Z, 2026-10-31T20:00:00Z.
    let check = async |sequence, time, expected: &[(i32, u8)]| {
        let mut acceptance = rides(1, sequence..=sequence, 1);
        acceptance.taps[0].time = UnixSeconds(time);
        upload(store, acceptance).await;
        let due = store.due_bills(NOW.plus_s(86_400), 10).await.expect("due");
        let months: Vec<Period> = due.iter().map(|due| due.period).collect();
        let expected = expected.iter().map(|&(year, month)| Period {
            month: Month { year, month },
            ..period(1)
        });
        assert_eq!(months, Vec::from_iter(expected));
    };
    check(1, 1_793_685_600, &[(2026, 11)]).await;
    check(2, 1_796_068_800, &[(2026, 11), (2026, 12)]).await;
    check(3, 1_793_476_800, &[(2026, 10), (2026, 11), (2026, 12)]).await;
    assert_eq!(period(1).month, MONTH);
}

/// An entry that is repeated is no second disagreement.
pub async fn disagreements_are_counted_once(store: &Store) {
    settle_in(store, 1, 1).await;
    let disagreeing = |range| {
        let mut acceptance = segment(1, range);
        acceptance.disagreements.push(Disagreement {
            sequence: 2,
            validator: Outcome::Admit,
            office: "bad_device_signature".to_owned(),
        });
        acceptance
    };
    for range in [2..=3, 1..=3] {
        upload(store, disagreeing(range)).await;
        let state = store.office_state(NOW).await.expect("counters");
        assert_eq!(state.disagreements, 1);
    }
}

/// Two uploads of the same entries at once are one upload and one repeat.
pub async fn rivals_hold_each_entry_once(store: &Store) {
    settle_in(store, 1, 1).await;
    let rival = |store: Store| async move { upload(&store, rides(1, 1..=5, 1)).await };
    let rivals: Vec<_> = (0..8).map(|_| rival(store.clone())).collect();
    let receipts = super::world::all_at_once(rivals).await;
    let new: u32 = receipts.iter().map(|receipt| receipt.new).sum();
    let repeated: u32 = receipts.iter().map(|receipt| receipt.repeated).sum();
    assert_eq!((new, repeated), (5, 35));
    assert_eq!(taps(store).await.len(), 5);
}

/// A tap is found by its id, and nothing by the id of an entry that is none.
pub async fn a_tap_is_found_by_its_id(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=2, 1)).await;
    upload(store, segment(1, 3..=3)).await;
    for sequence in 1..=4 {
        let found = store.find_tap(tap_id(1, sequence)).await.expect("a verb");
        let expected = (sequence <= 2).then(|| tap(1, sequence, 1));
        assert_eq!(found, expected, "entry {sequence}");
    }
    let elsewhere = store.find_tap(tap_id(2, 1)).await.expect("a verb");
    assert_eq!(elsewhere, None);
}

fn of(held_through: u64, new: u32, repeated: u32) -> Receipt {
    Receipt {
        held_through,
        new,
        repeated,
    }
}

/// What is held of validator 1's journal.
async fn held(store: &Store) -> HeldEntries {
    let journals = store.load_held(OPERATOR).await.expect("journals");
    journals.into_iter().next().expect("validator 1")
}

async fn taps(store: &Store) -> Vec<Tap> {
    let rides = store.load_rides(rider_id(1)).await.expect("rides");
    rides.taps
}

/// All that a segment can change.
async fn everything(store: &Store) -> String {
    let page = store.audit_page(None, 100).await.expect("a page");
    let due = store.due_bills(NOW.plus_s(1_000_000), 100).await;
    format!("{page:?} {:?}", due.expect("due months"))
}
