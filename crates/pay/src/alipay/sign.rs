//! RSA2: what is signed in requests, replies and notifications.
//!
//! A request and a notification are signed over their fields in the order of their names; a reply
//! over the bytes of its answer, exactly as they came.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_words::UnixSeconds;
use serde::Serialize;

use super::{Connector, KEY};
use crate::bill::CHINA_OFFSET_S;
use crate::connector::RequestTime;
use crate::http::HttpReply;
use crate::vault::RsaVault;

impl<V: RsaVault> Connector<V> {
    /// The fields of a call, signed; `return_url` only where riders come back from a page.
    pub(super) fn signed_fields(
        &self,
        (method, return_url): (&str, Option<&str>),
        content: &impl Serialize,
        time: RequestTime,
    ) -> Vec<(String, String)> {
        // Contents are plain structs of texts: they always have a JSON form.
        let content = serde_json::to_string(content).expect("a plain struct has a JSON form");
        let fields = [
            ("app_id", self.settings.app.as_str()),
            ("biz_content", &content),
            ("charset", "utf-8"),
            ("format", "JSON"),
            ("method", method),
            ("notify_url", &self.settings.callback_url),
            ("return_url", return_url.unwrap_or_default()),
            ("sign_type", "RSA2"),
            ("timestamp", &timestamp(time.now)),
            ("version", "1.0"),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()));
        let mut fields: Vec<_> = fields.into();
        fields.retain(|(_, value)| !value.is_empty());
        let signature = self.vault.sign(signed_text(&fields).as_bytes());
        fields.push(("sign".to_string(), STANDARD.encode(signature)));
        fields
    }

    /// The answer of a reply with status 200 that Alipay signed, by the name it must stand under.
    pub(super) fn signed<'a>(&self, name: &str, reply: Option<&'a HttpReply>) -> Option<&'a [u8]> {
        let reply = reply.filter(|reply| reply.status == 200)?;
        let members = members(&reply.body)?;
        let find = |name: &str| {
            let mut found = members.iter().filter(|(key, _)| *key == name.as_bytes());
            let (_, value) = found.next()?;
            found.next().is_none().then_some(*value)
        };
        let answer = find(name)?;
        let signature: &str = serde_json::from_slice(find("sign")?).ok()?;
        let signature = STANDARD.decode(signature).ok()?;
        self.vault
            .is_signed(KEY, answer, &signature)
            .then_some(answer)
    }
}

/// What the signature of fields is over: those with a value, in the order of their names, without
/// `sign`.
pub(super) fn signed_text(fields: &[(String, String)]) -> String {
    let mut fields: Vec<_> = fields
        .iter()
        .filter(|(name, value)| name != "sign" && !value.is_empty())
        .collect();
    fields.sort();
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// `yyyy-MM-dd HH:mm:ss` in China's time.
pub(super) fn timestamp(at: UnixSeconds) -> String {
    let shown = at.plus_s(CHINA_OFFSET_S).to_string();
    shown.trim_end_matches('Z').replace('T', " ")
}

/// The members of a JSON object of at most 64 KiB, each name with the bytes of its value exactly
/// as they stand. The values' inside is for whoever reads them to check.
fn members(body: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    if body.len() > LENGTH_MAX {
        return None;
    }
    let mut scan = Scan { body, at: 0 };
    let mut members = Vec::new();
    scan.expect(b'{')?;
    loop {
        scan.skip_space();
        let name = scan.string()?;
        scan.expect(b':')?;
        scan.skip_space();
        members.push((name, scan.value()?));
        scan.skip_space();
        match scan.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    scan.skip_space();
    (scan.at == body.len()).then_some(members)
}

/// Walks through JSON by its brackets and strings.
struct Scan<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn next(&mut self) -> Option<u8> {
        let byte = *self.body.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip_space(&mut self) {
        while matches!(self.body.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        self.skip_space();
        (self.next()? == wanted).then_some(())
    }

    /// What stands between the quotes, escapes as they are.
    fn string(&mut self) -> Option<&'a [u8]> {
        if self.next()? != b'"' {
            return None;
        }
        let start = self.at;
        loop {
            match self.next()? {
                b'"' => return Some(&self.body[start..self.at - 1]),
                b'\\' => {
                    self.next()?;
                }
                _ => {}
            }
        }
    }

    /// A value from its first byte to its last.
    fn value(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match *self.body.get(self.at)? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' if depth == 0 => break,
                b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                _ => self.at += 1,
            }
        }
        (self.at > start).then_some(&self.body[start..self.at])
    }
}

const LENGTH_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_bytes_as_they_stand() {
        let check = |body: &str, expected: Option<&[(&str, &str)]>| {
            let found = members(body.as_bytes());
            let found = found.map(|members| {
                let text = |bytes| core::str::from_utf8(bytes).unwrap();
                let pair = |(name, value)| (text(name), text(value));
                members.into_iter().map(pair).collect::<Vec<_>>()
            });
            assert_eq!(found.as_deref(), expected, "{body}");
        };
        let answer = r#"{ "code":"10000" , "note":"a\"}{b", "list":[{},[1]]}"#;
        let body = [r#" {"x_response": "#, answer, r#" , "sign" :"S" } "#].concat();
        let found = members(body.as_bytes()).unwrap();
        assert_eq!(found[0].1, answer.as_bytes());
        assert_eq!(found[1].1, br#""S""#);
        check(r#"{"a":1,"b":null}"#, Some(&[("a", "1"), ("b", "null")]));
        for wrong in [
            "",
            "{",
            "[]",
            "{}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1"#,
            r#"{"a":1}x"#,
            r#"{"a":{}"#,
            r#"{"a":"b}"#,
            r#"{a:1}"#,
            r#"{"a":1 2}"#,
            "<html>",
            r#"{"a":1,}"#,
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn fields_are_signed_in_order_without_the_signature() {
        let field = |name: &str, value: &str| (name.to_string(), value.to_string());
        let fields = [
            field("b", "2"),
            field("sign", "S"),
            field("a", "1=&"),
            field("c", ""),
        ];
        assert_eq!(signed_text(&fields), "a=1=&&b=2");
        assert_eq!(timestamp(UnixSeconds(1_767_225_660)), "2026-01-01 08:01:00");
    }
}
