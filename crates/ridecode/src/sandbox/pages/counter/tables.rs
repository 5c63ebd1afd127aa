//! The counter's tables.

use maud::{Markup, html};

use super::super::language::Language;
use super::super::{show_fen, show_time};
use crate::sandbox::books::{
    Books, CallbackMode, CallbackState, Contract, ContractState, Mode, Order, OrderState, Wallet,
};

/// Wallets, each with its form.
pub(super) fn wallets(language: Language, books: &Books) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    html! {
        section {
            h2 { (say("钱包", "Wallets")) }
            @if books.wallets().next().is_none() { (empty(language)) }
            div.wallets {
                @for wallet in books.wallets() { (wallet_form(language, wallet)) }
            }
        }
    }
}

fn wallet_form(language: Language, wallet: &Wallet) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let query = language.query();
    let (yuan, cents) = (wallet.balance_minor / 100, wallet.balance_minor % 100);
    html! {
        form.wallet method="post" action=(format!("/wallets/{}?{query}", wallet.wallet)) {
            p.number { (wallet.wallet) }
            p.amount { (show_fen(wallet.balance_minor)) }
            label { (say("余额（元）", "Balance (yuan)"))
                input name="balance" inputmode="decimal" value=(format!("{yuan}.{cents:02}"));
            }
            label { (say("接下来的扣款", "Next deductions"))
                select name="mode" {
                    @for mode in Mode::ALL {
                        option value=(word(&mode)) selected[mode == wallet.mode] {
                            (mode_label(language, mode))
                        }
                    }
                }
            }
            label { (say("次数（空为一直）", "How many (empty: all)"))
                input name="times" inputmode="numeric" value=[wallet.times];
            }
            label { (say("回调", "Callbacks"))
                select name="callbacks" {
                    @for mode in CallbackMode::ALL {
                        option value=(word(&mode)) selected[mode == wallet.callbacks] {
                            (callback_label(language, mode))
                        }
                    }
                }
            }
            button { (say("保存", "Save")) }
        }
    }
}

/// Contracts, with the moves each allows.
pub(super) fn contracts(language: Language, books: &Books) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let query = language.query();
    html! {
        section {
            h2 { (say("合约", "Contracts")) }
            @if books.contracts().next().is_none() { (empty(language)) }
            @else {
                div.scroll { table {
                    thead { tr {
                        th { (say("合约号", "Contract")) }
                        th { (say("商户单号", "Number")) }
                        th { (say("钱包", "Wallet")) }
                        th { (say("状态", "State")) }
                        th { (say("时间", "Since")) }
                        th {}
                    } }
                    tbody { @for contract in books.contracts() { tr {
                        td.number {
                            a href={ "/sign/" (contract.contract) "?" (query) } {
                                (contract.contract)
                            }
                        }
                        td.number { (contract.number) }
                        td.number { (contract.wallet) }
                        td {
                            (state(contract_face(language, contract.state)))
                            @if let Some(reason) = &contract.reason { " " small { (reason) } }
                        }
                        td.number { (show_time(contract.changed)) }
                        td { (contract_form(language, contract)) }
                    } } }
                } }
            }
        }
    }
}

fn contract_form(language: Language, contract: &Contract) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let action = format!("/contracts/{}?{}", contract.contract, language.query());
    html! {
        @if contract.state != ContractState::Ended {
            form.inline method="post" action=(action) {
                @if contract.state == ContractState::Active {
                    button name="state" value="suspended" { (say("暂停", "Suspend")) }
                } @else {
                    button name="state" value="active" { (say("生效", "Activate")) }
                }
                button name="state" value="ended" { (say("结束", "End")) }
            }
        }
    }
}

/// The newest orders.
pub(super) fn orders(language: Language, books: &Books) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let mut orders: Vec<_> = books.orders().collect();
    orders.sort_by_key(|order| std::cmp::Reverse(order.changed));
    html! {
        section {
            h2 { (say("订单", "Orders")) }
            @if orders.is_empty() { (empty(language)) }
            @else {
                div.scroll { table {
                    thead { tr {
                        th { (say("订单号", "Order")) }
                        th { (say("说明", "Description")) }
                        th.amount { (say("金额", "Amount")) }
                        th { (say("状态", "State")) }
                        th { (say("流水号", "Transaction")) }
                        th { (say("时间", "Time")) }
                        th {}
                    } }
                    tbody { @for order in orders.iter().take(ROWS_MAX) { tr {
                        td.number { (order.order) }
                        td { (order.description) }
                        td.amount { (show_fen(order.amount_minor)) }
                        td {
                            (state(order_face(language, order.state)))
                            @if let Some(reason) = order.reason { " " small { (reason.code()) } }
                        }
                        td.number { (order.transaction.as_deref().unwrap_or("–")) }
                        td.number { (show_time(order.changed)) }
                        td { (order_form(language, order)) }
                    } } }
                } }
            }
        }
    }
}

fn order_form(language: Language, order: &Order) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let (merchant, number) = (&order.merchant, &order.order);
    let action = format!("/orders/{merchant}/{number}?{}", language.query());
    html! {
        @if order.state == OrderState::Accepted {
            form.inline method="post" action=(action) {
                button name="state" value="collected" { (say("扣款", "Collect")) }
                button name="state" value="declined" { (say("拒绝", "Decline")) }
            }
        }
    }
}

/// The newest callbacks.
pub(super) fn callbacks(language: Language, books: &Books) -> Markup {
    let say = |chinese, english| language.say(chinese, english);
    let query = language.query();
    html! {
        section {
            h2 { (say("回调", "Callbacks")) }
            @if books.callbacks().next().is_none() { (empty(language)) }
            @else {
                div.scroll { table {
                    thead { tr {
                        th { "#" }
                        th { (say("地址", "Address")) }
                        th { (say("状态", "State")) }
                        th.amount { (say("次数", "Sent")) }
                        th { (say("回答", "Answer")) }
                        th { (say("时间", "Time")) }
                        th {}
                    } }
                    tbody { @for callback in books.callbacks().rev().take(ROWS_MAX) { tr {
                        td.number { (callback.id) }
                        td { (callback.url) }
                        td { (state(fate_face(language, callback.state))) }
                        td.amount { (callback.attempts) }
                        td.number {
                            @match callback.answer { Some(status) => (status), None => "–" }
                        }
                        td.number { (show_time(callback.created)) }
                        td {
                            form.inline method="post"
                                action={ "/callbacks/" (callback.id) "?" (query) } {
                                button { (say("再发一次", "Send")) }
                            }
                        }
                    } } }
                } }
            }
        }
    }
}

/// A state's label and tone.
type Face = (&'static str, &'static str);

fn state((label, tone): Face) -> Markup {
    html! { span.state.(tone) { (label) } }
}

fn empty(language: Language) -> Markup {
    html! { p.empty { (language.say("暂无", "None yet")) } }
}

/// The word of a closed choice, as forms and JSON have it.
fn word(choice: &impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn mode_label(language: Language, mode: Mode) -> &'static str {
    let (chinese, english) = match mode {
        Mode::Ordinary => ("正常", "Ordinary"),
        Mode::Declines => ("拒绝扣款", "Declined"),
        Mode::AcceptsThenCollects => ("先受理，稍后扣款", "Accepted, collected later"),
        Mode::AcceptsThenDeclines => ("先受理，稍后拒绝", "Accepted, declined later"),
        Mode::CollectsThenSilent => ("扣款成功但不应答", "Collected, no answer"),
        Mode::CollectsThenGarbled => ("扣款成功但应答乱码", "Collected, unreadable answer"),
        Mode::CollectsThenMissigned => ("扣款成功但签名错误", "Collected, wrongly signed"),
        Mode::Silent => ("未扣款且不应答", "Not taken, no answer"),
        Mode::ServerError => ("服务器错误", "Server error"),
    };
    language.say(chinese, english)
}

fn callback_label(language: Language, mode: CallbackMode) -> &'static str {
    let (chinese, english) = match mode {
        CallbackMode::Once => ("一次", "Once"),
        CallbackMode::Late => ("迟到", "Late"),
        CallbackMode::Twice => ("两次", "Twice"),
        CallbackMode::Never => ("不发", "Never"),
    };
    language.say(chinese, english)
}

fn contract_face(language: Language, state: ContractState) -> Face {
    let (chinese, english, tone) = match state {
        ContractState::Pending => ("待签约", "Pending", "warn"),
        ContractState::Active => ("生效", "Active", "good"),
        ContractState::Suspended => ("暂停", "Suspended", "warn"),
        ContractState::Ended => ("结束", "Ended", "quiet"),
    };
    (language.say(chinese, english), tone)
}

fn order_face(language: Language, state: OrderState) -> Face {
    let (chinese, english, tone) = match state {
        OrderState::Accepted => ("已受理", "Accepted", "warn"),
        OrderState::Collected => ("已扣款", "Collected", "good"),
        OrderState::Declined => ("已拒绝", "Declined", "bad"),
    };
    (language.say(chinese, english), tone)
}

fn fate_face(language: Language, state: CallbackState) -> Face {
    let (chinese, english, tone) = match state {
        CallbackState::Waiting => ("待发", "Waiting", "warn"),
        CallbackState::Delivered => ("已送达", "Delivered", "good"),
        CallbackState::GivenUp => ("已放弃", "Given up", "bad"),
        CallbackState::Withheld => ("未发", "Withheld", "quiet"),
    };
    (language.say(chinese, english), tone)
}

const ROWS_MAX: usize = 100;
