//! WeChat Pay API v3, the ride-code product 刷码乘车 (docs/providers.md).
//!
//! Requests are signed `WECHATPAY2-SHA256-RSA2048`; replies and callbacks are believed only when
//! the platform key that they name has signed them within 5 minutes of now. A reply's signature
//! does not name the request it answers, so a body must show the order that was asked about.
//! Contracts are signed on a page of WeChat's and belong to 委托代扣; whether its rider may be
//! charged just now is the ride-code product's to say.
//! Never declares an order declined for a code that is not on the list of declines.

mod bill;
mod callback;
mod contract;
mod refund;
mod reply;
mod sign;

use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

use ridecode_ledger::Currency;
use ridecode_words::{ChargeId, ServiceDay, UnixSeconds};
use serde::Serialize;

pub use self::bill::BillTicket;
pub use self::reply::{Advance, OrderNews};

use crate::bill::CHINA_OFFSET_S;
use crate::connector::{Order, OrderFault, RequestTime, Ride};
use crate::http::{Door, Draft, HttpRequest};
use crate::vault::EnvelopeVault;

/// Speaks to WeChat Pay in a merchant's name.
#[derive(Clone)]
pub struct Connector<V> {
    settings: Settings,
    vault: V,
}

/// What a merchant and WeChat Pay know of each other, apart from keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The merchant's number, `mchid`: 8 to 10 digits.
    pub merchant: String,
    /// The serial number of the merchant's certificate: 1 to 64 hex digits.
    pub merchant_serial: String,
    /// The app the riders signed in, `appid`: 1 to 32 letters, digits and underscores.
    pub app: String,
    /// The operator's number under a service provider, `sub_mchid`; none for a direct merchant.
    pub sub_merchant: Option<String>,
    /// The template of contracts, `plan_id`, that WeChat Pay gave the merchant; positive.
    pub plan: u64,
    /// Where callbacks go: `https://`, at most 255 bytes, no query.
    pub callback_url: String,
}

/// Settings that WeChat Pay would not take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsFault {
    /// The merchant's or the operator's number.
    #[error("merchant and sub_merchant are WeChat Pay numbers of 8 to 10 digits")]
    Merchant,
    /// The certificate's serial number.
    #[error("merchant_serial must have 1 to 64 hex digits; copy it from the merchant platform")]
    Serial,
    /// The app.
    #[error("app must have 1 to 32 letters, digits and underscores")]
    App,
    /// The template of contracts.
    #[error("plan must be the positive number of a contract template (plan_id)")]
    Plan,
    /// The callback address.
    #[error("callback_url must begin with https://, without a query, at most 255 bytes")]
    CallbackUrl,
}

impl<V: EnvelopeVault> Connector<V> {
    /// A connector with its keys.
    pub fn new(settings: Settings, vault: V) -> Result<Self, SettingsFault> {
        let is_merchant = |number: &str| {
            (8..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        let sub = settings.sub_merchant.as_deref();
        if !is_merchant(&settings.merchant) || sub.is_some_and(|sub| !is_merchant(sub)) {
            return Err(SettingsFault::Merchant);
        }
        let serial = settings.merchant_serial.as_bytes();
        if !(1..=64).contains(&serial.len()) || !serial.iter().all(u8::is_ascii_hexdigit) {
            return Err(SettingsFault::Serial);
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !(1..=32).contains(&settings.app.len()) || !settings.app.bytes().all(plain) {
            return Err(SettingsFault::App);
        }
        if settings.plan == 0 {
            return Err(SettingsFault::Plan);
        }
        let url = &settings.callback_url;
        if !url.starts_with("https://") || url.len() > 255 || url.contains('?') {
            return Err(SettingsFault::CallbackUrl);
        }
        Ok(Self { settings, vault })
    }

    /// Asks for a deduction, 扣费受理. A repeat with the same content gives the order as it stands.
    pub fn deduct(&self, order: &Order, time: RequestTime) -> Result<HttpRequest, OrderFault> {
        let ride = &order.ride;
        if order.amount.currency != Currency::CNY {
            return Err(OrderFault::Currency);
        }
        if !order.amount.is_positive() {
            return Err(OrderFault::Amount);
        }
        if !reply::is_number(&order.contract) {
            return Err(OrderFault::Contract);
        }
        let body = OrderBody {
            appid: &self.settings.app,
            sub_mchid: self.settings.sub_merchant.as_deref(),
            description: cut(&order.description, 127),
            attach: &order.contract,
            out_trade_no: order_number(order.charge)?,
            trade_scene: scene(ride),
            contract_id: &order.contract,
            notify_url: &self.settings.callback_url,
            amount: Amount {
                total: order.amount.minor,
                currency: "CNY",
            },
            bus_info: bus(ride),
            metro_info: metro(ride),
        };
        Ok(self.sign(Draft::post("/v3/qrcode/transactions", &body), time))
    }

    /// Asks how an order stands, 查询订单.
    pub fn query_order(
        &self,
        charge: ChargeId,
        time: RequestTime,
    ) -> Result<HttpRequest, OrderFault> {
        let number = order_number(charge)?;
        let mut target = format!("/v3/qrcode/transactions/out-trade-no/{number}");
        if let Some(sub) = &self.settings.sub_merchant {
            target = format!("{target}?sub_mchid={sub}");
        }
        Ok(self.sign(Draft::get(target), time))
    }

    /// Asks where the bill of a day lies, 申请交易账单: the payments of that day in China's time.
    pub fn bill(&self, day: ServiceDay, time: RequestTime) -> HttpRequest {
        let mut target = format!("/v3/bill/tradebill?bill_date={day}&bill_type=SUCCESS");
        if let Some(sub) = &self.settings.sub_merchant {
            target = format!("{target}&sub_mchid={sub}");
        }
        self.sign(Draft::get(target), time)
    }

    /// Asks for the bill itself, within 5 minutes of the ticket.
    pub fn download_bill(&self, ticket: &BillTicket, time: RequestTime) -> HttpRequest {
        let draft = Draft::get(ticket.target().to_string());
        self.sign(draft.at(Door::Files), time)
    }

    fn sign(&self, draft: Draft, time: RequestTime) -> HttpRequest {
        let line = (draft.method.word(), draft.target.as_str());
        let text = sign::request_text(line, time, &draft.body);
        let signature = self.vault.sign(&text);
        let authorization = sign::authorization(&self.settings, time, &signature);
        draft.signed([
            ("accept", "application/json".to_string()),
            ("authorization", authorization),
        ])
    }
}

impl<V> fmt::Debug for Connector<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connector(WeChat Pay {})", self.settings.merchant)
    }
}

fn scene(ride: &Ride) -> &'static str {
    match ride {
        Ride::Bus { .. } => "BUS",
        Ride::Metro { .. } => "METRO",
    }
}

fn bus(ride: &Ride) -> Option<BusBody<'_>> {
    match ride {
        Ride::Bus {
            boarded,
            line,
            plate,
        } => Some(BusBody {
            start_time: china_time(*boarded),
            line_name: known(line),
            plate_number: known(plate),
        }),
        Ride::Metro { .. } => None,
    }
}

fn metro(ride: &Ride) -> Option<MetroBody<'_>> {
    match ride {
        Ride::Bus { .. } => None,
        Ride::Metro {
            entered,
            left,
            from,
            to,
        } => Some(MetroBody {
            start_time: china_time(*entered),
            end_time: left.map(china_time),
            start_station: known(from),
            end_station: known(to),
        }),
    }
}

/// A charge as an `out_trade_no`, which has letters and digits alone: `x` stands for the hyphen.
fn order_number(charge: ChargeId) -> Result<String, OrderFault> {
    let number = charge.to_string().replace('-', "x");
    Some(number)
        .filter(|number| number.len() <= ORDER_NUMBER_LENGTH_MAX)
        .ok_or(OrderFault::Number)
}

/// The charge of an `out_trade_no`, in its one written form.
fn read_order_number(number: &str) -> Option<ChargeId> {
    let charge: ChargeId = number.replace('x', "-").parse().ok()?;
    (order_number(charge).as_deref() == Ok(number)).then_some(charge)
}

/// A moment as RFC 3339 in China's time.
fn china_time(at: UnixSeconds) -> String {
    let shown = at.plus_s(CHINA_OFFSET_S).to_string();
    format!("{}+08:00", shown.trim_end_matches('Z'))
}

/// The text up to so many bytes, never half a character.
fn cut(text: &str, length_max: usize) -> &str {
    let mut end = text.len().min(length_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn known(text: &str) -> Option<&str> {
    Some(cut(text, 32)).filter(|text| !text.is_empty())
}

#[derive(Serialize)]
struct OrderBody<'a> {
    appid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    description: &'a str,
    attach: &'a str,
    out_trade_no: String,
    trade_scene: &'static str,
    contract_id: &'a str,
    notify_url: &'a str,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    bus_info: Option<BusBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metro_info: Option<MetroBody<'a>>,
}

#[derive(Serialize)]
struct Amount {
    total: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct BusBody<'a> {
    start_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plate_number: Option<&'a str>,
}

#[derive(Serialize)]
struct MetroBody<'a> {
    start_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_station: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_station: Option<&'a str>,
}

const ORDER_NUMBER_LENGTH_MAX: usize = 32;

#[cfg(test)]
mod tests;
