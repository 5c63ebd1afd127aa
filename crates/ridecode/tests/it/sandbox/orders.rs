//! Deductions: on good days and in every way a provider fails.

use std::time::Duration;

use ridecode_ledger::{Currency, Money};
use ridecode_pay::{BillFault, Outcome};
use ridecode_words::ServiceDay;
use serde_json::json;

use super::world::{World, declined, order};

/// What is known after the reply, what after a query, and what the money did.
struct Expected {
    reply: Outcome,
    query: Outcome,
    /// Of the opening ¥100.00.
    balance_minor: i64,
}

fn collected(transaction: &str) -> Outcome {
    Outcome::Collected {
        transaction: transaction.to_owned(),
        amount: Money::fen(400),
    }
}

fn first() -> Outcome {
    collected("T2026112100000001")
}

async fn check_mode(mode: &str, expected: Expected) {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    world.set_wallet(json!({ "mode": mode, "times": 1 })).await;
    let order = order(1, &contract);
    let reply = world.merchant.deduct(&order).await;
    assert_eq!(reply, expected.reply, "{mode}");
    let query = world.merchant.query_order(order.charge).await;
    assert_eq!(query, expected.query, "{mode}");
    assert_eq!(world.balance().await, expected.balance_minor, "{mode}");

    // The same order again, now that the provider is well: paid once, whatever came before.
    let again = world.merchant.deduct(&order).await;
    match expected.query {
        Outcome::Accepted => assert_eq!(again, Outcome::Accepted, "{mode}"),
        _ => {
            assert_eq!(again, first(), "{mode}");
            assert_eq!(world.balance().await, 9_600, "{mode}");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn whatever_happens_an_order_is_paid_once() {
    let unknown_but = |query, balance_minor| Expected {
        reply: Outcome::Unknown,
        query,
        balance_minor,
    };
    let both = |outcome: Outcome, balance_minor| Expected {
        reply: outcome.clone(),
        query: outcome,
        balance_minor,
    };
    check_mode("ordinary", both(first(), 9_600)).await;
    check_mode("declines", both(declined("risk_control"), 10_000)).await;
    check_mode("accepts_then_collects", both(Outcome::Accepted, 10_000)).await;
    check_mode("accepts_then_declines", both(Outcome::Accepted, 10_000)).await;
    check_mode("collects_then_silent", unknown_but(first(), 9_600)).await;
    check_mode("collects_then_garbled", unknown_but(first(), 9_600)).await;
    check_mode("collects_then_missigned", unknown_but(first(), 9_600)).await;
    check_mode("silent", unknown_but(Outcome::NotFound, 10_000)).await;
    check_mode("server_error", unknown_but(Outcome::NotFound, 10_000)).await;
}

#[tokio::test]
async fn a_provider_that_hangs_is_left_and_asked_later() {
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(super::world::MORNING.0));
    let mut config = super::world::config(&clock);
    config.pace.hold = Duration::from_secs(3_600);
    let mut world = World::with(config, clock).await;
    let contract = world.signed_contract().await;
    let silent = json!({ "mode": "collects_then_silent", "times": 1 });
    world.set_wallet(silent).await;
    let order = order(1, &contract);
    // The callback says that the money was taken; the answer never comes.
    tokio::select! {
        outcome = world.merchant.deduct(&order) => panic!("an answer came: {outcome:?}"),
        _ = world.door.next() => {}
    }
    assert_eq!(world.merchant.query_order(order.charge).await, first());
    assert_eq!(world.balance().await, 9_600);
    world.stop().await;
}

#[tokio::test]
async fn an_empty_wallet_declines_until_it_is_filled() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    world.set_wallet(json!({ "balance_minor": 399 })).await;
    let order = order(1, &contract);
    for _ in 0..2 {
        let short = declined("insufficient_balance");
        assert_eq!(world.merchant.deduct(&order).await, short);
        assert_eq!(world.merchant.query_order(order.charge).await, short);
    }
    world.set_wallet(json!({ "balance_minor": 400 })).await;
    assert_eq!(world.merchant.deduct(&order).await, first());
    assert_eq!(world.merchant.deduct(&order).await, first());
    assert_eq!(world.balance().await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_contract_that_does_not_pay_declines_by_name() {
    let mut world = World::new().await;
    let pending = world.open_contract(2).await.contract;
    let contract = world.signed_contract().await;
    let path = format!("/control/contracts/{contract}");
    let check = async |world: &World, contract: &str, reason: &str| {
        let order = order(1, contract);
        assert_eq!(world.merchant.deduct(&order).await, declined(reason));
    };
    check(&world, "C0000000000000000", "no_such_contract").await;
    let charge = order(1, "").charge;
    assert_eq!(
        world.merchant.query_order(charge).await,
        Outcome::NotFound,
        "nothing is kept of it"
    );
    check(&world, &pending, "contract_pending").await;
    world.control(&path, json!({ "state": "suspended" })).await;
    check(&world, &contract, "contract_suspended").await;
    // A declined order may be taken from another contract of the rider.
    world.control(&path, json!({ "state": "active" })).await;
    assert_eq!(world.merchant.deduct(&order(1, &contract)).await, first());
    world.merchant.end_contract(1).await;
    let late = order(2, &contract);
    let over = declined("contract_ended");
    assert_eq!(world.merchant.deduct(&late).await, over);
    world.stop().await;
}

#[tokio::test]
async fn other_content_under_a_known_number_takes_nothing() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    let paid = order(1, &contract);
    assert_eq!(world.merchant.deduct(&paid).await, first());
    let mut dearer = paid.clone();
    dearer.amount = Money::fen(401);
    let mut renamed = paid.clone();
    renamed.description = "公交".to_owned();
    let mut moved = paid.clone();
    moved.contract = world.open_contract(2).await.contract;
    for other in [dearer, renamed, moved] {
        assert_eq!(world.merchant.deduct(&other).await, Outcome::Unknown);
    }
    for (minor, currency) in [(0, "CNY"), (-400, "CNY"), (20_001, "CNY"), (400, "HKD")] {
        let mut impossible = order(2, &contract);
        impossible.amount = Money::new(minor, currency.parse::<Currency>().unwrap());
        assert_eq!(world.merchant.deduct(&impossible).await, Outcome::Unknown);
    }
    let charge = order(2, &contract).charge;
    assert_eq!(world.merchant.query_order(charge).await, Outcome::NotFound);
    assert_eq!(world.balance().await, 9_600);
    world.stop().await;
}

#[tokio::test]
async fn an_accepted_order_is_finished_later() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    let accepts = json!({ "mode": "accepts_then_collects" });
    world.set_wallet(accepts).await;
    let (paid, refused, short) = (
        order(1, &contract),
        order(2, &contract),
        order(3, &contract),
    );
    for order in [&paid, &refused, &short] {
        assert_eq!(world.merchant.deduct(order).await, Outcome::Accepted);
    }
    let finish = async |world: &World, order: &ridecode_pay::Order, body| {
        let path = format!("/control/orders/guangzhou/{}", order.charge);
        world.control(&path, body).await;
        world.merchant.query_order(order.charge).await
    };
    assert_eq!(finish(&world, &paid, json!({})).await, first());
    let refuse = json!({ "state": "declined" });
    let risk = declined("risk_control");
    assert_eq!(finish(&world, &refused, refuse.clone()).await, risk);
    world.set_wallet(json!({ "balance_minor": 1 })).await;
    let empty = declined("insufficient_balance");
    assert_eq!(finish(&world, &short, json!({})).await, empty);
    assert_eq!(
        finish(&world, &paid, refuse).await,
        first(),
        "a finished order stays finished"
    );
    world.stop().await;
}

#[tokio::test]
async fn an_accepted_order_is_finished_by_itself() {
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(super::world::MORNING.0));
    let mut config = super::world::config(&clock);
    config.pace.finish_after = Some(Duration::ZERO);
    let mut world = World::with(config, clock).await;
    let contract = world.signed_contract().await;
    let accepts = json!({ "mode": "accepts_then_declines" });
    world.set_wallet(accepts).await;
    let order = order(1, &contract);
    assert_eq!(world.merchant.deduct(&order).await, Outcome::Accepted);
    world.door.next().await;
    let query = world.merchant.query_order(order.charge).await;
    assert_eq!(query, declined("risk_control"));
    world.stop().await;
}

#[tokio::test]
async fn the_bill_of_a_day_has_what_was_collected() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    for sequence in [2, 1] {
        world.merchant.deduct(&order(sequence, &contract)).await;
    }
    let silent = json!({ "mode": "collects_then_silent", "times": 1 });
    world.set_wallet(silent).await;
    world.merchant.deduct(&order(3, &contract)).await;
    world.set_wallet(json!({ "mode": "declines" })).await;
    world.merchant.deduct(&order(4, &contract)).await;

    let today: ServiceDay = "2026-11-21".parse().unwrap();
    let bill = async |world: &World, day| {
        let merchant = &world.merchant;
        let time = merchant.time();
        let reply = merchant.carry(merchant.connector.bill(day, time)).await;
        merchant.connector.read_bill(day, time, reply.as_ref())
    };
    assert_eq!(
        bill(&world, today).await,
        Err(BillFault::NoSuchDay(today)),
        "the day is not over"
    );
    world.pass(86_400);
    let lines = bill(&world, today).await.expect("a bill");
    let found: Vec<_> = lines
        .iter()
        .map(|line| {
            let charge = line.charge.to_string();
            (line.transaction.as_str(), charge, line.amount.minor)
        })
        .collect();
    let expected = [
        ("T2026112100000001", "00002001-2-1".to_owned(), 400),
        ("T2026112100000002", "00002001-1-1".to_owned(), 400),
        ("T2026112100000003", "00002001-3-1".to_owned(), 400),
    ];
    assert_eq!(found, expected);
    assert!(lines.iter().all(|line| line.contract == contract));
    let yesterday = ServiceDay(today.0 - 1);
    assert_eq!(bill(&world, yesterday).await, Ok(Vec::new()));
    world.stop().await;
}
