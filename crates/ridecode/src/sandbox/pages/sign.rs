//! Where the rider signs a contract: agree or refuse, then back to the merchant.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::language::Language;
use super::{Page, show_fen, show_time};
use crate::sandbox::api::plain_refusal;
use crate::sandbox::books::{AMOUNT_MINOR_MAX, Contract, ContractState};
use crate::sandbox::desk::Desk;
use crate::sandbox::refusal::Refusal;

/// What the rider says.
#[derive(Deserialize)]
pub(super) struct Answer {
    answer: Word,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Agree,
    Refuse,
}

/// The page.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(contract): Path<String>,
    language: Language,
) -> Response {
    let found = desk.read(|books| {
        let contract = books.find_contract(&contract)?.clone();
        let wallet = books.wallets().find(|one| one.wallet == contract.wallet)?;
        Some((contract, wallet.balance_minor))
    });
    let page = Page {
        language,
        title: language.say("签约免密支付", "Sign for automatic payment"),
        refresh_s: None,
        kind: "phone",
    };
    match found {
        Some((contract, balance)) => page.show(&body(language, &contract, balance)),
        None => {
            let missing = html! {
                (mark("−", "quiet"))
                h1 { (language.say("没有这份合约", "There is no such contract")) }
                p.lead {
                    (language.say("请回到商户重新发起签约。",
                        "Go back to the merchant and start again."))
                }
            };
            (StatusCode::NOT_FOUND, page.show(&missing)).into_response()
        }
    }
}

/// Takes the rider's answer. A contract that waits no longer is not moved by an old page.
pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    Path(contract): Path<String>,
    Form(Answer { answer }): Form<Answer>,
) -> Response {
    let now = desk.now();
    let answered = desk.change(|books| {
        let known = books
            .find_contract(&contract)
            .ok_or(Refusal::NoSuchContract)?;
        if known.state != ContractState::Pending {
            return Ok(known.clone());
        }
        let state = match answer {
            Word::Agree => ContractState::Active,
            Word::Refuse => ContractState::Ended,
        };
        books.move_contract(&contract, (state, None), now)
    });
    match answered {
        Ok(contract) => Redirect::to(&contract.return_url).into_response(),
        Err(refusal) => plain_refusal(refusal),
    }
}

fn body(language: Language, contract: &Contract, balance_minor: i64) -> Markup {
    match contract.state {
        ContractState::Pending => offer(language, contract, balance_minor),
        ContractState::Active => told(
            (language, contract),
            mark("✓", "good"),
            (
                "已签约",
                "Signed",
                "乘车后自动扣款。",
                "Fares are taken after each ride.",
            ),
        ),
        ContractState::Suspended => told(
            (language, contract),
            mark("!", "warn"),
            (
                "合约已暂停",
                "The contract is suspended",
                "暂停期间不会扣款。",
                "Nothing is taken meanwhile.",
            ),
        ),
        ContractState::Ended => told(
            (language, contract),
            mark("−", "quiet"),
            (
                "合约已结束",
                "The contract has ended",
                "不会再扣款。",
                "Nothing more is taken.",
            ),
        ),
    }
}

fn offer(language: Language, contract: &Contract, balance_minor: i64) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    html! {
        (mark("乘", "brand"))
        h1 { (say("签约免密支付", "Sign for automatic payment")) }
        p.lead {
            strong { (contract.merchant) }
            (say(
                " 请您同意：乘车后自动扣除车费，无需每次确认。",
                " asks you to agree that fares are taken after each ride, without asking again.",
            ))
        }
        dl.facts {
            dt { (say("用途", "For")) }
            dd { (say("公共交通车费", "Public transport fares")) }
            dt { (say("扣款账户", "Paid from")) }
            dd { (say("沙箱钱包", "Sandbox wallet")) " · " (show_fen(balance_minor)) }
            dt { (say("单次上限", "At most, each time")) }
            dd { (show_fen(AMOUNT_MINOR_MAX)) }
            dt { (say("期限", "Until")) }
            dd { (say("长期有效，可随时解约", "You end it, at any time")) }
            dt { (say("合约号", "Contract")) }
            dd.number { (contract.contract) }
        }
        form.choices method="post" action={ "/sign/" (contract.contract) "?" (language.query()) } {
            button.main name="answer" value="agree" { (say("同意并签约", "Agree and sign")) }
            button.quiet name="answer" value="refuse" { (say("不同意", "Refuse")) }
        }
    }
}

/// Chinese and English heading, Chinese and English sentence.
type Words = (&'static str, &'static str, &'static str, &'static str);

fn told((language, contract): (Language, &Contract), mark: Markup, words: Words) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let (heading_zh, heading_en, line_zh, line_en) = words;
    html! {
        (mark)
        h1 { (say(heading_zh, heading_en)) }
        p.lead { (say(line_zh, line_en)) }
        dl.facts {
            dt { (say("商户", "Merchant")) } dd { (contract.merchant) }
            @if let Some(reason) = &contract.reason {
                dt { (say("原因", "Reason")) } dd.number { (reason) }
            }
            dt { (say("时间", "Since")) } dd { (show_time(contract.changed)) }
            dt { (say("合约号", "Contract")) } dd.number { (contract.contract) }
        }
        p.choices {
            a.button href=(contract.return_url) { (say("返回商户", "Back to the merchant")) }
        }
    }
}

fn mark(sign: &str, tone: &str) -> Markup {
    html! { div.seal.(tone) aria-hidden="true" { (sign) } }
}
