//! What a validator asks of the back office: to be registered, for bundles, to hold segments.

use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, DATE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_validator::bundle;
use ridecode_words::{OperatorId, UnixSeconds, ValidatorId};
use serde::{Deserialize, Serialize};

use super::folder::Registration;
use crate::client::{CONNECT_TIMEOUT, TIMEOUT, Trouble, Witness, read_body, read_json, send};
use crate::clock::Stopwatch;
use crate::config::Secret;

/// The way to a back office.
#[derive(Clone, Debug)]
pub struct BackOffice {
    client: Client,
    base_url: String,
    witness: Option<Arc<dyn Witness>>,
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
            witness: None,
        })
    }

    /// The same way, with somebody who sees every answer.
    pub(crate) fn before(&self, witness: Arc<dyn Witness>) -> Self {
        Self {
            witness: Some(witness),
            ..self.clone()
        }
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
        let path = "/v1/validators".to_owned();
        let response = self
            .send(path, |client, url| client.post(url).json(&introduction))
            .await?;
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
        let path = format!("/v1/validators/{validator}/bundle");
        let wanted = format!("?have={have}&delta={delta}");
        let response = self
            .send(path, |client, url| client.get(url + &wanted))
            .await?;
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
        let path = format!("/v1/validators/{validator}/{what}");
        self.send(path, |client, url| {
            let request = client.post(url);
            let request = request.header(CONTENT_TYPE, "application/octet-stream");
            request.body(sealed)
        })
        .await
    }

    async fn send(
        &self,
        path: String,
        request: impl FnOnce(&Client, String) -> RequestBuilder,
    ) -> Result<Response, Trouble> {
        let watch = Stopwatch::start();
        let url = format!("{}{path}", self.base_url);
        let answer = send(request(&self.client, url)).await;
        if let Some(witness) = &self.witness {
            witness.answered(&path, watch.elapsed(), answer.as_ref().err());
        }
        answer
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

fn time_there(response: &Response) -> Option<UnixSeconds> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    let there = rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(UnixSeconds(there.as_second()))
}
