//! The operator's counter: wallets, contracts, orders, callbacks, and what to do with each.

mod tables;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::Page;
use super::language::Language;
use crate::sandbox::api::plain_refusal;
use crate::sandbox::books::{CallbackMode, ContractState, Finish, Mode, WalletChange};
use crate::sandbox::desk::Desk;
use crate::sandbox::refusal::Refusal;

/// The page.
pub(super) async fn show(State(desk): State<Arc<Desk>>, language: Language) -> Response {
    let page = Page {
        language,
        title: language.say("柜台", "Counter"),
        refresh_s: None,
        kind: "counter",
    };
    let body = desk.read(|books| {
        html! {
            h1 { (page.title) }
            p.lead {
                (language.say("商户：", "Merchants: "))
                (books.merchants().collect::<Vec<_>>().join(", "))
                " · " a href={ "/sms?" (language.query()) } { (language.say("短信", "Messages")) }
            }
            (tables::wallets(language, books))
            (tables::contracts(language, books))
            (tables::orders(language, books))
            (tables::callbacks(language, books))
        }
    });
    page.show(&body)
}

/// A wallet's form.
#[derive(Deserialize)]
pub(super) struct WalletForm {
    balance: String,
    mode: Mode,
    times: String,
    callbacks: CallbackMode,
}

/// Sets a wallet.
pub(super) async fn set_wallet(
    State(desk): State<Arc<Desk>>,
    Path(wallet): Path<String>,
    language: Language,
    Form(form): Form<WalletForm>,
) -> Response {
    let change = form.read();
    let done = change.and_then(|change| desk.change(|books| books.set_wallet(&wallet, &change)));
    back(language, done)
}

/// A contract's buttons.
#[derive(Deserialize)]
pub(super) struct ContractForm {
    state: ContractState,
}

/// Moves a contract.
pub(super) async fn move_contract(
    State(desk): State<Arc<Desk>>,
    Path(contract): Path<String>,
    language: Language,
    Form(form): Form<ContractForm>,
) -> Response {
    let now = desk.now();
    let done = desk.change(|books| books.move_contract(&contract, (form.state, None), now));
    back(language, done)
}

/// An accepted order's buttons.
#[derive(Deserialize)]
pub(super) struct OrderForm {
    state: Finish,
}

/// Finishes an order.
pub(super) async fn finish_order(
    State(desk): State<Arc<Desk>>,
    Path((merchant, order)): Path<(String, String)>,
    language: Language,
    Form(form): Form<OrderForm>,
) -> Response {
    let now = desk.now();
    let finish = Some(form.state);
    let done = desk.change(|books| books.finish_order((&merchant, &order), finish, now));
    back(language, done)
}

/// Sends a callback once more.
pub(super) async fn call_again(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<u64>,
    language: Language,
) -> Response {
    back(language, desk.call_again(id).await)
}

impl WalletForm {
    fn read(&self) -> Result<WalletChange, Refusal> {
        let balance_minor = read_yuan(&self.balance)
            .ok_or(Refusal::OutOfRange("balance must be yuan, such as 12.50"))?;
        let times = match self.times.trim() {
            "" => None,
            times => {
                let times = times.parse().ok();
                Some(times.ok_or(Refusal::OutOfRange("times must be a whole number"))?)
            }
        };
        Ok(WalletChange {
            balance_minor: Some(balance_minor),
            mode: Some(self.mode),
            times,
            callbacks: Some(self.callbacks),
            refunds: None,
        })
    }
}

/// Reads yuan with at most two decimals as fen.
fn read_yuan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (yuan, cents) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || !digits(yuan) || !digits(cents) || cents.len() > 2 {
        return None;
    }
    let fen: i64 = format!("{cents:0<2}").parse().ok()?;
    yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen)
}

fn back<T>(language: Language, done: Result<T, Refusal>) -> Response {
    match done {
        Ok(_) => Redirect::to(&format!("/?{}", language.query())).into_response(),
        Err(refusal) => plain_refusal(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_without_floats() {
        let check = |text: &str, expected| assert_eq!(read_yuan(text), expected, "{text}");
        check("12.50", Some(1_250));
        check("12.5", Some(1_250));
        check("12", Some(1_200));
        check(" 0.07 ", Some(7));
        check("12.", Some(1_200));
        for wrong in [
            "",
            ".5",
            "-1",
            "+1",
            "1.234",
            "1,5",
            "1e3",
            "92233720368547759",
        ] {
            check(wrong, None);
        }
    }
}
