//! Notices: what riders are told, once each, with amount and dates, and how it gets to them.

use ridecode_ledger::Money;
use ridecode_store::{Delivery, Notice, NoticeKind};
use ridecode_words::RiderId;

use crate::charge::{NOW, rode};
use crate::provider::Mood;
use crate::world::World;

async fn told(world: &World, rider: RiderId) -> Vec<Notice> {
    world.office.store.load_notices(rider).await.unwrap()
}

fn kinds(notices: &[Notice]) -> Vec<(NoticeKind, u32)> {
    let notices = notices.iter();
    notices
        .map(|notice| (notice.id.kind, notice.id.declines))
        .collect()
}

#[tokio::test]
async fn a_rider_is_told_at_the_first_decline_now_and_then_and_at_the_last() {
    let (mut world, phone, _) = rode(90, 1).await;
    world.provider.set_mood(Mood::Empty);
    for hour in 0..24 * 20 {
        world.charge(NOW.plus_s(hour * 3_600)).await;
    }
    let notices = told(&world, phone.rider).await;
    let expected = [
        (NoticeKind::Declined, 1),
        (NoticeKind::Reminder, 4),
        (NoticeKind::Reminder, 7),
        (NoticeKind::Reminder, 10),
        (NoticeKind::Reminder, 13),
        (NoticeKind::LastAttempt, 14),
    ];
    assert_eq!(kinds(&notices), expected);
    for notice in &notices {
        assert_eq!((notice.amount, notice.rides), (Money::fen(200), 1));
        for text in [&notice.text_en, &notice.text_zh_hans, &notice.text_zh_hant] {
            assert!(text.contains("¥2.00"), "{text}");
            assert!(text.contains("2026-11-21"), "{text}");
        }
    }
    assert_eq!(
        notices[0].text_en,
        "【Ridecode】¥2.00 for 1 ride (2026-11-21) could not be collected. Please check your payment \
         account. We try again on 2026-11-21; you can also pay at once in the app."
    );
    assert!(notices[5].text_zh_hans.contains("不再自动扣款"));
    assert!(notices[5].text_zh_hant.contains("不再自動扣款"));

    world.provider.set_mood(Mood::Pays);
    let paid = NOW.plus_s(21 * 86_400);
    let due = ridecode_office::debt::repay(&world.office, phone.rider, paid);
    due.await.unwrap();
    world.charge(paid).await;
    let notices = told(&world, phone.rider).await;
    assert_eq!(kinds(&notices)[6], (NoticeKind::Settled, 14));
    assert_eq!(notices[6].amount, Money::fen(200));
}

#[tokio::test]
async fn a_ride_that_is_paid_at_once_is_no_news() {
    let (mut world, phone, _) = rode(91, 2).await;
    world.charge(NOW).await;
    assert_eq!(told(&world, phone.rider).await, []);
    assert_eq!(world.send_notices(NOW).await.tried, 0);
}

#[tokio::test]
async fn a_notice_is_sent_once_the_gateway_takes_it() {
    let (mut world, phone, _) = rode(92, 2).await;
    world.provider.set_mood(Mood::Empty);
    world.charge(NOW).await;
    let notices = told(&world, phone.rider).await;
    assert_eq!(notices.len(), 2);
    assert_eq!((notices[1].amount, notices[1].rides), (Money::fen(400), 2));
    world.provider.set_mood(Mood::Unreachable);
    let sent = world.send_notices(NOW).await;
    assert_eq!((sent.tried, sent.sent, sent.failed), (2, 0, 0));
    assert_eq!(world.send_notices(NOW.plus_s(599)).await.tried, 0);
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.send_notices(NOW.plus_s(600)).await.sent, 2);
    assert_eq!(world.send_notices(NOW.plus_s(86_400)).await.tried, 0);
    // The number is a mainland one.
    let messages = world.provider.messages();
    let texts: Vec<_> = notices.iter().map(|one| one.text_zh_hans.clone()).collect();
    assert_eq!(messages, texts);
    let after = told(&world, phone.rider).await;
    assert!(after.iter().all(|one| one.delivery == Delivery::Sent));
}

#[tokio::test]
async fn a_gateway_that_refuses_or_never_answers_is_left_in_the_end() {
    for (mood, rounds, word) in [
        (Mood::Empty, 1, "malformed"),
        (Mood::Unreachable, 4, "silent"),
    ] {
        let (mut world, phone, _) = rode(93, 1).await;
        world.provider.set_mood(Mood::Empty);
        world.charge(NOW).await;
        world.provider.set_mood(mood);
        let mut tried = 0;
        for round in 0..9 {
            tried += world.send_notices(NOW.plus_s(round * 600)).await.tried;
        }
        assert_eq!(tried, rounds);
        let reason = word.to_owned();
        let notices = told(&world, phone.rider).await;
        assert_eq!(notices[0].delivery, Delivery::Failed { reason });
    }
}
