//! What Alipay notifies about: a form signed over its sorted fields.
//!
//! A notification is sent for up to 25 hours until it is answered `success`, so its time may lie
//! that far back; it may never lie ahead. News taken twice changes nothing.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_words::UnixSeconds;

use super::contract::Agreement;
use super::reply::Trade;
use super::sign::signed_text;
use super::{Connector, KEY, form};
use crate::arrival::WINDOW_S;
use crate::bill::read_china_time;
use crate::connector::{CallbackFault, Notice};
use crate::vault::RsaVault;

impl<V: RsaVault> Connector<V> {
    /// Checks a notification and says what it tells.
    pub fn read_callback(&self, body: &[u8], now: UnixSeconds) -> Result<Notice, CallbackFault> {
        let malformed = CallbackFault::Malformed;
        let fields = form::read(body).ok_or(malformed("it is no form in UTF-8"))?;
        let field = |name| form::find(&fields, name);
        let signature = field("sign").ok_or(CallbackFault::MissingHeader("sign"))?;
        if field("sign_type") != Some("RSA2") {
            return Err(CallbackFault::MissingHeader("sign_type"));
        }
        let signature = STANDARD
            .decode(signature)
            .map_err(|_| CallbackFault::BadSignature)?;
        let signed: Vec<_> = fields
            .iter()
            .filter(|(name, _)| name != "sign_type")
            .cloned()
            .collect();
        let text = signed_text(&signed);
        if !self.vault.is_signed(KEY, text.as_bytes(), &signature) {
            return Err(CallbackFault::BadSignature);
        }
        let sent = field("notify_time").and_then(read_china_time);
        let sent = sent.ok_or(malformed("notify_time must be yyyy-MM-dd HH:mm:ss"))?;
        if !(-WINDOW..=AGE_MAX_S).contains(&now.since_s(sent)) {
            return Err(CallbackFault::Stale);
        }
        if field("app_id") != Some(&self.settings.app) {
            return Err(malformed("it is another app's"));
        }
        self.read_notice(field)
    }

    fn read_notice<'a>(
        &self,
        field: impl Fn(&'static str) -> Option<&'a str>,
    ) -> Result<Notice, CallbackFault> {
        let malformed = CallbackFault::Malformed;
        let text = |name| field(name).map(String::from);
        match field("notify_type") {
            Some("trade_status_sync") => {
                if field("seller_id") != Some(&self.settings.seller) {
                    return Err(malformed("it is another merchant's"));
                }
                let trade = Trade {
                    out_trade_no: text("out_trade_no"),
                    trade_no: text("trade_no"),
                    trade_status: text("trade_status"),
                    total_amount: text("total_amount"),
                    trans_currency: text("trans_currency"),
                    send_pay_date: None,
                    gmt_payment: text("gmt_payment"),
                };
                let told = trade
                    .charge()
                    .and_then(|charge| Some((charge, trade.standing(charge)?)));
                told.map(|(charge, outcome)| Notice::Order { charge, outcome })
                    .ok_or(malformed("the order is not readable"))
            }
            Some("dut_user_sign" | "dut_user_unsign") => {
                let agreement = Agreement {
                    agreement_no: text("agreement_no"),
                    external_agreement_no: text("external_agreement_no"),
                    status: text("status"),
                };
                let news = agreement.read();
                news.map(Notice::Contract)
                    .ok_or(malformed("the agreement is not readable"))
            }
            Some(_) | None => Err(malformed("the event is unknown")),
        }
    }
}

#[expect(clippy::cast_possible_wrap, reason = "a few minutes fit either way")]
const WINDOW: i64 = WINDOW_S as i64;

/// Alipay's last attempt is about 25 hours after the first, in seconds.
const AGE_MAX_S: i64 = 26 * 3_600;
