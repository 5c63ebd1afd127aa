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

#[cfg(any(feature = "native", test))]
pub mod native;

pub use connector::{
    BillFault, BillLine, CallbackFault, ContractAnswer, ContractNews, ContractOrder, ContractState,
    Notice, Order, Outcome, RefundOrder, RefundOutcome, RequestTime, Sms, SmsFault,
};
pub use http::{HttpReply, HttpRequest, Method};
pub use reconcile::{
    Action, Class, Finding, OurCharge, OurState, ReconcileFault, Reconciliation, reconcile,
};
