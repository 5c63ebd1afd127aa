//! Steps that several laws take.

use ridecode_ledger::{Account, Transfer, TransferId, TransferKind};
use ridecode_words::{ChargeId, ProviderId, RefundId};

use super::world::{DAY, NOW, news, rider_id};
use crate::{
    Attempt, AttemptOutcome, Charge, Refund, RefundAttempt, RefundHeard, RefundNews, RiderFile,
    Settled, Store,
};

/// An attempt that is looked at again after a minute.
pub(super) fn attempt(charge: ChargeId, number: u32) -> Attempt {
    Attempt {
        charge,
        number,
        at: NOW,
        look_again: NOW.plus_s(60),
    }
}

/// Opens an attempt, and says whether it may be sent.
pub(super) async fn open(store: &Store, charge: ChargeId, number: u32) -> bool {
    let opened = store.open_attempt(attempt(charge, number)).await;
    opened.expect("an attempt")
}

/// Settles a charge with news decided at the rider's mark.
pub(super) async fn settle(store: &Store, charge: ChargeId, outcome: AttemptOutcome) -> Settled {
    let news = news(store, charge, outcome).await;
    store.settle_charge(news).await.expect("news")
}

/// A charge that is there.
pub(super) async fn held(store: &Store, charge: ChargeId) -> Charge {
    let charge = store.find_charge(charge).await.expect("a verb");
    charge.expect("the charge")
}

/// Rider 1.
pub(super) async fn file(store: &Store) -> RiderFile {
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    file.expect("rider 1")
}

/// How many charges are open.
pub(super) async fn charges_open(store: &Store) -> u64 {
    let state = store.office_state(NOW).await;
    state.expect("counters").charges_open
}

/// Opens an attempt at a refund, and says whether it may be sent.
pub(super) async fn open_refund(store: &Store, refund: RefundId, number: u32) -> bool {
    let attempt = RefundAttempt {
        refund,
        number,
        look_again: NOW.plus_s(60),
    };
    store.open_refund(attempt).await.expect("an attempt")
}

/// A refund that is there.
pub(super) async fn held_refund(store: &Store, refund: RefundId) -> Refund {
    let refund = store.find_refund(refund).await.expect("a verb");
    refund.expect("the refund")
}

/// News about a refund of rider 1, with the transfer it means.
pub(super) async fn refund_news(store: &Store, refund: RefundId, heard: RefundHeard) -> RefundNews {
    let held = held_refund(store, refund).await;
    let transfer = Transfer {
        id: TransferId {
            charge: refund.charge,
            kind: TransferKind::Refunded,
            line: refund.number,
        },
        rider: held.rider,
        debit: Account::Rider(held.rider),
        credit: Account::ProviderClearing(ProviderId(1)),
        amount: held.amount,
        day: DAY,
    };
    RefundNews {
        refund,
        transfer: (heard == RefundHeard::Done).then_some(transfer),
        heard,
        next_attempt: Some(NOW.plus_s(90)),
    }
}
