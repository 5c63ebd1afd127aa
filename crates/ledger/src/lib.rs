//! Money: amounts, accounts, transfers, clearing. Double entry.
//!
//! An event goes into [`post`] (a rider's) or [`book`] (between shared accounts), which give the
//! transfers it means and nothing else; a day's legs go into [`clear`], which gives each
//! operator's statement; statements go into [`net`], which says who pays whom. A [`DayChain`]
//! gives each day of the ledger its head. The ledger never knows a tariff, a provider's protocol or
//! a database, and holds no balance of its own.
#![no_std]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod account;
mod book;
mod chain;
mod clear;
mod money;
mod net;
mod post;

pub use account::{Account, AccountKind, NotAnAccount};
pub use book::{Booking, BookingId, Cause, SharedEvent, book};
pub use chain::{DayChain, DayHead};
pub use clear::{
    ClearFault, ClearedLeg, Clearing, Commission, Coverage, Statement, StatementLine, clear,
};
pub use money::{Currency, Money, MoneyFault, NotACurrency};
pub use net::{NetFault, Netting, Obligation, Party, Payment, Position, net};
pub use post::{Event, PostFault, Share, Transfer, TransferId, TransferKind, post};
