//! Days of the ledger: cut once, sealed in order, read in pages.

use ridecode_ledger::DayHead;
use ridecode_words::ServiceDay;

use super::world::{DAY, OPERATOR, ride_and_bill, settle_in, statement};
use crate::{LedgerRange, Store, StoreFault};

/// What is taken down belongs to the day that is open; a day is cut once, and days follow on.
pub async fn what_is_taken_down_belongs_to_the_open_day(store: &Store) {
    settle_in(store, 2, 2).await;
    let mut expected = Vec::new();
    for number in 1..=3_u64 {
        let day = ServiceDay(DAY.0 + i32::try_from(number).expect("small"));
        ride_and_bill(store, 1, number, 1).await;
        let legs = store.load_day(OPERATOR, day).await.expect("legs");
        let stated = statement(OPERATOR, day, &legs);
        store.close_day(stated).await.expect("a statement");
        expected.push((number, 1, 1));
        assert!(store.cut_ledger(day).await.expect("a cut"));
        for again in [day, ServiceDay(day.0 - 1)] {
            assert!(!store.cut_ledger(again).await.expect("no cut"));
        }
    }
    ride_and_bill(store, 2, 1, 2).await;
    expected.push((4, 1, 0));
    let mut found = Vec::new();
    for number in 1..=5 {
        let (transfers, bookings) = read(store, (number, number), 1).await;
        if transfers.len() + bookings.len() > 0 {
            found.push((number, transfers.len(), bookings.len()));
        }
    }
    assert_eq!(found, expected);
    let days = store.load_ledger_days().await.expect("days");
    let days: Vec<_> = days
        .iter()
        .map(|day| (day.number, day.day.0 - DAY.0))
        .collect();
    assert_eq!(days, [(1, 1), (2, 2), (3, 3)]);
}

/// Pages of any size show every transfer of the range once, by rider and id, and every booking.
pub async fn pages_show_every_transfer_once(store: &Store) {
    settle_in(store, 3, 3).await;
    for sequence in 1..=2 {
        for rider in 1..=3_u64 {
            let validator = u32::try_from(rider).expect("small");
            ride_and_bill(store, validator, sequence, rider).await;
        }
        let day = ServiceDay(DAY.0 + i32::try_from(sequence).expect("small"));
        let legs = store.load_day(OPERATOR, day).await.expect("legs");
        let stated = statement(OPERATOR, day, &legs);
        store.close_day(stated).await.expect("a statement");
        store.cut_ledger(day).await.expect("a cut");
    }
    let whole = read(store, (1, u64::MAX), 100).await;
    assert_eq!((whole.0.len(), whole.1.len()), (6, 2));
    assert!(
        whole
            .0
            .is_sorted_by_key(|entry| (entry.transfer.rider, entry.transfer.id))
    );
    assert!(whole.0.iter().all(|entry| entry.intact));
    for limit in 1..=7 {
        assert_eq!(
            read(store, (1, u64::MAX), limit).await,
            whole,
            "limit {limit}"
        );
        let (transfers, bookings) = read(store, (2, 2), limit).await;
        assert_eq!((transfers.len(), bookings.len()), (3, 1), "limit {limit}");
        assert!(transfers.iter().all(|entry| entry.ledger_day == 2));
    }
}

/// A head is kept once, and only after the one before.
pub async fn heads_are_kept_once_and_in_order(store: &Store) {
    let head = |byte| DayHead {
        transfers: 3,
        bookings: 1,
        head: [byte; 32],
    };
    let missing = store.seal_ledger(1, head(1)).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
    for number in 0..2 {
        store
            .cut_ledger(ServiceDay(DAY.0 + number))
            .await
            .expect("a cut");
    }
    let early = store.seal_ledger(2, head(2)).await;
    assert!(matches!(early, Err(StoreFault::Missing { .. })));
    for (number, byte) in [(1, 1), (1, 1), (2, 2)] {
        store.seal_ledger(number, head(byte)).await.expect("sealed");
    }
    let other = store.seal_ledger(1, head(9)).await;
    assert!(matches!(other, Err(StoreFault::Conflict { .. })));
    let days = store.load_ledger_days().await.expect("days");
    let sealed: Vec<_> = days.iter().map(|day| day.sealed).collect();
    assert_eq!(sealed, [Some(head(1)), Some(head(2))]);
}

async fn read(
    store: &Store,
    (first, last): (u64, u64),
    limit: usize,
) -> (
    Vec<crate::LedgerEntry>,
    Vec<(u64, ridecode_ledger::Booking)>,
) {
    let mut range = LedgerRange {
        first,
        last,
        after: None,
    };
    let mut transfers = Vec::new();
    loop {
        let page = store.ledger_page(range, limit).await.expect("a page");
        assert!(page.transfers.len() <= limit);
        transfers.extend(page.transfers);
        range.after = page.next;
        if page.next.is_none() {
            return (transfers, page.bookings);
        }
        assert_eq!(page.bookings, [], "bookings stand on the last page");
    }
}
