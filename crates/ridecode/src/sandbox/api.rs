//! What merchants ask: contracts, orders, bills, short messages. Signed both ways.

mod reply;
mod signed;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};

use super::books::{
    ContractAsked, ContractState, Manner, Order, OrderAsked, OrderState, Refund, RefundAsked,
    RefundState, day_of,
};
use super::desk::Desk;
use super::refusal::Refusal;
use super::wire::{ContractBody, OrderBody, RefundBody};
use reply::Reply;
use signed::Signed;

pub(super) use reply::plain_refusal;

/// The routes.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/v1/key", get(key))
        .route("/v1/contracts", post(open_contract))
        .route("/v1/contracts/{number}", get(query_contract))
        .route("/v1/contracts/{number}/end", post(end_contract))
        .route("/v1/orders", post(deduct))
        .route("/v1/orders/{order}", get(query_order))
        .route("/v1/refunds", post(refund))
        .route("/v1/refunds/{refund}", get(query_refund))
        .route("/v1/bills/{day}", get(bill))
        .route("/sms", post(send_sms))
}

async fn key(State(desk): State<Arc<Desk>>) -> axum::Json<serde_json::Value> {
    axum::Json(serde_json::json!({ "key": hex::encode(desk.seal.public_key()) }))
}

async fn open_contract(State(desk): State<Arc<Desk>>, signed: Signed) -> Reply {
    let opened = signed.json::<ContractAsked>().and_then(|asked| {
        let contract = desk.seal.contract(&signed.merchant, &asked.number);
        let now = desk.now();
        desk.change(|books| books.open_contract((&signed.merchant, contract), asked, now))
    });
    let answer = opened.map(|(contract, new)| {
        let status = if new { 201 } else { 200 };
        (status, ContractBody::of(&contract, Some(&desk.public_url)))
    });
    Reply::json(&desk, &signed.nonce, answer)
}

async fn query_contract(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<String>,
    signed: Signed,
) -> Reply {
    let contract = desk.seal.contract(&signed.merchant, &number);
    let found = desk.read(|books| books.find_contract(&contract).cloned());
    let answer = found
        .map(|contract| (200, ContractBody::of(&contract, Some(&desk.public_url))))
        .ok_or(Refusal::NoSuchContract);
    Reply::json(&desk, &signed.nonce, answer)
}

async fn end_contract(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<String>,
    signed: Signed,
) -> Reply {
    let contract = desk.seal.contract(&signed.merchant, &number);
    let now = desk.now();
    let ended =
        desk.change(|books| books.move_contract(&contract, (ContractState::Ended, None), now));
    let answer = ended.map(|contract| (200, ContractBody::of(&contract, None)));
    Reply::json(&desk, &signed.nonce, answer)
}

async fn deduct(State(desk): State<Arc<Desk>>, signed: Signed) -> Reply {
    let now = desk.now();
    let taken = signed
        .json::<OrderAsked>()
        .and_then(|asked| desk.change(|books| books.deduct(&signed.merchant, asked, now)));
    let (order, manner) = match taken {
        Ok((order, manner)) => (order.ok_or(Refusal::NoSuchOrder), manner),
        Err(refusal) => (Err(refusal), Manner::Plain { new: false }),
    };
    let answer = |new| order.and_then(|order| answer_deduction(&order, new));
    in_manner(&desk, &signed.nonce, (manner, answer)).await
}

/// Answers in a manner: `answer` says what, to a request that is new or not.
async fn in_manner<T: Serialize>(
    desk: &Desk,
    nonce: &str,
    (manner, answer): (Manner, impl FnOnce(bool) -> Result<(u16, T), Refusal>),
) -> Reply {
    match manner {
        Manner::Plain { new } => Reply::json(desk, nonce, answer(new)),
        Manner::Missigned => Reply::json(desk, "", answer(true)),
        Manner::Garbled => Reply::garbled(200),
        Manner::ServerError => Reply::garbled(500),
        Manner::Silent => {
            desk.hold().await;
            Reply::garbled(504)
        }
    }
}

fn answer_deduction(order: &Order, new: bool) -> Result<(u16, OrderBody), Refusal> {
    match (order.state, order.reason) {
        (OrderState::Declined, Some(reason)) => Err(Refusal::Declined(reason)),
        (OrderState::Declined | OrderState::Accepted | OrderState::Collected, _) => {
            Ok((if new { 201 } else { 200 }, OrderBody::of(order)))
        }
    }
}

async fn query_order(
    State(desk): State<Arc<Desk>>,
    Path(order): Path<String>,
    signed: Signed,
) -> Reply {
    let found = desk.read(|books| books.find_order(&signed.merchant, &order).cloned());
    let answer = found
        .map(|order| (200, OrderBody::of(&order)))
        .ok_or(Refusal::NoSuchOrder);
    Reply::json(&desk, &signed.nonce, answer)
}

async fn refund(State(desk): State<Arc<Desk>>, signed: Signed) -> Reply {
    let now = desk.now();
    let taken = signed
        .json::<RefundAsked>()
        .and_then(|asked| desk.change(|books| books.refund(&signed.merchant, asked, now)));
    let (refund, manner) = match taken {
        Ok((refund, manner)) => (refund.ok_or(Refusal::NoSuchRefund), manner),
        Err(refusal) => (Err(refusal), Manner::Plain { new: false }),
    };
    let answer = |new| refund.and_then(|refund| answer_refund(&refund, new));
    in_manner(&desk, &signed.nonce, (manner, answer)).await
}

fn answer_refund(refund: &Refund, new: bool) -> Result<(u16, RefundBody), Refusal> {
    match (refund.state, refund.reason) {
        (RefundState::Refused, Some(reason)) => Err(Refusal::RefundDeclined(reason)),
        (RefundState::Refused | RefundState::Accepted | RefundState::Done, _) => {
            Ok((if new { 201 } else { 200 }, RefundBody::of(refund)))
        }
    }
}

async fn query_refund(
    State(desk): State<Arc<Desk>>,
    Path(refund): Path<String>,
    signed: Signed,
) -> Reply {
    let found = desk.read(|books| books.find_refund(&signed.merchant, &refund).cloned());
    let answer = found
        .map(|refund| (200, RefundBody::of(&refund)))
        .ok_or(Refusal::NoSuchRefund);
    Reply::json(&desk, &signed.nonce, answer)
}

async fn bill(State(desk): State<Arc<Desk>>, Path(day): Path<String>, signed: Signed) -> Reply {
    let today = day_of(desk.now());
    let day = day.parse::<ServiceDay>().ok().filter(|day| *day < today);
    let answer = day
        .map(|day| desk.read(|books| books.bill(&signed.merchant, day)))
        .ok_or(Refusal::NoSuchDay);
    Reply::csv(&desk, &signed.nonce, answer)
}

#[derive(Deserialize)]
struct SmsAsked {
    to: String,
    text: String,
}

async fn send_sms(State(desk): State<Arc<Desk>>, signed: Signed) -> Reply {
    let now = desk.now();
    let taken = signed
        .json::<SmsAsked>()
        .and_then(|sms| desk.change(|books| books.take_message(&sms.to, &sms.text, now)));
    let answer = taken.map(|message| (201, serde_json::json!({ "message": message })));
    Reply::json(&desk, &signed.nonce, answer)
}
