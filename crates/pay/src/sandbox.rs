//! The sandbox provider's protocol (docs/sandbox-provider.md): JSON over HTTP, Ed25519 signatures
//! both ways.
//!
//! Each thing that can be asked has a builder here and a reader in `reply`; the reader is given
//! the same [`RequestTime`], because a reply is signed for the request it answers. A reader
//! believes signed bytes alone: everything else is [`Outcome::Unknown`](crate::Outcome).

mod bill;
mod callback;
mod reply;
mod sign;

pub(crate) use self::bill::read_lines;

use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

use ed25519_dalek::{SigningKey, VerifyingKey};
use ridecode_words::{ChargeId, MandateId, RefundId, ServiceDay};
use serde::Serialize;

use crate::connector::{ContractOrder, Order, RefundOrder, RequestTime, Sms};
use crate::http::{Door, Draft, HttpRequest};

/// Speaks to the sandbox provider in a merchant's name.
#[derive(Clone)]
pub struct Connector {
    merchant: String,
    key: SigningKey,
    provider_key: VerifyingKey,
}

/// What a merchant and the provider know of each other.
#[derive(Clone)]
pub struct Settings {
    /// The merchant's name at the provider: 1 to 32 lower-case letters, digits and hyphens.
    pub merchant: String,
    /// The merchant's Ed25519 secret key.
    pub secret: [u8; 32],
    /// The provider's Ed25519 public key.
    pub provider_key: [u8; 32],
}

/// Settings no provider would take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsFault {
    /// The merchant's name.
    #[error("the merchant's name must have 1 to 32 lower-case letters, digits and hyphens")]
    Merchant,
    /// The provider's key.
    #[error("the provider's key is no Ed25519 public key; copy it from the provider's /v1/key")]
    ProviderKey,
}

impl Connector {
    /// A connector with its keys.
    pub fn new(settings: &Settings) -> Result<Self, SettingsFault> {
        let merchant = settings.merchant.as_str();
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !(1..=MERCHANT_LENGTH_MAX).contains(&merchant.len()) || !merchant.bytes().all(plain) {
            return Err(SettingsFault::Merchant);
        }
        let provider_key = VerifyingKey::from_bytes(&settings.provider_key)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(SettingsFault::ProviderKey)?;
        Ok(Self {
            merchant: merchant.to_string(),
            key: SigningKey::from_bytes(&settings.secret),
            provider_key,
        })
    }

    /// The merchant's name at the provider.
    pub fn merchant(&self) -> &str {
        &self.merchant
    }

    /// The merchant's public key, as the provider registers it.
    pub fn merchant_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Asks for a contract. A repeat with the same content gives the first contract again.
    pub fn open_contract(&self, order: &ContractOrder, time: RequestTime) -> HttpRequest {
        let body = ContractBody {
            number: order.mandate.to_string(),
            payer: order.rider.to_string(),
            return_url: &order.return_url,
            callback_url: &order.callback_url,
        };
        self.post("/v1/contracts", &body, time)
    }

    /// Asks how a contract stands, by our number for it.
    pub fn query_contract(&self, mandate: MandateId, time: RequestTime) -> HttpRequest {
        self.get(format!("/v1/contracts/{mandate}"), time)
    }

    /// Ends a contract. A repeat changes nothing.
    pub fn end_contract(&self, mandate: MandateId, time: RequestTime) -> HttpRequest {
        self.post(&format!("/v1/contracts/{mandate}/end"), &EmptyBody {}, time)
    }

    /// Asks for a deduction. A repeat with the same content gives the order as it stands; a
    /// declined one is tried again.
    pub fn deduct(&self, order: &Order, time: RequestTime) -> HttpRequest {
        let body = OrderBody {
            order: order.charge.to_string(),
            contract: &order.contract,
            amount_minor: order.amount.minor,
            currency: order.amount.currency.to_string(),
            description: &order.description,
        };
        self.post("/v1/orders", &body, time)
    }

    /// Asks how an order stands.
    pub fn query_order(&self, charge: ChargeId, time: RequestTime) -> HttpRequest {
        self.get(format!("/v1/orders/{charge}"), time)
    }

    /// Asks to give money of a collected order back. A repeat with the same content gives the
    /// refund as it stands; a refused one is tried again.
    pub fn refund(&self, order: &RefundOrder, time: RequestTime) -> HttpRequest {
        let body = RefundBody {
            refund: order.refund.to_string(),
            order: order.refund.charge.to_string(),
            amount_minor: order.amount.minor,
            currency: order.amount.currency.to_string(),
            reason: &order.reason,
        };
        self.post("/v1/refunds", &body, time)
    }

    /// Asks how a refund stands.
    pub fn query_refund(&self, refund: RefundId, time: RequestTime) -> HttpRequest {
        self.get(format!("/v1/refunds/{refund}"), time)
    }

    /// Asks for the bill of a day.
    pub fn bill(&self, day: ServiceDay, time: RequestTime) -> HttpRequest {
        let draft = Draft::get(format!("/v1/bills/{day}"));
        self.sign(draft.at(Door::Files), time)
    }

    /// Sends a short message.
    pub fn send_sms(&self, sms: &Sms, time: RequestTime) -> HttpRequest {
        let body = SmsBody {
            to: &sms.phone,
            text: &sms.text,
        };
        self.sign(Draft::post("/sms", &body).at(Door::Messages), time)
    }

    fn get(&self, target: String, time: RequestTime) -> HttpRequest {
        self.sign(Draft::get(target), time)
    }

    fn post(&self, target: &str, body: &impl Serialize, time: RequestTime) -> HttpRequest {
        self.sign(Draft::post(target, body), time)
    }

    fn sign(&self, draft: Draft, time: RequestTime) -> HttpRequest {
        let line = (draft.method.word(), draft.target.as_str());
        let text = sign::request_text(line, time, &draft.body);
        draft.signed([
            (sign::MERCHANT, self.merchant.clone()),
            (sign::TIMESTAMP, time.now.0.to_string()),
            (sign::NONCE, sign::nonce_text(time)),
            (sign::SIGNATURE, sign::sign(&self.key, &text)),
        ])
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connector({})", self.merchant)
    }
}

#[derive(Serialize)]
struct ContractBody<'a> {
    number: String,
    payer: String,
    return_url: &'a str,
    callback_url: &'a str,
}

#[derive(Serialize)]
struct OrderBody<'a> {
    order: String,
    contract: &'a str,
    amount_minor: i64,
    currency: String,
    description: &'a str,
}

#[derive(Serialize)]
struct RefundBody<'a> {
    refund: String,
    order: String,
    amount_minor: i64,
    currency: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct SmsBody<'a> {
    to: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct EmptyBody {}

const MERCHANT_LENGTH_MAX: usize = 32;

#[cfg(test)]
mod tests;
