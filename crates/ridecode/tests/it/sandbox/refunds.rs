//! Refunds: on good days and in every way a provider fails.

use ridecode_ledger::Money;
use ridecode_pay::{Notice, RefundOrder, RefundOutcome};
use serde_json::json;

use super::world::{World, order};

fn refund_order(number: u16, fen: i64) -> RefundOrder {
    RefundOrder {
        refund: format!("00002001-1-1-r{number}").parse().expect("a refund"),
        transaction: "T2026112100000001".to_owned(),
        amount: Money::fen(fen),
        collected: Money::fen(400),
        reason: "票价更正".to_owned(),
    }
}

fn done(fen: i64) -> RefundOutcome {
    RefundOutcome::Done {
        amount: Money::fen(fen),
    }
}

fn refused(reason: &str) -> RefundOutcome {
    RefundOutcome::Refused {
        reason: reason.to_owned(),
    }
}

/// A world with an order of 4 yuan paid from a wallet of 100.
async fn paid_world(refunds: &str) -> World {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    world.set_wallet(json!({ "refunds": refunds })).await;
    world.merchant.deduct(&order(1, &contract)).await;
    world.door.next().await;
    world
}

async fn check_mode(mode: &str, reply: RefundOutcome, query: RefundOutcome) {
    let world = paid_world(mode).await;
    let refund = refund_order(1, 150);
    assert_eq!(world.merchant.refund(&refund).await, reply, "{mode}");
    let known = world.merchant.query_refund(refund.refund).await;
    assert_eq!(known, query, "{mode}");
    // The same refund again, now that the provider is well: given back once, whatever came before.
    world.set_wallet(json!({ "refunds": "ordinary" })).await;
    let again = world.merchant.refund(&refund).await;
    if query == RefundOutcome::Accepted {
        assert_eq!(again, RefundOutcome::Accepted, "{mode}");
        assert_eq!(world.balance().await, 9_600, "{mode}");
    } else {
        assert_eq!(again, done(150), "{mode}");
        assert_eq!(world.balance().await, 9_750, "{mode}");
    }
    world.stop().await;
}

#[tokio::test]
async fn whatever_happens_a_refund_is_given_back_once() {
    let unknown = RefundOutcome::Unknown;
    let closed = refused("account_closed");
    let accepted = RefundOutcome::Accepted;
    check_mode("ordinary", done(150), done(150)).await;
    check_mode("refuses", closed.clone(), closed).await;
    check_mode("accepts_then_gives", accepted.clone(), accepted.clone()).await;
    check_mode("accepts_then_refuses", accepted.clone(), accepted).await;
    check_mode("gives_then_silent", unknown.clone(), done(150)).await;
    check_mode("gives_then_garbled", unknown.clone(), done(150)).await;
    check_mode("silent", unknown.clone(), RefundOutcome::NotFound).await;
    check_mode("server_error", unknown, RefundOutcome::NotFound).await;
}

#[tokio::test]
async fn more_than_was_collected_is_refused() {
    let world = paid_world("ordinary").await;
    let too_large = refused("refund_too_large");
    let check = async |number, fen, expected| {
        let found = world.merchant.refund(&refund_order(number, fen)).await;
        assert_eq!(found, expected, "{number}");
    };
    check(1, 401, too_large.clone()).await;
    check(2, 150, done(150)).await;
    check(3, 251, too_large).await;
    check(3, 250, RefundOutcome::Unknown).await;
    check(4, 250, done(250)).await;
    let mut unknown_order = refund_order(1, 100);
    unknown_order.refund = "00002001-9-1-r1".parse().expect("a refund");
    let found = world.merchant.refund(&unknown_order).await;
    assert_eq!(found, refused("no_such_order"));
    assert_eq!(world.balance().await, 10_000);
    world.stop().await;
}

#[tokio::test]
async fn a_refund_is_told_by_callback() {
    let mut world = paid_world("accepts_then_gives").await;
    let order = refund_order(1, 400);
    let accepted = world.merchant.refund(&order).await;
    assert_eq!(accepted, RefundOutcome::Accepted);
    let number = order.refund;
    let path = format!("/control/refunds/guangzhou/{number}");
    world.control(&path, json!({ "state": "done" })).await;
    let call = world.door.next().await;
    let connector = &world.merchant.connector;
    let notice = connector.read_callback(&call.headers, &call.body, world.now());
    let expected = Notice::Refund {
        refund: number,
        outcome: done(400),
    };
    assert_eq!(notice, Ok(expected));
    assert_eq!(world.look("/control/refunds").await[0]["state"], "done");
    world.stop().await;
}
