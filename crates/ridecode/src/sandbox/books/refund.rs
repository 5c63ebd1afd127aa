//! Refunds: money of a collected order, given back to the wallet it came from.

use ridecode_words::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::order::key;
use super::{Books, Errand, Manner, Order, OrderState, is_number};
use crate::sandbox::refusal::{RefundDecline, Refusal};

/// Where a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum RefundState {
    /// Taken; not given back yet.
    Accepted,
    /// The wallet has it.
    Done,
    /// Not given back.
    Refused,
}

/// What becomes of an accepted refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum RefundFinish {
    /// Given back.
    Done,
    /// Not given back.
    Refused,
}

/// What happens to a wallet's refunds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum RefundMode {
    /// Given back at once.
    #[default]
    Ordinary,
    /// Refused: the account is closed.
    Refuses,
    /// Accepted, later given back.
    AcceptsThenGives,
    /// Accepted, later refused.
    AcceptsThenRefuses,
    /// Gives back and answers nothing.
    GivesThenSilent,
    /// Gives back and answers with a page for people.
    GivesThenGarbled,
    /// Gives nothing and answers nothing.
    Silent,
    /// Gives nothing and answers 500.
    ServerError,
}

/// A refund.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::sandbox) struct Refund {
    pub(in crate::sandbox) refund: String,
    pub(in crate::sandbox) merchant: String,
    pub(in crate::sandbox) order: String,
    pub(in crate::sandbox) amount_minor: i64,
    pub(in crate::sandbox) currency: String,
    pub(in crate::sandbox) reason_given: String,
    pub(in crate::sandbox) state: RefundState,
    pub(in crate::sandbox) reason: Option<RefundDecline>,
    /// What becomes of it while it is accepted.
    pub(in crate::sandbox) finish: RefundFinish,
    /// In Unix seconds.
    pub(in crate::sandbox) changed: i64,
}

/// What a merchant asks for.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::sandbox) struct RefundAsked {
    pub(in crate::sandbox) refund: String,
    pub(in crate::sandbox) order: String,
    pub(in crate::sandbox) amount_minor: i64,
    pub(in crate::sandbox) currency: String,
    pub(in crate::sandbox) reason: String,
}

impl RefundMode {
    /// Every mode.
    #[cfg(test)]
    pub(in crate::sandbox) const ALL: [Self; 8] = [
        Self::Ordinary,
        Self::Refuses,
        Self::AcceptsThenGives,
        Self::AcceptsThenRefuses,
        Self::GivesThenSilent,
        Self::GivesThenGarbled,
        Self::Silent,
        Self::ServerError,
    ];
}

impl Books {
    /// All refunds, by merchant and number.
    pub(in crate::sandbox) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.values()
    }

    /// A merchant's refund.
    pub(in crate::sandbox) fn find_refund(&self, merchant: &str, refund: &str) -> Option<&Refund> {
        self.refunds.get(&key(merchant, refund))
    }

    /// Takes a refund: as it stands then, unless nothing is kept of it, and how to answer. A known
    /// refund that is not refused is given back as it stands.
    pub(in crate::sandbox) fn refund(
        &mut self,
        merchant: &str,
        asked: RefundAsked,
        now: UnixSeconds,
    ) -> Result<(Option<Refund>, Manner), Refusal> {
        check_asked(&asked)?;
        let known = self.find_refund(merchant, &asked.refund);
        let new = known.is_none();
        if let Some(known) = known {
            let same = known.order == asked.order
                && known.amount_minor == asked.amount_minor
                && known.currency == asked.currency;
            if !same {
                return Err(Refusal::RefundConflict);
            }
            if known.state != RefundState::Refused {
                return Ok((Some(known.clone()), Manner::Plain { new: false }));
            }
        }
        let order = self.find_order(merchant, &asked.order);
        let order = order.cloned().ok_or(Refusal::NoSuchOrder)?;
        let wallet = self.wallet_of(&order).ok_or(Refusal::NoSuchContract)?;
        let mode = self.open_wallet(&wallet).refunds;
        let manner = manner_of(mode, new);
        if matches!(mode, RefundMode::Silent | RefundMode::ServerError) {
            return Ok((None, manner));
        }
        let mut refund = Refund {
            refund: asked.refund,
            merchant: merchant.to_owned(),
            order: asked.order,
            amount_minor: asked.amount_minor,
            currency: asked.currency,
            reason_given: asked.reason,
            state: RefundState::Accepted,
            reason: None,
            finish: RefundFinish::Done,
            changed: now.0,
        };
        match (self.find_obstacle(&order, &refund), mode) {
            (Some(reason), _) => self.refuse(&mut refund, reason, now),
            (None, RefundMode::Refuses) => {
                self.refuse(&mut refund, RefundDecline::AccountClosed, now);
            }
            (None, RefundMode::AcceptsThenGives) => self.accept_refund(&refund),
            (None, RefundMode::AcceptsThenRefuses) => {
                refund.finish = RefundFinish::Refused;
                self.accept_refund(&refund);
            }
            (
                None,
                RefundMode::Ordinary
                | RefundMode::GivesThenSilent
                | RefundMode::GivesThenGarbled
                | RefundMode::Silent
                | RefundMode::ServerError,
            ) => self.give(&mut refund, &wallet, now),
        }
        self.refunds
            .insert(key(merchant, &refund.refund), refund.clone());
        Ok((Some(refund), manner))
    }

    /// Finishes an accepted refund: `finish`, or as it was meant to. A finished refund stays as it
    /// is.
    pub(in crate::sandbox) fn finish_refund(
        &mut self,
        (merchant, refund): (&str, &str),
        finish: Option<RefundFinish>,
        now: UnixSeconds,
    ) -> Result<Refund, Refusal> {
        let known = self
            .find_refund(merchant, refund)
            .ok_or(Refusal::NoSuchRefund)?;
        if known.state != RefundState::Accepted {
            return Ok(known.clone());
        }
        let mut refund = known.clone();
        let order = self.find_order(merchant, &refund.order);
        let wallet = order.and_then(|order| self.wallet_of(order));
        let wallet = wallet.ok_or(Refusal::NoSuchOrder)?;
        match finish.unwrap_or(refund.finish) {
            RefundFinish::Done => self.give(&mut refund, &wallet, now),
            RefundFinish::Refused => self.refuse(&mut refund, RefundDecline::AccountClosed, now),
        }
        self.refunds
            .insert(key(merchant, &refund.refund), refund.clone());
        Ok(refund)
    }

    /// Why an order cannot be given back, if it cannot. What is accepted or done already counts.
    fn find_obstacle(&self, order: &Order, asked: &Refund) -> Option<RefundDecline> {
        if order.state != OrderState::Collected {
            return Some(RefundDecline::OrderNotCollected);
        }
        let others = self.refunds.values().filter(|other| {
            other.merchant == order.merchant
                && other.order == order.order
                && other.refund != asked.refund
                && other.state != RefundState::Refused
        });
        let given: i64 = others.map(|other| other.amount_minor).sum();
        (asked.amount_minor > order.amount_minor - given).then_some(RefundDecline::RefundTooLarge)
    }

    fn wallet_of(&self, order: &Order) -> Option<String> {
        let contract = self.contracts.get(&order.contract)?;
        Some(contract.wallet.clone())
    }

    fn accept_refund(&mut self, refund: &Refund) {
        self.errands.push(Errand::FinishRefund {
            merchant: refund.merchant.clone(),
            refund: refund.refund.clone(),
        });
    }

    fn give(&mut self, refund: &mut Refund, wallet: &str, now: UnixSeconds) {
        self.open_wallet(wallet).balance_minor += refund.amount_minor;
        refund.state = RefundState::Done;
        refund.changed = now.0;
        self.call_about_refund(refund, now);
    }

    fn refuse(&mut self, refund: &mut Refund, reason: RefundDecline, now: UnixSeconds) {
        refund.state = RefundState::Refused;
        refund.reason = Some(reason);
        refund.changed = now.0;
        self.call_about_refund(refund, now);
    }
}

fn check_asked(asked: &RefundAsked) -> Result<(), Refusal> {
    if !is_number(&asked.refund, 8..=40) {
        return Err(Refusal::OutOfRange(
            "refund must have 8 to 40 letters, digits and hyphens",
        ));
    }
    if asked.amount_minor < 1 {
        return Err(Refusal::OutOfRange("amount_minor must be at least 1"));
    }
    if asked.currency != "CNY" {
        return Err(Refusal::OutOfRange("currency must be CNY"));
    }
    if !(1..=128).contains(&asked.reason.chars().count()) {
        return Err(Refusal::OutOfRange("reason must have 1 to 128 characters"));
    }
    Ok(())
}

fn manner_of(mode: RefundMode, new: bool) -> Manner {
    match mode {
        RefundMode::Ordinary
        | RefundMode::Refuses
        | RefundMode::AcceptsThenGives
        | RefundMode::AcceptsThenRefuses => Manner::Plain { new },
        RefundMode::GivesThenSilent | RefundMode::Silent => Manner::Silent,
        RefundMode::GivesThenGarbled => Manner::Garbled,
        RefundMode::ServerError => Manner::ServerError,
    }
}
