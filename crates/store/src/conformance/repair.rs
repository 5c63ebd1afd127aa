//! Repairs: kept with their evidence, numbered without a hole, and taps like any other.

use ridecode_fare::{Mend, RepairedBy, Tap, TapKind, repair_id};
use ridecode_words::{StopId, UnixSeconds};

use super::world::{NOW, period, rider_id, rides, settle_in, tap, tap_id, upload};
use crate::{Evidence, Repair, RepairSaved, Store, StoreFault};

/// A repair is a tap of the rider's from then on, with its evidence beside it.
pub async fn a_repair_joins_the_taps_of_its_rider(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=2, 1)).await;
    let made = repair(1);
    assert_eq!(save(store, made.clone()).await, RepairSaved::Saved);
    let load = async |rider| {
        let repairs = store.load_repairs(rider_id(rider)).await;
        repairs.expect("a verb")
    };
    assert_eq!(load(1).await, std::slice::from_ref(&made));
    assert_eq!(load(2).await, []);
    let expected = Tap {
        id: repair_id(tap_id(1, 2), 1),
        time: made.time,
        stop: made.stop,
        kind: TapKind::Repair {
            tap: tap_id(1, 2),
            mend: made.mend,
        },
        showing: None,
        ..tap(1, 2, 1)
    };
    let windows = store.load_windows(vec![period(1)], 0).await;
    let taps = &windows.expect("a verb")[0].taps;
    assert!(taps.contains(&expected), "{taps:?}");
    let page = store.load_rides(rider_id(1)).await.expect("a verb");
    assert_eq!(page.taps.len(), 3);
}

/// What was priced is due again. A repeat and a rival move nothing.
pub async fn a_repair_makes_its_month_due(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=2, 1)).await;
    let before = marks(store).await;
    assert_eq!(save(store, repair(1)).await, RepairSaved::Saved);
    let after = marks(store).await;
    assert!(after[0] > before[0], "{before:?} {after:?}");
    assert_eq!(save(store, repair(1)).await, RepairSaved::Repeated);
    let mut rival = repair(1);
    rival.note = "another".into();
    assert_eq!(save(store, rival).await, RepairSaved::Moved);
    assert_eq!(marks(store).await, after);
}

/// Numbers of one tap follow on each other; another tap counts for itself.
pub async fn repairs_are_numbered_without_a_hole(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=2, 1)).await;
    let check = async |repair, expected| assert_eq!(save(store, repair).await, expected);
    check(repair(2), RepairSaved::Moved).await;
    check(repair(1), RepairSaved::Saved).await;
    check(repair(3), RepairSaved::Moved).await;
    check(repair(2), RepairSaved::Saved).await;
    check(repair(1), RepairSaved::Repeated).await;
    let other = Repair {
        tap: tap_id(1, 1),
        ..repair(1)
    };
    check(other, RepairSaved::Saved).await;
    let held = store.load_repairs(rider_id(1)).await.expect("a verb");
    let numbers: Vec<(u64, u8)> = held
        .iter()
        .map(|repair| (repair.tap.sequence, repair.number))
        .collect();
    assert_eq!(numbers, [(1, 1), (2, 1), (2, 2)]);
}

/// Only a tap that is held and is the rider's is mended.
pub async fn a_repair_needs_its_tap(store: &Store) {
    settle_in(store, 1, 1).await;
    settle_in(store, 2, 2).await;
    upload(store, rides(1, 1..=2, 1)).await;
    let check = async |repair: Repair| {
        let refused = store.save_repair(repair).await;
        assert!(
            matches!(refused, Err(StoreFault::Missing { .. })),
            "{refused:?}"
        );
    };
    let of = |validator, sequence| Repair {
        tap: tap_id(validator, sequence),
        ..repair(1)
    };
    check(of(1, 3)).await;
    check(of(9, 1)).await;
    check(Repair {
        rider: rider_id(2),
        ..repair(1)
    })
    .await;
}

async fn save(store: &Store, repair: Repair) -> RepairSaved {
    store.save_repair(repair).await.expect("a verb")
}

async fn marks(store: &Store) -> Vec<u64> {
    let due = store.due_bills(UnixSeconds(i64::MAX), 100).await;
    let mut marks: Vec<u64> = due.expect("a verb").iter().map(|due| due.mark).collect();
    marks.sort_unstable();
    marks
}

/// A repair of the second tap of the first validator, by an agent.
pub(super) fn repair(number: u8) -> Repair {
    Repair {
        rider: rider_id(1),
        tap: tap_id(1, 2),
        number,
        mend: Mend::Exit(RepairedBy::Agent),
        time: NOW.plus_s(900),
        stop: StopId::new("东门").ok(),
        made: NOW.plus_s(5_000),
        author: "desk".into(),
        evidence: Evidence::Gate,
        note: "the gate stayed shut".into(),
    }
}
