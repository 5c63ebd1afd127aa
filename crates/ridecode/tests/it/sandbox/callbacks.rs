//! Callbacks: once, late, twice, never; refused, forged, replayed.

use std::sync::atomic::Ordering;

use ridecode_ledger::Money;
use ridecode_pay::{CallbackFault, Notice, Outcome};
use serde_json::{Value, json};

use super::world::{Call, World, order};

fn read(world: &World, call: &Call) -> Result<Notice, CallbackFault> {
    let connector = &world.merchant.connector;
    connector.read_callback(&call.headers, &call.body, world.now())
}

fn paid(sequence: u64) -> Notice {
    Notice::Order {
        charge: order(sequence, "").charge,
        outcome: Outcome::Collected {
            transaction: "T2026112100000001".to_owned(),
            amount: Money::fen(400),
        },
    }
}

/// A world with one order paid, whose callback is sent in a way.
async fn paid_world(callbacks: &str) -> World {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    world.set_wallet(json!({ "callbacks": callbacks })).await;
    world.merchant.deduct(&order(1, &contract)).await;
    world
}

/// The order's callback in control: the second, after the contract's.
async fn fate(world: &World) -> Value {
    world.look("/control/callbacks").await[1].clone()
}

/// Sends the order's callback by control.
async fn send(world: &World) -> Value {
    world.control("/control/callbacks/2/send", json!({})).await
}

#[tokio::test]
async fn a_callback_tells_of_the_payment() {
    let mut world = paid_world("once").await;
    let call = world.door.next().await;
    assert_eq!(read(&world, &call), Ok(paid(1)));
    assert!(world.door.is_quiet());
    world.stop().await;
}

#[tokio::test]
async fn a_callback_may_come_twice_with_the_very_same_bytes() {
    let mut world = paid_world("twice").await;
    let (one, two) = (world.door.next().await, world.door.next().await);
    assert_eq!(one.body, two.body);
    let field = |call: &Call| {
        let found = call
            .headers
            .iter()
            .find(|(name, _)| name == "sandbox-signature");
        found.cloned()
    };
    assert_eq!(field(&one), field(&two));
    assert_eq!(read(&world, &two), Ok(paid(1)));
    world.stop().await;
}

#[tokio::test]
async fn a_late_callback_comes_when_it_comes() {
    let mut world = paid_world("late").await;
    assert_eq!(fate(&world).await["state"], "waiting");
    assert!(world.door.is_quiet());
    world.pass(7_200);
    assert_eq!(send(&world).await["state"], "delivered");
    let call = world.door.next().await;
    assert_eq!(read(&world, &call), Ok(paid(1)), "signed when it is sent");
    world.stop().await;
}

#[tokio::test]
async fn a_callback_may_never_come_and_the_query_knows() {
    let world = paid_world("never").await;
    assert_eq!(fate(&world).await["state"], "withheld");
    assert!(world.door.is_quiet());
    let charge = order(1, "").charge;
    let known = world.merchant.query_order(charge).await;
    assert!(matches!(known, Outcome::Collected { .. }));
    world.stop().await;
}

#[tokio::test]
async fn a_callback_nobody_takes_is_sent_again_and_given_up() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    world.door.status.store(500, Ordering::Relaxed);
    world.merchant.deduct(&order(1, &contract)).await;
    let mut nonces = Vec::new();
    for _ in 0..3 {
        let call = world.door.next().await;
        assert_eq!(read(&world, &call), Ok(paid(1)));
        let nonce = call
            .headers
            .iter()
            .find(|(name, _)| name == "sandbox-nonce");
        nonces.push(nonce.cloned());
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "each attempt is signed anew");

    let given_up = async { while fate(&world).await["state"] != "given_up" {} };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, given_up)
        .await
        .expect("it is given up");
    world.door.status.store(204, Ordering::Relaxed);
    let sent = send(&world).await;
    assert_eq!(
        (&sent["state"], &sent["answer"]),
        (&json!("delivered"), &json!(204))
    );
    world.stop().await;
}

#[tokio::test]
async fn a_replayed_callback_is_the_same_news_until_it_is_stale() {
    let mut world = paid_world("once").await;
    let call = world.door.next().await;
    world.pass(300);
    assert_eq!(read(&world, &call), Ok(paid(1)));
    world.pass(1);
    assert_eq!(read(&world, &call), Err(CallbackFault::Stale));
    world.stop().await;
}

#[tokio::test]
async fn a_changed_callback_is_refused() {
    let mut world = paid_world("once").await;
    let call = world.door.next().await;
    let mut dearer = call.clone();
    dearer.body = String::from_utf8(call.body.clone())
        .unwrap()
        .replace("400", "900")
        .into_bytes();
    assert_ne!(dearer.body, call.body);
    assert_eq!(read(&world, &dearer), Err(CallbackFault::BadSignature));
    for name in ["sandbox-timestamp", "sandbox-nonce", "sandbox-signature"] {
        let mut changed = call.clone();
        for (field, value) in &mut changed.headers {
            if field == name {
                let last = value.pop().unwrap();
                value.push(if last == '0' { '1' } else { '0' });
            }
        }
        assert_eq!(read(&world, &changed), Err(CallbackFault::BadSignature));
        let mut lacking = call.clone();
        lacking.headers.retain(|(field, _)| field != name);
        assert_eq!(
            read(&world, &lacking),
            Err(CallbackFault::MissingHeader(name))
        );
    }
    // Another provider's callback, good in itself.
    let mut other = paid_world("once").await;
    let foreign = other.door.next().await;
    assert_eq!(read(&world, &foreign), Err(CallbackFault::BadSignature));
    other.stop().await;
    world.stop().await;
}
