//! The one HTTP client: carries requests to the payment provider and to the SMS gateway.
//!
//! Replies are limited in time and size, redirects are not followed, and an incomplete reply is no
//! reply. Files are handed over unpacked. What a reply means is the connector's affair.

mod unpack;

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use ridecode_office::enrol::CodeToSend;
use ridecode_office::{Carrier, Entropy as _, Office};
use ridecode_pay::{
    BILL_LENGTH_MAX, Door, HttpReply, HttpRequest, Method, RequestTime, Sms, SmsFault,
};
use ridecode_words::ProviderId;

use crate::config::Config;
use crate::entropy::SystemEntropy;

/// Carries requests to where the settings say.
#[derive(Clone, Debug)]
pub struct HttpCarrier {
    client: Client,
    provider: ProviderId,
    provider_url: String,
    files_url: String,
    messages_url: String,
}

impl HttpCarrier {
    /// A carrier for the provider of a configuration.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let client = Client::builder()
            .connect_timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("ridecode/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            provider: config.provider.id,
            provider_url: config.provider.url.clone(),
            files_url: config.provider.files_url().to_owned(),
            messages_url: config.messages().url,
        })
    }

    async fn exchange(&self, request: HttpRequest) -> reqwest::Result<Option<HttpReply>> {
        let (base, timeout, length_max) = match request.door {
            Door::Api => (&self.provider_url, TIMEOUT, REPLY_LENGTH_MAX),
            Door::Files => (&self.files_url, FILE_TIMEOUT, BILL_LENGTH_MAX),
            Door::Messages => (&self.messages_url, TIMEOUT, REPLY_LENGTH_MAX),
        };
        let url = format!("{base}{}", request.target);
        let mut builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
        };
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let builder = builder.timeout(timeout).body(request.body);
        let mut response = builder.send().await?;
        let headers = response
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > length_max {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        if request.door == Door::Files {
            let Some(plain) = unpack::unpack(body) else {
                return Ok(None);
            };
            body = plain;
        }
        Ok(Some(HttpReply {
            status,
            headers,
            body,
        }))
    }
}

/// Sends a code to a rider's phone, by way of the SMS gateway.
pub async fn send_sms(
    office: &Office,
    carrier: &impl Carrier,
    code: &CodeToSend,
) -> Result<(), SmsFault> {
    let (provider, connector) = (office.desk.provider.0, &office.desk.messages);
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
        .carry(provider, connector.send_sms(&sms, time))
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
                tracing::warn!(%provider, "a provider's reply is too long or cannot be unpacked");
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
/// For a file of up to 64 MiB.
const FILE_TIMEOUT: Duration = Duration::from_secs(60);
const REPLY_LENGTH_MAX: usize = 1 << 20;
