//! What the sandbox provider's replies mean.
//!
//! First the signature, for this request and this status; then the status; then the body, whose
//! numbers must be the ones that were asked about. Whatever falls through is unknown.

use alloc::string::String;

use ridecode_ledger::{Currency, Money};
use ridecode_words::{ChargeId, MandateId, RefundId};
use serde::Deserialize;

use super::{Connector, sign};
use crate::arrival::parse;
use crate::connector::{
    ContractAnswer, ContractNews, ContractState, Outcome, RefundOutcome, RequestTime, SmsFault,
};
use crate::http::HttpReply;

impl Connector {
    /// What a reply to [`Connector::open_contract`], [`Connector::query_contract`] or
    /// [`Connector::end_contract`] says. `time` is the request's; `None` is no reply at all.
    pub fn read_contract(
        &self,
        mandate: MandateId,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> ContractAnswer {
        let Some((status, body)) = self.signed(time, reply) else {
            return ContractAnswer::Unknown;
        };
        match status {
            200 | 201 => {
                let news = parse::<ContractReply>(body).and_then(ContractReply::read);
                news.filter(|news| news.mandate == mandate)
                    .map_or(ContractAnswer::Unknown, ContractAnswer::Known)
            }
            404 => match refusal(body).as_deref() {
                Some("no_such_contract") => ContractAnswer::NotFound,
                Some(_) | None => ContractAnswer::Unknown,
            },
            409 | 422 => refusal(body).map_or(ContractAnswer::Unknown, |reason| {
                ContractAnswer::Refused { reason }
            }),
            _ => ContractAnswer::Unknown,
        }
    }

    /// What a reply to [`Connector::deduct`] or [`Connector::query_order`] says. `time` is the
    /// request's; `None` is no reply at all.
    pub fn read_order(
        &self,
        charge: ChargeId,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> Outcome {
        let Some((status, body)) = self.signed(time, reply) else {
            return Outcome::Unknown;
        };
        match status {
            200 | 201 => {
                let news = parse::<OrderReply>(body).and_then(OrderReply::read);
                news.filter(|(told, _)| *told == charge)
                    .map_or(Outcome::Unknown, |(_, outcome)| outcome)
            }
            402 => refusal(body).map_or(Outcome::Unknown, |reason| Outcome::Declined { reason }),
            404 => match refusal(body).as_deref() {
                Some("no_such_order") => Outcome::NotFound,
                Some(_) | None => Outcome::Unknown,
            },
            _ => Outcome::Unknown,
        }
    }

    /// What a reply to [`Connector::refund`] or [`Connector::query_refund`] says. `time` is the
    /// request's; `None` is no reply at all.
    pub fn read_refund(
        &self,
        refund: RefundId,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> RefundOutcome {
        let Some((status, body)) = self.signed(time, reply) else {
            return RefundOutcome::Unknown;
        };
        match status {
            200 | 201 => {
                let news = parse::<RefundReply>(body).and_then(RefundReply::read);
                news.filter(|(told, _)| *told == refund)
                    .map_or(RefundOutcome::Unknown, |(_, outcome)| outcome)
            }
            402 => refusal(body).map_or(RefundOutcome::Unknown, |reason| RefundOutcome::Refused {
                reason,
            }),
            404 => match refusal(body).as_deref() {
                Some("no_such_refund") => RefundOutcome::NotFound,
                Some("no_such_order") => RefundOutcome::Refused {
                    reason: "no_such_order".into(),
                },
                Some(_) | None => RefundOutcome::Unknown,
            },
            _ => RefundOutcome::Unknown,
        }
    }

    /// What a reply to [`Connector::send_sms`] says. `time` is the request's; `None` is no reply
    /// at all.
    pub fn read_sms(&self, time: RequestTime, reply: Option<&HttpReply>) -> Result<(), SmsFault> {
        let (status, body) = self.signed(time, reply).ok_or(SmsFault::Silent)?;
        match status {
            200 | 201 => Ok(()),
            400 | 422 => Err(refusal(body).map_or(SmsFault::Silent, SmsFault::Refused)),
            _ => Err(SmsFault::Silent),
        }
    }

    /// Status and body of a reply that the provider signed for this request.
    pub(super) fn signed<'a>(
        &self,
        time: RequestTime,
        reply: Option<&'a HttpReply>,
    ) -> Option<(u16, &'a [u8])> {
        let reply = reply?;
        let timestamp = reply.find_header(sign::TIMESTAMP)?;
        let signature = reply.find_header(sign::SIGNATURE)?;
        let nonce = sign::nonce_text(time);
        let text = sign::reply_text(reply.status, &nonce, timestamp, &reply.body);
        sign::is_signed(&self.provider_key, &text, signature)
            .then_some((reply.status, reply.body.as_slice()))
    }
}

/// A contract as replies and callbacks show it.
#[derive(Deserialize)]
pub(super) struct ContractReply {
    number: String,
    contract: String,
    state: ContractWord,
    reason: Option<String>,
    sign_url: Option<String>,
}

impl ContractReply {
    /// The news, if every field has its documented form.
    pub(super) fn read(self) -> Option<ContractNews> {
        let state = match self.state {
            ContractWord::Pending => ContractState::Pending,
            ContractWord::Active => ContractState::Active,
            ContractWord::Suspended => ContractState::Suspended {
                reason: self.reason.filter(|reason| is_word(reason))?,
            },
            ContractWord::Ended => ContractState::Ended,
        };
        let web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if self.sign_url.as_deref().is_some_and(|url| !web(url)) {
            return None;
        }
        Some(ContractNews {
            mandate: self.number.parse().ok()?,
            contract: Some(self.contract).filter(|number| is_number(number))?,
            state,
            sign_url: self.sign_url,
        })
    }
}

/// An order as replies and callbacks show it.
#[derive(Deserialize)]
pub(super) struct OrderReply {
    order: String,
    state: OrderWord,
    amount_minor: i64,
    currency: String,
    transaction: Option<String>,
    reason: Option<String>,
}

impl OrderReply {
    /// The charge and what is known of it, if every field has its documented form.
    pub(super) fn read(self) -> Option<(ChargeId, Outcome)> {
        let currency: Currency = self.currency.parse().ok()?;
        let amount = Money::new(self.amount_minor, currency);
        let outcome = match self.state {
            OrderWord::Accepted => Outcome::Accepted,
            OrderWord::Collected => Outcome::Collected {
                transaction: self.transaction.filter(|number| is_number(number))?,
                amount: Some(amount).filter(|amount| amount.is_positive())?,
            },
            OrderWord::Declined => Outcome::Declined {
                reason: self.reason.filter(|reason| is_word(reason))?,
            },
        };
        Some((self.order.parse().ok()?, outcome))
    }
}

/// A refund as replies and callbacks show it.
#[derive(Deserialize)]
pub(super) struct RefundReply {
    refund: String,
    order: String,
    state: RefundWord,
    amount_minor: i64,
    currency: String,
    reason: Option<String>,
}

impl RefundReply {
    /// The refund and what is known of it, if every field has its documented form.
    pub(super) fn read(self) -> Option<(RefundId, RefundOutcome)> {
        let refund: RefundId = self.refund.parse().ok()?;
        if self.order.parse() != Ok(refund.charge) {
            return None;
        }
        let currency: Currency = self.currency.parse().ok()?;
        let amount = Money::new(self.amount_minor, currency);
        let outcome = match self.state {
            RefundWord::Accepted => RefundOutcome::Accepted,
            RefundWord::Done => RefundOutcome::Done {
                amount: Some(amount).filter(|amount| amount.is_positive())?,
            },
            RefundWord::Refused => RefundOutcome::Refused {
                reason: self.reason.filter(|reason| is_word(reason))?,
            },
        };
        Some((refund, outcome))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RefundWord {
    Accepted,
    Done,
    Refused,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ContractWord {
    Pending,
    Active,
    Suspended,
    Ended,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum OrderWord {
    Accepted,
    Collected,
    Declined,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
}

fn refusal(body: &[u8]) -> Option<String> {
    parse::<Refusal>(body)
        .map(|refusal| refusal.code)
        .filter(|code| is_word(code))
}

/// Whether a text is one of the provider's numbers: 1 to 64 letters, digits and hyphens.
pub(super) fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=NUMBER_LENGTH_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text is one of the provider's words: 1 to 64 lower-case letters and underscores.
fn is_word(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'_');
    (1..=NUMBER_LENGTH_MAX).contains(&text.len()) && text.bytes().all(plain)
}

const NUMBER_LENGTH_MAX: usize = 64;
