//! What is signed in API v3, and who signed it: lines of method, target, time, nonce and body,
//! each ended by a line feed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_words::UnixSeconds;

use super::{Connector, Settings};
use crate::arrival::{check_fresh, header};
use crate::connector::{CallbackFault, RequestTime};
use crate::vault::EnvelopeVault;

/// What a request's signature is over.
pub(super) fn request_text(line: (&str, &str), time: RequestTime, body: &[u8]) -> Vec<u8> {
    let (method, target) = line;
    let (timestamp, nonce) = (time.now.0, nonce_text(time));
    let head = format!("{method}\n{target}\n{timestamp}\n{nonce}\n");
    [head.as_bytes(), body, b"\n"].concat()
}

/// The `Authorization` header of a request.
pub(super) fn authorization(settings: &Settings, time: RequestTime, signature: &[u8]) -> String {
    let signature = STANDARD.encode(signature);
    format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{}\",timestamp=\"{}\",\
         serial_no=\"{}\",signature=\"{signature}\"",
        settings.merchant,
        nonce_text(time),
        time.now.0,
        settings.merchant_serial,
    )
}

impl<V: EnvelopeVault> Connector<V> {
    /// Whether WeChat Pay signed a body now. The key is looked up by the serial that the headers
    /// name, on our list: a name alone proves nothing.
    pub(super) fn check_signature(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<(), CallbackFault> {
        let timestamp = header(headers, "wechatpay-timestamp")?;
        let nonce = header(headers, "wechatpay-nonce")?;
        let serial = header(headers, "wechatpay-serial")?;
        let signature = header(headers, "wechatpay-signature")?;
        if !self.vault.is_known(serial) {
            return Err(CallbackFault::UnknownKey);
        }
        let signature = STANDARD
            .decode(signature)
            .map_err(|_| CallbackFault::BadSignature)?;
        let head = format!("{timestamp}\n{nonce}\n");
        let text = [head.as_bytes(), body, b"\n"].concat();
        if !self.vault.is_signed(serial, &text, &signature) {
            return Err(CallbackFault::BadSignature);
        }
        check_fresh(timestamp, "wechatpay-timestamp must be Unix seconds", now)
    }
}

fn nonce_text(time: RequestTime) -> String {
    format!("{:016X}", time.nonce)
}
