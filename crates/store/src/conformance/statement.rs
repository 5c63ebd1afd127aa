//! Statements: gapless, and each leg on one.

use ridecode_ledger::{SharedEvent, book};
use ridecode_words::{OperatorId, ServiceDay};

use super::world::{
    DAY, NOW, OPERATOR, bill, first, journey, mark, ride_and_bill, rides, settle_in, statement,
    upload,
};
use crate::{BillSaved, StatementSaved, Store};

/// Each statement takes the next number, and takes its legs off the table.
pub async fn numbers_have_no_gap_and_legs_stand_once(store: &Store) {
    settle_in(store, 1, 1).await;
    for number in 1..=3 {
        ride_and_bill(store, 1, number, 1).await;
        let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
        assert_eq!((legs.legs.len(), legs.number_before), (1, number - 1));
        let next = statement(OPERATOR, DAY, &legs);
        let mut skipping = next.clone();
        skipping.number += 1;
        assert_eq!(close(store, skipping).await, StatementSaved::Moved);
        assert_eq!(close(store, next.clone()).await, StatementSaved::Saved);
        assert_eq!(close(store, next.clone()).await, StatementSaved::Repeated);
        let mut other = next.clone();
        other.hash = [1; 32];
        assert_eq!(close(store, other).await, StatementSaved::Moved);
        let after = store.load_day(OPERATOR, DAY).await.expect("legs");
        assert_eq!(after.legs, []);
        assert_eq!(
            (after.number_before, after.hash_before),
            (number, next.hash)
        );
    }
    let elsewhere = store.load_day(OperatorId(2), DAY).await.expect("legs");
    assert_eq!(
        (elsewhere.number_before, elsewhere.hash_before),
        (0, [0; 32])
    );
}

/// A leg of an earlier day stands on the next statement; one of a later day waits.
pub async fn late_legs_stand_on_the_next_statement(store: &Store) {
    settle_in(store, 1, 1).await;
    upload(store, rides(1, 1..=3, 1)).await;
    let postings = [1, 2, 3].map(|sequence| first(journey(1, sequence), 100));
    let mut save = bill(1, mark(store, 1).await, &postings);
    let days = [DAY, ServiceDay(DAY.0 - 40), ServiceDay(DAY.0 + 1)];
    for (leg, day) in save.legs.iter_mut().zip(days) {
        leg.day = day;
    }
    let saved = store.save_bills(vec![save]).await.expect("a bill");
    assert_eq!(saved, [BillSaved::Saved]);
    let sequences = async |day| {
        let legs = store.load_day(OPERATOR, day).await.expect("legs").legs;
        let legs = legs.iter().map(|leg| leg.charge.journey.0.sequence);
        Vec::from_iter(legs)
    };
    assert_eq!(sequences(DAY).await, [1, 2]);
    assert_eq!(sequences(ServiceDay(DAY.0 - 1)).await, [2]);
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
    let today = statement(OPERATOR, DAY, &legs);
    assert_eq!(close(store, today).await, StatementSaved::Saved);
    assert_eq!(sequences(ServiceDay(DAY.0 + 1)).await, [3]);
}

/// A leg that came in after loading makes the statement stale.
pub async fn a_statement_that_missed_a_leg_is_refused(store: &Store) {
    settle_in(store, 1, 1).await;
    ride_and_bill(store, 1, 1, 1).await;
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
    ride_and_bill(store, 1, 2, 1).await;
    let stale = statement(OPERATOR, DAY, &legs);
    assert_eq!(close(store, stale).await, StatementSaved::Moved);
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
    assert_eq!(legs.legs.len(), 2);
    let whole = statement(OPERATOR, DAY, &legs);
    assert_eq!(close(store, whole).await, StatementSaved::Saved);
}

/// Lines, sums, coverage and hash are what they were, by day and on the audit's first page.
pub async fn a_statement_is_read_back_as_it_was(store: &Store) {
    settle_in(store, 1, 1).await;
    let mut saved = Vec::new();
    for sequence in 1..=2 {
        ride_and_bill(store, 1, sequence, 1).await;
        let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
        let next = statement(OPERATOR, DAY, &legs);
        assert_eq!(close(store, next.clone()).await, StatementSaved::Saved);
        saved.push(next);
    }
    let of = async |operator, day| {
        let statements = store.load_statements(operator, day).await;
        statements.expect("statements")
    };
    assert_eq!(of(OPERATOR, DAY).await, saved);
    assert_eq!(of(OPERATOR, ServiceDay(DAY.0 + 1)).await, []);
    assert_eq!(of(OperatorId(2), DAY).await, []);
    let page = store.audit_page(None, 1).await.expect("a page");
    assert_eq!(page.statements, saved);
    assert_eq!(NOW, super::world::NOW);
}

/// A statement's commission is booked with it, once.
pub async fn a_statement_books_its_commission(store: &Store) {
    settle_in(store, 1, 1).await;
    let bookings = async || store.audit_page(None, 1).await.expect("a page").bookings;
    for sequence in 1..=2 {
        ride_and_bill(store, 1, sequence, 1).await;
        let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
        let next = statement(OPERATOR, DAY, &legs);
        let mut refused = next.clone();
        refused.number += 1;
        assert_eq!(close(store, refused).await, StatementSaved::Moved);
        let before = bookings().await;
        assert_eq!(close(store, next.clone()).await, StatementSaved::Saved);
        assert_eq!(close(store, next.clone()).await, StatementSaved::Repeated);
        let booked = book(&SharedEvent::stated(&next)).expect("a commission");
        assert_eq!(booked.len(), 1);
        assert_eq!(bookings().await, [before, booked].concat());
    }
}

async fn close(store: &Store, statement: ridecode_ledger::Statement) -> StatementSaved {
    store.close_day(statement).await.expect("a verb")
}
