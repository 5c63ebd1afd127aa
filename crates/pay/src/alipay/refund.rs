//! Refunds at Alipay (`alipay.trade.refund`): in part or whole, under our own number for each as
//! `out_request_no`.
//!
//! The reply to a refund tells the sum given back of the trade so far, not this refund's: that it
//! was taken is all it says here, and the query tells how much was given back.

use alloc::string::{String, ToString as _};

use ridecode_ledger::Money;
use ridecode_words::RefundId;
use serde::{Deserialize, Serialize};

use super::code::{Meaning, refund_meaning};
use super::{Connector, order_number, read_order_number, yuan};
use crate::arrival::parse;
use crate::bill::read_yuan;
use crate::connector::{RefundOrder, RefundOutcome, RequestTime};
use crate::http::{HttpReply, HttpRequest};
use crate::vault::RsaVault;

impl<V: RsaVault> Connector<V> {
    /// Asks to give money of an order back. A repeat with the same content changes nothing.
    pub fn refund(&self, order: &RefundOrder, time: RequestTime) -> HttpRequest {
        let content = RefundContent {
            trade_no: &order.transaction,
            out_trade_no: order_number(order.refund.charge),
            out_request_no: order.refund.to_string(),
            refund_amount: yuan(order.amount),
            refund_reason: order.reason.chars().take(256).collect(),
        };
        self.call("alipay.trade.refund", &content, time)
    }

    /// Asks how a refund stands, `alipay.trade.fastpay.refund.query`.
    pub fn query_refund(&self, refund: RefundId, time: RequestTime) -> HttpRequest {
        let content = QueryContent {
            out_trade_no: order_number(refund.charge),
            out_request_no: refund.to_string(),
        };
        self.call("alipay.trade.fastpay.refund.query", &content, time)
    }

    /// What a reply to either says. `None` is no reply at all.
    pub fn read_refund(&self, refund: RefundId, reply: Option<&HttpReply>) -> RefundOutcome {
        if let Some(answer) = self.signed(REFUND, reply).and_then(parse::<Answer>) {
            return match answer.code.as_str() {
                "10000" if answer.is_of(refund) => RefundOutcome::Accepted,
                "10000" => RefundOutcome::Unknown,
                _ => answer.refusal(),
            };
        }
        let Some(answer) = self.signed(QUERY, reply).and_then(parse::<Answer>) else {
            return RefundOutcome::Unknown;
        };
        match answer.code.as_str() {
            "10000" => answer.standing(refund).unwrap_or(RefundOutcome::Unknown),
            _ => answer.refusal(),
        }
    }
}

#[derive(Serialize)]
struct RefundContent<'a> {
    trade_no: &'a str,
    out_trade_no: String,
    out_request_no: String,
    refund_amount: String,
    refund_reason: String,
}

#[derive(Serialize)]
struct QueryContent {
    out_trade_no: String,
    out_request_no: String,
}

#[derive(Deserialize)]
struct Answer {
    code: String,
    sub_code: Option<String>,
    out_trade_no: Option<String>,
    out_request_no: Option<String>,
    refund_status: Option<String>,
    refund_amount: Option<String>,
}

impl Answer {
    fn is_of(&self, refund: RefundId) -> bool {
        let order = self.out_trade_no.as_deref().and_then(read_order_number);
        order == Some(refund.charge)
    }

    /// A refund that Alipay does not hold is answered without its number.
    fn standing(&self, refund: RefundId) -> Option<RefundOutcome> {
        let Some(number) = self.out_request_no.as_deref() else {
            return Some(RefundOutcome::NotFound);
        };
        if !self.is_of(refund) || number != refund.to_string() {
            return None;
        }
        match self.refund_status.as_deref() {
            // Taken, and not through: older trades are told without a status.
            None => Some(RefundOutcome::Accepted),
            Some("REFUND_SUCCESS") => {
                let minor = read_yuan(self.refund_amount.as_deref()?)?;
                let amount = Some(Money::fen(minor)).filter(|amount| amount.is_positive())?;
                Some(RefundOutcome::Done { amount })
            }
            Some(_) => None,
        }
    }

    fn refusal(&self) -> RefundOutcome {
        match refund_meaning(&self.code, self.sub_code.as_deref().unwrap_or_default()) {
            Meaning::Declined(reason) => RefundOutcome::Refused {
                reason: reason.to_string(),
            },
            Meaning::NotFound => RefundOutcome::NotFound,
            Meaning::OwnFault | Meaning::TryAgain | Meaning::Unknown => RefundOutcome::Unknown,
        }
    }
}

const REFUND: &str = "alipay_trade_refund_response";
const QUERY: &str = "alipay_trade_fastpay_refund_query_response";
