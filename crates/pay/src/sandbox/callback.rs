//! What the sandbox provider calls back about.
//!
//! The signature is over public bytes with a public key, so checking it leaks nothing however
//! long it takes. Within the window a callback may come again: news taken twice changes nothing.

use alloc::string::String;

use ridecode_words::UnixSeconds;
use serde::Deserialize;

use super::reply::{ContractReply, OrderReply, parse};
use super::{Connector, sign};
use crate::connector::{CallbackFault, Notice};
use crate::http::find_header;

impl Connector {
    /// Checks a callback and says what it tells. Header names are in lower case.
    pub fn read_callback(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<Notice, CallbackFault> {
        let header = |name| find_header(headers, name).ok_or(CallbackFault::MissingHeader(name));
        let timestamp = header(sign::TIMESTAMP)?;
        let nonce = header(sign::NONCE)?;
        let signature = header(sign::SIGNATURE)?;
        let text = sign::callback_text(&self.merchant, timestamp, nonce, body);
        if !sign::is_signed(&self.provider_key, &text, signature) {
            return Err(CallbackFault::BadSignature);
        }
        let signed = sign::read_timestamp(timestamp).ok_or(CallbackFault::Malformed(
            "sandbox-timestamp must be Unix seconds",
        ))?;
        if now.since_s(signed).unsigned_abs() > WINDOW_S {
            return Err(CallbackFault::Stale);
        }
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
        _ => Err(CallbackFault::Malformed("the event is unknown")),
    }
}

#[derive(Deserialize)]
struct Event {
    event: String,
}

/// How far from now a callback may have been signed, in seconds.
const WINDOW_S: u64 = 300;
