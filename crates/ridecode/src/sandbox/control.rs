//! Control for tests and demos: JSON without signatures, for whoever reaches the address.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::api::plain_refusal;
use super::books::{ContractState, Finish, RefundFinish, WalletChange};
use super::desk::Desk;
use super::refusal::Refusal;

/// The routes.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/merchants", post(register))
        .route("/control/wallets", get(wallets))
        .route("/control/wallets/{wallet}", post(set_wallet))
        .route("/control/contracts", get(contracts))
        .route("/control/contracts/{contract}", post(move_contract))
        .route("/control/orders", get(orders))
        .route("/control/orders/{merchant}/{order}", post(finish_order))
        .route("/control/refunds", get(refunds))
        .route("/control/refunds/{merchant}/{refund}", post(finish_refund))
        .route("/control/callbacks", get(callbacks))
        .route("/control/callbacks/{id}/send", post(call_again))
        .route("/control/bills/{merchant}/{day}", get(bill))
        .route("/control/sms", get(messages))
}

#[derive(Deserialize)]
struct Registration {
    merchant: String,
    key: String,
    secret: String,
}

async fn register(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Registration>, JsonRejection>,
) -> Response {
    let registered = read(asked).and_then(|asked| {
        // Digests are compared, so that time tells nothing about the secret.
        let digest = |text: &str| Sha256::digest(text.as_bytes());
        let secret = desk.setup_secret.as_deref();
        if secret.is_none_or(|secret| digest(secret) != digest(&asked.secret)) {
            return Err(Refusal::RegistrationClosed);
        }
        let mut key = [0; 32];
        hex::decode_to_slice(&asked.key, &mut key)
            .map_err(|_| Refusal::OutOfRange("key must have 64 hex digits"))?;
        desk.change(|books| books.register(&asked.merchant, key))
    });
    answer(registered.map(|()| serde_json::json!({})))
}

async fn wallets(State(desk): State<Arc<Desk>>) -> Response {
    answer(Ok(
        desk.read(|books| books.wallets().cloned().collect::<Vec<_>>())
    ))
}

async fn set_wallet(
    State(desk): State<Arc<Desk>>,
    Path(wallet): Path<String>,
    change: Result<Json<WalletChange>, JsonRejection>,
) -> Response {
    answer(read(change).and_then(|change| desk.change(|books| books.set_wallet(&wallet, &change))))
}

async fn contracts(State(desk): State<Arc<Desk>>) -> Response {
    answer(Ok(
        desk.read(|books| books.contracts().cloned().collect::<Vec<_>>())
    ))
}

#[derive(Deserialize)]
struct ContractMove {
    state: ContractState,
    reason: Option<String>,
}

async fn move_contract(
    State(desk): State<Arc<Desk>>,
    Path(contract): Path<String>,
    asked: Result<Json<ContractMove>, JsonRejection>,
) -> Response {
    let now = desk.now();
    answer(read(asked).and_then(|asked| {
        let to = (asked.state, asked.reason);
        desk.change(|books| books.move_contract(&contract, to, now))
    }))
}

#[derive(Deserialize)]
struct OrdersAsked {
    contract: Option<String>,
}

async fn orders(State(desk): State<Arc<Desk>>, Query(asked): Query<OrdersAsked>) -> Response {
    let wanted = |contract: &str| asked.contract.as_deref().is_none_or(|id| id == contract);
    let mut orders = desk.read(|books| {
        let orders = books.orders().filter(|order| wanted(&order.contract));
        orders.cloned().collect::<Vec<_>>()
    });
    orders.sort_by_key(|order| order.changed);
    answer(Ok(orders))
}

#[derive(Deserialize)]
struct OrderFinish {
    state: Option<Finish>,
}

async fn finish_order(
    State(desk): State<Arc<Desk>>,
    Path((merchant, order)): Path<(String, String)>,
    asked: Result<Json<OrderFinish>, JsonRejection>,
) -> Response {
    let now = desk.now();
    answer(read(asked).and_then(|asked| {
        desk.change(|books| books.finish_order((&merchant, &order), asked.state, now))
    }))
}

async fn refunds(State(desk): State<Arc<Desk>>) -> Response {
    answer(Ok(
        desk.read(|books| books.refunds().cloned().collect::<Vec<_>>())
    ))
}

#[derive(Deserialize)]
struct FinishOfRefund {
    state: Option<RefundFinish>,
}

async fn finish_refund(
    State(desk): State<Arc<Desk>>,
    Path((merchant, refund)): Path<(String, String)>,
    asked: Result<Json<FinishOfRefund>, JsonRejection>,
) -> Response {
    let now = desk.now();
    answer(read(asked).and_then(|asked| {
        desk.change(|books| books.finish_refund((&merchant, &refund), asked.state, now))
    }))
}

async fn callbacks(State(desk): State<Arc<Desk>>) -> Response {
    answer(Ok(
        desk.read(|books| books.callbacks().cloned().collect::<Vec<_>>())
    ))
}

async fn call_again(State(desk): State<Arc<Desk>>, Path(id): Path<u64>) -> Response {
    answer(desk.call_again(id).await)
}

async fn bill(
    State(desk): State<Arc<Desk>>,
    Path((merchant, day)): Path<(String, String)>,
) -> Response {
    match day.parse::<ServiceDay>() {
        Ok(day) => desk
            .read(|books| books.bill(&merchant, day))
            .into_response(),
        Err(_) => plain_refusal(Refusal::NoSuchDay),
    }
}

#[derive(Deserialize)]
struct MessagesAsked {
    phone: Option<String>,
}

async fn messages(State(desk): State<Arc<Desk>>, Query(asked): Query<MessagesAsked>) -> Response {
    let wanted = |to: &str| asked.phone.as_deref().is_none_or(|phone| phone == to);
    answer(Ok(desk.read(|books| {
        let messages = books.messages().filter(|message| wanted(&message.to));
        messages.cloned().collect::<Vec<_>>()
    })))
}

fn read<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Refusal> {
    body.map(|Json(body)| body).map_err(|_| Refusal::Malformed)
}

fn answer<T: Serialize>(result: Result<T, Refusal>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => plain_refusal(refusal),
    }
}
