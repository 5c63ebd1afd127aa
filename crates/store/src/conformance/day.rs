//! One charge for the rides of a service day.

use ridecode_words::{ChargeId, JourneyId, ServiceDay};

use super::adjustment::{asked, decision, post};
use super::steps::{charges_open, file, held, open, settle};
use super::world::{
    DAY, NOW, Posting, bill, collected, declined, first, journey, mark, period, rider_id, rides,
    settle_in, upload, yuan_fen,
};
use crate::{
    AdjustmentKind, BillSave, BillSaved, Charge, ChargeState, ChargedBy, RefundState, Store,
    StoreFault,
};

/// A bill whose fares are charged with their day.
async fn by_day(store: &Store, postings: &[Posting], days_over: &[ServiceDay]) -> BillSave {
    let mut save = bill(1, mark(store, 1).await, postings);
    for fare in &mut save.fares {
        fare.charged_by = ChargedBy::Day(DAY);
    }
    save.charges.clear();
    save.days_over = days_over.to_vec();
    save.at = NOW.plus_s(7);
    save
}

async fn saved(store: &Store, save: BillSave) {
    let saved = store.save_bills(vec![save]).await.expect("a bill");
    assert_eq!(saved, [BillSaved::Saved]);
}

async fn open_days(store: &Store) -> Vec<ServiceDay> {
    let window = store.load_windows(vec![period(1)], 0).await;
    let mut window = window.expect("a window");
    window.remove(0).open_days
}

async fn charges(store: &Store) -> Vec<Charge> {
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    page.charges
}

fn of_day(journey: JourneyId, number: u32) -> ChargeId {
    ChargeId {
        journey,
        version: ChargeId::DAY + number,
    }
}

/// A ride comes in, so that the month is due.
async fn rode(store: &Store, sequence: u64) {
    upload(store, rides(1, sequence..=sequence, 1)).await;
}

/// Nothing is charged before the day is over; then one charge asks for all its rides, and what
/// comes later or falls is evened out among all of them.
pub async fn a_day_is_charged_when_it_is_over(store: &Store) {
    settle_in(store, 1, 1).await;
    for sequence in 1..=3 {
        rode(store, sequence).await;
    }
    let fares = [first(journey(1, 2), 300), first(journey(1, 3), 200)];
    saved(store, by_day(store, &fares, &[]).await).await;
    assert_eq!(
        (charges(store).await, open_days(store).await),
        (vec![], vec![DAY])
    );
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    assert_eq!(page.open_days, [(period(1), DAY)]);
    assert_eq!(charges_open(store).await, 0);

    rode(store, 4).await;
    saved(store, by_day(store, &[], &[DAY]).await).await;
    assert_eq!(open_days(store).await, []);
    let id = of_day(journey(1, 2), 0);
    let charge = held(store, id).await;
    assert_eq!((charge.amount, charge.rides), (yuan_fen(500), 2));
    assert_eq!(charge.state, ChargeState::Planned);
    assert_eq!(
        (charge.planned, charge.next_attempt),
        (NOW.plus_s(7), Some(NOW.plus_s(7)))
    );
    assert_eq!(charges_open(store).await, 1);

    // A ride whose id comes before is charged by one that follows under the day's number.
    rode(store, 5).await;
    saved(
        store,
        by_day(store, &[first(journey(1, 1), 150)], &[DAY]).await,
    )
    .await;
    let late = held(store, of_day(journey(1, 2), 1)).await;
    assert_eq!((late.amount, late.rides), (yuan_fen(150), 3));

    // One is declined; the fare of another ride falls by more than the other asks for.
    assert!(open(store, id, 1).await);
    settle(store, id, declined()).await;
    rode(store, 6).await;
    let falls = Posting {
        journey: journey(1, 3),
        version: 2,
        before: 200,
        after: 0,
    };
    saved(store, by_day(store, &[falls], &[DAY]).await).await;
    assert_eq!(held(store, late.id).await.state, ChargeState::Superseded);
    assert_eq!(held(store, id).await.state, ChargeState::Superseded);
    let rest = held(store, of_day(journey(1, 2), 2)).await;
    assert_eq!((rest.amount, rest.rides), (yuan_fen(450), 2));

    // Paid, and another falls: that is given back.
    assert!(open(store, rest.id, 1).await);
    settle(store, rest.id, collected()).await;
    rode(store, 7).await;
    let falls = Posting {
        journey: journey(1, 1),
        version: 2,
        before: 150,
        after: 50,
    };
    saved(store, by_day(store, &[falls], &[DAY]).await).await;
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    assert_eq!(page.refunds.len(), 1);
    let refund = &page.refunds[0];
    assert_eq!((refund.id.charge, refund.amount), (rest.id, yuan_fen(100)));
    assert_eq!(refund.state, RefundState::Planned);
}

/// Later versions are charged as the first was, whatever the caller has decided since.
pub async fn a_fare_keeps_what_it_is_charged_with(store: &Store) {
    settle_in(store, 1, 1).await;
    rode(store, 1).await;
    saved(
        store,
        by_day(store, &[first(journey(1, 1), 200)], &[]).await,
    )
    .await;
    rode(store, 2).await;
    let later = Posting {
        journey: journey(1, 1),
        version: 2,
        before: 200,
        after: 300,
    };
    let refused = bill(1, mark(store, 1).await, &[later]);
    let refused = store.save_bills(vec![refused]).await;
    assert!(matches!(refused, Err(StoreFault::Conflict { .. })));
    saved(store, by_day(store, &[later], &[DAY]).await).await;
    let charge = held(store, of_day(journey(1, 1), 0)).await;
    assert_eq!(charge.amount, yuan_fen(300));
}

/// A day whose rides were given away has no charge. Owed again, it waits to be charged.
pub async fn a_day_given_away_may_be_owed_again(store: &Store) {
    settle_in(store, 1, 1).await;
    rode(store, 1).await;
    saved(
        store,
        by_day(store, &[first(journey(1, 1), 200)], &[]).await,
    )
    .await;
    let gift = asked(1, &[(journey(1, 1), 200)]);
    store.ask_adjustment(gift, 0).await.expect("a verb");
    let approved = store.decide_adjustment(decision(1, "bert", true)).await;
    approved.expect("a verb");
    assert_eq!(post(store, 1, 9).await, (1, 0, 0));
    saved(store, by_day(store, &[], &[DAY]).await).await;
    assert_eq!(
        (charges(store).await, open_days(store).await),
        (vec![], vec![])
    );
    assert_eq!(file(store).await.balance_minor, 0);

    let given = store.find_adjustment(ridecode_words::AdjustmentId(1)).await;
    let mut back = asked(2, &[]);
    back.kind = AdjustmentKind::TakenBack {
        of: ridecode_words::AdjustmentId(1),
    };
    back.lines = given.expect("a verb").expect("it is there").lines;
    store.ask_adjustment(back, 9_999).await.expect("a verb");
    let approved = store.decide_adjustment(decision(2, "bert", true)).await;
    approved.expect("a verb");
    assert_eq!(post(store, 2, 9).await, (1, 0, 0));
    assert_eq!(open_days(store).await, [DAY]);
    let due = store.due_bills(NOW.plus_s(86_400), 9).await.expect("due");
    assert_eq!(due.len(), 1, "the month is looked at again");
    saved(store, by_day(store, &[], &[DAY]).await).await;
    let charge = held(store, of_day(journey(1, 1), 0)).await;
    assert_eq!(charge.amount, yuan_fen(200));
}
