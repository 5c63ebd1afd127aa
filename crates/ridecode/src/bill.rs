//! A rider's month as a document (docs/bills.md): taps, fares with their reasons, tables by hash.
//!
//! `view` writes it, `read` takes it back with limits, `recompute` bills its taps again by the
//! tables it names and tells every field that differs. A document never holds a name, a phone
//! number or a payment account.

mod compare;
mod read;
mod recompute;
mod step;
mod view;

pub(crate) use compare::Comparison;
pub(crate) use read::{At, BillFault, BillFile};
pub(crate) use recompute::recompute;
pub(crate) use view::BillView;

/// What every document says it is.
pub(crate) const FORMAT: &str = "ridecode-bill";

/// The version of the format. It grows whenever a reader of the version before could misread.
pub(crate) const VERSION: u32 = 1;

/// Who words explanations: another release may word them otherwise.
pub(crate) const MADE_BY: &str = concat!("ridecode ", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
pub(crate) mod tests;
