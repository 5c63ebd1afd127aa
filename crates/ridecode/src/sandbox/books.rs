//! The provider's books: merchants, wallets, contracts, orders, callbacks, messages.
//!
//! Every rule of docs/sandbox-provider.md that moves money or state is a function of [`Books`],
//! with the time as an argument. What wants doing outside (a callback to send, an order to finish
//! later) is left in [`Books::take_errands`]. Nothing here signs, listens or waits.

mod callback;
mod contract;
mod order;
mod refund;
mod wallet;

use std::collections::{BTreeMap, VecDeque};

use ridecode_words::{ServiceDay, UnixSeconds};
use serde::{Deserialize, Serialize};

pub(super) use callback::{Callback, CallbackState};
pub(super) use contract::{Contract, ContractAsked, ContractState};
pub(super) use order::{AMOUNT_MINOR_MAX, Finish, Manner, Order, OrderAsked, OrderState};
#[cfg(test)]
pub(super) use refund::RefundMode;
pub(super) use refund::{Refund, RefundAsked, RefundFinish, RefundState};
pub(super) use wallet::{CallbackMode, Mode, Wallet, WalletChange};

use super::refusal::Refusal;

/// Everything the provider knows.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Books {
    merchants: BTreeMap<String, String>,
    wallets: BTreeMap<String, Wallet>,
    contracts: BTreeMap<String, Contract>,
    orders: BTreeMap<String, Order>,
    #[serde(default)]
    refunds: BTreeMap<String, Refund>,
    callbacks: BTreeMap<u64, Callback>,
    transactions: u64,
    opening_balance_minor: i64,
    #[serde(skip)]
    messages: VecDeque<Message>,
    #[serde(skip)]
    messages_taken: u64,
    #[serde(skip)]
    errands: Vec<Errand>,
}

/// Something to be done outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Errand {
    /// Send a callback.
    Call(u64),
    /// Finish an accepted order after a while.
    Finish {
        /// The merchant.
        merchant: String,
        /// Its order.
        order: String,
    },
    /// Finish an accepted refund after a while.
    FinishRefund {
        /// The merchant.
        merchant: String,
        /// Its refund.
        refund: String,
    },
}

/// A short message, as it was taken.
#[derive(Clone, Serialize)]
pub(super) struct Message {
    /// Counted from 1.
    pub(super) message: u64,
    /// To whom.
    pub(super) to: String,
    /// What it says.
    pub(super) text: String,
    /// When it was taken, in Unix seconds.
    pub(super) taken: i64,
}

impl Books {
    /// These books, with wallets that open with a balance from now on.
    pub(super) fn opening_with(self, balance_minor: i64) -> Self {
        Self {
            opening_balance_minor: balance_minor,
            ..self
        }
    }

    /// Registers a merchant's key. A repeat changes nothing; another key is a conflict.
    pub(super) fn register(&mut self, merchant: &str, key: [u8; 32]) -> Result<(), Refusal> {
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !(1..=32).contains(&merchant.len()) || !merchant.bytes().all(plain) {
            return Err(Refusal::OutOfRange(
                "merchant must have 1 to 32 lower-case letters, digits and hyphens",
            ));
        }
        let key = hex::encode(key);
        match self.merchants.get(merchant) {
            Some(known) if *known == key => Ok(()),
            Some(_) => Err(Refusal::MerchantConflict),
            None => {
                self.merchants.insert(merchant.to_owned(), key);
                Ok(())
            }
        }
    }

    /// A merchant's key.
    pub(super) fn find_merchant(&self, merchant: &str) -> Option<[u8; 32]> {
        let key = hex::decode(self.merchants.get(merchant)?).ok()?;
        key.try_into().ok()
    }

    /// The merchants' names.
    pub(super) fn merchants(&self) -> impl Iterator<Item = &str> {
        self.merchants.keys().map(String::as_str)
    }

    /// Takes a short message and numbers it. Only the newest are kept.
    pub(super) fn take_message(
        &mut self,
        to: &str,
        text: &str,
        now: UnixSeconds,
    ) -> Result<u64, Refusal> {
        let digits = to.strip_prefix('+').unwrap_or_default();
        let phone = (8..=15).contains(&digits.len()) && digits.bytes().all(|d| d.is_ascii_digit());
        if !phone {
            return Err(Refusal::OutOfRange("to must be + and 8 to 15 digits"));
        }
        if !(1..=500).contains(&text.chars().count()) {
            return Err(Refusal::OutOfRange("text must have 1 to 500 characters"));
        }
        self.messages_taken += 1;
        if self.messages.len() == MESSAGES_MAX {
            self.messages.pop_back();
        }
        self.messages.push_front(Message {
            message: self.messages_taken,
            to: to.to_owned(),
            text: text.to_owned(),
            taken: now.0,
        });
        Ok(self.messages_taken)
    }

    /// Messages, newest first.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }

    /// What is to be done outside since the last call.
    pub(super) fn take_errands(&mut self) -> Vec<Errand> {
        std::mem::take(&mut self.errands)
    }

    /// What was left to be done outside when the books were put away.
    pub(super) fn open_errands(&self) -> Vec<Errand> {
        let calls = self
            .callbacks
            .values()
            .filter(|callback| callback.state == CallbackState::Waiting)
            .map(|callback| Errand::Call(callback.id));
        let accepted = self
            .orders
            .values()
            .filter(|order| order.state == OrderState::Accepted)
            .map(|order| Errand::Finish {
                merchant: order.merchant.clone(),
                order: order.order.clone(),
            });
        let refunds = self
            .refunds
            .values()
            .filter(|refund| refund.state == RefundState::Accepted)
            .map(|refund| Errand::FinishRefund {
                merchant: refund.merchant.clone(),
                refund: refund.refund.clone(),
            });
        calls.chain(accepted).chain(refunds).collect()
    }

    /// The deductions of a day as CSV.
    pub(super) fn bill(&self, merchant: &str, day: ServiceDay) -> String {
        let mut collected: Vec<_> = self
            .orders
            .values()
            .filter(|order| order.merchant == merchant)
            .filter_map(|order| Some((order.transaction.as_deref()?, order.collected_at?, order)))
            .filter(|(_, at, _)| day_of(UnixSeconds(*at)) == day)
            .collect();
        collected.sort_by_key(|(transaction, ..)| *transaction);
        let mut bill =
            String::from("transaction,order,contract,amount_minor,currency,collected_at\n");
        let mut total = 0;
        for (transaction, at, order) in &collected {
            let (number, contract, amount) = (&order.order, &order.contract, order.amount_minor);
            let currency = &order.currency;
            bill += &format!("{transaction},{number},{contract},{amount},{currency},{at}\n");
            total += amount;
        }
        bill + &format!("total,{day},{},{total}\n", collected.len())
    }
}

/// The day at the provider, in China Standard Time.
pub(super) fn day_of(time: UnixSeconds) -> ServiceDay {
    let days = time.plus_s(8 * 3_600).0.div_euclid(86_400);
    ServiceDay(i32::try_from(days).unwrap_or(i32::MAX))
}

/// Whether a text has so many letters, digits and hyphens.
fn is_number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    lengths.contains(&text.len()) && text.bytes().all(plain)
}

/// How many messages are kept.
const MESSAGES_MAX: usize = 1_000;

#[cfg(test)]
mod tests;
