//! The two languages of the pages.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;

/// A language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Language {
    /// 中文.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Its BCP 47 tag.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Its query, to carry it on.
    pub(super) fn query(self) -> &'static str {
        match self {
            Self::Chinese => "lang=zh",
            Self::English => "lang=en",
        }
    }

    /// One of two texts.
    pub(super) fn say<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    /// What the query asks for, else what the browser prefers of the two, else Chinese.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| match pair {
            "lang=zh" => Some(Self::Chinese),
            "lang=en" => Some(Self::English),
            _ => None,
        });
        let accepted = parts.headers.get(ACCEPT_LANGUAGE);
        let accepted = accepted
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let preferred = accepted.split(',').find_map(|range| {
            let tag = range.trim().to_ascii_lowercase();
            if tag.starts_with("zh") {
                Some(Self::Chinese)
            } else {
                tag.starts_with("en").then_some(Self::English)
            }
        });
        Ok(asked.or(preferred).unwrap_or(Self::Chinese))
    }
}
