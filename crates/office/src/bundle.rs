//! Bundles: what validators are told.

use ridecode_store::StoreFault;
use ridecode_words::{OperatorId, UnixSeconds};

use crate::Office;

/// The sealed bundle for an operator's validators as of now.
pub async fn make(
    _office: &Office,
    _operator: OperatorId,
    _now: UnixSeconds,
) -> Result<Vec<u8>, StoreFault> {
    todo!()
}
