//! Charges: attempts, news, blocks.

use ridecode_account::{Block, MandateState, RiderState};
use ridecode_words::{MandateId, ProviderId, UnixSeconds};

use super::steps::{attempt, file, held, open, settle};
use super::world::{
    NOW, all_at_once, collected, credential, credential_id, declined, device, mandate, news,
    ride_and_bill, rider_id, settle_in, write_off_of, yuan_fen,
};
use crate::{
    AttemptOutcome, Charge, ChargeStanding, ChargeState, ChargeSums, Settled, Settlement, Store,
    StoreFault, WriteOff,
};

/// Of workers that would make the same attempt one may; nobody may once it is collected.
pub async fn an_attempt_is_made_by_one_worker(store: &Store) {
    settle_in(store, 1, 1).await;
    let charge = ride_and_bill(store, 1, 1, 1).await;
    let worker = |number| {
        let store = store.clone();
        async move { open(&store, charge, number).await }
    };
    let sent = all_at_once(vec![worker(1), worker(1), worker(1)]).await;
    assert_eq!(sent.into_iter().filter(|sent| *sent).count(), 1);
    let held = held(store, charge).await;
    assert_eq!((held.state, held.attempts), (ChargeState::Submitted, 1));
    assert_eq!(held.next_attempt, Some(NOW.plus_s(60)));
    assert!(!open(store, charge, 3).await, "one after the other");
    assert!(open(store, charge, 2).await);
    settle(store, charge, collected()).await;
    assert!(!open(store, charge, 3).await);
    let mut unknown = attempt(charge, 1);
    unknown.charge.version = 9;
    let refused = store.open_attempt(unknown).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Missing { what: "charge", .. })
    ));
}

/// Collected is taken from every state, pays once, and nothing moves it.
pub async fn collected_is_final_and_paid_once(store: &Store) {
    settle_in(store, 1, 1).await;
    let states: [&[AttemptOutcome]; 4] = [
        &[],
        &[AttemptOutcome::Accepted],
        &[AttemptOutcome::Unknown],
        &[AttemptOutcome::Accepted, declined()],
    ];
    for (sequence, before) in (1..).zip(states) {
        let charge = ride_and_bill(store, 1, sequence, 1).await;
        if !before.is_empty() {
            assert!(open(store, charge, 1).await);
        }
        for outcome in before {
            assert_eq!(settle(store, charge, outcome.clone()).await, Settled::Saved);
        }
        let owed = file(store).await.balance_minor;
        let paid = news(store, charge, collected()).await;
        let settled = store.settle_charge(paid.clone()).await.expect("settled");
        assert_eq!(settled, Settled::Saved);
        let after = file(store).await;
        assert_eq!(after.balance_minor, owed - 200);
        let late = [collected(), declined(), AttemptOutcome::Unknown];
        for outcome in late {
            let settled = settle(store, charge, outcome).await;
            assert_eq!(settled, Settled::AlreadyCollected);
        }
        let repeat = store.settle_charge(paid).await.expect("a repeat");
        assert_eq!(repeat, Settled::AlreadyCollected);
        assert_eq!(file(store).await, after);
        let state = ChargeState::Collected {
            transaction: "P-1".to_owned(),
        };
        assert_eq!(held(store, charge).await.state, state);
        assert_eq!(held(store, charge).await.next_attempt, None);
    }
    assert_eq!(file(store).await.unpaid, []);
}

/// A decline told twice, by reply and by callback, is one decline; the first keeps its time.
pub async fn a_decline_counts_once_an_attempt(store: &Store) {
    settle_in(store, 1, 1).await;
    let charge = ride_and_bill(store, 1, 1, 1).await;
    let early = settle(store, charge, declined()).await;
    assert_eq!(early, Settled::NotWaiting, "it was never sent");
    for number in 1..=2 {
        assert!(open(store, charge, number).await);
        let mut decline = news(store, charge, declined()).await;
        decline.at = NOW.plus_s(i64::from(number));
        decline.next_attempt = Some(NOW.plus_s(3_600));
        let told = async |news: &Settlement| store.settle_charge(news.clone()).await;
        assert_eq!(told(&decline).await.expect("news"), Settled::Saved);
        let after = held(store, charge).await;
        let straggler = news(store, charge, AttemptOutcome::Unknown).await;
        for again in [&decline, &straggler] {
            assert_eq!(told(again).await.expect("a repeat"), Settled::NotWaiting);
        }
        assert_eq!(held(store, charge).await, after);
        assert_eq!((after.declines, after.attempts), (number, number));
        assert_eq!(after.first_decline, Some(NOW.plus_s(1)));
        assert_eq!(after.next_attempt, Some(NOW.plus_s(3_600)));
    }
    assert_eq!(file(store).await.unpaid.len(), 1);
}

/// A charge that was given up is due again when the rider has a new way to pay, and only then.
pub async fn a_new_mandate_revives_what_was_given_up(store: &Store) {
    settle_in(store, 1, 1).await;
    let charge = ride_and_bill(store, 1, 1, 1).await;
    assert!(open(store, charge, 1).await);
    let mut decline = news(store, charge, declined()).await;
    decline.next_attempt = None;
    let settled = store.settle_charge(decline).await.expect("news");
    assert_eq!(settled, Settled::Saved);
    let check = async |mandate, expected| {
        store.save_mandate(mandate).await.expect("saved");
        assert_eq!(held(store, charge).await.next_attempt, expected);
    };
    let mut pending = mandate(77, 1);
    pending.state = MandateState::Pending;
    check(pending, None).await;
    let mut active = mandate(77, 1);
    active.changed = NOW.plus_s(90);
    check(active.clone(), Some(NOW.plus_s(90))).await;
    active.changed = NOW.plus_s(95);
    check(active, Some(NOW.plus_s(90))).await;
}

/// A rider who asks to pay makes what was declined due at once, given up or not, and nothing else.
pub async fn declined_charges_fall_due_when_the_rider_asks(store: &Store) {
    settle_in(store, 2, 2).await;
    let missing = store.hasten_charges(rider_id(9), NOW).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
    let (later, given_up) = (
        ride_and_bill(store, 1, 1, 1).await,
        ride_and_bill(store, 1, 2, 1).await,
    );
    let waiting = ride_and_bill(store, 1, 3, 1).await;
    let other = ride_and_bill(store, 2, 1, 2).await;
    let cases = [
        (later, declined(), Some(NOW.plus_s(3_600))),
        (given_up, declined(), None),
        (waiting, AttemptOutcome::Unknown, Some(NOW.plus_s(60))),
        (other, declined(), None),
    ];
    for (charge, outcome, next) in cases {
        assert!(open(store, charge, 1).await);
        let mut told = news(store, charge, outcome).await;
        told.next_attempt = next;
        store.settle_charge(told).await.expect("news");
    }
    let now = NOW.plus_s(10);
    for expected in [2, 0] {
        let hastened = store.hasten_charges(rider_id(1), now).await;
        assert_eq!(hastened.expect("a verb"), expected);
    }
    let next = async |charge| held(store, charge).await.next_attempt;
    assert_eq!(next(later).await, Some(now));
    assert_eq!(next(given_up).await, Some(now));
    assert_eq!(next(waiting).await, Some(NOW.plus_s(60)));
    assert_eq!(next(other).await, None);
}

/// A debt that is on its way again when its rider asks to pay, or signs a new mandate, keeps the wish
/// until the try is known to have failed or paid. What was decided without it is refused.
pub async fn a_wish_to_pay_outlasts_the_try_that_is_on_its_way(store: &Store) {
    settle_in(store, 1, 1).await;
    let new = ride_and_bill(store, 1, 1, 1).await;
    let debt = ride_and_bill(store, 1, 2, 1).await;
    assert!(open(store, new, 1).await);
    let mut number = 0;
    let mut put_on_its_way = async || {
        for outcome in [declined(), AttemptOutcome::Unknown] {
            number += 1;
            assert!(open(store, debt, number).await);
            assert_eq!(settle(store, debt, outcome).await, Settled::Saved);
        }
    };
    let wished = async |charge| held(store, charge).await.wished;
    for ended in [declined(), collected()] {
        put_on_its_way().await;
        assert!(!wished(debt).await);
        let decided_before = news(store, debt, ended.clone()).await;
        for expected in [1, 0] {
            let hastened = store.hasten_charges(rider_id(1), NOW).await;
            assert_eq!(hastened.expect("a verb"), expected);
        }
        assert!(wished(debt).await && !wished(new).await);
        let refused = store.settle_charge(decided_before).await;
        assert_eq!(refused.expect("refused"), Settled::Moved);
        for heard in [AttemptOutcome::Accepted, AttemptOutcome::Unknown] {
            assert_eq!(settle(store, debt, heard).await, Settled::Saved);
            assert!(wished(debt).await, "not known yet");
        }
        assert_eq!(settle(store, debt, ended).await, Settled::Saved);
        assert!(!wished(debt).await);
    }
    let other = ride_and_bill(store, 1, 3, 1).await;
    for (number, outcome) in [(1, declined()), (2, AttemptOutcome::Accepted)] {
        assert!(open(store, other, number).await);
        assert_eq!(settle(store, other, outcome).await, Settled::Saved);
    }
    store.save_mandate(mandate(77, 1)).await.expect("saved");
    assert!(wished(other).await);
}

/// Two charges of a rider may be settled at once: what was decided without seeing the other is
/// refused.
pub async fn news_decided_too_early_is_refused(store: &Store) {
    settle_in(store, 1, 1).await;
    let first = ride_and_bill(store, 1, 1, 1).await;
    let second = ride_and_bill(store, 1, 2, 1).await;
    let one = news(store, first, collected()).await;
    let two = news(store, second, collected()).await;
    assert_eq!(one.mark, two.mark);
    let settled = store.settle_charge(one).await.expect("settled");
    assert_eq!(settled, Settled::Saved);
    let before = file(store).await;
    let settled = store.settle_charge(two).await.expect("refused");
    assert_eq!(settled, Settled::Moved);
    assert_eq!(file(store).await, before);
    assert_eq!(settle(store, second, collected()).await, Settled::Saved);
    assert_eq!(file(store).await.balance_minor, 0);
}

/// A block denies what lives, payment takes exactly that back, and bundles follow both times.
pub async fn a_block_denies_and_a_payment_restores(store: &Store) {
    settle_in(store, 1, 1).await;
    for number in 1..=2 {
        let registered = store.register_device(device(number, 1)).await;
        registered.expect("a phone");
    }
    let granted = store.grant_credentials(vec![credential(1, 1, 1), credential(2, 2, 1)]);
    granted.await.expect("granted");
    let charge = ride_and_bill(store, 1, 1, 1).await;
    assert!(open(store, charge, 1).await);
    let blocked = RiderState::Blocked(Block {
        amount: yuan_fen(200),
        rides: 1,
        since: NOW,
    });
    let denied = async || {
        let (_, list) = store.load_denied(NOW).await.expect("the list");
        let state = store.office_state(NOW).await.expect("counters");
        let list: Vec<_> = list.iter().map(|entry| entry.credential).collect();
        (list, state.deny_version)
    };
    let (_, free) = denied().await;
    let mut decline = news(store, charge, declined()).await;
    decline.rider_state = Some(blocked.clone());
    store.settle_charge(decline).await.expect("settled");
    assert_eq!(file(store).await.rider.state, blocked);
    let (list, barred) = denied().await;
    assert_eq!(list, [credential_id(1), credential_id(2)]);
    assert!(barred > free);
    let revoked = store.revoke_device(
        ridecode_words::DeviceId(2),
        ridecode_account::RevokeReason::Lost,
        NOW,
    );
    revoked.await.expect("revoked");
    let mut paid = news(store, charge, collected()).await;
    paid.rider_state = Some(RiderState::Active);
    store.settle_charge(paid).await.expect("settled");
    assert_eq!(file(store).await.rider.state, RiderState::Active);
    let (list, restored) = denied().await;
    assert_eq!(list, [credential_id(2)], "a lost phone stays denied");
    assert!(restored > barred);
}

/// Longest due first; each with the newest mandate that is active and has a contract.
pub async fn charges_come_longest_due_first_with_the_newest_mandate(store: &Store) {
    settle_in(store, 2, 2).await;
    let late = ride_and_bill(store, 1, 1, 1).await;
    let early = ride_and_bill(store, 2, 1, 2).await;
    let idle = ride_and_bill(store, 2, 2, 2).await;
    for (charge, after) in [(late, Some(50)), (early, Some(40)), (idle, None)] {
        assert!(open(store, charge, 1).await);
        let mut unknown = news(store, charge, AttemptOutcome::Unknown).await;
        unknown.next_attempt = after.map(|after| NOW.plus_s(after));
        store.settle_charge(unknown).await.expect("settled");
    }
    let due = async |now, limit| {
        let due = store.due_charges(now, limit).await.expect("due");
        Vec::from_iter(due.into_iter().map(|due| (due.charge.id, due.mandate)))
    };
    assert_eq!(due(NOW.plus_s(39), 9).await, []);
    let none = vec![(early, None), (late, None)];
    assert_eq!(due(NOW.plus_s(50), 9).await, none);
    assert_eq!(due(NOW.plus_s(50), 1).await, none[..1]);
    for number in [8, 3, 5] {
        store.save_mandate(mandate(number, 1)).await.expect("saved");
    }
    let mut ended = mandate(5, 1);
    ended.state = MandateState::Ended;
    store.save_mandate(ended).await.expect("saved");
    let newest = (MandateId(3), ProviderId(1), "contract-3".to_owned());
    let expected = [(early, None), (late, Some(newest))];
    assert_eq!(due(UnixSeconds(i64::MAX), 9).await, expected);
}

/// What was given up long ago is written off once; paid all the same, the debt stands again first.
pub async fn a_debt_is_written_off_once_and_may_be_paid(store: &Store) {
    settle_in(store, 1, 1).await;
    let (old, young) = (
        ride_and_bill(store, 1, 1, 1).await,
        ride_and_bill(store, 1, 2, 1).await,
    );
    for (charge, at, next) in [(old, NOW, None), (young, NOW.plus_s(1), Some(NOW))] {
        assert!(open(store, charge, 1).await);
        let mut told = news(store, charge, declined()).await;
        (told.at, told.next_attempt) = (at, next);
        store.settle_charge(told).await.expect("news");
    }
    let due = async |at| store.due_write_offs(at, 9).await.expect("a verb");
    assert_eq!(due(NOW.plus_s(-1)).await, []);
    let given_up = due(NOW.plus_s(9)).await;
    assert_eq!(given_up.len(), 1, "the other is still tried");
    let write_off = |charge: &Charge| WriteOff {
        charge: charge.id,
        at: NOW.plus_s(9),
        transfer: write_off_of(charge),
    };
    let early = news(store, old, collected()).await;
    for (charge, expected) in [(old, true), (old, false), (young, false)] {
        let charge = held(store, charge).await;
        let done = store.write_off(write_off(&charge)).await.expect("a verb");
        assert_eq!(done, expected);
    }
    assert_eq!(due(NOW.plus_s(9)).await, []);
    let after = file(store).await;
    assert_eq!((after.balance_minor, after.unpaid.len()), (200, 2));
    assert_eq!(held(store, old).await.written_off, Some(NOW.plus_s(9)));
    let settled = store.settle_charge(early).await.expect("decided too early");
    assert_eq!(settled, Settled::Moved);
    let mut short = news(store, old, collected()).await;
    short.transfers.remove(0);
    let settled = store.settle_charge(short).await.expect("not reinstated");
    assert_eq!(settled, Settled::Moved);
    assert_eq!(settle(store, old, collected()).await, Settled::Saved);
    assert_eq!(file(store).await.balance_minor, 200);
    let mut other = held(store, young).await;
    other.amount.minor += 1;
    let conflict = store.write_off(write_off(&other)).await;
    assert!(matches!(conflict, Err(StoreFault::Conflict { .. })));
}

/// Every charge is counted where it stands; what was declined is outstanding until it is paid or
/// written off; the newest are listed first.
pub async fn charges_are_summed_by_where_they_stand(store: &Store) {
    settle_in(store, 1, 1).await;
    let sums = async || store.sum_charges().await.expect("a verb");
    assert_eq!(sums().await, ChargeSums::default());
    let mut charges = Vec::new();
    for sequence in 1..=4 {
        charges.push(ride_and_bill(store, 1, sequence, 1).await);
    }
    let [planned, paid, recovered, owed] = charges[..] else {
        unreachable!("four were made");
    };
    settle(store, paid, collected()).await;
    for charge in [recovered, owed] {
        assert!(open(store, charge, 1).await);
        let mut told = news(store, charge, declined()).await;
        told.next_attempt = None;
        store.settle_charge(told).await.expect("news");
    }
    let before = sums().await;
    assert_eq!((before.advanced_minor, before.recovered_minor), (400, 0));
    settle(store, recovered, collected()).await;
    let after = sums().await;
    let counts = after.standings.map(|sum| (sum.count, sum.minor));
    assert_eq!(
        counts,
        [
            (1, 200),
            (0, 0),
            (0, 0),
            (2, 400),
            (1, 200),
            (0, 0),
            (0, 0),
            (0, 0)
        ]
    );
    assert_eq!((after.advanced_minor, after.recovered_minor), (200, 200));
    let listed = async |standing, limit| {
        let found = store.load_charges(standing, limit).await;
        let ids = found.expect("a verb").into_iter().map(|charge| charge.id);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(listed(ChargeStanding::Planned, 9).await, [planned]);
    assert_eq!(listed(ChargeStanding::Declined, 9).await, [owed]);
    assert_eq!(listed(ChargeStanding::Collected, 9).await.len(), 2);
    assert_eq!(listed(ChargeStanding::Collected, 1).await.len(), 1);
    assert_eq!(listed(ChargeStanding::Unknown, 9).await, []);
    let debt = held(store, owed).await;
    let write_off = WriteOff {
        charge: owed,
        at: NOW.plus_s(9),
        transfer: write_off_of(&debt),
    };
    assert!(store.write_off(write_off).await.expect("a verb"));
    let end = sums().await;
    assert_eq!((end.advanced_minor, end.written_off_minor), (0, 200));
}
