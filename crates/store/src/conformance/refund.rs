//! Refunds: what came in too much goes back to where it came from, once.

use ridecode_words::{ChargeId, RefundId, UnixSeconds};

use super::even::Ride;
use super::steps::{file, held, held_refund, open, open_refund, refund_news, settle};
use super::world::{NOW, all_at_once, collected, declined, news, settle_in, yuan_fen};
use crate::{
    AttemptOutcome, ChargeState, RefundHeard, RefundSettled, RefundState, Settled, Store,
    StoreFault,
};

fn refund(charge: ChargeId, number: u16) -> RefundId {
    RefundId { charge, number }
}

/// A ride of 5 yuan that is paid, and then costs less.
async fn paid_too_much(store: &Store, fare: i64) -> (Ride<'_>, RefundId) {
    let mut ride = Ride::new(store, 1).await;
    ride.costs(500).await;
    assert!(open(store, ride.charge(1), 1).await);
    settle(store, ride.charge(1), collected()).await;
    ride.costs(fare).await;
    let refund = refund(ride.charge(1), 1);
    (ride, refund)
}

fn refused() -> RefundHeard {
    RefundHeard::Refused {
        reason: "account_closed".to_owned(),
    }
}

/// What a lower fare leaves too much is given back once, whoever works at it and however often it
/// is heard.
pub async fn what_came_in_too_much_is_given_back_once(store: &Store) {
    settle_in(store, 1, 1).await;
    let (_ride, id) = paid_too_much(store, 350).await;
    assert_eq!(file(store).await.balance_minor, -150);
    let due = store.due_refunds(UnixSeconds(i64::MAX), 9).await;
    let due = due.expect("a verb");
    assert_eq!(due.len(), 1);
    assert_eq!(
        (due[0].refund.id, due[0].refund.amount),
        (id, yuan_fen(150))
    );
    assert_eq!(due[0].transaction, "P-1");
    assert_eq!(due[0].collected, yuan_fen(500));
    let unfinished = async || store.unfinished_refunds(9).await.expect("a verb");
    assert_eq!(unfinished().await, [held_refund(store, id).await]);
    let early = refund_news(store, id, RefundHeard::Unknown).await;
    let told = async |news| store.settle_refund(news).await.expect("news");
    assert_eq!(told(early.clone()).await, RefundSettled::NotWaiting);

    let worker = || {
        let store = store.clone();
        async move { open_refund(&store, id, 1).await }
    };
    let sent = all_at_once(vec![worker(), worker(), worker()]).await;
    assert_eq!(sent.into_iter().filter(|sent| *sent).count(), 1);
    assert_eq!(told(early).await, RefundSettled::Saved);
    let unknown = held_refund(store, id).await;
    assert_eq!(unknown.state, RefundState::Unknown);
    assert_eq!(unknown.next_attempt, Some(NOW.plus_s(90)));
    let mark = file(store).await.mark;
    let done = refund_news(store, id, RefundHeard::Done).await;
    assert_eq!(told(done.clone()).await, RefundSettled::Saved);
    let after = file(store).await;
    assert_eq!(after.balance_minor, 0);
    assert!(after.mark > mark);
    for late in [RefundHeard::Done, refused(), RefundHeard::Accepted] {
        let late = refund_news(store, id, late).await;
        assert_eq!(told(late).await, RefundSettled::AlreadyDone);
    }
    assert_eq!(file(store).await, after);
    assert!(!open_refund(store, id, 2).await);
    let held = held_refund(store, id).await;
    assert_eq!((held.state, held.next_attempt), (RefundState::Done, None));
    let page = store.load_rides(after.rider.id).await.expect("a page");
    assert_eq!(page.refunds.len(), 1);
    let unknown = store.open_refund(crate::RefundAttempt {
        refund: refund(id.charge, 2),
        number: 1,
        look_again: NOW,
    });
    let missing = unknown.await;
    assert!(matches!(
        missing,
        Err(StoreFault::Missing { what: "refund", .. })
    ));
}

/// What a provider refuses stays in credit; an agent has it tried again, as long as it is.
pub async fn a_refused_refund_waits_for_an_agent(store: &Store) {
    settle_in(store, 1, 1).await;
    let (_, id) = paid_too_much(store, 300).await;
    let told = async |heard| {
        let news = refund_news(store, id, heard).await;
        store.settle_refund(news).await.expect("news")
    };
    let revive = async || store.revive_refund(id, NOW).await.expect("a verb");
    assert_eq!(revive().await, None, "it is not refused");
    assert!(open_refund(store, id, 1).await);
    assert_eq!(told(refused()).await, RefundSettled::Saved);
    assert_eq!(held_refund(store, id).await.next_attempt, None);
    assert_eq!(file(store).await.balance_minor, -200);
    let due = store.due_refunds(UnixSeconds(i64::MAX), 9).await;
    assert_eq!(due.expect("a verb"), [], "nothing more is given back");
    assert_eq!(revive().await, Some(id));
    assert_eq!(revive().await, None, "once");
    let held = held_refund(store, id).await;
    assert_eq!(held.state, RefundState::Planned);
    assert_eq!(held.next_attempt, Some(NOW));
    assert!(open_refund(store, id, 2).await);
    assert_eq!(told(RefundHeard::Done).await, RefundSettled::Saved);
    assert_eq!(file(store).await.balance_minor, 0);
}

/// A refused refund that is larger than what is left in credit gives way to one of what is left.
/// Should the provider have given it back after all, what is missing is asked for.
pub async fn a_refused_refund_gives_way_to_what_is_left(store: &Store) {
    settle_in(store, 1, 1).await;
    let (mut ride, id) = paid_too_much(store, 300).await;
    let told = async |id, heard| {
        let news = refund_news(store, id, heard).await;
        store.settle_refund(news).await.expect("news")
    };
    let revive = async |id| store.revive_refund(id, NOW).await.expect("a verb");
    assert!(open_refund(store, id, 1).await);
    assert_eq!(told(id, refused()).await, RefundSettled::Saved);
    // The fare rises by all of it, and falls by some: nothing is planned by itself.
    ride.costs(500).await;
    assert_eq!(revive(id).await, None, "nothing is in credit");
    ride.costs(400).await;
    let other = revive(id).await.expect("100 are in credit");
    assert_eq!((other.charge, other.number), (id.charge, id.number + 1));
    let planned = held_refund(store, other).await;
    let due = (planned.state, planned.amount, planned.next_attempt);
    assert_eq!(due, (RefundState::Planned, yuan_fen(100), Some(NOW)));
    let given_up = held_refund(store, id).await;
    assert_eq!(given_up.state, RefundState::Superseded);
    assert_eq!(revive(id).await, None, "given up for good");
    assert!(!open_refund(store, id, 2).await, "never sent again");
    assert_eq!(told(id, refused()).await, RefundSettled::NotWaiting);
    let unfinished = store.unfinished_refunds(9).await.expect("a verb");
    assert_eq!(
        unfinished.iter().map(|one| one.id).collect::<Vec<_>>(),
        [other]
    );
    assert!(open_refund(store, other, 1).await);
    assert_eq!(told(other, RefundHeard::Done).await, RefundSettled::Saved);
    assert_eq!(file(store).await.balance_minor, 0);
    assert_eq!(file(store).await.unpaid, []);

    assert_eq!(told(id, RefundHeard::Done).await, RefundSettled::Saved);
    let after = file(store).await;
    let asked: Vec<_> = after.unpaid.iter().map(|charge| charge.amount).collect();
    assert_eq!((after.balance_minor, asked), (200, vec![yuan_fen(200)]));
}

/// A charge that was sent and then superseded is asked about once more; money that came in all the
/// same goes back.
pub async fn a_superseded_charge_is_asked_about_once_more(store: &Store) {
    settle_in(store, 1, 1).await;
    let mut ride = Ride::new(store, 1).await;
    ride.costs(500).await;
    let charge = ride.charge(1);
    assert!(open(store, charge, 1).await);
    let look = NOW.plus_s(3_600);
    let told = async |outcome, at| {
        let mut told = news(store, charge, outcome).await;
        (told.at, told.next_attempt) = (at, Some(look));
        store.settle_charge(told).await.expect("news")
    };
    assert_eq!(told(declined(), NOW).await, Settled::Saved);
    ride.costs(0).await;
    assert_eq!(held(store, charge).await.state, ChargeState::Superseded);
    assert_eq!(held(store, charge).await.next_attempt, Some(look));
    assert!(!open(store, charge, 2).await, "it is never sent again");
    let straggler = told(declined(), NOW.plus_s(9)).await;
    assert_eq!(straggler, Settled::NotWaiting);
    let due = store.due_charges(look, 9).await.expect("a verb");
    assert_eq!(due.len(), 1);
    assert_eq!(told(AttemptOutcome::Unknown, look).await, Settled::Saved);
    assert_eq!(held(store, charge).await.next_attempt, Some(look));
    assert_eq!(told(declined(), look).await, Settled::Saved);
    let known = held(store, charge).await;
    assert_eq!((known.state, known.declines), (ChargeState::Superseded, 1));
    assert_eq!(known.next_attempt, None);
    assert_eq!(told(declined(), look).await, Settled::NotWaiting);
    assert_eq!(told(collected(), look).await, Settled::Saved);
    let back = held_refund(store, refund(charge, 1)).await;
    assert_eq!(back.amount, yuan_fen(500));
}
