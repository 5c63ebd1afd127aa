//! Alipay's open gateway, 商家扣款 (agreement withholding; docs/providers.md).
//!
//! Requests are forms signed RSA2 over their sorted fields. A reply is believed when Alipay's key
//! signed the raw JSON of its answer; that signature names neither request nor time, so an answer
//! must show the order that was asked about. Notifications are forms signed over their sorted
//! fields. Amounts are yuan with two decimals, read exactly. Never declares an order declined for
//! a code that is not on the list of declines.

mod bill;
mod callback;
mod code;
mod contract;
mod form;
mod refund;
mod reply;
mod sign;

use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

use ridecode_ledger::{Currency, Money};
use ridecode_words::{ChargeId, ServiceDay};
use serde::Serialize;

pub use self::bill::BillTicket;
pub use self::code::{Meaning, meaning};

use crate::connector::{Order, OrderFault, RequestTime};
use crate::http::{Door, Draft, HttpRequest};
use crate::vault::RsaVault;

/// Speaks to Alipay in an app's name.
#[derive(Clone)]
pub struct Connector<V> {
    settings: Settings,
    vault: V,
}

/// What a merchant and Alipay know of each other, apart from keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The app, `app_id`: 16 to 32 digits.
    pub app: String,
    /// The merchant's account, `seller_id`: 16 digits from 2088.
    pub seller: String,
    /// The scene of agreements, `sign_scene`, as agreed with Alipay, such as `INDUSTRY|BUS`:
    /// 1 to 64 capital letters, digits, underscores and bars.
    pub sign_scene: String,
    /// The gateway riders are led to: `https://`, without path and slash at the end.
    pub gateway: String,
    /// Where notifications go: `http://` or `https://`, at most 256 bytes, no query.
    pub callback_url: String,
}

/// Settings that Alipay would not take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsFault {
    /// The app.
    #[error("app must have 16 to 32 digits; copy the APPID from Alipay's open platform")]
    App,
    /// The merchant's account.
    #[error("seller must have 16 digits and begin with 2088; copy the PID from Alipay")]
    Seller,
    /// The scene.
    #[error("sign_scene must have 1 to 64 capital letters, digits, underscores and bars")]
    SignScene,
    /// The gateway.
    #[error("the gateway must begin with https://, such as https://openapi.alipay.com")]
    Gateway,
    /// The callback address.
    #[error("callback_url must begin with http:// or https://, without a query, at most 256 bytes")]
    CallbackUrl,
}

impl<V: RsaVault> Connector<V> {
    /// A connector with its keys. Alipay's own key is on the list of the vault as [`KEY`].
    pub fn new(settings: Settings, vault: V) -> Result<Self, SettingsFault> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !(16..=32).contains(&settings.app.len()) || !digits(&settings.app) {
            return Err(SettingsFault::App);
        }
        let seller = settings.seller.as_str();
        if seller.len() != 16 || !digits(seller) || !seller.starts_with("2088") {
            return Err(SettingsFault::Seller);
        }
        let plain = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'|');
        let scene = settings.sign_scene.as_bytes();
        if !(1..=64).contains(&scene.len()) || !scene.iter().copied().all(plain) {
            return Err(SettingsFault::SignScene);
        }
        let host = settings.gateway.strip_prefix("https://");
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#'])) {
            return Err(SettingsFault::Gateway);
        }
        let url = settings.callback_url.as_str();
        let web = url.starts_with("https://") || url.starts_with("http://");
        if !web || url.len() > 256 || url.contains('?') {
            return Err(SettingsFault::CallbackUrl);
        }
        Ok(Self { settings, vault })
    }

    /// Asks for a deduction, `alipay.trade.pay` with the agreement. A repeat of a paid order is
    /// answered that it is paid, which says neither how much nor when: the query tells.
    pub fn deduct(&self, order: &Order, time: RequestTime) -> Result<HttpRequest, OrderFault> {
        if order.amount.currency != Currency::CNY {
            return Err(OrderFault::Currency);
        }
        if !order.amount.is_positive() {
            return Err(OrderFault::Amount);
        }
        if !is_number(&order.contract) {
            return Err(OrderFault::Contract);
        }
        let content = PayContent {
            out_trade_no: order_number(order.charge),
            total_amount: yuan(order.amount),
            subject: plain_subject(&order.description),
            // The bill shows it, and says so which agreement paid.
            body: &order.contract,
            product_code: PRODUCT,
            seller_id: &self.settings.seller,
            agreement_params: AgreementParams {
                agreement_no: &order.contract,
            },
        };
        Ok(self.call("alipay.trade.pay", &content, time))
    }

    /// Asks how an order stands, `alipay.trade.query`.
    pub fn query_order(&self, charge: ChargeId, time: RequestTime) -> HttpRequest {
        let content = QueryContent {
            out_trade_no: order_number(charge),
        };
        self.call("alipay.trade.query", &content, time)
    }

    /// Asks where the bill of a day lies: the trades of that day in China's time.
    pub fn bill(&self, day: ServiceDay, time: RequestTime) -> HttpRequest {
        let content = BillContent {
            bill_type: "trade",
            bill_date: day.to_string(),
        };
        let method = "alipay.data.dataservice.bill.downloadurl.query";
        self.call(method, &content, time)
    }

    /// Asks for the bill itself, within 30 seconds of the ticket.
    pub fn download_bill(&self, ticket: &BillTicket) -> HttpRequest {
        Draft::get(ticket.target().to_string())
            .at(Door::Files)
            .signed([])
    }

    /// A signed call of the gateway.
    fn call(&self, method: &str, content: &impl Serialize, time: RequestTime) -> HttpRequest {
        let fields = self.signed_fields((method, None), content, time);
        // The gateway reads the charset before the body.
        Draft::form("/gateway.do?charset=utf-8", form::write(&fields)).signed([])
    }
}

impl<V> fmt::Debug for Connector<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connector(Alipay {})", self.settings.app)
    }
}

/// A charge as an `out_trade_no`, which has letters, digits and underscores: `_` stands for the
/// hyphen.
fn order_number(charge: ChargeId) -> String {
    charge.to_string().replace('-', "_")
}

/// The charge of an `out_trade_no`, in its one written form.
fn read_order_number(number: &str) -> Option<ChargeId> {
    let charge: ChargeId = number.replace('_', "-").parse().ok()?;
    (order_number(charge) == number).then_some(charge)
}

/// Fen as yuan with two decimals.
fn yuan(amount: Money) -> String {
    let (yuan, fen) = (amount.minor / 100, amount.minor % 100);
    format!("{yuan}.{fen:02}")
}

/// Whether a text is one of Alipay's numbers: 1 to 64 letters and digits.
fn is_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A subject has at most 256 characters, and none of `/`, `=` and `&`.
fn plain_subject(text: &str) -> String {
    let kept = text.chars().filter(|one| !matches!(one, '/' | '=' | '&'));
    kept.take(256).collect()
}

#[derive(Serialize)]
struct PayContent<'a> {
    out_trade_no: String,
    total_amount: String,
    subject: String,
    body: &'a str,
    product_code: &'static str,
    seller_id: &'a str,
    agreement_params: AgreementParams<'a>,
}

#[derive(Serialize)]
struct AgreementParams<'a> {
    agreement_no: &'a str,
}

#[derive(Serialize)]
struct QueryContent {
    out_trade_no: String,
}

#[derive(Serialize)]
struct BillContent {
    bill_type: &'static str,
    bill_date: String,
}

/// The name of Alipay's public key on the list of the vault.
pub const KEY: &str = "alipay";

/// General withholding: cycle pay allows one deduction a week at the most, which no commuter fits.
const PRODUCT: &str = "GENERAL_WITHHOLDING";

#[cfg(test)]
mod tests;
