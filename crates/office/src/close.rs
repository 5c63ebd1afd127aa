//! Closing a service day: stage 9.

use ridecode_ledger::{ClearFault, Statement};
use ridecode_store::StoreFault;
use ridecode_words::{OperatorId, ServiceDay};

use crate::Office;

/// Why a day was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseFault {
    /// The legs do not clear.
    #[error(transparent)]
    Clear(#[from] ClearFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Closes a day for an operator. A day without anything new gives `None`: no empty statement
/// follows a statement.
pub async fn day(
    _office: &Office,
    _operator: OperatorId,
    _day: ServiceDay,
) -> Result<Option<Statement>, CloseFault> {
    todo!()
}
