//! Wallets: what a payer has, and how the provider behaves about it.

use serde::{Deserialize, Serialize};

use super::Books;
use super::refund::RefundMode;
use crate::sandbox::refusal::Refusal;

/// What happens to deductions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum Mode {
    /// Collected, or declined for want of balance.
    #[default]
    Ordinary,
    /// Declined.
    Declines,
    /// Accepted, later collected.
    AcceptsThenCollects,
    /// Accepted, later declined.
    AcceptsThenDeclines,
    /// Takes the money and answers nothing.
    CollectsThenSilent,
    /// Takes the money and answers with a page for people.
    CollectsThenGarbled,
    /// Takes the money and answers with a wrong signature.
    CollectsThenMissigned,
    /// Takes nothing and answers nothing.
    Silent,
    /// Takes nothing and answers 500.
    ServerError,
}

/// How callbacks are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum CallbackMode {
    /// At once, once.
    #[default]
    Once,
    /// After a while.
    Late,
    /// At once, and then once more.
    Twice,
    /// Not at all.
    Never,
}

/// A payer's wallet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::sandbox) struct Wallet {
    /// Its name, `{merchant}-{payer}`.
    pub(in crate::sandbox) wallet: String,
    /// What it holds, in fen.
    pub(in crate::sandbox) balance_minor: i64,
    /// What happens to the next deductions.
    pub(in crate::sandbox) mode: Mode,
    /// To how many of them; `None` for all.
    pub(in crate::sandbox) times: Option<u32>,
    /// How its callbacks are sent.
    pub(in crate::sandbox) callbacks: CallbackMode,
    /// What happens to its refunds.
    #[serde(default)]
    pub(in crate::sandbox) refunds: RefundMode,
}

/// What is to be set; `None` leaves it.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct WalletChange {
    pub(in crate::sandbox) balance_minor: Option<i64>,
    pub(in crate::sandbox) mode: Option<Mode>,
    pub(in crate::sandbox) times: Option<u32>,
    pub(in crate::sandbox) callbacks: Option<CallbackMode>,
    pub(in crate::sandbox) refunds: Option<RefundMode>,
}

impl Mode {
    /// Every mode.
    pub(in crate::sandbox) const ALL: [Self; 9] = [
        Self::Ordinary,
        Self::Declines,
        Self::AcceptsThenCollects,
        Self::AcceptsThenDeclines,
        Self::CollectsThenSilent,
        Self::CollectsThenGarbled,
        Self::CollectsThenMissigned,
        Self::Silent,
        Self::ServerError,
    ];
}

impl CallbackMode {
    /// Every way.
    pub(in crate::sandbox) const ALL: [Self; 4] =
        [Self::Once, Self::Late, Self::Twice, Self::Never];
}

impl Wallet {
    /// The mode for one deduction; counts it.
    pub(super) fn next_mode(&mut self) -> Mode {
        let mode = self.mode;
        if let Some(times) = self.times {
            self.times = times.checked_sub(1).filter(|left| *left > 0);
            if self.times.is_none() {
                self.mode = Mode::Ordinary;
            }
        }
        mode
    }
}

impl Books {
    /// All wallets, by name.
    pub(in crate::sandbox) fn wallets(&self) -> impl Iterator<Item = &Wallet> {
        self.wallets.values()
    }

    /// Sets what a wallet holds and how it behaves. A wallet may be set before its first contract.
    pub(in crate::sandbox) fn set_wallet(
        &mut self,
        name: &str,
        change: &WalletChange,
    ) -> Result<Wallet, Refusal> {
        let owner = self
            .merchants
            .keys()
            .any(|merchant| is_wallet_of(name, merchant));
        if !owner {
            return Err(Refusal::NoSuchWallet);
        }
        if change
            .balance_minor
            .is_some_and(|balance| !BALANCES.contains(&balance))
        {
            return Err(Refusal::OutOfRange(
                "balance_minor must be 0 to 100000000 fen",
            ));
        }
        if change.times == Some(0) {
            return Err(Refusal::OutOfRange("times must be at least 1"));
        }
        let wallet = self.open_wallet(name);
        if let Some(balance) = change.balance_minor {
            wallet.balance_minor = balance;
        }
        if let Some(mode) = change.mode {
            wallet.mode = mode;
            wallet.times = change.times;
        }
        if let Some(callbacks) = change.callbacks {
            wallet.callbacks = callbacks;
        }
        if let Some(refunds) = change.refunds {
            wallet.refunds = refunds;
        }
        Ok(wallet.clone())
    }

    /// A wallet, opened if it is new.
    pub(super) fn open_wallet(&mut self, name: &str) -> &mut Wallet {
        let opening_balance_minor = self.opening_balance_minor;
        self.wallets
            .entry(name.to_owned())
            .or_insert_with(|| Wallet {
                wallet: name.to_owned(),
                balance_minor: opening_balance_minor,
                mode: Mode::Ordinary,
                times: None,
                callbacks: CallbackMode::Once,
                refunds: RefundMode::Ordinary,
            })
    }
}

fn is_wallet_of(name: &str, merchant: &str) -> bool {
    let payer = name
        .strip_prefix(merchant)
        .and_then(|rest| rest.strip_prefix('-'));
    payer.is_some_and(|payer| super::is_number(payer, 1..=64))
}

const BALANCES: std::ops::RangeInclusive<i64> = 0..=100_000_000;
