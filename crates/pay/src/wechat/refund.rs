//! Refunds at WeChat Pay (申请退款): in part or whole, up to 50 to an order, under our own number
//! for each as `out_refund_no`.
//!
//! A refund that WeChat cannot pay to the rider's account (`ABNORMAL`) or that was closed needs a
//! person: it is refused here, and stays on the rider's account until an agent has it tried again.

use alloc::format;
use alloc::string::{String, ToString as _};

use ridecode_ledger::{Currency, Money};
use ridecode_words::{RefundId, UnixSeconds};
use serde::{Deserialize, Serialize};

use super::reply::fault_code;
use super::{Connector, cut, read_order_number};
use crate::arrival::parse;
use crate::connector::{RefundOrder, RefundOutcome, RequestTime};
use crate::http::{Draft, HttpReply, HttpRequest};
use crate::vault::EnvelopeVault;

impl<V: EnvelopeVault> Connector<V> {
    /// Asks to give money of an order back. A repeat with the same content gives the refund as it
    /// stands.
    pub fn refund(&self, order: &RefundOrder, time: RequestTime) -> HttpRequest {
        let body = RefundBody {
            sub_mchid: self.settings.sub_merchant.as_deref(),
            transaction_id: &order.transaction,
            out_refund_no: order.refund.to_string(),
            reason: cut(&order.reason, 80),
            notify_url: &self.settings.callback_url,
            amount: Amount {
                refund: order.amount.minor,
                total: order.collected.minor,
                currency: order.amount.currency.to_string(),
            },
        };
        self.sign(Draft::post(REFUNDS, &body), time)
    }

    /// Asks how a refund stands, 查询单笔退款.
    pub fn query_refund(&self, refund: RefundId, time: RequestTime) -> HttpRequest {
        let mut target = format!("{REFUNDS}/{refund}");
        if let Some(sub) = &self.settings.sub_merchant {
            target = format!("{target}?sub_mchid={sub}");
        }
        self.sign(Draft::get(target), time)
    }

    /// What a reply to either says. `None` is no reply at all.
    pub fn read_refund(
        &self,
        refund: RefundId,
        now: UnixSeconds,
        reply: Option<&HttpReply>,
    ) -> RefundOutcome {
        let Some((status, body)) = self.signed(now, reply) else {
            return RefundOutcome::Unknown;
        };
        if status == 200 {
            let told = parse::<RefundReply>(body).and_then(RefundReply::read);
            return told
                .filter(|(told, _)| *told == refund)
                .map_or(RefundOutcome::Unknown, |(_, outcome)| outcome);
        }
        let Some(code) = fault_code(body) else {
            return RefundOutcome::Unknown;
        };
        if status == 404 && code == "RESOURCE_NOT_EXISTS" {
            return RefundOutcome::NotFound;
        }
        let refuses = matches!(status, 400 | 403);
        match REFUSALS.iter().find(|(word, _)| refuses && *word == code) {
            Some((_, reason)) => refused(reason),
            None => RefundOutcome::Unknown,
        }
    }

    /// What a callback about a refund says, if it is one of this merchant's.
    pub(super) fn read_refund_news(&self, body: &[u8]) -> Option<(RefundId, RefundOutcome)> {
        let owner: Owner = parse(body)?;
        let ours =
            owner.mchid == self.settings.merchant && owner.sub_mchid == self.settings.sub_merchant;
        if !ours {
            return None;
        }
        parse::<RefundReply>(body)?.read()
    }
}

fn refused(reason: &str) -> RefundOutcome {
    RefundOutcome::Refused {
        reason: reason.to_string(),
    }
}

#[derive(Serialize)]
struct RefundBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    transaction_id: &'a str,
    out_refund_no: String,
    reason: &'a str,
    notify_url: &'a str,
    amount: Amount,
}

#[derive(Serialize)]
struct Amount {
    refund: i64,
    total: i64,
    currency: String,
}

/// Whose refund a callback is about; replies do not say.
#[derive(Deserialize)]
struct Owner {
    #[serde(alias = "sp_mchid")]
    mchid: String,
    sub_mchid: Option<String>,
}

/// A refund as replies and callbacks show it.
#[derive(Deserialize)]
struct RefundReply {
    out_refund_no: String,
    out_trade_no: String,
    #[serde(alias = "refund_status")]
    status: Status,
    amount: RefundAmount,
}

#[derive(Deserialize)]
struct RefundAmount {
    refund: i64,
    currency: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Success,
    Closed,
    Processing,
    Abnormal,
}

impl RefundReply {
    /// The refund and what is known of it, if its numbers belong together.
    fn read(self) -> Option<(RefundId, RefundOutcome)> {
        let refund: RefundId = self.out_refund_no.parse().ok()?;
        if read_order_number(&self.out_trade_no)? != refund.charge {
            return None;
        }
        let outcome = match self.status {
            Status::Processing => RefundOutcome::Accepted,
            Status::Closed => refused("refund_closed"),
            Status::Abnormal => refused("account_abnormal"),
            Status::Success => {
                let currency = self.amount.currency.as_deref().unwrap_or("CNY");
                let currency: Currency = currency.parse().ok()?;
                let amount = Money::new(self.amount.refund, currency);
                RefundOutcome::Done {
                    amount: Some(amount).filter(|amount| amount.is_positive())?,
                }
            }
        };
        Some((refund, outcome))
    }
}

const REFUNDS: &str = "/v3/refund/domestic/refunds";

/// Codes with which WeChat Pay refuses a refund, and our word for each. `INVALID_REQUEST` is what
/// it says of more than was collected, among others.
const REFUSALS: &[(&str, &str)] = &[
    ("NOT_ENOUGH", "merchant_balance"),
    ("USER_ACCOUNT_ABNORMAL", "account_abnormal"),
    ("INVALID_REQUEST", "not_refundable"),
    ("TRADE_OVERDUE", "too_late"),
];
