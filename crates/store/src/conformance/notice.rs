//! Notices: told once, sent once if the gateway says so.

use ridecode_words::UnixSeconds;

use super::steps::open;
use super::world::{NOW, declined, news, ride_and_bill, rider, rider_id, settle_in, yuan_fen};
use crate::{Delivery, Notice, NoticeAttempt, NoticeId, NoticeKind, Store, StoreFault};

/// A notice about a charge of rider 1.
pub(super) fn notice(id: NoticeId, next_attempt: UnixSeconds) -> Notice {
    Notice {
        id,
        rider: rider_id(1),
        at: NOW,
        amount: yuan_fen(200),
        rides: 1,
        text_en: "unpaid".to_owned(),
        text_zh_hans: "未缴".to_owned(),
        text_zh_hant: "未繳".to_owned(),
        delivery: Delivery::Waiting,
        attempts: 0,
        next_attempt: Some(next_attempt),
    }
}

/// A notice comes with its news, once, and leaves the outbox when it was sent or given up.
pub async fn a_notice_is_told_once_and_sent_by_one_worker(store: &Store) {
    settle_in(store, 1, 1).await;
    let mut ids = Vec::new();
    for (sequence, after_s) in [(1, 20), (2, 10)] {
        let charge = ride_and_bill(store, 1, sequence, 1).await;
        let id = NoticeId {
            charge,
            kind: NoticeKind::Declined,
            declines: 1,
        };
        for (attempt, text) in [(1, "unpaid"), (2, "told again")] {
            assert!(open(store, charge, attempt).await);
            let mut told = news(store, charge, declined()).await;
            let mut notice = notice(id, NOW.plus_s(after_s));
            notice.text_en = text.to_owned();
            told.notice = Some(notice);
            store.settle_charge(told).await.expect("news");
        }
        ids.push(id);
    }
    let held = store.load_notices(rider_id(1)).await.expect("a verb");
    let texts: Vec<_> = held.iter().map(|one| (one.id, &*one.text_en)).collect();
    assert_eq!(texts, [(ids[0], "unpaid"), (ids[1], "unpaid")]);
    let due = async |at| store.due_notices(at, 9).await.expect("a verb");
    assert_eq!(due(NOW.plus_s(9)).await, []);
    let both = due(NOW.plus_s(20)).await;
    let order: Vec<NoticeId> = both.iter().map(|due| due.notice.id).collect();
    assert_eq!(order, [ids[1], ids[0]]);
    assert_eq!(both[0].phone, rider(1).phone);

    let attempt = |number, look_again| NoticeAttempt {
        notice: ids[0],
        number,
        look_again,
    };
    let open = async |one| store.open_notice(one).await.expect("a verb");
    assert!(!open(attempt(2, None)).await, "one after the other");
    assert!(open(attempt(1, Some(NOW.plus_s(99)))).await);
    assert!(!open(attempt(1, None)).await, "another worker made it");
    assert_eq!(due(NOW.plus_s(98)).await.len(), 1);
    for (delivery, expected) in [
        (Delivery::Sent, true),
        (
            Delivery::Failed {
                reason: "late".to_owned(),
            },
            false,
        ),
    ] {
        let settled = store.settle_notice(ids[0], delivery).await;
        assert_eq!(settled.expect("a verb"), expected);
    }
    assert!(!open(attempt(2, None)).await, "it was sent");
    assert_eq!(due(NOW.plus_s(999)).await.len(), 1);
    let held = store.load_notices(rider_id(1)).await.expect("a verb");
    assert_eq!((&held[0].delivery, held[0].attempts), (&Delivery::Sent, 1));
    let unknown = NoticeId {
        declines: 7,
        ..ids[0]
    };
    let missing = store.settle_notice(unknown, Delivery::Sent).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
}
