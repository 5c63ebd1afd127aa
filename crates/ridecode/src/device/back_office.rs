//! What a validator asks of the back office: to be registered, for bundles, to hold segments.

use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_validator::bundle;
use ridecode_words::{OperatorId, UnixSeconds, ValidatorId};
use serde::{Deserialize, Serialize};

use super::folder::Registration;
use crate::config::Secret;

/// The way to a back office.
#[derive(Clone, Debug)]
pub struct BackOffice {
    client: Client,
    base_url: String,
}

/// Why a request had no success.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// Nothing, or nothing whole, came back.
    #[error("the back office cannot be reached: {0}")]
    Unreachable(String),
    /// It cannot answer now.
    #[error("the back office is busy: {problem}")]
    Busy {
        /// What it said.
        problem: String,
        /// When to ask again, where it said so.
        retry_after: Option<Duration>,
    },
    /// It said no, and will again.
    #[error("the back office refused: {0}")]
    Refused(String),
    /// What came back makes no sense.
    #[error("the back office answered with something else: {0}")]
    Nonsense(&'static str),
}

/// An answer, with the time it is at the back office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer<T> {
    /// The answer.
    pub content: T,
    /// The time there, to the second.
    pub there: Option<UnixSeconds>,
}

/// The answer to a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct Receipt {
    /// Through this entry, from 1 on and without a hole, the back office holds the journal.
    pub held_through: u64,
    /// How many of the entries were new.
    pub new: u32,
    /// How many were held already.
    pub repeated: u32,
}

/// The answer to a heartbeat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct Beat {
    /// When the next one is wanted, in seconds.
    pub next_s: u32,
}

impl BackOffice {
    /// The way to the back office at a base URL.
    pub fn new(base_url: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .user_agent(concat!("ridecode/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("no HTTP client can be made")?;
        Ok(Self {
            client,
            base_url: base_url.trim_end_matches('/').to_owned(),
        })
    }

    /// Where it is.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Registers a key with a one-time code. A repeat with the same key gives the same answer.
    pub async fn register(&self, code: &Secret, key: &PublicKey) -> Result<Registration, Trouble> {
        let introduction = Introduction {
            one_time_code: code.reveal(),
            algorithm: "eddsa",
            public_key: STANDARD.encode(&key.bytes[..32]),
        };
        let url = format!("{}/v1/validators", self.base_url);
        let response = send(self.client.post(url).json(&introduction)).await?;
        let view: RegistrationView = read_json(response).await?;
        view.read()
            .ok_or(Trouble::Nonsense("the registration has a field amiss"))
    }

    /// The newest bundle, sealed, or with `delta` what leads there; `None` if it is `have`.
    pub async fn find_bundle(
        &self,
        validator: ValidatorId,
        (have, delta): (u64, bool),
    ) -> Result<Answer<Option<Vec<u8>>>, Trouble> {
        let url = format!(
            "{}/v1/validators/{validator}/bundle?have={have}&delta={delta}",
            self.base_url
        );
        let response = send(self.client.get(url)).await?;
        let there = time_there(&response);
        let content = if response.status() == StatusCode::NO_CONTENT {
            None
        } else {
            Some(read_body(response, bundle::LENGTH_MAX).await?)
        };
        Ok(Answer { content, there })
    }

    /// Hands over a sealed heartbeat.
    pub async fn beat(
        &self,
        validator: ValidatorId,
        sealed: Vec<u8>,
    ) -> Result<Answer<Beat>, Trouble> {
        let response = self.post_octets(validator, "heartbeats", sealed).await?;
        let there = time_there(&response);
        let content = read_json(response).await?;
        Ok(Answer { content, there })
    }

    /// Hands over a sealed segment.
    pub async fn upload(
        &self,
        validator: ValidatorId,
        sealed: Vec<u8>,
    ) -> Result<Receipt, Trouble> {
        read_json(self.post_octets(validator, "segments", sealed).await?).await
    }

    async fn post_octets(
        &self,
        validator: ValidatorId,
        what: &str,
        sealed: Vec<u8>,
    ) -> Result<Response, Trouble> {
        let url = format!("{}/v1/validators/{validator}/{what}", self.base_url);
        let request = self.client.post(url);
        let request = request.header(CONTENT_TYPE, "application/octet-stream");
        send(request.body(sealed)).await
    }
}

#[derive(Serialize)]
struct Introduction<'a> {
    one_time_code: &'a str,
    algorithm: &'static str,
    public_key: String,
}

#[derive(Deserialize)]
struct RegistrationView {
    validator: String,
    operator: u32,
    office_key: KeyView,
}

#[derive(Deserialize)]
struct KeyView {
    algorithm: String,
    public_key: String,
}

impl RegistrationView {
    fn read(&self) -> Option<Registration> {
        let algorithm = match self.office_key.algorithm.as_str() {
            "es256" => Algorithm::Es256,
            "eddsa" => Algorithm::EdDsa,
            "sm2" => Algorithm::Sm2,
            _ => return None,
        };
        let key = STANDARD.decode(&self.office_key.public_key).ok()?;
        let expected = if algorithm == Algorithm::EdDsa {
            32
        } else {
            33
        };
        if key.len() != expected {
            return None;
        }
        let mut bytes = [0; 33];
        bytes[..key.len()].copy_from_slice(&key);
        Some(Registration {
            validator: self.validator.parse().ok()?,
            operator: OperatorId(self.operator),
            office: PublicKey { algorithm, bytes },
        })
    }
}

/// What of a problem document (RFC 9457) a person needs.
#[derive(Default, Deserialize)]
struct ProblemView {
    title: Option<String>,
    detail: Option<String>,
}

/// Sends a request; anything but success is trouble.
async fn send(request: RequestBuilder) -> Result<Response, Trouble> {
    let response = request.send().await.map_err(|fault| unreachable(&fault))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let body = read_body(response, PROBLEM_LENGTH_MAX).await?;
    let view: ProblemView = serde_json::from_slice(&body).unwrap_or_default();
    let problem = match (view.title, view.detail) {
        (Some(title), Some(detail)) => format!("{title}: {detail} ({status})"),
        (Some(text), None) | (None, Some(text)) => format!("{text} ({status})"),
        (None, None) => status.to_string(),
    };
    let busy = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT;
    Err(if busy {
        Trouble::Busy {
            problem,
            retry_after,
        }
    } else {
        Trouble::Refused(problem)
    })
}

async fn read_json<T: for<'a> Deserialize<'a>>(response: Response) -> Result<T, Trouble> {
    let body = read_body(response, PROBLEM_LENGTH_MAX).await?;
    serde_json::from_slice(&body).map_err(|_| Trouble::Nonsense("not the JSON object it should be"))
}

/// Reads a body that is no longer than it may be.
async fn read_body(mut response: Response, length_max: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|fault| unreachable(&fault))?
    {
        if body.len() + chunk.len() > length_max {
            return Err(Trouble::Nonsense("far more bytes than there can be"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn time_there(response: &Response) -> Option<UnixSeconds> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    let there = rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(UnixSeconds(there.as_second()))
}

/// The innermost cause says most: refused, timed out, no such name.
fn unreachable(fault: &reqwest::Error) -> Trouble {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Trouble::Unreachable(cause.to_string())
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);
const PROBLEM_LENGTH_MAX: usize = 64 << 10;
