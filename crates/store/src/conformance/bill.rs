//! Bills: what is due, what it rests on, and saving it once.

use ridecode_fare::Period;
use ridecode_ledger::Currency;
use ridecode_words::{Month, OperatorId, UnixSeconds};

use super::world::{
    DAY, MONTH, NOW, OPERATOR, Posting, all_at_once, bill, first, journey, mark, period, rider_id,
    rides, settle_in, tap, upload,
};
use crate::{BillDue, BillSave, BillSaved, Store, StoreFault};

/// Longest due first, then by month, at most as many as asked for; a month is due once.
pub async fn months_come_longest_due_first(store: &Store) {
    settle_in(store, 3, 3).await;
    for (rider, received) in [(1, 300), (2, 100), (3, 200)] {
        let validator = u32::try_from(rider).expect("small");
        let mut ride = rides(validator, 1..=2, rider);
        ride.received = UnixSeconds(received);
        upload(store, ride).await;
    }
    let mut later = rides(1, 3..=3, 1);
    later.received = UnixSeconds(50);
    upload(store, later).await;
    let due = async |now, limit| {
        let due = store.due_bills(UnixSeconds(now), limit).await;
        let due = due.expect("due months").into_iter();
        Vec::from_iter(due.map(|due: BillDue| due.period))
    };
    assert_eq!(due(300, 9).await, [period(1), period(2), period(3)]);
    assert_eq!(due(199, 9).await, [period(1), period(2)]);
    assert_eq!(due(300, 1).await, [period(1)]);
    assert_eq!(due(49, 9).await, []);
}

/// Taps from before the month in the zone farthest ahead to after it in the zone farthest behind.
pub async fn a_window_holds_the_month_and_its_margins(store: &Store) {
    settle_in(store, 2, 1).await;
    let margin = 60;
    // From 2026-10-31T09:59:00Z to 2026-12-01T12:00:59Z.
    let (first, last) = (1_793_440_740, 1_796_126_459);
    for (sequence, time) in (1..).zip([first - 1, first, last, last + 1]) {
        let mut ride = rides(1, sequence..=sequence, 1);
        ride.taps[0].time = UnixSeconds(time);
        upload(store, ride).await;
    }
    let october = Period {
        month: Month {
            year: MONTH.year,
            month: 9,
        },
        ..period(1)
    };
    let windows = store.load_windows(vec![period(2), period(1), october], margin);
    let windows = windows.await.expect("windows");
    let taps = windows
        .iter()
        .map(|window| window.taps.iter().map(|tap| tap.time.0).collect());
    let taps: Vec<Vec<i64>> = taps.collect();
    assert_eq!(taps, [vec![], vec![first, last], vec![]]);
    assert_eq!((windows[0].mark, windows[2].mark), (0, 0), "not due");
    assert_ne!(windows[1].mark, 0);
}

/// A saved month is no longer due; saving it again moves nothing.
pub async fn a_month_is_saved_once(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=1, 1)).await;
    let save = bill(1, mark(store, 1).await, &[first(journey(1, 1), 200)]);
    assert_eq!(saved(store, vec![save.clone()]).await, [BillSaved::Saved]);
    let before = everything(store).await;
    let due = store.due_bills(NOW.plus_s(1_000_000), 9).await;
    assert_eq!(due.expect("due months"), []);
    assert_eq!(saved(store, vec![save]).await, [BillSaved::Moved]);
    let undue = bill(1, 0, &[]);
    assert_eq!(saved(store, vec![undue]).await, [BillSaved::Moved]);
    assert_eq!(everything(store).await, before);
}

/// A month that was saved can be made due again; whoever loaded it before is refused.
pub async fn a_month_is_billed_again_when_asked(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=1, 1)).await;
    let stale = bill(1, mark(store, 1).await, &[first(journey(1, 1), 200)]);
    let again = async |riders: &[u64], at| {
        let periods = riders.iter().map(|rider| period(*rider)).collect();
        store.bill_again(periods, UnixSeconds(at)).await
    };
    again(&[1], i64::MAX).await.expect("touched");
    assert_eq!(saved(store, vec![stale]).await, [BillSaved::Moved]);
    let save = bill(1, mark(store, 1).await, &[first(journey(1, 1), 200)]);
    assert_eq!(saved(store, vec![save]).await, [BillSaved::Saved]);

    let due = async |now| store.due_bills(UnixSeconds(now), 9).await.expect("due");
    let missing = again(&[1, 9], 50).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
    assert_eq!(due(i64::MAX).await, [], "all or none");
    for at in [70, 50, 60] {
        again(&[1], at).await.expect("due");
    }
    assert_eq!(due(49).await, []);
    assert_eq!(
        due(50).await.len(),
        1,
        "a month is due once, and at the earliest"
    );
}

/// A tap that comes in, or a rival that saves first, makes a loaded month stale.
pub async fn a_tap_or_a_rival_moves_the_month(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=1, 1)).await;
    let stale = bill(1, mark(store, 1).await, &[first(journey(1, 1), 200)]);
    upload(store, rides(1, 2..=2, 1)).await;
    assert_eq!(saved(store, vec![stale]).await, [BillSaved::Moved]);
    assert_eq!(balance(store).await, 0);
    let now = mark(store, 1).await;
    let rival = |amount, due_again| {
        let store = store.clone();
        let save = BillSave {
            due_again,
            ..bill(1, now, &[first(journey(1, 1), amount)])
        };
        async move { saved(&store, vec![save]).await }
    };
    let rivals = vec![rival(200, Some(NOW)), rival(300, None), rival(400, None)];
    let outcomes = all_at_once(rivals).await.concat();
    let winners = outcomes.iter().filter(|saved| **saved == BillSaved::Saved);
    assert_eq!(winners.count(), 1, "one of them won: {outcomes:?}");
    assert!([200, 300, 400].contains(&balance(store).await));
}

/// A repeat of a held version moves no money; another fare under its number is refused.
pub async fn a_held_fare_is_left_out_and_another_is_refused(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=1, 1)).await;
    let save = |mark, amount| bill(1, mark, &[first(journey(1, 1), amount)]);
    let at = mark(store, 1).await;
    assert_eq!(saved(store, vec![save(at, 200)]).await, [BillSaved::Saved]);
    upload(store, rides(1, 2..=2, 1)).await;
    let at = mark(store, 1).await;
    let before = everything(store).await;
    let refused = store.save_bills(vec![save(at, 300)]).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Conflict { what: "fare", .. })
    ));
    assert_eq!(everything(store).await, before);
    let mut with_new = save(at, 200);
    let new = bill(1, at, &[first(journey(1, 2), 150)]);
    with_new.fares.extend(new.fares);
    with_new.transfers.extend(new.transfers);
    with_new.legs.extend(new.legs);
    with_new.charges.extend(new.charges);
    assert_eq!(saved(store, vec![with_new]).await, [BillSaved::Saved]);
    assert_eq!(balance(store).await, 350);
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs").legs;
    assert_eq!(legs.len(), 2);
}

/// A version comes after the one before it, of a journey whose tap is held as the rider's.
pub async fn versions_follow_on_each_other(store: &Store) {
    settle_in(store, 2, 2).await;
    upload(store, rides(1, 1..=1, 1)).await;
    upload(store, rides(2, 1..=1, 2)).await;
    let at = mark(store, 1).await;
    let posting = |journey, version, before, after| Posting {
        journey,
        version,
        before,
        after,
    };
    let (own, other) = (journey(1, 1), journey(2, 1));
    for wrong in [
        posting(own, 2, 0, 100),
        first(other, 100),
        first(journey(1, 5), 100),
    ] {
        let refused = store.save_bills(vec![bill(1, at, &[wrong])]).await;
        assert!(
            matches!(refused, Err(StoreFault::Missing { .. })),
            "{wrong:?}"
        );
    }
    let versions = [
        posting(own, 1, 0, 200),
        posting(own, 2, 200, 150),
        posting(own, 3, 150, 150),
    ];
    let save = bill(1, at, &versions);
    assert_eq!(saved(store, vec![save.clone()]).await, [BillSaved::Saved]);
    assert_eq!(balance(store).await, 150);
    let window = store
        .load_windows(vec![period(1)], 0)
        .await
        .expect("windows");
    assert_eq!(window[0].fares, save.fares[2..], "the last version counts");
    let rides = store.load_rides(rider_id(1)).await.expect("rides");
    assert_eq!(rides.fares, save.fares, "and all of them are kept");
}

/// A journey near the end of a month may be either month's, but not both; far from it, it is its
/// own month's only.
pub async fn a_journey_is_billed_in_one_month(store: &Store) {
    settle_in(store, 1, 1).await;
    let mut near = rides(1, 1..=2, 1);
    // 2026-11-30T20:00:00Z: December in China, November in UTC.
    near.taps[0].time = UnixSeconds(1_796_068_800);
    upload(store, near).await;
    let december = Period {
        month: Month {
            year: MONTH.year,
            month: 12,
        },
        ..period(1)
    };
    let in_december = async |sequence| {
        let window = store.load_windows(vec![december], 0).await;
        let at = window.expect("windows")[0].mark;
        let mut save = bill(1, at, &[first(journey(1, sequence), 200)]);
        save.period = december;
        store.save_bills(vec![save]).await
    };
    let refused = in_december(2).await;
    assert!(matches!(refused, Err(StoreFault::Conflict { .. })));
    let taken = in_december(1).await.expect("its month in China");
    assert_eq!(taken, [BillSaved::Saved]);
    let twice = bill(1, mark(store, 1).await, &[first(journey(1, 1), 200)]);
    let refused = store.save_bills(vec![twice]).await;
    assert!(matches!(refused, Err(StoreFault::Conflict { .. })));
    assert_eq!(balance(store).await, 200);
}

/// A fault in one month leaves every month of the call as it was.
pub async fn a_fault_changes_no_month_of_the_call(store: &Store) {
    settle_in(store, 2, 2).await;
    upload(store, rides(1, 1..=1, 1)).await;
    upload(store, rides(2, 1..=1, 2)).await;
    let good = bill(1, mark(store, 1).await, &[first(journey(1, 1), 200)]);
    let bad = bill(2, mark(store, 2).await, &[first(journey(2, 9), 200)]);
    let before = everything(store).await;
    let refused = store.save_bills(vec![good.clone(), bad]).await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
    assert_eq!(everything(store).await, before);
    let stale = bill(2, 0, &[first(journey(2, 1), 200)]);
    let outcomes = saved(store, vec![stale, good]).await;
    assert_eq!(outcomes, [BillSaved::Moved, BillSaved::Saved]);
}

/// A month with an open journey waits for its time; a tap brings it forward.
pub async fn a_month_falls_due_again_by_waiting(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=1, 1)).await;
    let waiting = |mark| BillSave {
        due_again: Some(NOW.plus_s(90_000)),
        ..bill(1, mark, &[])
    };
    let at = mark(store, 1).await;
    assert_eq!(saved(store, vec![waiting(at)]).await, [BillSaved::Saved]);
    let due = async |now| {
        let due = store.due_bills(now, 9).await.expect("due months");
        due.len()
    };
    assert_eq!(due(NOW.plus_s(89_999)).await, 0);
    assert_eq!(due(NOW.plus_s(90_000)).await, 1);
    let rides_page = store.load_rides(rider_id(1)).await.expect("rides");
    assert_eq!(rides_page.due, [(period(1), NOW.plus_s(90_000))]);
    let repeated = saved(store, vec![waiting(at)]).await;
    assert_eq!(repeated, [BillSaved::Moved], "the month was saved before");
    upload(store, rides(1, 2..=2, 1)).await;
    assert_eq!(due(NOW.plus_s(86_400)).await, 1, "a tap does not wait");
    let next = mark(store, 1).await;
    assert_eq!(saved(store, vec![waiting(next)]).await, [BillSaved::Saved]);
    assert_eq!(due(NOW.plus_s(86_400)).await, 0);
    assert_eq!(tap(1, 2, 1).rider, rider_id(1));
}

/// What a rider owes follows every version, up and down.
pub async fn transfers_move_the_balance(store: &Store) {
    settle_in(store, 1, 1).await;
    let own = journey(1, 1);
    let versions = [(0, 500), (500, 120), (120, 0), (0, 260)];
    for (version, (before, after)) in (1..).zip(versions) {
        upload(store, rides(1, u64::from(version)..=u64::from(version), 1)).await;
        let posting = Posting {
            journey: own,
            version,
            before,
            after,
        };
        let save = bill(1, mark(store, 1).await, &[posting]);
        assert_eq!(saved(store, vec![save]).await, [BillSaved::Saved]);
        assert_eq!(balance(store).await, after);
    }
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs").legs;
    let owed: i64 = legs.iter().map(|leg| leg.amount_minor).sum();
    assert_eq!((legs.len(), owed), (4, 260));
    let other = store.load_day(OperatorId(2), DAY).await.expect("legs");
    assert_eq!(other.legs, []);
}

/// A second currency would make the balance a number without meaning.
pub async fn a_rider_pays_in_one_currency(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=2, 1)).await;
    let at = mark(store, 1).await;
    let mut two = bill(
        1,
        at,
        &[first(journey(1, 1), 200), first(journey(1, 2), 200)],
    );
    two.transfers[1].amount.currency = Currency(*b"HKD");
    let refused = store.save_bills(vec![two]).await;
    assert!(matches!(refused, Err(StoreFault::Conflict { .. })));
    assert_eq!(balance(store).await, 0);
}

async fn saved(store: &Store, bills: Vec<BillSave>) -> Vec<BillSaved> {
    store.save_bills(bills).await.expect("bills")
}

/// What rider 1 owes.
async fn balance(store: &Store) -> i64 {
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    file.expect("the rider").balance_minor
}

/// All that a bill can change.
async fn everything(store: &Store) -> String {
    let page = store.audit_page(None, 100).await.expect("a page");
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
    let due = store.due_bills(NOW.plus_s(1_000_000), 100).await;
    format!("{page:?} {legs:?} {:?}", due.expect("due months"))
}
