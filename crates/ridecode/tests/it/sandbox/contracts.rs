//! Contracts: asked for, signed, held, ended.

use ridecode_pay::{ContractAnswer, ContractState, Notice};
use ridecode_words::RiderId;
use serde_json::json;

use super::world::World;

fn state(answer: &ContractAnswer) -> &ContractState {
    match answer {
        ContractAnswer::Known(news) => &news.state,
        other => panic!("the contract is not known: {other:?}"),
    }
}

#[tokio::test]
async fn a_rider_signs_on_the_page_and_both_sides_know() {
    let mut world = World::new().await;
    assert_eq!(
        world.merchant.query_contract(1).await,
        ContractAnswer::NotFound
    );
    let opened = world.open_contract(1).await;
    assert_eq!(opened.state, ContractState::Pending);
    let sign_url = opened.sign_url.expect("a page to sign on");
    assert!(sign_url.starts_with(&world.sandbox.url()));

    let page = world.merchant.client.get(&sign_url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let reply = world.post_form(&sign_url, &[("answer", "agree")]).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "https://ride.example/done");

    let call = world.door.next().await;
    let connector = &world.merchant.connector;
    let notice = connector.read_callback(&call.headers, &call.body, world.now());
    let Ok(Notice::Contract(told)) = notice else {
        panic!("{notice:?}");
    };
    assert_eq!(told.state, ContractState::Active);
    assert_eq!(told.contract, opened.contract);
    let asked = world.merchant.query_contract(1).await;
    assert_eq!(asked, ContractAnswer::Known(told));
    world.stop().await;
}

#[tokio::test]
async fn a_rider_who_refuses_ends_it_for_good() {
    let world = World::new().await;
    let opened = world.open_contract(1).await;
    let sign_url = opened.sign_url.unwrap();
    for answer in ["refuse", "agree"] {
        let reply = world.post_form(&sign_url, &[("answer", answer)]).await;
        assert_eq!(reply.status(), 303);
        let known = world.merchant.query_contract(1).await;
        assert_eq!(state(&known), &ContractState::Ended);
    }
    let back = world
        .merchant
        .client
        .post(format!(
            "{}/control/contracts/{}",
            world.sandbox.url(),
            opened.contract
        ))
        .json(&json!({ "state": "active" }));
    assert_eq!(back.send().await.unwrap().status(), 409);
    world.stop().await;
}

#[tokio::test]
async fn asking_again_gives_the_same_contract_and_other_content_is_refused() {
    let world = World::new().await;
    let first = world.open_contract(1).await;
    assert_eq!(world.open_contract(1).await, first);
    assert_ne!(world.open_contract(2).await.contract, first.contract);

    let mut other = world.contract_order(1);
    other.rider = RiderId(0xee);
    let conflict = ContractAnswer::Refused {
        reason: "contract_conflict".to_owned(),
    };
    assert_eq!(world.merchant.open_contract(&other).await, conflict);
    let mut elsewhere = world.contract_order(3);
    elsewhere.return_url = "javascript:alert(1)".to_owned();
    let malformed = ContractAnswer::Refused {
        reason: "malformed".to_owned(),
    };
    assert_eq!(world.merchant.open_contract(&elsewhere).await, malformed);
    assert_eq!(
        world.merchant.query_contract(3).await,
        ContractAnswer::NotFound
    );
    world.stop().await;
}

#[tokio::test]
async fn a_contract_is_held_released_and_ended() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    let path = format!("/control/contracts/{contract}");
    let suspend = json!({ "state": "suspended", "reason": "overdue" });
    world.control(&path, suspend).await;
    let held = ContractState::Suspended {
        reason: "overdue".to_owned(),
    };
    assert_eq!(state(&world.merchant.query_contract(1).await), &held);
    world.control(&path, json!({ "state": "active" })).await;
    let known = world.merchant.query_contract(1).await;
    assert_eq!(state(&known), &ContractState::Active);

    let ended = world.merchant.end_contract(1).await;
    assert_eq!(state(&ended), &ContractState::Ended);
    assert_eq!(world.merchant.end_contract(1).await, ended);
    assert_eq!(
        world.merchant.end_contract(9).await,
        ContractAnswer::NotFound
    );
    for _ in 0..3 {
        world.door.next().await;
    }
    assert!(world.door.is_quiet(), "a repeat calls nobody");
    world.stop().await;
}
