//! What the sandbox provider calls back about.
//!
//! The signature is over public bytes with a public key, so checking it leaks nothing however
//! long it takes. Within the window a callback may come again: news taken twice changes nothing.

use alloc::string::String;

use ridecode_words::UnixSeconds;
use serde::Deserialize;

use super::reply::{ContractReply, OrderReply, RefundReply};
use super::{Connector, sign};
use crate::arrival::{check_fresh, header, parse};
use crate::connector::{CallbackFault, Notice};

impl Connector {
    /// Checks a callback and says what it tells. Header names are in lower case.
    pub fn read_callback(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<Notice, CallbackFault> {
        let timestamp = header(headers, sign::TIMESTAMP)?;
        let nonce = header(headers, sign::NONCE)?;
        let signature = header(headers, sign::SIGNATURE)?;
        let text = sign::callback_text(&self.merchant, timestamp, nonce, body);
        if !sign::is_signed(&self.provider_key, &text, signature) {
            return Err(CallbackFault::BadSignature);
        }
        check_fresh(timestamp, "sandbox-timestamp must be Unix seconds", now)?;
        read_notice(body)
    }
}

fn read_notice(body: &[u8]) -> Result<Notice, CallbackFault> {
    let Event { event } = parse(body).ok_or(CallbackFault::Malformed("no event is named"))?;
    match event.as_str() {
        "contract" => parse::<ContractReply>(body)
            .and_then(ContractReply::read)
            .map(Notice::Contract)
            .ok_or(CallbackFault::Malformed("the contract is not readable")),
        "order" => parse::<OrderReply>(body)
            .and_then(OrderReply::read)
            .map(|(charge, outcome)| Notice::Order { charge, outcome })
            .ok_or(CallbackFault::Malformed("the order is not readable")),
        "refund" => parse::<RefundReply>(body)
            .and_then(RefundReply::read)
            .map(|(refund, outcome)| Notice::Refund { refund, outcome })
            .ok_or(CallbackFault::Malformed("the refund is not readable")),
        _ => Err(CallbackFault::Malformed("the event is unknown")),
    }
}

#[derive(Deserialize)]
struct Event {
    event: String,
}
