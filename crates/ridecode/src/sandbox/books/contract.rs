//! Contracts: asked for by the merchant, signed by the rider, held or ended by either side.

use ridecode_words::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::{Books, is_number};
use crate::sandbox::refusal::Refusal;

/// Where a contract stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum ContractState {
    /// Waits for the rider.
    Pending,
    /// Signed.
    Active,
    /// Held by the provider.
    Suspended,
    /// Over, for good.
    Ended,
}

/// A contract.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::sandbox) struct Contract {
    pub(in crate::sandbox) contract: String,
    pub(in crate::sandbox) merchant: String,
    pub(in crate::sandbox) number: String,
    pub(in crate::sandbox) payer: String,
    pub(in crate::sandbox) wallet: String,
    pub(in crate::sandbox) return_url: String,
    pub(in crate::sandbox) callback_url: String,
    pub(in crate::sandbox) state: ContractState,
    pub(in crate::sandbox) reason: Option<String>,
    /// In Unix seconds.
    pub(in crate::sandbox) changed: i64,
}

/// What a merchant asks for.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::sandbox) struct ContractAsked {
    pub(in crate::sandbox) number: String,
    pub(in crate::sandbox) payer: String,
    pub(in crate::sandbox) return_url: String,
    pub(in crate::sandbox) callback_url: String,
}

impl Books {
    /// All contracts, by number.
    pub(in crate::sandbox) fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.contracts.values()
    }

    /// A contract by the provider's number.
    pub(in crate::sandbox) fn find_contract(&self, contract: &str) -> Option<&Contract> {
        self.contracts.get(contract)
    }

    /// Opens a contract under the number the provider made for it; whether it is new. A repeat
    /// with the same content gives it as it stands.
    pub(in crate::sandbox) fn open_contract(
        &mut self,
        (merchant, contract): (&str, String),
        asked: ContractAsked,
        now: UnixSeconds,
    ) -> Result<(Contract, bool), Refusal> {
        if !is_number(&asked.number, 8..=32) {
            return Err(Refusal::OutOfRange(
                "number must have 8 to 32 letters, digits and hyphens",
            ));
        }
        if !is_number(&asked.payer, 1..=64) {
            return Err(Refusal::OutOfRange(
                "payer must have 1 to 64 letters, digits and hyphens",
            ));
        }
        if !is_web(&asked.return_url) || !is_web(&asked.callback_url) {
            return Err(Refusal::OutOfRange(
                "return_url and callback_url must be http:// or https:// and at most 512 bytes",
            ));
        }
        if let Some(known) = self.contracts.get(&contract) {
            let same = known.payer == asked.payer
                && known.return_url == asked.return_url
                && known.callback_url == asked.callback_url;
            return if same {
                Ok((known.clone(), false))
            } else {
                Err(Refusal::ContractConflict)
            };
        }
        let wallet = format!("{merchant}-{}", asked.payer);
        self.open_wallet(&wallet);
        let opened = Contract {
            contract: contract.clone(),
            merchant: merchant.to_owned(),
            number: asked.number,
            payer: asked.payer,
            wallet,
            return_url: asked.return_url,
            callback_url: asked.callback_url,
            state: ContractState::Pending,
            reason: None,
            changed: now.0,
        };
        self.contracts.insert(contract, opened.clone());
        Ok((opened, true))
    }

    /// Moves a contract to a state, as the rider or either side may, and calls the merchant back.
    /// An ended contract stays ended; a repeat changes nothing.
    pub(in crate::sandbox) fn move_contract(
        &mut self,
        contract: &str,
        (state, reason): (ContractState, Option<String>),
        now: UnixSeconds,
    ) -> Result<Contract, Refusal> {
        let known = self
            .contracts
            .get_mut(contract)
            .ok_or(Refusal::NoSuchContract)?;
        let reason = match state {
            ContractState::Pending => {
                return Err(Refusal::OutOfRange(
                    "state must be active, suspended or ended",
                ));
            }
            ContractState::Suspended => {
                let word = reason.unwrap_or_else(|| "account_frozen".to_owned());
                let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'_');
                if !(1..=64).contains(&word.len()) || !word.bytes().all(plain) {
                    return Err(Refusal::OutOfRange(
                        "reason must have 1 to 64 lower-case letters and underscores",
                    ));
                }
                Some(word)
            }
            ContractState::Active | ContractState::Ended => None,
        };
        if known.state == state && known.reason == reason {
            return Ok(known.clone());
        }
        if known.state == ContractState::Ended {
            return Err(Refusal::ContractEnded);
        }
        known.state = state;
        known.reason = reason;
        known.changed = now.0;
        let moved = known.clone();
        self.call_about_contract(&moved, now);
        Ok(moved)
    }
}

fn is_web(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\');
    url.len() <= 512 && rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain))
}
