//! Payment connectors: build a request, read a reply. No socket, no clock, no randomness.
//!
//! A connector turns an order into an [`HttpRequest`], a provider's [`HttpReply`] into an
//! [`Outcome`], a callback into a verified [`Notice`]. The edge carries the bytes. A day's bill is held
//! against our books by [`reconcile`].
#![no_std]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod arrival;
mod bill;
mod connector;
mod http;
mod reconcile;
pub mod vault;

pub mod sandbox;

pub mod wechat;

pub mod alipay;

mod provider;

#[cfg(any(feature = "native", test))]
pub mod native;

#[cfg(test)]
mod drawn;

pub use bill::LENGTH_MAX as BILL_LENGTH_MAX;
pub use connector::{
    BillFault, BillLine, CallbackFault, ContractAnswer, ContractAsked, ContractNews, ContractOrder,
    ContractState, Notice, Opening, Order, OrderFault, Outcome, RefundOrder, RefundOutcome,
    RequestTime, Ride, Sms, SmsFault,
};
pub use http::{Door, HttpReply, HttpRequest, Method};
pub use provider::{BillReply, BillTicket, Provider, ProviderKind};
pub use reconcile::{
    Action, Class, Finding, OurCharge, OurState, ReconcileFault, Reconciliation, reconcile,
};
