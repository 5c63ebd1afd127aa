//! A caller of an HTTP interface, and what comes back.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

/// A server, called with a token, with a cookie or without.
#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    url: String,
    token: Option<String>,
    cookie: Option<String>,
}

/// A whole reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// What was asked for, for failures.
    pub(crate) asked: String,
    /// The status.
    pub(crate) status: u16,
    /// The header fields.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) bytes: Vec<u8>,
}

impl Api {
    /// A server at `url`, without a slash at the end.
    pub(crate) fn new(url: &str) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            client,
            url: url.to_owned(),
            token: None,
            cookie: None,
        }
    }

    /// The same server, called with a bearer token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same server, called with a cookie as one of its own pages does.
    pub(crate) fn with_cookie(&self, cookie: &str) -> Self {
        Self {
            cookie: Some(cookie.to_owned()),
            ..self.clone()
        }
    }

    /// Reads.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send((Method::GET, path), &[], Vec::new()).await
    }

    /// Writes JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.json((Method::POST, path), body, None).await
    }

    /// Deletes.
    pub(crate) async fn delete(&self, path: &str, body: &Value) -> Reply {
        self.json((Method::DELETE, path), body, None).await
    }

    /// Writes JSON under an idempotency key.
    pub(crate) async fn json(
        &self,
        line: (Method, &str),
        body: &Value,
        key: Option<&str>,
    ) -> Reply {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        self.send(line, &headers, body.to_string().into_bytes())
            .await
    }

    /// Uploads octets.
    pub(crate) async fn upload(&self, path: &str, octets: Vec<u8>) -> Reply {
        let headers = [("content-type", "application/octet-stream")];
        self.send((Method::POST, path), &headers, octets).await
    }

    /// Sends anything; fails the test if no whole reply comes back.
    pub(crate) async fn send(
        &self,
        line: (Method, &str),
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Reply {
        let asked = format!("{} {}", line.0, line.1);
        self.try_send(line, headers, body)
            .await
            .unwrap_or_else(|fault| panic!("{asked}: {fault}"))
    }

    /// Sends anything.
    pub(crate) async fn try_send(
        &self,
        (method, path): (Method, &str),
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> reqwest::Result<Reply> {
        let asked = format!("{method} {path}");
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.url)
        };
        let mut request = self.client.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
            request = request.header("sec-fetch-site", "same-origin");
        }
        let reply = request.body(body).send().await?;
        Ok(Reply {
            asked,
            status: reply.status().as_u16(),
            headers: reply.headers().clone(),
            bytes: reply.bytes().await?.to_vec(),
        })
    }
}

impl Reply {
    /// The body as JSON; null if there is none.
    pub(crate) fn body(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}: no JSON came back", self.asked))
    }

    /// The body, if the status is the one expected.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        let body = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status, status, "{}: {body}", self.asked);
        self.body()
    }

    /// The problem document, if it is of this kind and about this field (`""` for none). Every
    /// problem is checked to be one: media type, page, title, status, a detail that says more
    /// than the title, a request id.
    #[track_caller]
    pub(crate) fn problem(&self, kind: &str, field: &str) -> Value {
        let body = self.body();
        let asked = &self.asked;
        assert_eq!(body["type"], format!("/problems/{kind}"), "{asked}: {body}");
        assert_eq!(
            self.headers["content-type"], "application/problem+json",
            "{asked}"
        );
        assert!(self.headers.contains_key("x-request-id"), "{asked}");
        assert_eq!(body["status"], self.status, "{asked}");
        assert_eq!(
            body["field"].as_str().unwrap_or_default(),
            field,
            "{asked}: {body}"
        );
        let detail = body["detail"].as_str().unwrap_or_default();
        assert!(!detail.is_empty(), "{asked}: {body}");
        assert_ne!(body["title"], body["detail"], "{asked}");
        body
    }
}
