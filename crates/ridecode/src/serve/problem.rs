//! Problem documents (RFC 9457): the one place where a fault becomes an HTTP answer.
//!
//! Every problem is of a kind, every kind has a page under /problems/. A problem names the field
//! and the remedy, says nothing of the inside and changes nothing.

mod fault;
mod kind;

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

pub(super) use kind::Kind;

/// A problem on its way to the caller.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Problem {
    /// What kind it is.
    pub(super) kind: Kind,
    detail: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    members: Map<String, Value>,
}

/// A result whose error is a problem.
pub(super) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A problem with its detail: what is wrong and what to do.
    pub(super) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            field: None,
            members: Map::new(),
        }
    }

    /// A field whose value is not allowed; `rule` says what is.
    pub(super) fn field(name: impl Into<Cow<'static, str>>, rule: impl std::fmt::Display) -> Self {
        let name = name.into();
        Self::new(Kind::InvalidField, format!("{name}: {rule}")).at(name)
    }

    /// The same problem, naming the field it is about.
    #[must_use]
    pub(super) fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same problem with one more member for programs.
    #[must_use]
    pub(super) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    pub(super) fn document(&self) -> Value {
        let mut document = self.members.clone();
        let mut put = |member: &str, value: Value| document.insert(member.to_owned(), value);
        put("type", format!("/problems/{}", self.kind.name()).into());
        put("title", self.kind.title().into());
        put("status", self.kind.status().as_u16().into());
        put("detail", self.detail.as_ref().into());
        if let Some(field) = &self.field {
            put("field", field.as_ref().into());
        }
        Value::Object(document)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.kind.status(), Json(self.document())).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.kind.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.kind.status() == StatusCode::SERVICE_UNAVAILABLE {
            let wait_s = self.members.get("retry_after_s").and_then(Value::as_u64);
            headers.insert(header::RETRY_AFTER, wait_s.unwrap_or(1).into());
        }
        response.extensions_mut().insert(self.kind);
        response
    }
}
