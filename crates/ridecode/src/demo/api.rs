//! A thin client of our own HTTP interface and the sandbox's: what an app would use.

use anyhow::{Context as _, bail};
use reqwest::{Client, Method};
use serde_json::Value;

/// One server, with the caller's token.
#[derive(Clone)]
pub(super) struct Api {
    client: Client,
    url: String,
    token: Option<String>,
}

impl Api {
    /// A client of a server at `url`, without a slash at the end.
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Ok(Self {
            client: client.build()?,
            url: url.to_owned(),
            token: None,
        })
    }

    /// The same server, called with a bearer token.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Where the server is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Reads a resource.
    pub(super) async fn get(&self, target: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, target, None).await
    }

    /// Writes a resource.
    pub(super) async fn post(&self, target: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, target, Some(body)).await
    }

    /// Presses the button of a page where a mandate is signed.
    pub(super) async fn agree(&self, sign_url: &str) -> anyhow::Result<()> {
        let request = self.client.post(sign_url);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = request
            .body("answer=agree")
            .send()
            .await
            .context("signing the mandate")?;
        if !reply.status().is_redirection() {
            bail!("signing the mandate: {}", reply.status());
        }
        Ok(())
    }

    async fn call(
        &self,
        method: Method,
        target: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let what = format!("{method} {target}");
        let mut request = self.client.request(method, format!("{}{target}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = request.send().await.with_context(|| what.clone())?;
        let status = reply.status();
        let bytes = reply.bytes().await.with_context(|| what.clone())?;
        let value = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).with_context(|| format!("{what}: no JSON came back"))?
        };
        if !status.is_success() {
            let detail = value["detail"].as_str().unwrap_or("no detail");
            bail!("{what}: {status}: {detail}");
        }
        Ok(value)
    }
}
