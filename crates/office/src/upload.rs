//! Upload: stage 4. The back office verifies every raw code again; it trusts no validator.

use ridecode_store::{Receipt, SegmentConflict, StoreFault};
use ridecode_validator::segment::SegmentFault;
use ridecode_words::UnixSeconds;

use crate::Office;

/// Why a segment was not taken in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum UploadFault {
    /// No such validator, or one that may no longer upload.
    #[error("this validator is not registered")]
    UnknownValidator,
    /// The segment itself is wrong.
    #[error(transparent)]
    Segment(#[from] SegmentFault),
    /// It contradicts what is held.
    #[error(transparent)]
    Conflict(#[from] SegmentConflict),
    /// The store failed; send it again.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Checks signatures of raw codes again. One per thread; keeps its memory of credentials.
pub struct Auditor {}

impl Auditor {
    /// An auditor with an office's keys that remembers about `credentials_max` credentials.
    pub fn new(_office: &Office, _credentials_max: usize) -> Self {
        todo!()
    }
}

/// Takes in a sealed segment: check, decide again, resolve riders, save.
pub async fn accept(
    _office: &Office,
    _sealed: &[u8],
    _auditor: &mut Auditor,
    _now: UnixSeconds,
) -> Result<Receipt, UploadFault> {
    todo!()
}
