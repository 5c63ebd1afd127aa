//! Audit pages, counters, replies.

use std::collections::BTreeMap;

use ridecode_ledger::{Account, TransferKind};
use ridecode_words::{RiderId, ServiceDay};

use super::steps::open;
use super::world::{NOW, collected, news, ride_and_bill, rider_id, rides, settle_in, upload};
use crate::{AuditPage, ReplyRecord, Settled, Store, StoreFault};

/// Pages of any size show every rider once, in order; statements and journals stand on the first.
pub async fn pages_show_every_rider_once(store: &Store) {
    settle_in(store, 7, 2).await;
    let mut expected: Vec<RiderId> = (1..=7).map(rider_id).collect();
    expected.sort();
    for limit in [1, 2, 3, 7, 100] {
        let pages = pages(store, limit).await;
        let riders = pages.iter().flat_map(|page| page.riders.clone());
        assert_eq!(Vec::from_iter(riders), expected, "limit {limit}");
        let journals = pages.iter().map(|page| page.journals.len());
        let journals = Vec::from_iter(journals);
        assert_eq!(journals[0], 2);
        assert!(journals[1..].iter().all(|journals| *journals == 0));
    }
    let nobody = store.load_rides(rider_id(9)).await.expect("a page");
    assert_eq!((nobody.riders, nobody.balances), (vec![], vec![]));
}

/// A kept balance is what the rider's transfers sum to; debits and credits of all accounts cancel.
pub async fn balances_are_the_sums_of_transfers(store: &Store) {
    settle_in(store, 3, 3).await;
    for rider in 1..=3 {
        let validator = u32::try_from(rider).expect("small");
        for sequence in 1..=rider {
            let charge = ride_and_bill(store, validator, sequence, rider).await;
            if sequence == 2 {
                let paid = news(store, charge, collected()).await;
                let settled = store.settle_charge(paid).await.expect("settled");
                assert_eq!(settled, Settled::Saved);
            }
        }
    }
    let pages = pages(store, 2).await;
    assert_sums(&pages);
    let owed: i64 = pages
        .iter()
        .flat_map(|page| &page.balances)
        .map(|kept| kept.1)
        .sum();
    assert_eq!(owed, 4 * 200, "six rides, two of them paid");
}

/// What was taken in a day is its collected transfers and what is on its way, and nobody else's.
pub async fn what_was_taken_in_a_day_is_summed(store: &Store) {
    settle_in(store, 2, 1).await;
    for sequence in 1..=3 {
        let charge = ride_and_bill(store, 1, sequence, 1).await;
        if sequence < 3 {
            let paid = news(store, charge, collected()).await;
            store.settle_charge(paid).await.expect("settled");
        }
    }
    let transfers = store
        .load_rides(rider_id(1))
        .await
        .expect("a page")
        .transfers;
    let kind = TransferKind::Collected;
    let paid: Vec<_> = transfers.iter().filter(|one| one.id.kind == kind).collect();
    let day = paid[0].day;
    let next = ServiceDay(day.0 + 1);
    let taken = async |rider, day| store.taken_on(rider_id(rider), day).await.expect("a sum");
    for (rider, day, expected) in [(1, day, 400), (1, next, 0), (2, day, 0)] {
        assert_eq!(taken(rider, day).await, expected, "rider {rider}, {day}");
    }
    // What is on its way may be collected on any day.
    let third = ride_and_bill(store, 1, 4, 1).await;
    assert!(open(store, third, 1).await);
    for (rider, day, expected) in [(1, day, 600), (1, next, 200), (2, day, 0)] {
        assert_eq!(taken(rider, day).await, expected, "rider {rider}, {day}");
    }
}

/// What is due, open and denied is counted as it comes and goes.
pub async fn counters_count(store: &Store) {
    settle_in(store, 1, 1).await;
    let state = async || {
        store
            .office_state(NOW.plus_s(90_000))
            .await
            .expect("counters")
    };
    let counters = async || {
        let state = state().await;
        (state.bills_due, state.charges_open, state.deny_version)
    };
    assert_eq!(counters().await, (0, 0, 0));
    upload(store, rides(1, 1..=1, 1)).await;
    assert_eq!(counters().await, (1, 0, 0));
    let early = store.office_state(NOW).await.expect("counters");
    assert_eq!(early.bills_due, 0, "it was received later");
    let charge = ride_and_bill(store, 1, 2, 1).await;
    assert_eq!(counters().await, (0, 1, 0));
    let paid = news(store, charge, collected()).await;
    store.settle_charge(paid).await.expect("settled");
    assert_eq!(counters().await, (0, 0, 0));
}

/// The first reply under a key is the reply; the same key with another request is refused.
pub async fn a_reply_is_kept_for_its_request(store: &Store) {
    let reply = |digest, status| ReplyRecord {
        key: "rider-1:a".to_owned(),
        request_digest: [digest; 32],
        status,
        body: vec![1, 2, 3],
    };
    let find = async || store.find_reply("rider-1:a".to_owned()).await;
    assert_eq!(find().await.expect("a verb"), None);
    for status in [201, 200] {
        let kept = store.keep_reply(reply(1, status)).await.expect("kept");
        assert_eq!(kept, reply(1, 201), "the first one counts");
    }
    let refused = store.keep_reply(reply(2, 201)).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Conflict { what: "reply", .. })
    ));
    assert_eq!(find().await.expect("a verb"), Some(reply(1, 201)));
}

/// Every page of so many riders.
pub async fn pages(store: &Store, limit: usize) -> Vec<AuditPage> {
    let mut pages: Vec<AuditPage> = Vec::new();
    loop {
        let after = pages.last().map(|page| page.next);
        let after = match after {
            None => None,
            Some(None) => return pages,
            Some(next) => next,
        };
        pages.push(store.audit_page(after, limit).await.expect("a page"));
    }
}

/// Asserts that balances are sums and that all accounts together come to zero.
pub fn assert_sums(pages: &[AuditPage]) {
    let mut accounts: BTreeMap<Account, i128> = BTreeMap::new();
    for transfer in pages.iter().flat_map(|page| &page.transfers) {
        assert!(transfer.amount.minor > 0);
        let amount = i128::from(transfer.amount.minor);
        *accounts.entry(transfer.debit).or_default() += amount;
        *accounts.entry(transfer.credit).or_default() -= amount;
    }
    assert_eq!(accounts.values().sum::<i128>(), 0);
    for (rider, kept) in pages.iter().flat_map(|page| &page.balances) {
        let sum = accounts.get(&Account::Rider(*rider)).copied().unwrap_or(0);
        assert_eq!(i128::from(*kept), sum, "the balance of {rider}");
    }
}
