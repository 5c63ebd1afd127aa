//! The payment provider of the settings: which one, where it listens, who we are there.
//!
//! Keys are named by their files and read by the desk. What a provider needs and the settings lack
//! is an error that names the key and what to write.

use std::path::PathBuf;

use anyhow::Context as _;
use ridecode_pay::{alipay, wechat};
use ridecode_words::ProviderId;

use super::Config;
use super::file::{File, ProviderWord};
use super::value::BaseUrl;

/// The payment provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its number in the ledger.
    pub id: ProviderId,
    /// Where it listens, without a slash at the end.
    pub url: String,
    /// Where its files lie, without a slash at the end. `None`: where it listens.
    pub files_url: Option<String>,
    /// Our number at the sandbox.
    pub merchant: String,
    /// The sandbox's Ed25519 public key. `None` until it is set, and then nothing it says is
    /// believed.
    pub key: Option<[u8; 32]>,
    /// Which provider it is, and the keys to speak to it with.
    pub keys: ProviderKeys,
}

/// Which provider, with what the desk needs to speak to it.
#[derive(Clone, Debug)]
pub enum ProviderKeys {
    /// The sandbox: our key is made on first need.
    Sandbox,
    /// WeChat Pay 刷码乘车.
    WeChatPay(WeChatPay),
    /// Alipay 商家扣款.
    Alipay(Alipay),
}

/// An app at Alipay.
#[derive(Clone, Debug)]
pub struct Alipay {
    /// Who we are there.
    pub settings: alipay::Settings,
    /// The app's private key, PEM.
    pub app_key: PathBuf,
    /// Alipay's public key, PEM.
    pub alipay_key: PathBuf,
}

/// A merchant at WeChat Pay.
#[derive(Clone, Debug)]
pub struct WeChatPay {
    /// Who we are there.
    pub settings: wechat::Settings,
    /// The merchant's private key, PEM.
    pub merchant_key: PathBuf,
    /// The shared APIv3 key, 32 bytes.
    pub apiv3_key: PathBuf,
    /// WeChat Pay's public keys, PEM, under the names it signs with; at least one.
    pub platform_keys: Vec<(String, PathBuf)>,
}

/// A gateway for short messages, which speaks the sandbox's protocol.
#[derive(Clone, Debug)]
pub struct Messages {
    /// Where it listens, without a slash at the end.
    pub url: String,
    /// Our number there.
    pub merchant: String,
    /// Its Ed25519 public key. `None` until it is set, and then nothing it says is believed.
    pub key: Option<[u8; 32]>,
}

impl Provider {
    /// Where its files lie.
    pub fn files_url(&self) -> &str {
        self.files_url.as_deref().unwrap_or(&self.url)
    }
}

impl Config {
    /// Who sends our short messages.
    pub fn messages(&self) -> Messages {
        self.messages.clone().unwrap_or_else(|| Messages {
            url: self.provider.url.clone(),
            merchant: self.provider.merchant.clone(),
            key: self.provider.key,
        })
    }
}

pub(super) fn provider(file: &File) -> anyhow::Result<Provider> {
    let text = |url: &BaseUrl| url.as_str().to_owned();
    Ok(Provider {
        id: ProviderId(file.provider.id.as_u32()),
        url: text(&file.provider.url),
        files_url: file.provider.files_url.as_ref().map(text),
        merchant: file.provider.merchant.clone(),
        key: file.provider.public_key.map(|key| key.0),
        keys: match file.provider.kind {
            ProviderWord::Sandbox => ProviderKeys::Sandbox,
            ProviderWord::Wechat => ProviderKeys::WeChatPay(wechat(file)?),
            ProviderWord::Alipay => ProviderKeys::Alipay(alipay(file)?),
        },
    })
}

/// The gateway. A real provider sends no short messages: there it must be set.
pub(super) fn messages(file: &File) -> anyhow::Result<Option<Messages>> {
    let set = &file.messages;
    let Some(url) = &set.url else {
        return match file.provider.kind {
            ProviderWord::Sandbox => Ok(None),
            ProviderWord::Wechat | ProviderWord::Alipay => missing(
                None,
                "messages.url",
                "where the SMS gateway listens: payment providers send no sign-in codes",
            ),
        };
    };
    Ok(Some(Messages {
        url: url.as_str().to_owned(),
        merchant: set
            .merchant
            .clone()
            .unwrap_or(file.provider.merchant.clone()),
        key: set.public_key.map(|key| key.0),
    }))
}

fn wechat(file: &File) -> anyhow::Result<WeChatPay> {
    let set = &file.wechat;
    let needed = |value: &Option<String>, key, remedy| missing(value.clone(), key, remedy);
    let key_file = |value: &Option<PathBuf>, key, remedy| missing(value.clone(), key, remedy);
    let platform_keys: Vec<_> = set
        .platform_keys
        .iter()
        .map(|key| (key.id.clone(), key.file.clone()))
        .collect();
    Ok(WeChatPay {
        settings: wechat::Settings {
            merchant: needed(
                &set.merchant,
                "wechat.merchant",
                "the merchant's number (mchid)",
            )?,
            merchant_serial: needed(
                &set.merchant_serial,
                "wechat.merchant_serial",
                "the serial number of the merchant's certificate",
            )?,
            app: needed(&set.app, "wechat.app", "the appid the riders sign in")?,
            sub_merchant: set.sub_merchant.clone(),
            plan: missing(
                set.plan.and_then(|plan| u64::try_from(plan.0).ok()),
                "wechat.plan",
                "the number of the contract template (plan_id)",
            )?,
            callback_url: callback_url(file, ProviderWord::Wechat)?,
        },
        merchant_key: key_file(
            &set.merchant_key_file,
            "wechat.merchant_key_file",
            "the file of the merchant's private key (apiclient_key.pem)",
        )?,
        apiv3_key: key_file(
            &set.apiv3_key_file,
            "wechat.apiv3_key_file",
            "a file with the 32 characters of the APIv3 key",
        )?,
        platform_keys: missing(
            Some(platform_keys).filter(|keys| !keys.is_empty()),
            "wechat.platform_keys",
            "a list such as [{ id = \"PUB_KEY_ID_…\", file = \"wechatpay.pem\" }]",
        )?,
    })
}

fn alipay(file: &File) -> anyhow::Result<Alipay> {
    let set = &file.alipay;
    Ok(Alipay {
        settings: alipay::Settings {
            app: missing(
                set.app.clone(),
                "alipay.app",
                "the APPID of the open platform",
            )?,
            seller: missing(
                set.seller.clone(),
                "alipay.seller",
                "the merchant's account (PID), 16 digits from 2088",
            )?,
            sign_scene: missing(
                set.sign_scene.clone(),
                "alipay.sign_scene",
                "the scene agreed with Alipay, such as INDUSTRY|BUS",
            )?,
            gateway: file.provider.url.as_str().to_owned(),
            callback_url: callback_url(file, ProviderWord::Alipay)?,
        },
        app_key: missing(
            set.app_key_file.clone(),
            "alipay.app_key_file",
            "the file of the app's private key, PEM (PKCS #8)",
        )?,
        alipay_key: missing(
            set.alipay_key_file.clone(),
            "alipay.alipay_key_file",
            "the file of Alipay's public key, PEM",
        )?,
    })
}

/// Where the provider calls us back: known from outside, under the provider's word.
fn callback_url(file: &File, word: ProviderWord) -> anyhow::Result<String> {
    let public = file.serve.public_url.as_ref();
    let public = public.map(|url| url.as_str().to_owned());
    let public = missing(
        public,
        "serve.public_url",
        "the https:// address under which the provider reaches this server",
    )?;
    Ok(format!("{public}/v1/callbacks/{}", word.as_str()))
}

fn missing<T>(value: Option<T>, key: &str, remedy: &str) -> anyhow::Result<T> {
    value.with_context(|| {
        format!("the setting {key} is missing; provider.kind needs it: write {remedy}")
    })
}
