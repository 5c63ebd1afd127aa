//! Asking a Ridecode server, or the sandbox, over HTTP: as a rider's app, a validator or a program
//! of the staff does.
//!
//! A reply is limited in size and either success or trouble, and trouble is of few kinds: nothing
//! came back, ask again later, no. No error names more of a path than its route's words: numbers of
//! people stand behind the question mark.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use ridecode_office::Entropy as _;
use serde::Deserialize;
use serde_json::Value;

use crate::clock::Stopwatch;
use crate::config::Secret;
use crate::device::Pace;
use crate::entropy::SystemEntropy;

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
        problem: Problem,
        /// When to ask again, where it said so.
        retry_after: Option<Duration>,
    },
    /// It said no, and will again.
    #[error("the back office refused: {0}")]
    Refused(Problem),
    /// What came back makes no sense.
    #[error("the back office answered with something else: {0}")]
    Nonsense(&'static str),
}

impl Trouble {
    /// Whether the same request may have success later.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } => true,
            Self::Refused(_) | Self::Nonsense(_) => false,
        }
    }

    /// Whether it is worth a minute of waiting.
    fn passes_soon(&self) -> bool {
        match self {
            Self::Busy { retry_after, .. } => retry_after.is_none_or(|after| after <= SOON),
            Self::Unreachable(_) => true,
            Self::Refused(_) | Self::Nonsense(_) => false,
        }
    }
}

/// What of a problem document (RFC 9457) a person needs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The last part of its type, such as `busy`; empty where it has none of ours.
    pub kind: String,
    /// What it is, the same every time.
    pub title: String,
    /// What is wrong this time, and what to do.
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        match (&*self.title, &*self.detail) {
            ("", "") => write!(f, "{status}"),
            ("", text) | (text, "") => write!(f, "{text} ({status})"),
            (title, detail) => write!(f, "{title}: {detail} ({status})"),
        }
    }
}

#[derive(Default, Deserialize)]
struct ProblemView {
    r#type: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    retry_after_s: Option<u64>,
}

/// Sends a request; anything but success is trouble.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, Trouble> {
    let response = request.send().await.map_err(|fault| unreachable(&fault))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let body = read_body(response, JSON_LENGTH_MAX).await?;
    let view: ProblemView = serde_json::from_slice(&body).unwrap_or_default();
    let retry_after = retry_after.or(view.retry_after_s).map(Duration::from_secs);
    let kind = view.r#type.unwrap_or_default();
    let problem = Problem {
        status: status.as_u16(),
        kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
        title: view.title.unwrap_or_default(),
        detail: view.detail.unwrap_or_default(),
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

/// Reads a body that is a small JSON object.
pub(crate) async fn read_json<T: for<'a> Deserialize<'a>>(
    response: Response,
) -> Result<T, Trouble> {
    let body = read_body(response, JSON_LENGTH_MAX).await?;
    serde_json::from_slice(&body).map_err(|_| Trouble::Nonsense("not the JSON object it should be"))
}

/// Reads a body that is no longer than it may be.
pub(crate) async fn read_body(
    mut response: Response,
    length_max: usize,
) -> Result<Vec<u8>, Trouble> {
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

/// The innermost cause says most: refused, timed out, no such name.
fn unreachable(fault: &reqwest::Error) -> Trouble {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Trouble::Unreachable(cause.to_string())
}

/// One server, with the caller's token.
#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    url: String,
    token: Option<Secret>,
    patience: Option<Arc<dyn Witness>>,
}

/// Sees every answer to requests.
pub(crate) trait Witness: fmt::Debug + Send + Sync {
    /// A request to a path was answered after so long, or met trouble.
    fn answered(&self, path: &str, after: Duration, trouble: Option<&Trouble>);
}

impl Api {
    /// A client of a server at `url`.
    pub(crate) fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .no_proxy()
            .redirect(Policy::none());
        Ok(Self {
            client: client.build().context("no HTTP client can be made")?,
            url: url.trim_end_matches('/').to_owned(),
            token: None,
            patience: None,
        })
    }

    /// The same server, called with a bearer token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(Secret::new(token)),
            ..self.clone()
        }
    }

    /// The same server, asked again for a while where trouble may pass, before a witness.
    pub(crate) fn patient(&self, witness: Arc<dyn Witness>) -> Self {
        Self {
            patience: Some(witness),
            ..self.clone()
        }
    }

    /// Where the server is, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Reads a resource.
    pub(crate) async fn get(&self, target: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, target, None).await
    }

    /// Writes a resource. A repeat is recognised as one.
    pub(crate) async fn post(&self, target: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, target, Some(body)).await
    }

    /// Presses the button of a page where a mandate is signed.
    pub(crate) async fn agree(&self, path: &str) -> anyhow::Result<()> {
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = request.body("answer=agree").send().await;
        let reply = reply.map_err(|fault| unreachable(&fault));
        let status = reply.context("signing the mandate")?.status();
        anyhow::ensure!(
            status.is_redirection(),
            "the mandate cannot be signed at the sandbox {}: {status}",
            self.url
        );
        Ok(())
    }

    async fn call(
        &self,
        method: Method,
        target: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let path = target.split('?').next().unwrap_or_default();
        let key = format!(
            "{:016x}{:016x}",
            SystemEntropy.number(),
            SystemEntropy.number()
        );
        let mut failures = 0;
        loop {
            let mut request = self
                .client
                .request(method.clone(), format!("{}{target}", self.url));
            if let Some(token) = &self.token {
                request = request.bearer_auth(token.reveal());
            }
            if let Some(body) = &body {
                request = request.json(body).header("idempotency-key", &key);
            }
            let watch = Stopwatch::start();
            let answer = ask(request).await;
            if let Some(witness) = &self.patience {
                witness.answered(path, watch.elapsed(), answer.as_ref().err());
            }
            match answer {
                Err(trouble)
                    if self.patience.is_some() && trouble.passes_soon() && failures < TRIES =>
                {
                    let chance = SystemEntropy.number();
                    let pause = Pace::default().pause_after(failures, Some(&trouble), chance);
                    tokio::time::sleep(pause).await;
                    failures += 1;
                }
                answer => return answer.with_context(|| format!("{method} {path}")),
            }
        }
    }
}

/// A reply as JSON; null if it is empty.
async fn ask(request: RequestBuilder) -> Result<Value, Trouble> {
    let body = read_body(send(request).await?, LIST_LENGTH_MAX).await?;
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body).map_err(|_| Trouble::Nonsense("no JSON"))
}

/// How long a connection may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an answer may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

const JSON_LENGTH_MAX: usize = 64 << 10;

const LIST_LENGTH_MAX: usize = 64 << 20;

/// The longest a patient caller is told to wait and does.
const SOON: Duration = Duration::from_secs(60);

/// How many times a patient caller asks again.
const TRIES: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_there_is_to_say() {
        let check = |title: &str, detail: &str, expected: &str| {
            let problem = Problem {
                status: 503,
                kind: String::new(),
                title: title.to_owned(),
                detail: detail.to_owned(),
            };
            assert_eq!(problem.to_string(), expected);
        };
        check("", "", "503 Service Unavailable");
        check("Too much", "", "Too much (503 Service Unavailable)");
        check("", "wait 1 s", "wait 1 s (503 Service Unavailable)");
        check(
            "Too much",
            "wait 1 s",
            "Too much: wait 1 s (503 Service Unavailable)",
        );
    }
}
