//! What contracts and orders look like to a merchant, in replies and callbacks.

use serde::Serialize;

use super::books::{Contract, ContractState, Order, OrderState, Refund, RefundState};
use super::refusal::{Decline, RefundDecline, Refusal};

/// A callback's body.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    /// A contract changed.
    Contract(ContractBody),
    /// An order was collected or declined.
    Order(OrderBody),
    /// A refund was given back or refused.
    Refund(RefundBody),
}

/// A contract.
#[derive(Serialize)]
pub(super) struct ContractBody {
    number: String,
    contract: String,
    payer: String,
    state: ContractState,
    reason: Option<String>,
    sign_url: Option<String>,
}

impl ContractBody {
    /// A contract as a merchant sees it. The page to sign on is named while it is wanted.
    pub(super) fn of(contract: &Contract, public_url: Option<&str>) -> Self {
        let sign_url = public_url
            .filter(|_| contract.state == ContractState::Pending)
            .map(|url| format!("{url}/sign/{}", contract.contract));
        Self {
            number: contract.number.clone(),
            contract: contract.contract.clone(),
            payer: contract.payer.clone(),
            state: contract.state,
            reason: contract.reason.clone(),
            sign_url,
        }
    }
}

/// An order.
#[derive(Serialize)]
pub(super) struct OrderBody {
    order: String,
    contract: String,
    amount_minor: i64,
    currency: String,
    state: OrderState,
    transaction: Option<String>,
    reason: Option<Decline>,
}

impl OrderBody {
    /// An order as a merchant sees it.
    pub(super) fn of(order: &Order) -> Self {
        Self {
            order: order.order.clone(),
            contract: order.contract.clone(),
            amount_minor: order.amount_minor,
            currency: order.currency.clone(),
            state: order.state,
            transaction: order.transaction.clone(),
            reason: order.reason,
        }
    }
}

/// A refund.
#[derive(Serialize)]
pub(super) struct RefundBody {
    refund: String,
    order: String,
    amount_minor: i64,
    currency: String,
    state: RefundState,
    reason: Option<RefundDecline>,
}

impl RefundBody {
    /// A refund as a merchant sees it.
    pub(super) fn of(refund: &Refund) -> Self {
        Self {
            refund: refund.refund.clone(),
            order: refund.order.clone(),
            amount_minor: refund.amount_minor,
            currency: refund.currency.clone(),
            state: refund.state,
            reason: refund.reason,
        }
    }
}

/// A refusal.
#[derive(Serialize)]
pub(super) struct RefusalBody {
    code: &'static str,
    message: &'static str,
}

impl From<Refusal> for RefusalBody {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code(),
            message: refusal.message(),
        }
    }
}
