//! The one HTTP client: carries requests to the payment provider and its SMS gateway.
//!
//! Replies are limited in time and size, redirects are not followed, and an incomplete reply is no
//! reply. What a reply means is the connector's affair.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use ridecode_office::enrol::CodeToSend;
use ridecode_office::{Carrier, Entropy as _, Office};
use ridecode_pay::{HttpReply, HttpRequest, Method, RequestTime, Sms, SmsFault};
use ridecode_words::ProviderId;

use crate::config::Config;
use crate::entropy::SystemEntropy;

/// Carries requests to where the settings say.
#[derive(Clone, Debug)]
pub struct HttpCarrier {
    client: Client,
    provider: ProviderId,
    provider_url: String,
}

impl HttpCarrier {
    /// A carrier for the provider of a configuration.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("ridecode/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            provider: config.provider.id,
            provider_url: config.provider.url.clone(),
        })
    }

    async fn exchange(&self, request: HttpRequest) -> reqwest::Result<Option<HttpReply>> {
        let url = format!("{}{}", self.provider_url, request.target);
        let mut builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
        };
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let mut response = builder.body(request.body).send().await?;
        let headers = response
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > REPLY_LENGTH_MAX {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some(HttpReply {
            status,
            headers,
            body,
        }))
    }
}

/// Sends a code to a rider's phone, by way of the provider's gateway.
pub async fn send_sms(
    office: &Office,
    carrier: &impl Carrier,
    code: &CodeToSend,
) -> Result<(), SmsFault> {
    let (provider, connector) = &office.desk.provider;
    let time = RequestTime {
        now: crate::clock::now(),
        nonce: SystemEntropy.number(),
    };
    let sms = Sms {
        phone: code.phone.as_str().to_owned(),
        text: format!(
            "【Ridecode】{} is your code. It is good for 5 minutes; give it to nobody.",
            code.code
        ),
    };
    let reply = carrier
        .carry(*provider, connector.send_sms(&sms, time))
        .await;
    connector.read_sms(time, reply.as_ref())
}

impl Carrier for HttpCarrier {
    async fn carry(&self, provider: ProviderId, request: HttpRequest) -> Option<HttpReply> {
        if provider != self.provider {
            tracing::error!(%provider, "no address is set for this provider");
            return None;
        }
        match self.exchange(request).await {
            Ok(Some(reply)) => Some(reply),
            Ok(None) => {
                tracing::warn!(%provider, "a provider's reply is too long");
                None
            }
            // The error names the URL, and order numbers stand in URLs.
            Err(fault) => {
                tracing::warn!(%provider, error = %fault.without_url(), "no reply came back");
                None
            }
        }
    }
}

const TIMEOUT: Duration = Duration::from_secs(5);
const REPLY_LENGTH_MAX: usize = 1 << 20;
