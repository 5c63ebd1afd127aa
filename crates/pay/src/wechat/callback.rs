//! What WeChat Pay calls back about: a signed envelope around an order, a contract or a
//! refund, sealed with the shared key.
//!
//! Within the window a callback may come again: news taken twice changes nothing.

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_words::UnixSeconds;
use serde::Deserialize;

use super::Connector;
use super::reply::Transaction;
use crate::arrival::parse;
use crate::connector::{CallbackFault, ContractState, Notice, RefundOutcome};
use crate::vault::EnvelopeVault;

impl<V: EnvelopeVault> Connector<V> {
    /// Checks a callback, opens it and says what it tells. Header names are in lower case.
    pub fn read_callback(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<Notice, CallbackFault> {
        self.check_signature(headers, body, now)?;
        let malformed = CallbackFault::Malformed;
        let event: Event = parse(body).ok_or(malformed("the event is not readable"))?;
        let kind = EventKind::of(&event.event_type).ok_or(malformed("the event is unknown"))?;
        let told = self
            .open(&event.resource)
            .ok_or(malformed("the resource does not open with the APIv3 key"))?;
        match kind {
            EventKind::Order { paid } => self.read_order_news(&told, paid),
            EventKind::Contract { signed } => self.read_contract_news(&told, signed),
            EventKind::Refund { done } => self.read_refund_notice(&told, done),
        }
    }

    fn read_order_news(&self, told: &[u8], paid: bool) -> Result<Notice, CallbackFault> {
        let malformed = CallbackFault::Malformed;
        let order: Transaction = parse(told).ok_or(malformed("the order is not readable"))?;
        if order.is_success() != paid {
            return Err(malformed("the event is not what the order says"));
        }
        let (charge, news) = order
            .read(&self.settings)
            .ok_or(malformed("the order is not this merchant's"))?;
        Ok(Notice::Order {
            charge,
            outcome: news.outcome,
        })
    }

    fn read_contract_news(&self, told: &[u8], signed: bool) -> Result<Notice, CallbackFault> {
        let malformed = CallbackFault::Malformed;
        let news = self
            .read_signed(told)
            .ok_or(malformed("the contract is not this merchant's"))?;
        if (news.state == ContractState::Active) != signed {
            return Err(malformed("the event is not what the contract says"));
        }
        Ok(Notice::Contract(news))
    }

    fn read_refund_notice(&self, told: &[u8], done: bool) -> Result<Notice, CallbackFault> {
        let malformed = CallbackFault::Malformed;
        let (refund, outcome) = self
            .read_refund_news(told)
            .ok_or(malformed("the refund is not this merchant's"))?;
        if matches!(outcome, RefundOutcome::Done { .. }) != done {
            return Err(malformed("the event is not what the refund says"));
        }
        Ok(Notice::Refund { refund, outcome })
    }

    fn open(&self, resource: &Resource) -> Option<alloc::vec::Vec<u8>> {
        if resource.algorithm != "AEAD_AES_256_GCM" {
            return None;
        }
        let nonce = resource.nonce.as_bytes().try_into().ok()?;
        let sealed = STANDARD.decode(&resource.ciphertext).ok()?;
        let associated = resource.associated_data.as_deref().unwrap_or_default();
        self.vault.open(nonce, associated.as_bytes(), &sealed)
    }
}

/// What an event is about.
enum EventKind {
    Order { paid: bool },
    Contract { signed: bool },
    Refund { done: bool },
}

impl EventKind {
    fn of(event_type: &str) -> Option<Self> {
        match event_type {
            "TRANSACTION.SUCCESS" | "TRANSACTION.PAY_BACK" => Some(Self::Order { paid: true }),
            "TRANSACTION.FAIL" => Some(Self::Order { paid: false }),
            "PAPAY.SIGN" => Some(Self::Contract { signed: true }),
            "PAPAY.TERMINATE" => Some(Self::Contract { signed: false }),
            "REFUND.SUCCESS" => Some(Self::Refund { done: true }),
            "REFUND.ABNORMAL" | "REFUND.CLOSED" => Some(Self::Refund { done: false }),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Event {
    event_type: String,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    algorithm: String,
    ciphertext: String,
    associated_data: Option<String>,
    nonce: String,
}
