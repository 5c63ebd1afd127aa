//! A rider's phone: enrols over HTTP once, as the app does, then makes codes without a network.
//!
//! Messages are read from the sandbox's gateway and mandates signed at its pages: that is where a
//! rider who is no person gets a code from. The key is made here and never leaves.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_codec::key::IdProfile;
use ridecode_codec::{compact, mot};
use ridecode_office::Entropy as _;
use ridecode_words::{BrandId, UnixSeconds};
use serde_json::{Value, json};

use crate::client::Api;
use crate::entropy::SystemEntropy;

/// A brand, as a phone needs to know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Brand {
    /// Its number.
    pub(crate) id: BrandId,
    /// The curve of its device keys.
    pub(crate) algorithm: Algorithm,
}

/// A rider who is signed in.
pub(crate) struct Session {
    /// The back office, called in the rider's name.
    pub(crate) office: Api,
    rider: u64,
    nonce: Vec<u8>,
}

/// A phone whose key is registered.
pub(crate) struct Phone {
    brand: Brand,
    device: String,
    key: SecretKey,
    credentials: Vec<Credential>,
    shown: usize,
}

/// What a phone shows codes with.
pub(crate) struct Credential {
    bytes: Vec<u8>,
    expires: UnixSeconds,
}

/// What a phone shows, as a scanner delivers it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Code(pub(crate) Vec<u8>);

impl Code {
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The code with one byte changed: a letter of the text, so that it still reads as base45.
    #[must_use]
    pub(crate) fn altered(&self) -> Self {
        let mut bytes = self.0.clone();
        let middle = bytes.len() / 2;
        bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
        Self(bytes)
    }
}

impl Session {
    /// Asks for a code by SMS, reads it at the gateway, and answers it.
    pub(crate) async fn open(number: &str, office: &Api, sandbox: &Api) -> anyhow::Result<Self> {
        let asked = json!({ "phone": number });
        office.post("/v1/riders/codes", asked).await?;
        let code = read_sms(sandbox, number).await?;
        let answer = json!({ "phone": number, "code": code });
        let session = office.post("/v1/riders/sessions", answer).await?;
        Ok(Self {
            office: office.with_token(text(&session, "token")?),
            rider: u64::from_str_radix(text(&session, "rider")?, 16)?,
            nonce: STANDARD.decode(text(&session, "device_nonce")?)?,
        })
    }

    /// Signs a payment mandate at the sandbox, and gives the number of the contract there.
    pub(crate) async fn sign_mandate(&self, sandbox: &Api) -> anyhow::Result<String> {
        let asked = self.office.post("/v1/mandates", json!({})).await?;
        let mandate = text(&asked, "mandate")?;
        let sign_url = text(&asked, "sign_url")?;
        // Whatever provider the back office speaks to, nothing is signed but at the sandbox.
        let page = reqwest::Url::parse(sign_url).context("sign_url is no address")?;
        sandbox.agree(page.path()).await?;
        let contract = sign_url.rsplit('/').next().unwrap_or_default();
        let now = self.office.get(&format!("/v1/mandates/{mandate}")).await?;
        if text(&now, "state")? != "active" {
            bail!("the mandate is {} after signing", now["state"]);
        }
        Ok(contract.to_owned())
    }

    /// Makes a key, shows that it is there, and registers it: a phone without credentials.
    pub(crate) async fn register(&self, brand: Brand) -> anyhow::Result<Phone> {
        let key = fresh_key(brand.algorithm)?;
        let message = [
            &b"ridecode device"[..],
            &self.rider.to_be_bytes(),
            &self.nonce,
        ];
        let proof = key.sign(Sm2Id::DEFAULT, &message.concat()).0;
        let public = key.public_key();
        let algorithm = match public.algorithm {
            Algorithm::Sm2 => "sm2",
            Algorithm::Es256 => "es256",
            Algorithm::EdDsa => "eddsa",
        };
        let wanted = json!({
            "algorithm": algorithm,
            "public_key": STANDARD.encode(public.bytes),
            "proof": STANDARD.encode(proof),
        });
        let device = self.office.post("/v1/devices", wanted).await?;
        Ok(Phone {
            brand,
            device: text(&device, "device")?.to_owned(),
            key,
            credentials: Vec::new(),
            shown: 0,
        })
    }
}

impl Phone {
    /// Its number at the back office.
    pub(crate) fn device(&self) -> &str {
        &self.device
    }

    /// The brand it shows codes of.
    pub(crate) fn brand(&self) -> Brand {
        self.brand
    }

    /// Takes credentials that were granted.
    pub(crate) fn take(&mut self, granted: Vec<Credential>) {
        self.credentials = granted;
    }

    /// Whether every credential ends within so many seconds.
    pub(crate) fn ends_within(&self, seconds: i64, now: UnixSeconds) -> bool {
        let mut credentials = self.credentials.iter();
        credentials.all(|credential| credential.expires.since_s(now) < seconds)
    }

    /// Makes the next code, with no network: each with another of the phone's credentials. `None`
    /// if it has none.
    pub(crate) fn show(&mut self, now: UnixSeconds) -> Option<Code> {
        let place = self.shown.checked_rem(self.credentials.len())?;
        self.shown += 1;
        let credential = &self.credentials[place].bytes;
        let code = match self.brand.algorithm {
            Algorithm::Sm2 => mot::present(credential, IdProfile::Default, now, &self.key),
            Algorithm::Es256 | Algorithm::EdDsa => {
                compact::present(credential, now, &self.key).map(String::into_bytes)
            }
        };
        code.map(Code)
    }
}

/// Asks for credentials of a brand for a phone.
pub(crate) async fn fetch_credentials(
    office: &Api,
    device: &str,
    brand: Brand,
) -> anyhow::Result<Vec<Credential>> {
    let path = format!("/v1/devices/{device}/credentials");
    let granted = office.post(&path, json!({ "brand": brand.id.0 })).await?;
    let granted = granted.as_array().context("credentials are a list")?;
    let read = |credential: &Value| {
        let expires: jiff::Timestamp = text(credential, "expires")?.parse()?;
        Ok(Credential {
            bytes: STANDARD.decode(text(credential, "bytes")?)?,
            expires: UnixSeconds(expires.as_second()),
        })
    };
    granted.iter().map(read).collect()
}

/// A text member of a reply.
pub(crate) fn text<'a>(reply: &'a Value, member: &str) -> anyhow::Result<&'a str> {
    reply[member]
        .as_str()
        .with_context(|| format!("the reply has no {member}"))
}

/// A key nobody else has.
pub(crate) fn fresh_key(algorithm: Algorithm) -> anyhow::Result<SecretKey> {
    // Nearly every 32 bytes are a key; those that are not are drawn again.
    for _ in 0..8 {
        let mut secret = [0; 32];
        SystemEntropy.fill(&mut secret);
        if let Some(key) = SecretKey::new(algorithm, &secret) {
            return Ok(key);
        }
    }
    bail!("no key could be drawn")
}

async fn read_sms(sandbox: &Api, number: &str) -> anyhow::Result<String> {
    let target = format!("/control/sms?phone={}", number.replace('+', "%2B"));
    let messages = sandbox.get(&target).await?;
    let messages = messages.as_array().context("the gateway lists messages")?;
    let newest = messages
        .iter()
        .max_by_key(|message| message["message"].as_u64());
    let newest = newest.context("no message arrived at the sandbox's gateway")?;
    let digits: String = text(newest, "text")?
        .split(|character: char| !character.is_ascii_digit())
        .find(|digits| digits.len() == 6)
        .context("the SMS holds no six digits")?
        .to_owned();
    Ok(digits)
}
