//! A rider with a phone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode::entropy::SystemEntropy;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_codec::key::IdProfile;
use ridecode_codec::{compact, mot};
use ridecode_office::Entropy as _;
use ridecode_words::UnixSeconds;
use serde_json::{Value, json};

use super::YANGCHENGTONG;
use super::api::{Api, Reply};

/// A signed-in rider, and the phone in their hand.
pub(crate) struct Phone {
    /// The office's interface in the rider's name.
    pub(crate) api: Api,
    /// The reply that signed the rider in.
    pub(crate) session: Value,
    /// The phone's number at the office, once it is registered.
    pub(crate) device: String,
    provider: Api,
    key: SecretKey,
    credentials: Vec<Vec<u8>>,
    shown: usize,
}

impl Phone {
    /// Asks for a code, reads it from the gateway, answers it.
    pub(crate) async fn sign_in(api: Api, provider: Api, number: &str) -> Self {
        api.post("/v1/riders/codes", &json!({ "phone": number }))
            .await
            .expect(202);
        let code = read_sms(&provider, number).await;
        let body = json!({ "phone": number, "code": code });
        let session = api.post("/v1/riders/sessions", &body).await.expect(201);
        let token = session["token"].as_str().expect("a token");
        Self {
            api: api.with_token(token),
            provider,
            device: String::new(),
            key: fresh_key(Algorithm::Es256),
            credentials: Vec::new(),
            shown: 0,
            session,
        }
    }

    /// The rider's number.
    pub(crate) fn rider(&self) -> &str {
        self.session["rider"].as_str().expect("a rider")
    }

    /// Signs a payment mandate at the provider and gives its number.
    pub(crate) async fn sign_mandate(&self) -> String {
        let asked = self.api.post("/v1/mandates", &json!({})).await.expect(201);
        let page = asked["sign_url"].as_str().expect("a page");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let agreed = self
            .provider
            .send(
                (reqwest::Method::POST, page),
                &form,
                b"answer=agree".to_vec(),
            )
            .await;
        assert_eq!(agreed.status, 303, "{}", agreed.asked);
        let mandate = asked["mandate"].as_str().expect("a mandate").to_owned();
        let path = format!("/v1/mandates/{mandate}");
        let state = self.api.get(&path).await.expect(200)["state"].clone();
        assert_eq!(state, "active");
        mandate
    }

    /// Registers a fresh key of the kind a brand needs.
    pub(crate) async fn register(&mut self, brand: u32) {
        let algorithm = if brand == YANGCHENGTONG {
            Algorithm::Sm2
        } else {
            Algorithm::Es256
        };
        self.key = fresh_key(algorithm);
        let body = device_body(&self.key, &self.session);
        let device = self.api.post("/v1/devices", &body).await.expect(201);
        self.device = device["device"].as_str().expect("a phone").to_owned();
    }

    /// Asks for credentials of a brand.
    pub(crate) async fn ask_credentials(&self, brand: u32) -> Reply {
        let path = format!("/v1/devices/{}/credentials", self.device);
        self.api.post(&path, &json!({ "brand": brand })).await
    }

    /// Gets credentials of a brand.
    pub(crate) async fn fetch_credentials(&mut self, brand: u32) {
        let granted = self.ask_credentials(brand).await.expect(201);
        let granted = granted.as_array().expect("a list").iter();
        self.credentials = granted.map(bytes_of).collect();
        assert!(!self.credentials.is_empty());
    }

    /// Keeps one credential and no other.
    pub(crate) fn take(&mut self, credential: &Value) {
        self.credentials = vec![bytes_of(credential)];
    }

    /// Shows a code at a time, with the next of the credentials; needs no network.
    pub(crate) fn show(&mut self, time: UnixSeconds) -> Vec<u8> {
        let credential = &self.credentials[self.shown % self.credentials.len()];
        self.shown += 1;
        let code = match self.key.public_key().algorithm {
            Algorithm::Sm2 => mot::present(credential, IdProfile::Default, time, &self.key),
            Algorithm::Es256 | Algorithm::EdDsa => {
                compact::present(credential, time, &self.key).map(String::into_bytes)
            }
        };
        code.expect("the credential is one")
    }

    /// The rider's rides, newest first.
    pub(crate) async fn rides(&self) -> Vec<Value> {
        let page = self.api.get("/v1/rides").await.expect(200);
        page["rides"].as_array().expect("a list").clone()
    }

    /// The rider's account.
    pub(crate) async fn account(&self) -> Value {
        self.api.get("/v1/riders/me").await.expect(200)
    }
}

fn bytes_of(credential: &Value) -> Vec<u8> {
    let bytes = credential["bytes"].as_str().expect("bytes");
    STANDARD.decode(bytes).expect("base64")
}

/// The body that registers a key in a session.
pub(crate) fn device_body(key: &SecretKey, session: &Value) -> Value {
    let rider = session["rider"].as_str().expect("a rider");
    let rider = u64::from_str_radix(rider, 16).expect("16 hex digits");
    let nonce = session["device_nonce"].as_str().expect("a nonce");
    let nonce = STANDARD.decode(nonce).expect("base64");
    let message = [&b"ridecode device"[..], &rider.to_be_bytes(), &nonce].concat();
    let public = key.public_key();
    let (algorithm, length) = match public.algorithm {
        Algorithm::Es256 => ("es256", 33),
        Algorithm::EdDsa => ("eddsa", 32),
        Algorithm::Sm2 => ("sm2", 33),
    };
    json!({
        "algorithm": algorithm,
        "public_key": STANDARD.encode(&public.bytes[..length]),
        "proof": STANDARD.encode(key.sign(Sm2Id::DEFAULT, &message).0),
    })
}

/// A key nobody else has.
pub(crate) fn fresh_key(algorithm: Algorithm) -> SecretKey {
    let mut secret = [0; 32];
    SystemEntropy.fill(&mut secret);
    // The first byte is below every curve's order, and the number is never zero.
    secret[0] = 1;
    SecretKey::new(algorithm, &secret).expect("a key")
}

/// The newest code sent to a number.
pub(crate) async fn read_sms(provider: &Api, number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let country = if digits.len() == 11 { "86" } else { "" };
    let path = format!("/control/sms?phone=%2B{country}{digits}");
    let messages = provider.get(&path).await.expect(200);
    let messages = messages.as_array().expect("a list");
    let newest = messages.iter().max_by_key(|one| one["message"].as_u64());
    let text = newest.expect("a message")["text"].as_str().expect("a text");
    text.split(|character: char| !character.is_ascii_digit())
        .find(|digits| digits.len() == 6)
        .expect("six digits")
        .to_owned()
}
