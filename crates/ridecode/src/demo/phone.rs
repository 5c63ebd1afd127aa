//! A rider's phone: enrols over the network once, then makes codes without it.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_codec::key::IdProfile;
use ridecode_codec::{compact, mot};
use ridecode_office::Entropy as _;
use ridecode_words::UnixSeconds;
use serde_json::{Value, json};

use super::api::Api;
use crate::entropy::SystemEntropy;

/// A brand, as the phone needs to know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brand {
    /// Its number.
    pub(super) number: u32,
    /// Its name.
    pub(super) name: &'static str,
    /// The curve of its device keys.
    pub(super) algorithm: Algorithm,
}

/// 羊城通: Guangzhou's buses and BRT, with codes of JT/T 1179.
pub(super) const YANGCHENGTONG: Brand = Brand {
    number: 1,
    name: "羊城通乘車碼",
    algorithm: Algorithm::Sm2,
};
/// Guangzhou's metro, with compact codes.
pub(super) const GUANGZHOU_METRO: Brand = Brand {
    number: 2,
    name: "廣州地鐵乘車碼",
    algorithm: Algorithm::Es256,
};
/// Foshan's buses, with compact codes.
pub(super) const GUANGFOTONG: Brand = Brand {
    number: 3,
    name: "廣佛通乘車碼",
    algorithm: Algorithm::Es256,
};

/// A phone that is ready to ride.
pub(super) struct Phone {
    /// Whom the demo calls its holder.
    pub(super) name: &'static str,
    /// The brand it shows codes of.
    pub(super) brand: Brand,
    /// The holder's wallet at the provider.
    pub(super) wallet: String,
    key: SecretKey,
    office: Api,
    credentials: Vec<Vec<u8>>,
    shown: usize,
}

/// What a phone shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Code {
    /// A text, for QR alphanumeric mode.
    Text(String),
    /// Bytes, for QR byte mode.
    Bytes(Vec<u8>),
}

impl Code {
    /// The code as a scanner delivers it.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// What enrolling needs.
pub(super) struct Enrolment<'a> {
    /// Whom the demo calls the rider.
    pub(super) name: &'static str,
    /// The phone number.
    pub(super) number: &'a str,
    /// The brand picked.
    pub(super) brand: Brand,
}

impl Phone {
    /// Enrols: SMS code, session, mandate, device key, credentials. All of it over HTTP, as an app
    /// would.
    pub(super) async fn enrol(
        enrolment: Enrolment<'_>,
        office: &Api,
        sandbox: &Api,
    ) -> anyhow::Result<Self> {
        let Enrolment {
            name,
            number,
            brand,
        } = enrolment;
        office
            .post("/v1/riders/codes", json!({ "phone": number }))
            .await?;
        let code = read_sms(sandbox, number).await?;
        let session = office
            .post(
                "/v1/riders/sessions",
                json!({ "phone": number, "code": code }),
            )
            .await?;
        let office = office.with_token(text(&session, "token")?);
        let wallet = sign_mandate(&office, sandbox).await?;
        let key = fresh_key(brand.algorithm)?;
        let device = register_device(&office, &session, &key).await?;
        let path = format!("/v1/devices/{device}/credentials");
        let granted = office.post(&path, json!({ "brand": brand.number })).await?;
        let credentials = granted
            .as_array()
            .context("credentials are a list")?
            .iter()
            .map(|credential| Ok(STANDARD.decode(text(credential, "bytes")?)?))
            .collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self {
            name,
            brand,
            wallet,
            key,
            office,
            credentials,
            shown: 0,
        })
    }

    /// Makes the next code, with no network: each with another of the phone's credentials.
    pub(super) fn show(&mut self, now: UnixSeconds) -> anyhow::Result<Code> {
        let credential = &self.credentials[self.shown % self.credentials.len()];
        self.shown += 1;
        let code = match self.brand.algorithm {
            Algorithm::Sm2 => {
                mot::present(credential, IdProfile::Default, now, &self.key).map(Code::Bytes)
            }
            Algorithm::Es256 | Algorithm::EdDsa => {
                compact::present(credential, now, &self.key).map(Code::Text)
            }
        };
        code.context("the phone cannot show a code with its credential")
    }

    /// The account as the rider sees it.
    pub(super) async fn account(&self) -> anyhow::Result<Value> {
        self.office.get("/v1/riders/me").await
    }

    /// The rides as the rider sees them, newest first.
    pub(super) async fn rides(&self) -> anyhow::Result<Vec<Value>> {
        let page = self.office.get("/v1/rides").await?;
        Ok(page["rides"].as_array().cloned().unwrap_or_default())
    }
}

/// A text member of a reply.
pub(super) fn text<'a>(reply: &'a Value, member: &str) -> anyhow::Result<&'a str> {
    reply[member]
        .as_str()
        .with_context(|| format!("the reply has no {member}"))
}

async fn read_sms(sandbox: &Api, number: &str) -> anyhow::Result<String> {
    let target = format!("/control/sms?phone={}", number.replace('+', "%2B"));
    let messages = sandbox.get(&target).await?;
    let messages = messages.as_array().context("the gateway lists messages")?;
    let newest = messages
        .iter()
        .max_by_key(|message| message["message"].as_u64());
    let newest = newest.context("no SMS arrived")?;
    let digits: String = text(newest, "text")?
        .split(|character: char| !character.is_ascii_digit())
        .find(|digits| digits.len() == 6)
        .context("the SMS holds no six digits")?
        .to_owned();
    Ok(digits)
}

async fn sign_mandate(office: &Api, sandbox: &Api) -> anyhow::Result<String> {
    let asked = office.post("/v1/mandates", json!({})).await?;
    let mandate = text(&asked, "mandate")?;
    let sign_url = text(&asked, "sign_url")?;
    sandbox.agree(sign_url).await?;
    let number = sign_url.rsplit('/').next().unwrap_or_default();
    let contracts = sandbox.get("/control/contracts").await?;
    let mut contracts = contracts.as_array().into_iter().flatten();
    let contract = contracts.find(|contract| contract["contract"] == number);
    let wallet = text(
        contract.context("the provider knows the contract")?,
        "wallet",
    )?
    .to_owned();
    let now = office.get(&format!("/v1/mandates/{mandate}")).await?;
    if text(&now, "state")? != "active" {
        bail!("the mandate is {} after signing", now["state"]);
    }
    Ok(wallet)
}

async fn register_device(office: &Api, session: &Value, key: &SecretKey) -> anyhow::Result<String> {
    let rider = u64::from_str_radix(text(session, "rider")?, 16)?;
    let nonce = STANDARD.decode(text(session, "device_nonce")?)?;
    let message = [&b"ridecode device"[..], &rider.to_be_bytes(), &nonce].concat();
    let algorithm = match key.public_key().algorithm {
        Algorithm::Sm2 => "sm2",
        Algorithm::Es256 => "es256",
        Algorithm::EdDsa => "eddsa",
    };
    let wanted = json!({
        "algorithm": algorithm,
        "public_key": STANDARD.encode(key.public_key().bytes),
        "proof": STANDARD.encode(key.sign(Sm2Id::DEFAULT, &message).0),
    });
    let device = office.post("/v1/devices", wanted).await?;
    Ok(text(&device, "device")?.to_owned())
}

fn fresh_key(algorithm: Algorithm) -> anyhow::Result<SecretKey> {
    // Nearly every 32 bytes are a key; those that are not are drawn again.
    for _ in 0..8 {
        let mut secret = [0; 32];
        SystemEntropy.fill(&mut secret);
        if let Some(key) = SecretKey::new(algorithm, &secret) {
            return Ok(key);
        }
    }
    bail!("no device key could be drawn")
}
