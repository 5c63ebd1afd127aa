//! What WeChat Pay's replies mean.
//!
//! First the signature, then the status, then the body, whose numbers must be the ones that were
//! asked about. Whatever falls through is unknown.

use alloc::format;
use alloc::string::{String, ToString as _};

use ridecode_ledger::{Currency, Money};
use ridecode_words::{ChargeId, UnixSeconds};
use serde::Deserialize;

use super::{Connector, Settings, read_order_number};
use crate::arrival::parse;
use crate::connector::{CallbackFault, Outcome};
use crate::http::HttpReply;
use crate::vault::EnvelopeVault;

/// What is known of an order, with WeChat's own advance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderNews {
    /// What is known of the payment.
    pub outcome: Outcome,
    /// Whether WeChat paid in the rider's place (`bank_type` is `BPA`), and whether the rider
    /// paid it back. The merchant has the money either way.
    pub advance: Option<Advance>,
}

/// How WeChat's advance stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Advance {
    /// The rider owes it to WeChat.
    Owed,
    /// The rider paid it back.
    Repaid,
    /// It was given up by a full refund.
    Refunded,
}

impl<V: EnvelopeVault> Connector<V> {
    /// What a reply to [`Connector::deduct`] or [`Connector::query_order`] says. `None` is no
    /// reply at all.
    pub fn read_order(
        &self,
        charge: ChargeId,
        now: UnixSeconds,
        reply: Option<&HttpReply>,
    ) -> OrderNews {
        let unknown = OrderNews::only(Outcome::Unknown);
        let Some((status, body)) = self.signed(now, reply) else {
            return unknown;
        };
        if status == 200 {
            let told = parse::<Transaction>(body).and_then(|told| told.read(&self.settings));
            return told
                .filter(|(told, _)| *told == charge)
                .map_or(unknown, |(_, news)| news);
        }
        let Some(code) = fault_code(body) else {
            return unknown;
        };
        if status == 404 && NOT_FOUND.contains(&code.as_str()) {
            return OrderNews::only(Outcome::NotFound);
        }
        let declines = matches!(status, 400 | 403);
        match DECLINES.iter().find(|(word, _)| declines && *word == code) {
            Some((_, reason)) => OrderNews::only(Outcome::Declined {
                reason: (*reason).to_string(),
            }),
            None => unknown,
        }
    }

    /// The code of a reply that says our request or our settings are wrong, or the serial of a key
    /// that is not on our list.
    pub fn find_own_fault(&self, now: UnixSeconds, reply: Option<&HttpReply>) -> Option<String> {
        let reply = reply?;
        if self.check_signature(&reply.headers, &reply.body, now) == Err(CallbackFault::UnknownKey)
        {
            let serial = reply.find_header("wechatpay-serial").unwrap_or_default();
            return Some(format!("no platform key {serial}"));
        }
        let (status, body) = self.signed(now, Some(reply))?;
        let code = fault_code(body).filter(|_| status != 200)?;
        OWN_FAULTS.contains(&code.as_str()).then_some(code)
    }

    /// Status and body of a reply that WeChat Pay signed just now.
    pub(super) fn signed<'a>(
        &self,
        now: UnixSeconds,
        reply: Option<&'a HttpReply>,
    ) -> Option<(u16, &'a [u8])> {
        let reply = reply?;
        self.check_signature(&reply.headers, &reply.body, now)
            .ok()?;
        Some((reply.status, &reply.body))
    }
}

impl OrderNews {
    fn only(outcome: Outcome) -> Self {
        Self {
            outcome,
            advance: None,
        }
    }
}

/// An order as replies and callbacks show it.
#[derive(Deserialize)]
pub(super) struct Transaction {
    appid: String,
    #[serde(alias = "mchid")]
    sp_mchid: String,
    sub_mchid: Option<String>,
    out_trade_no: String,
    transaction_id: Option<String>,
    trade_state: TradeState,
    bank_type: Option<String>,
    user_repay_state: Option<RepayState>,
    amount: TransactionAmount,
}

impl Transaction {
    /// The charge and what is known of it, if it is this merchant's and every field has its
    /// documented form.
    pub(super) fn read(self, settings: &Settings) -> Option<(ChargeId, OrderNews)> {
        let ours = self.appid == settings.app
            && self.sp_mchid == settings.merchant
            && self.sub_mchid == settings.sub_merchant;
        if !ours {
            return None;
        }
        let charge = read_order_number(&self.out_trade_no)?;
        let outcome = match self.trade_state {
            // A refund follows a payment, and is money of its own: it takes nothing from the
            // truth that the charge was paid.
            TradeState::Success | TradeState::Refund => Outcome::Collected {
                transaction: self.transaction_id.filter(|number| is_number(number))?,
                amount: self.amount.read()?,
            },
            TradeState::Accepted => Outcome::Accepted,
            TradeState::PayFail => Outcome::Declined {
                reason: "pay_fail".to_string(),
            },
        };
        let advanced = self.bank_type.as_deref() == Some("BPA")
            && matches!(self.trade_state, TradeState::Success | TradeState::Refund);
        let advance = advanced.then_some(match self.user_repay_state {
            Some(RepayState::NotRepay) | None => Advance::Owed,
            Some(RepayState::Repaid) => Advance::Repaid,
            Some(RepayState::AllRefund) => Advance::Refunded,
        });
        Some((charge, OrderNews { outcome, advance }))
    }

    /// Whether the order is paid.
    pub(super) fn is_success(&self) -> bool {
        matches!(self.trade_state, TradeState::Success)
    }
}

#[derive(Deserialize)]
struct TransactionAmount {
    total: i64,
    currency: Option<String>,
}

impl TransactionAmount {
    fn read(&self) -> Option<Money> {
        let currency = self.currency.as_deref().unwrap_or("CNY");
        let currency: Currency = currency.parse().ok()?;
        Some(Money::new(self.total, currency)).filter(|amount| amount.is_positive())
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum TradeState {
    Success,
    Refund,
    Accepted,
    PayFail,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum RepayState {
    NotRepay,
    Repaid,
    AllRefund,
}

#[derive(Deserialize)]
struct Fault {
    code: String,
}

/// The code of an error body.
pub(super) fn fault_code(body: &[u8]) -> Option<String> {
    parse::<Fault>(body).map(|fault| fault.code)
}

/// Whether a text is one of WeChat's numbers: 1 to 64 letters, digits, hyphens and underscores.
pub(super) fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// Codes that say the rider's account did not pay, and our word for each. Any other code leaves
/// the order unknown until a query tells.
const DECLINES: &[(&str, &str)] = &[
    ("NOT_ENOUGH", "insufficient_balance"),
    ("NOTENOUGH", "insufficient_balance"),
    ("ACCOUNT_ERROR", "account_abnormal"),
    ("ACCOUNTERROR", "account_abnormal"),
    ("USER_ACCOUNT_ABNORMAL", "account_abnormal"),
    ("CONTRACT_NOT_EXIST", "contract_ended"),
    ("CONTRACT_NOT_EXISTED", "contract_ended"),
];

/// Codes that say the request, the merchant's rights or its settings are wrong. The order was not
/// taken, and the rider is not to blame.
const OWN_FAULTS: &[&str] = &[
    "PARAM_ERROR",
    "INVALID_REQUEST",
    "SIGN_ERROR",
    "NO_AUTH",
    "MCH_NOT_EXISTS",
    "APPID_MCHID_NOT_MATCH",
    "OUT_TRADE_NO_USED",
];

const NOT_FOUND: &[&str] = &["ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"];
