//! Callbacks: what the merchant is to be told, and what became of it.

use ridecode_words::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::{Books, CallbackMode, Contract, Errand, Order, Refund};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::wire::{ContractBody, Event, OrderBody, RefundBody};

/// Where a callback stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum CallbackState {
    /// Is being sent, or waits for its time.
    Waiting,
    /// The merchant took it.
    Delivered,
    /// The merchant never took it.
    GivenUp,
    /// Not sent, as its wallet says.
    Withheld,
}

/// A callback.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(in crate::sandbox) struct Callback {
    /// Counted from 1.
    pub(in crate::sandbox) id: u64,
    pub(in crate::sandbox) merchant: String,
    pub(in crate::sandbox) url: String,
    pub(in crate::sandbox) body: String,
    pub(in crate::sandbox) mode: CallbackMode,
    pub(in crate::sandbox) state: CallbackState,
    /// How often it was sent.
    pub(in crate::sandbox) attempts: u32,
    /// The merchant's last status; `None` if there was no answer.
    pub(in crate::sandbox) answer: Option<u16>,
    /// Time stamp and nonce it was last signed with.
    pub(in crate::sandbox) signed: Option<(i64, u64)>,
    /// In Unix seconds.
    pub(in crate::sandbox) created: i64,
}

impl Books {
    /// All callbacks, oldest first.
    pub(in crate::sandbox) fn callbacks(&self) -> impl DoubleEndedIterator<Item = &Callback> {
        self.callbacks.values()
    }

    /// A callback by its number.
    pub(in crate::sandbox) fn find_callback(&self, id: u64) -> Option<&Callback> {
        self.callbacks.get(&id)
    }

    /// Takes down that a callback was sent, signed with a time stamp and nonce, and the
    /// merchant's answer. Any 2xx takes it.
    pub(in crate::sandbox) fn called(
        &mut self,
        id: u64,
        signed: (i64, u64),
        answer: Option<u16>,
    ) -> Result<Callback, Refusal> {
        let callback = self.callbacks.get_mut(&id).ok_or(Refusal::NoSuchCallback)?;
        callback.attempts = callback.attempts.saturating_add(1);
        callback.answer = answer;
        callback.signed = Some(signed);
        if answer.is_some_and(|status| (200..300).contains(&status)) {
            callback.state = CallbackState::Delivered;
        }
        Ok(callback.clone())
    }

    /// Takes down that a callback will not be sent again by itself.
    pub(in crate::sandbox) fn give_up_calling(&mut self, id: u64) {
        if let Some(callback) = self.callbacks.get_mut(&id)
            && callback.state == CallbackState::Waiting
        {
            callback.state = CallbackState::GivenUp;
        }
    }

    pub(super) fn call_about_contract(&mut self, contract: &Contract, now: UnixSeconds) {
        let event = Event::Contract(ContractBody::of(contract, None));
        self.call(contract, &event, now);
    }

    pub(super) fn call_about_order(&mut self, order: &Order, now: UnixSeconds) {
        if let Some(contract) = self.contracts.get(&order.contract).cloned() {
            let event = Event::Order(OrderBody::of(order));
            self.call(&contract, &event, now);
        }
    }

    pub(super) fn call_about_refund(&mut self, refund: &Refund, now: UnixSeconds) {
        let order = self.find_order(&refund.merchant, &refund.order);
        let contract = order.and_then(|order| self.contracts.get(&order.contract));
        if let Some(contract) = contract.cloned() {
            let event = Event::Refund(RefundBody::of(refund));
            self.call(&contract, &event, now);
        }
    }

    fn call(&mut self, contract: &Contract, event: &Event, now: UnixSeconds) {
        let mode = self.open_wallet(&contract.wallet).callbacks;
        let id = self.callbacks.last_key_value().map_or(1, |(id, _)| id + 1);
        let state = match mode {
            CallbackMode::Once | CallbackMode::Late | CallbackMode::Twice => {
                self.errands.push(Errand::Call(id));
                CallbackState::Waiting
            }
            CallbackMode::Never => CallbackState::Withheld,
        };
        let body = serde_json::to_string(event).expect("a plain struct has a JSON form");
        self.callbacks.insert(
            id,
            Callback {
                id,
                merchant: contract.merchant.clone(),
                url: contract.callback_url.clone(),
                body,
                mode,
                state,
                attempts: 0,
                answer: None,
                signed: None,
                created: now.0,
            },
        );
    }
}
