//! Money: amounts, accounts, transfers, clearing. Double entry.
//!
//! An event goes into [`post`], which gives the transfers it means and nothing else; a day's legs
//! go into [`clear`], which gives each operator's statement. The ledger never knows a tariff, a
//! provider's protocol or a database, and holds no balance of its own.
#![no_std]

extern crate alloc;

mod account;
mod clear;
mod money;
mod post;

pub use account::{Account, AccountKind};
pub use clear::{
    ClearFault, ClearedLeg, Clearing, Commission, Coverage, Statement, StatementLine, clear,
};
pub use money::{Currency, Money, MoneyFault};
pub use post::{Event, PostFault, Share, Transfer, TransferId, TransferKind, post};
