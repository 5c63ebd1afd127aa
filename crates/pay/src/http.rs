//! Requests and replies as values.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

/// An HTTP method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// The method as HTTP writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Which of a provider's addresses a request is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// Its interface: replies are short.
    Api,
    /// Its files: replies may be long. A file packed as ZIP, or written in GBK within one, is
    /// handed over unpacked and as UTF-8.
    Files,
    /// A gateway for short messages, which may be another company's.
    Messages,
}

/// A request for the edge to send. Bodies may hold personal data: Debug shows their length only.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Where it goes.
    pub door: Door,
    /// The method.
    pub method: Method,
    /// Path and query, from `/`.
    pub target: String,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

/// A request that is not signed yet: its signature is over what stands here.
pub(crate) struct Draft {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
    door: Door,
    content: Option<&'static str>,
}

impl Draft {
    /// A question.
    pub(crate) fn get(target: String) -> Self {
        Self {
            method: Method::Get,
            target,
            body: Vec::new(),
            door: Door::Api,
            content: None,
        }
    }

    /// A wish, as a form that is encoded already.
    pub(crate) fn form(target: &str, body: String) -> Self {
        Self {
            method: Method::Post,
            target: target.to_string(),
            body: body.into_bytes(),
            door: Door::Api,
            content: Some("application/x-www-form-urlencoded;charset=utf-8"),
        }
    }

    /// The same, for another address of the provider's.
    pub(crate) fn at(self, door: Door) -> Self {
        Self { door, ..self }
    }

    /// A wish, as JSON. Bodies are plain structs of texts and numbers, which always have a JSON
    /// form.
    pub(crate) fn post(target: &str, body: &impl Serialize) -> Self {
        Self {
            method: Method::Post,
            target: target.to_string(),
            body: serde_json::to_vec(body).expect("a plain struct has a JSON form"),
            door: Door::Api,
            content: Some("application/json"),
        }
    }

    /// The request with the header fields that sign it.
    pub(crate) fn signed<const COUNT: usize>(
        self,
        headers: [(&str, String); COUNT],
    ) -> HttpRequest {
        let mut headers: Vec<_> = headers
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect();
        if let Some(content) = self.content {
            headers.push(("content-type".to_string(), content.to_string()));
        }
        HttpRequest {
            door: self.door,
            method: self.method,
            target: self.target,
            headers,
            body: self.body,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, target, length) = (self.method.word(), &self.target, self.body.len());
        write!(f, "HttpRequest({method} {target}, {length} bytes)")
    }
}

/// What came back. Debug shows the body's length only.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// A header field by its name in lower case; `None` unless it stands exactly once.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpReply({}, {} bytes)", self.status, self.body.len())
    }
}

/// A header field that stands exactly once: what stands twice could mean one thing to a
/// signature and another to its reader.
pub(crate) fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = headers.iter().filter(|(key, _)| key == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value.as_str())
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::*;

    #[test]
    fn a_header_stands_once_or_not_at_all() {
        let header = |name: &str, value: &str| (String::from(name), String::from(value));
        let reply = HttpReply {
            status: 200,
            headers: vec![header("a", "1"), header("b", "2"), header("b", "2")],
            body: Vec::new(),
        };
        assert_eq!(reply.find_header("a"), Some("1"));
        assert_eq!(reply.find_header("b"), None);
        assert_eq!(reply.find_header("c"), None);
    }

    #[test]
    fn bodies_do_not_show_in_debug_output() {
        let body = b"+8613800138000".to_vec();
        let request = HttpRequest {
            door: Door::Messages,
            method: Method::Post,
            target: String::from("/sms"),
            headers: Vec::new(),
            body: body.clone(),
        };
        assert_eq!(format!("{request:?}"), "HttpRequest(POST /sms, 14 bytes)");
        let reply = HttpReply {
            status: 200,
            headers: Vec::new(),
            body,
        };
        assert_eq!(format!("{reply:?}"), "HttpReply(200, 14 bytes)");
    }
}
