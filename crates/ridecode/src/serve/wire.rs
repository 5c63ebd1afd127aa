//! What crosses the wire: reading bodies with limits, and the views several endpoints share.
//!
//! Wire types stand beside their endpoints and are converted by hand; nothing inside derives serde.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_codec::crypto::{Algorithm, PublicKey, Signature};
use ridecode_ledger::Money;
use serde::de::{DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::problem::{Kind, Problem, Result};

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        if media_type(request.headers()) != Some("application/json") {
            return Err(Problem::new(
                Kind::UnsupportedMediaType,
                "the body must be JSON; send it with Content-Type: application/json",
            ));
        }
        let Octets(bytes) = Octets::from_request(request, app).await?;
        read_object(&bytes).map(Self)
    }
}

/// A body of octets.
pub(super) struct Octets(pub(super) Bytes);

impl FromRequest<App> for Octets {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let bytes = Bytes::from_request(request, app).await;
        bytes.map(Self).map_err(|rejection| unread(&rejection))
    }
}

/// Parameters of the query.
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::field("query", "must be key=value pairs in percent-encoding"))?;
        let entries = pairs
            .0
            .into_iter()
            .map(|(key, value)| (key, Value::String(value)));
        track(entries.collect::<Vec<_>>().into_iter()).map(Self)
    }
}

/// The one parameter of the path, read as `T`.
pub(super) struct Named<T>(pub(super) T);

impl<T> FromRequestParts<App> for Named<T>
where
    T: FromStr<Err: Display>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let path = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::field("path", "must be UTF-8 in percent-encoding"))?;
        let (name, text) = path.iter().next().unwrap_or(("path", ""));
        parse(name, text).map(Self)
    }
}

/// Reads a text that stands in the field `name`.
pub(super) fn parse<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T> {
    text.parse()
        .map_err(|rule| Problem::field(name.to_owned(), rule))
}

/// An amount of money.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(super) struct MoneyView {
    /// Minor units: fen.
    #[schema(example = 700)]
    minor: i64,
    /// ISO 4217.
    #[schema(example = "CNY")]
    currency: String,
}

impl MoneyView {
    /// Minor units.
    pub(super) fn minor(&self) -> i64 {
        self.minor
    }
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self {
            minor: money.minor,
            currency: money.currency.to_string(),
        }
    }
}

/// A signature algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AlgorithmWord {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    Eddsa,
    /// SM2 with SM3.
    Sm2,
}

impl From<AlgorithmWord> for Algorithm {
    fn from(word: AlgorithmWord) -> Self {
        match word {
            AlgorithmWord::Es256 => Self::Es256,
            AlgorithmWord::Eddsa => Self::EdDsa,
            AlgorithmWord::Sm2 => Self::Sm2,
        }
    }
}

impl From<Algorithm> for AlgorithmWord {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::Es256,
            Algorithm::EdDsa => Self::Eddsa,
            Algorithm::Sm2 => Self::Sm2,
        }
    }
}

/// Reads a public key: base64 of 32 bytes for `eddsa`, of a compressed (33) or uncompressed (65
/// bytes) point for the others.
pub(super) fn public_key(algorithm: AlgorithmWord, text: &str) -> Result<PublicKey> {
    let wrong = |rule: &str| Problem::new(Kind::WrongKey, format!("public_key: {rule}"));
    let bytes = STANDARD
        .decode(text)
        .map_err(|_| wrong("must be base64 with padding (RFC 4648 section 4)").at("public_key"))?;
    let mut point = [0; 33];
    match (algorithm, bytes.as_slice()) {
        (AlgorithmWord::Eddsa, key) if key.len() == 32 => point[..32].copy_from_slice(key),
        (AlgorithmWord::Es256 | AlgorithmWord::Sm2, [2 | 3, x @ ..]) if x.len() == 32 => {
            point.copy_from_slice(&bytes);
        }
        (AlgorithmWord::Es256 | AlgorithmWord::Sm2, [4, rest @ ..]) if rest.len() == 64 => {
            point[0] = 2 + (rest[63] & 1);
            point[1..].copy_from_slice(&rest[..32]);
        }
        (AlgorithmWord::Eddsa, _) => {
            return Err(wrong("an eddsa key has 32 bytes").at("public_key"));
        }
        (AlgorithmWord::Es256 | AlgorithmWord::Sm2, _) => {
            return Err(wrong("a point has 33 bytes from 02 or 03, or 65 from 04").at("public_key"));
        }
    }
    Ok(PublicKey {
        algorithm: algorithm.into(),
        bytes: point,
    })
}

/// A public key as it is read: base64.
pub(super) fn show_key(key: &PublicKey) -> String {
    match key.algorithm {
        Algorithm::EdDsa => STANDARD.encode(&key.bytes[..32]),
        Algorithm::Es256 | Algorithm::Sm2 => STANDARD.encode(key.bytes),
    }
}

/// Reads a signature: base64 of 64 bytes, r ‖ s or R ‖ S.
pub(super) fn signature(field: &'static str, text: &str) -> Result<Signature> {
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(Signature)
        .ok_or_else(|| Problem::field(field, "must be base64 of 64 bytes"))
}

/// Whether a text that people wrote has so many characters, and none that no database keeps.
pub(super) fn is_text(text: &str, characters: RangeInclusive<usize>) -> bool {
    characters.contains(&text.chars().count()) && !text.contains('\0')
}

/// Reads why somebody did something: 3 to 500 characters.
pub(super) fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if is_text(text, 3..=500) {
        Ok(text.to_owned())
    } else {
        Err(Problem::field("reason", "says why, in 3 to 500 characters"))
    }
}

/// Bytes in base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The media type of a request, without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(
            Kind::TooLarge,
            "the body is longer than this path takes; send less",
        )
    } else {
        Problem::new(Kind::MalformedBody, "the body was cut off; send it again")
    }
}

/// Reads an object from JSON; errors name the field.
fn read_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let malformed = |what: Cow<'static, str>| Problem::new(Kind::MalformedBody, what);
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(entries)) => track(entries.into_iter()),
        Ok(_) => Err(malformed("the body must be a JSON object".into())),
        Err(fault) => Err(malformed(
            format!(
                "the body is not JSON at line {} column {}",
                fault.line(),
                fault.column()
            )
            .into(),
        )),
    }
}

fn track<T: DeserializeOwned>(entries: impl Iterator<Item = (String, Value)>) -> Result<T> {
    let mut field = String::new();
    let tracked = Tracked {
        entries,
        value: None,
        field: &mut field,
    };
    T::deserialize(serde::de::value::MapAccessDeserializer::new(tracked)).map_err(
        |fault: serde_json::Error| {
            let rule = fault.to_string();
            // A missing field is noticed after the last one was read: only the words name it.
            let name = match rule.strip_prefix("missing field `") {
                Some(rest) => rest.split('`').next().unwrap_or_default().to_owned(),
                None => field,
            };
            Problem::field(name, rule)
        },
    )
}

/// A map that remembers which entry it gave out last.
struct Tracked<'a, I> {
    entries: I,
    value: Option<Value>,
    field: &'a mut String,
}

impl<'de, I: Iterator<Item = (String, Value)>> MapAccess<'de> for Tracked<'_, I> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> std::result::Result<Option<K::Value>, Self::Error> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.field.clone_from(&key);
        self.value = Some(value);
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> std::result::Result<V::Value, Self::Error> {
        seed.deserialize(self.value.take().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
