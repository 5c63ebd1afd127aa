//! What WeChat Pay calls back about: a signed envelope around an order sealed with the shared key.
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
use crate::connector::{CallbackFault, Notice};
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
        let paid = match event.event_type.as_str() {
            "TRANSACTION.SUCCESS" | "TRANSACTION.PAY_BACK" => true,
            "TRANSACTION.FAIL" => false,
            _ => return Err(malformed("the event is unknown")),
        };
        let order = self
            .open(&event.resource)
            .ok_or(malformed("the resource does not open with the APIv3 key"))?;
        let order: Transaction = parse(&order).ok_or(malformed("the order is not readable"))?;
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
