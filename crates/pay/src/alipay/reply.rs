//! What Alipay's replies mean for an order.
//!
//! First the signature, then the codes, then the body, whose number must be the one that was asked
//! about. Whatever falls through is unknown.

use alloc::string::{String, ToString as _};

use ridecode_ledger::{Currency, Money};
use ridecode_words::ChargeId;
use serde::Deserialize;

use super::code::{Meaning, meaning};
use super::{Connector, is_number, read_order_number};
use crate::arrival::parse;
use crate::bill::read_yuan;
use crate::connector::Outcome;
use crate::http::HttpReply;
use crate::vault::RsaVault;

impl<V: RsaVault> Connector<V> {
    /// What a reply to [`Connector::deduct`] says. `None` is no reply at all.
    pub fn read_deduction(&self, charge: ChargeId, reply: Option<&HttpReply>) -> Outcome {
        let Some(answer) = self.answer(PAY, reply) else {
            return Outcome::Unknown;
        };
        match answer.code.as_str() {
            // Paid in this call: a paid trade carries its number and its amount.
            "10000" => answer.order.collected(charge).unwrap_or(Outcome::Unknown),
            // 等待用户付款 or 处理中: taken, not known yet.
            "10003" if answer.order.is(charge) => Outcome::Accepted,
            _ => answer.refusal(),
        }
    }

    /// What a reply to [`Connector::query_order`] says. `None` is no reply at all.
    pub fn read_query(&self, charge: ChargeId, reply: Option<&HttpReply>) -> Outcome {
        let Some(answer) = self.answer(QUERY, reply) else {
            return Outcome::Unknown;
        };
        match answer.code.as_str() {
            "10000" => answer.order.standing(charge).unwrap_or(Outcome::Unknown),
            _ => answer.refusal(),
        }
    }

    /// What a reply to either says, by the name its answer stands under.
    pub fn read_order(&self, charge: ChargeId, reply: Option<&HttpReply>) -> Outcome {
        match self.signed(PAY, reply) {
            Some(_) => self.read_deduction(charge, reply),
            None => self.read_query(charge, reply),
        }
    }

    /// The codes of a reply that says our request, our rights or our settings are wrong.
    pub fn find_own_fault(&self, reply: Option<&HttpReply>) -> Option<String> {
        let answer = self
            .answer(PAY, reply)
            .or_else(|| self.answer(QUERY, reply));
        // A call the gateway itself refuses, a wrong signature among others, is answered under
        // this name and may stand unsigned: it is believed for the log alone.
        let answer = answer.or_else(|| {
            let refused: RefusedCall = parse(&reply?.body)?;
            Some(refused.error_response)
        })?;
        let sub_code = answer.sub_code.as_deref().unwrap_or_default();
        let wrong = meaning(&answer.code, sub_code) == Meaning::OwnFault;
        wrong.then(|| [answer.code.as_str(), sub_code].join(" "))
    }

    fn answer(&self, name: &str, reply: Option<&HttpReply>) -> Option<Answer> {
        parse(self.signed(name, reply)?)
    }
}

/// An answer of the gateway about an order.
#[derive(Deserialize)]
struct Answer {
    code: String,
    sub_code: Option<String>,
    #[serde(flatten)]
    order: Trade,
}

#[derive(Deserialize)]
struct RefusedCall {
    error_response: Answer,
}

impl Answer {
    fn refusal(&self) -> Outcome {
        match meaning(&self.code, self.sub_code.as_deref().unwrap_or_default()) {
            Meaning::Declined(reason) => Outcome::Declined {
                reason: reason.to_string(),
            },
            Meaning::NotFound => Outcome::NotFound,
            Meaning::OwnFault | Meaning::TryAgain | Meaning::Unknown => Outcome::Unknown,
        }
    }
}

/// A trade as replies and notifications show it.
#[derive(Default, Deserialize)]
pub(super) struct Trade {
    pub(super) out_trade_no: Option<String>,
    pub(super) trade_no: Option<String>,
    pub(super) trade_status: Option<String>,
    pub(super) total_amount: Option<String>,
    /// The currency of a trade that is not in renminbi.
    pub(super) trans_currency: Option<String>,
    /// When it was paid, in replies to queries.
    pub(super) send_pay_date: Option<String>,
    /// When it was paid, in notifications.
    pub(super) gmt_payment: Option<String>,
}

impl Trade {
    fn is(&self, charge: ChargeId) -> bool {
        self.charge() == Some(charge)
    }

    /// Our charge.
    pub(super) fn charge(&self) -> Option<ChargeId> {
        read_order_number(self.out_trade_no.as_deref()?)
    }

    fn collected(&self, charge: ChargeId) -> Option<Outcome> {
        if !self.is(charge) {
            return None;
        }
        let currency = self.trans_currency.as_deref().unwrap_or("CNY");
        let currency: Currency = currency.parse().ok()?;
        let minor = read_yuan(self.total_amount.as_deref()?)?;
        let transaction = self
            .trade_no
            .as_deref()
            .filter(|number| is_number(number))?;
        Some(Outcome::Collected {
            transaction: transaction.to_string(),
            amount: Some(Money::new(minor, currency)).filter(|amount| amount.is_positive())?,
        })
    }

    /// How the charge stands by the trade's status. A closed trade that was paid once was given
    /// back whole: a refund is money of its own, and takes nothing from the truth that it was paid.
    pub(super) fn standing(&self, charge: ChargeId) -> Option<Outcome> {
        if !self.is(charge) {
            return None;
        }
        let was_paid = self.send_pay_date.is_some() || self.gmt_payment.is_some();
        match self.trade_status.as_deref()? {
            "WAIT_BUYER_PAY" => Some(Outcome::Accepted),
            "TRADE_SUCCESS" | "TRADE_FINISHED" => self.collected(charge),
            "TRADE_CLOSED" if was_paid => self.collected(charge),
            "TRADE_CLOSED" => Some(Outcome::Declined {
                reason: "order_closed".to_string(),
            }),
            _ => None,
        }
    }
}

const PAY: &str = "alipay_trade_pay_response";
const QUERY: &str = "alipay_trade_query_response";
