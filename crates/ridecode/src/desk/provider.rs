//! The payment provider's connector, with its keys out of their files.
//!
//! Never tells what stands in a key file: faults name the setting, the file and what it must hold.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_office::Entropy;
use ridecode_pay::native::Vault;
use ridecode_pay::vault::SharedVault;
use ridecode_pay::{Provider, alipay, sandbox, wechat};

use super::keys::KeyFile;
use crate::config::{Alipay, Config, ProviderKeys, WeChatPay};

/// The provider that takes our fares.
pub(super) fn open(
    config: &Config,
    (keys, entropy): (&mut KeyFile, &mut impl Entropy),
) -> anyhow::Result<Provider> {
    match &config.provider.keys {
        ProviderKeys::Sandbox => {
            let who = (config.provider.merchant.clone(), config.provider.key);
            let connector = sandbox_connector(who, keys, entropy)?;
            Ok(Provider::Sandbox(connector))
        }
        ProviderKeys::WeChatPay(set) => {
            let connector = wechat::Connector::new(set.settings.clone(), wechat_vault(set)?)
                .context("the section [wechat] of the settings is not right")?;
            Ok(Provider::WeChatPay(connector))
        }
        ProviderKeys::Alipay(set) => {
            let connector = alipay::Connector::new(set.settings.clone(), alipay_vault(set)?)
                .context("the section [alipay] of the settings is not right")?;
            Ok(Provider::Alipay(connector))
        }
    }
}

/// The gateway that sends our short messages.
pub(super) fn messages(
    config: &Config,
    keys: &mut KeyFile,
    entropy: &mut impl Entropy,
) -> anyhow::Result<sandbox::Connector> {
    let gateway = config.messages();
    sandbox_connector((gateway.merchant, gateway.key), keys, entropy)
}

fn sandbox_connector(
    (merchant, key): (String, Option<[u8; 32]>),
    keys: &mut KeyFile,
    entropy: &mut impl Entropy,
) -> anyhow::Result<sandbox::Connector> {
    let provider_key = match key {
        Some(key) => key,
        // A key nobody has the other half of: the office works, and believes no provider.
        None => {
            let nobody = SecretKey::new(Algorithm::EdDsa, &keys.secret("no provider", entropy)?);
            let nobody = nobody.context("32 bytes are always an Ed25519 key")?;
            let mut key = [0; 32];
            key.copy_from_slice(&nobody.public_key().bytes[..32]);
            key
        }
    };
    let settings = sandbox::Settings {
        merchant,
        secret: keys.secret("merchant", entropy)?,
        provider_key,
    };
    sandbox::Connector::new(&settings)
        .context("the section [provider] or [messages] of the settings is not right")
}

fn wechat_vault(set: &WeChatPay) -> anyhow::Result<SharedVault> {
    let mut vault = merchant_vault("wechat.merchant_key_file", &set.merchant_key)?;
    for (id, file) in &set.platform_keys {
        vault = provider_key(vault, ("wechat.platform_keys", file), id)?;
    }
    let secret = read("wechat.apiv3_key_file", &set.apiv3_key)?;
    let vault = vault
        .with_envelope_key(secret.trim_end().as_bytes())
        .with_context(|| named("wechat.apiv3_key_file", &set.apiv3_key))?;
    Ok(Arc::new(vault))
}

fn alipay_vault(set: &Alipay) -> anyhow::Result<SharedVault> {
    let vault = merchant_vault("alipay.app_key_file", &set.app_key)?;
    let file = set.alipay_key.as_path();
    let vault = provider_key(vault, ("alipay.alipay_key_file", file), alipay::KEY)?;
    Ok(Arc::new(vault))
}

fn merchant_vault(setting: &str, file: &Path) -> anyhow::Result<Vault> {
    Vault::new(&read(setting, file)?).with_context(|| named(setting, file))
}

fn provider_key(vault: Vault, (setting, file): (&str, &Path), id: &str) -> anyhow::Result<Vault> {
    let pem = read(setting, file)?;
    let vault = vault.with_provider_key(id, &pem);
    vault.with_context(|| named(setting, file))
}

fn read(setting: &str, file: &Path) -> anyhow::Result<String> {
    let remedy = "write the path of a file this program may read";
    let told = || format!("{}: it cannot be read; {remedy}", named(setting, file));
    let length = std::fs::metadata(file).with_context(told)?.len();
    ensure!(
        length <= KEY_LENGTH_MAX,
        "{}: it is too long for a key; {remedy}",
        named(setting, file)
    );
    std::fs::read_to_string(file).with_context(told)
}

fn named(setting: &str, file: &Path) -> String {
    format!("the setting {setting}, file {}", file.display())
}

/// No key in PEM is longer.
const KEY_LENGTH_MAX: u64 = 64 * 1024;
