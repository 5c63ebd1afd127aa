//! Upload: stage 4. The back office verifies every raw code again; it trusts no validator.

use ridecode_codec::Verifier;
use ridecode_codec::crypto::Crypto;
use ridecode_store::{Receipt, SegmentConflict, StoreFault, Validator};
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
pub struct Auditor<C: Crypto> {
    _verifier: Verifier<C>,
}

impl<C: Crypto> Auditor<C> {
    /// An auditor with an office's keys that remembers about `credentials_max` credentials.
    pub fn new(_office: &Office, _crypto: C, _credentials_max: usize) -> Self {
        todo!()
    }
}

/// A segment whose signatures were all checked, on its way to the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Examined {}

/// The validator a sealed segment says it is from.
pub async fn find_sender(_office: &Office, _sealed: &[u8]) -> Result<Validator, UploadFault> {
    todo!()
}

/// Checks the segment and decides about each of its codes again. Only this part is heavy on the
/// processor and it waits for nothing, so that it can run on a thread of its own.
pub fn examine<C: Crypto>(
    _sealed: &[u8],
    _sender: &Validator,
    _auditor: &mut Auditor<C>,
) -> Result<Examined, UploadFault> {
    todo!()
}

/// Resolves riders and saves.
pub async fn save(
    _office: &Office,
    _examined: Examined,
    _now: UnixSeconds,
) -> Result<Receipt, UploadFault> {
    todo!()
}

/// Takes in a sealed segment: check, decide again, resolve riders, save.
pub async fn accept<C: Crypto>(
    office: &Office,
    sealed: &[u8],
    auditor: &mut Auditor<C>,
    now: UnixSeconds,
) -> Result<Receipt, UploadFault> {
    let sender = find_sender(office, sealed).await?;
    let examined = examine(sealed, &sender, auditor)?;
    save(office, examined, now).await
}
