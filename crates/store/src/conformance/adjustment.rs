//! Adjustments: one asks, another decides, each line is posted once.

use ridecode_ledger::TransferKind;
use ridecode_words::{AdjustmentId, ChargeId, JourneyId};

use super::steps::{file, held, open, settle};
use super::world::{
    DAY, NOW, collected, declined, journey, ride_and_bill, rider_id, settle_in, yuan_fen,
};
use crate::{
    Adjusted, Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, ChargeState, Decided,
    Decision, LineState, RefundState, Store, StoreFault,
};

/// Goodwill that `anna` asks for, for rides of rider 1.
pub(super) fn asked(number: u64, rides: &[(JourneyId, i64)]) -> Adjustment {
    let line = |(journey, minor): &(JourneyId, i64)| AdjustmentLine {
        journey: *journey,
        rider: rider_id(1),
        amount: yuan_fen(*minor),
        number: None,
        state: LineState::Waiting,
    };
    Adjustment {
        id: AdjustmentId(number),
        kind: AdjustmentKind::Goodwill,
        why: "the gate stayed shut".to_owned(),
        asked_by: "anna".to_owned(),
        asked: NOW,
        state: AdjustmentState::Waiting,
        lines: rides.iter().map(line).collect(),
    }
}

/// A decision of somebody's.
pub(super) fn decision(number: u64, by: &str, approve: bool) -> Decision {
    Decision {
        adjustment: AdjustmentId(number),
        approve,
        by: by.to_owned(),
        at: NOW.plus_s(60),
    }
}

pub(super) async fn post(store: &Store, number: u64, limit: usize) -> (u32, u32, u32) {
    let posted = store.post_adjustment(AdjustmentId(number), limit, DAY);
    let Adjusted {
        posted,
        refused,
        left,
    } = posted.await.expect("a verb");
    (posted, refused, left)
}

async fn due(store: &Store) -> Vec<u64> {
    let due = store.due_adjustments(9).await.expect("a verb");
    due.into_iter().map(|id| id.0).collect()
}

/// What a person may give alone is counted over a day; more waits for another person, and never
/// for the same.
pub async fn four_eyes_see_what_one_person_may_not_give(store: &Store) {
    settle_in(store, 1, 1).await;
    for sequence in 1..=4 {
        ride_and_bill(store, 1, sequence, 1).await;
    }
    let ask = async |number, sequence, minor, after_s| {
        let mut one = asked(number, &[(journey(1, sequence), minor)]);
        one.asked = NOW.plus_s(after_s);
        store.ask_adjustment(one, 300).await.expect("a verb").state
    };
    let alone = |after_s| AdjustmentState::Approved {
        by: "anna".to_owned(),
        at: NOW.plus_s(after_s),
    };
    assert_eq!(ask(1, 1, 200, 0).await, alone(0));
    assert_eq!(ask(2, 2, 101, 10).await, AdjustmentState::Waiting);
    assert_eq!(ask(3, 3, 100, 20).await, alone(20));
    assert_eq!(ask(1, 1, 200, 0).await, alone(0), "a repeat");
    assert_eq!(ask(4, 4, 200, 86_400).await, alone(86_400), "the next day");
    assert_eq!(due(store).await, [1, 3, 4]);
    let decide = async |number, by: &str, approve| {
        let decided = store.decide_adjustment(decision(number, by, approve));
        decided.await.expect("a verb")
    };
    assert_eq!(decide(2, "anna", true).await, Decided::SamePerson);
    assert_eq!(post(store, 2, 9).await, (0, 0, 0), "it is not approved");
    assert_eq!(decide(2, "bert", true).await, Decided::Saved);
    assert_eq!(decide(2, "carl", false).await, Decided::NotWaiting);
    assert_eq!(decide(1, "bert", false).await, Decided::NotWaiting);
    let by = "bert".to_owned();
    let held = store
        .find_adjustment(AdjustmentId(2))
        .await
        .expect("a verb");
    let at = NOW.plus_s(60);
    assert_eq!(
        held.expect("it is there").state,
        AdjustmentState::Approved { by, at }
    );
    let newest = store.load_adjustments(2).await.expect("a verb");
    let newest: Vec<u64> = newest.iter().map(|one| one.id.0).collect();
    assert_eq!(newest, [4, 3]);

    let batch = asked(5, &[(journey(1, 1), 1), (journey(1, 2), 1)]);
    let waits = store
        .ask_adjustment(batch.clone(), 300)
        .await
        .expect("a verb");
    assert_eq!(
        waits.state,
        AdjustmentState::Waiting,
        "a batch always waits"
    );
    assert_eq!(decide(5, "bert", false).await, Decided::Saved);
    let mut other = batch;
    other.lines[0].amount.minor = 2;
    let conflict = store.ask_adjustment(other, 300).await;
    assert!(matches!(conflict, Err(StoreFault::Conflict { .. })));
    let nowhere = asked(6, &[(journey(1, 99), 1)]);
    let missing = store.ask_adjustment(nowhere, 300).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
    let missing = store.decide_adjustment(decision(77, "bert", true)).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
}

/// Lines are posted once, step by step: what is unpaid is asked for no more, what is paid is given
/// back, and nothing is given beyond what a ride cost. Another batch takes it back, once.
pub async fn a_batch_is_posted_once_and_taken_back_once(store: &Store) {
    settle_in(store, 1, 1).await;
    let mut charges = Vec::new();
    for sequence in 1..=3 {
        charges.push(ride_and_bill(store, 1, sequence, 1).await);
    }
    assert!(open(store, charges[0], 1).await);
    settle(store, charges[0], collected()).await;
    assert!(open(store, charges[1], 1).await);
    settle(store, charges[1], declined()).await;
    let rides = [
        (journey(1, 1), 200),
        (journey(1, 2), 150),
        (journey(1, 3), 201),
    ];
    let waits = store.ask_adjustment(asked(1, &rides), 0).await;
    assert_eq!(waits.expect("a verb").state, AdjustmentState::Waiting);
    let approved = store.decide_adjustment(decision(1, "bert", true)).await;
    assert_eq!(approved.expect("a verb"), Decided::Saved);
    assert_eq!(due(store).await, [1]);
    let mark = file(store).await.mark;
    assert_eq!(post(store, 1, 2).await, (2, 0, 1));
    assert_eq!(
        post(store, 1, 2).await,
        (0, 1, 0),
        "more than the ride cost"
    );
    assert_eq!(post(store, 1, 2).await, (0, 0, 0), "each once");
    assert_eq!(due(store).await, Vec::<u64>::new());
    let after = file(store).await;
    assert!(after.mark > mark);
    // 200 for the third ride and 50 for the second are owed, 200 are on their way back.
    assert_eq!(after.balance_minor, 50);
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    assert_eq!(page.refunds.len(), 1);
    assert_eq!(page.refunds[0].id.charge, charges[0]);
    assert_eq!(page.refunds[0].state, RefundState::Planned);
    assert_eq!(held(store, charges[1]).await.state, ChargeState::Superseded);
    let rest = ChargeId {
        version: ChargeId::FOLLOW_UP,
        ..charges[1]
    };
    assert_eq!(held(store, rest).await.amount, yuan_fen(50));
    let lines: Vec<_> = page.adjusted.iter().map(|(_, line)| line.amount).collect();
    assert_eq!(lines, [yuan_fen(200), yuan_fen(150)]);

    let given = store
        .find_adjustment(AdjustmentId(1))
        .await
        .expect("a verb");
    let given = given.expect("it is there").lines;
    for (number, expected) in [(2, (2, 0, 0)), (3, (0, 2, 0))] {
        let mut back = asked(number, &[]);
        back.kind = AdjustmentKind::TakenBack {
            of: AdjustmentId(1),
        };
        back.lines = given[..2].to_vec();
        let waits = store.ask_adjustment(back, 9_999).await.expect("a verb");
        assert_eq!(waits.state, AdjustmentState::Waiting);
        let approved = store
            .decide_adjustment(decision(number, "bert", true))
            .await;
        assert_eq!(approved.expect("a verb"), Decided::Saved);
        assert_eq!(post(store, number, 9).await, expected);
    }
    assert_eq!(file(store).await.balance_minor, 400);
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    let kinds = page.transfers.iter().map(|transfer| transfer.id.kind);
    let back = kinds.filter(|kind| *kind == TransferKind::GoodwillTakenBack);
    assert_eq!(back.count(), 2);
}
