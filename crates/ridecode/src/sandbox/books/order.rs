//! Orders: deductions from a contract's wallet.

use ridecode_words::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::{Books, ContractState, Errand, Mode, day_of, is_number};
use crate::sandbox::refusal::{Decline, Refusal};

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum OrderState {
    /// Taken; not paid yet.
    Accepted,
    /// Paid.
    Collected,
    /// Not paid.
    Declined,
}

/// What becomes of an accepted order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum Finish {
    /// Paid, if the wallet holds enough then.
    Collected,
    /// Not paid.
    Declined,
}

/// An order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::sandbox) struct Order {
    pub(in crate::sandbox) order: String,
    pub(in crate::sandbox) merchant: String,
    pub(in crate::sandbox) contract: String,
    pub(in crate::sandbox) amount_minor: i64,
    pub(in crate::sandbox) currency: String,
    pub(in crate::sandbox) description: String,
    pub(in crate::sandbox) state: OrderState,
    pub(in crate::sandbox) transaction: Option<String>,
    pub(in crate::sandbox) reason: Option<Decline>,
    /// What becomes of it while it is accepted.
    pub(in crate::sandbox) finish: Finish,
    /// How often it was tried.
    pub(in crate::sandbox) attempts: u32,
    /// In Unix seconds.
    pub(in crate::sandbox) changed: i64,
    /// In Unix seconds.
    pub(in crate::sandbox) collected_at: Option<i64>,
}

/// What a merchant asks for.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::sandbox) struct OrderAsked {
    pub(in crate::sandbox) order: String,
    pub(in crate::sandbox) contract: String,
    pub(in crate::sandbox) amount_minor: i64,
    pub(in crate::sandbox) currency: String,
    pub(in crate::sandbox) description: String,
}

/// How a deduction is answered, whatever became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sandbox) enum Manner {
    /// As documented; whether the order is new.
    Plain {
        /// 201 or 200.
        new: bool,
    },
    /// Not in time.
    Silent,
    /// With a page for people.
    Garbled,
    /// With a wrong signature.
    Missigned,
    /// With 500.
    ServerError,
}

impl Books {
    /// All orders, by merchant and number.
    pub(in crate::sandbox) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// A merchant's order.
    pub(in crate::sandbox) fn find_order(&self, merchant: &str, order: &str) -> Option<&Order> {
        self.orders.get(&key(merchant, order))
    }

    /// Takes a deduction: the order as it stands then, unless nothing is kept of it, and how to
    /// answer. A known order that is not declined is given back as it stands.
    pub(in crate::sandbox) fn deduct(
        &mut self,
        merchant: &str,
        asked: OrderAsked,
        now: UnixSeconds,
    ) -> Result<(Option<Order>, Manner), Refusal> {
        check_asked(&asked)?;
        let known = self.orders.get(&key(merchant, &asked.order));
        if let Some(known) = known {
            let same = known.amount_minor == asked.amount_minor
                && known.currency == asked.currency
                && known.description == asked.description;
            let open = known.state == OrderState::Declined;
            if !same || (known.contract != asked.contract && !open) {
                return Err(Refusal::OrderConflict);
            }
            if !open {
                return Ok((Some(known.clone()), Manner::Plain { new: false }));
            }
        }
        let attempts = known.map_or(0, |known| known.attempts);
        let contract = self
            .contracts
            .get(&asked.contract)
            .filter(|contract| contract.merchant == merchant)
            .ok_or(Refusal::Declined(Decline::NoSuchContract))?;
        let (state, name) = (contract.state, contract.wallet.clone());
        let wallet = self.open_wallet(&name);
        let held = held_by(state);
        // A contract that does not allow deductions never gets as far as the wallet.
        let mode = if held.is_none() {
            wallet.next_mode()
        } else {
            Mode::Ordinary
        };
        let manner = manner_of(mode, attempts == 0);
        if matches!(mode, Mode::Silent | Mode::ServerError) {
            return Ok((None, manner));
        }

        let mut order = Order {
            order: asked.order,
            merchant: merchant.to_owned(),
            contract: asked.contract,
            amount_minor: asked.amount_minor,
            currency: asked.currency,
            description: asked.description,
            state: OrderState::Accepted,
            transaction: None,
            reason: None,
            finish: Finish::Collected,
            attempts: attempts.saturating_add(1),
            changed: now.0,
            collected_at: None,
        };
        match (held, mode) {
            (Some(reason), _) => self.decline(&mut order, reason, now),
            (None, Mode::Declines) => self.decline(&mut order, Decline::RiskControl, now),
            (None, Mode::AcceptsThenCollects) => self.accept(&order),
            (None, Mode::AcceptsThenDeclines) => {
                order.finish = Finish::Declined;
                self.accept(&order);
            }
            (
                None,
                Mode::Ordinary
                | Mode::CollectsThenSilent
                | Mode::CollectsThenGarbled
                | Mode::CollectsThenMissigned
                | Mode::Silent
                | Mode::ServerError,
            ) => self.collect(&mut order, &name, now),
        }
        self.orders
            .insert(key(merchant, &order.order), order.clone());
        Ok((Some(order), manner))
    }

    /// Finishes an accepted order: `finish`, or as it was meant to. A finished order stays as it
    /// is.
    pub(in crate::sandbox) fn finish_order(
        &mut self,
        (merchant, order): (&str, &str),
        finish: Option<Finish>,
        now: UnixSeconds,
    ) -> Result<Order, Refusal> {
        let known = self
            .find_order(merchant, order)
            .ok_or(Refusal::NoSuchOrder)?;
        if known.state != OrderState::Accepted {
            return Ok(known.clone());
        }
        let mut order = known.clone();
        let wallet = self
            .contracts
            .get(&order.contract)
            .map(|contract| contract.wallet.clone())
            .ok_or(Refusal::NoSuchContract)?;
        match finish.unwrap_or(order.finish) {
            Finish::Collected => self.collect(&mut order, &wallet, now),
            Finish::Declined => self.decline(&mut order, Decline::RiskControl, now),
        }
        self.orders
            .insert(key(merchant, &order.order), order.clone());
        Ok(order)
    }

    fn accept(&mut self, order: &Order) {
        self.errands.push(Errand::Finish {
            merchant: order.merchant.clone(),
            order: order.order.clone(),
        });
    }

    fn collect(&mut self, order: &mut Order, wallet: &str, now: UnixSeconds) {
        let wallet = self.open_wallet(wallet);
        if wallet.balance_minor < order.amount_minor {
            return self.decline(order, Decline::InsufficientBalance, now);
        }
        wallet.balance_minor -= order.amount_minor;
        self.transactions += 1;
        let (year, month, day) = day_of(now).civil();
        let number = self.transactions;
        order.state = OrderState::Collected;
        order.transaction = Some(format!("T{year:04}{month:02}{day:02}{number:08}"));
        order.changed = now.0;
        order.collected_at = Some(now.0);
        self.call_about_order(order, now);
    }

    fn decline(&mut self, order: &mut Order, reason: Decline, now: UnixSeconds) {
        order.state = OrderState::Declined;
        order.reason = Some(reason);
        order.changed = now.0;
        self.call_about_order(order, now);
    }
}

fn check_asked(asked: &OrderAsked) -> Result<(), Refusal> {
    if !is_number(&asked.order, 8..=32) {
        return Err(Refusal::OutOfRange(
            "order must have 8 to 32 letters, digits and hyphens",
        ));
    }
    if !(1..=AMOUNT_MINOR_MAX).contains(&asked.amount_minor) {
        return Err(Refusal::OutOfRange("amount_minor must be 1 to 20000"));
    }
    if asked.currency != "CNY" {
        return Err(Refusal::OutOfRange("currency must be CNY"));
    }
    if !(1..=128).contains(&asked.description.chars().count()) {
        return Err(Refusal::OutOfRange(
            "description must have 1 to 128 characters",
        ));
    }
    Ok(())
}

fn held_by(state: ContractState) -> Option<Decline> {
    match state {
        ContractState::Pending => Some(Decline::ContractPending),
        ContractState::Active => None,
        ContractState::Suspended => Some(Decline::ContractSuspended),
        ContractState::Ended => Some(Decline::ContractEnded),
    }
}

fn manner_of(mode: Mode, new: bool) -> Manner {
    match mode {
        Mode::Ordinary | Mode::Declines | Mode::AcceptsThenCollects | Mode::AcceptsThenDeclines => {
            Manner::Plain { new }
        }
        Mode::CollectsThenSilent | Mode::Silent => Manner::Silent,
        Mode::CollectsThenGarbled => Manner::Garbled,
        Mode::CollectsThenMissigned => Manner::Missigned,
        Mode::ServerError => Manner::ServerError,
    }
}

/// What a merchant's order or refund is kept under.
pub(super) fn key(merchant: &str, order: &str) -> String {
    format!("{merchant}/{order}")
}

/// The most one deduction may take without asking the rider, in fen.
pub(in crate::sandbox) const AMOUNT_MINOR_MAX: i64 = 20_000;
