//! Upload: stage 4. The back office verifies every raw code again; it trusts no validator.
//!
//! A sealed segment is checked against its validator's key, every admitted code in it is read and
//! verified again ([`examine`]), credentials become riders, and the whole is saved in one verb.
//! Where validator and back office do not agree the entry is kept with both answers, and no rider
//! pays for it. Whether taps make sense as a journey is never asked here.
//!
//! A retired validator may still send what it did before, so that no ride is lost: a segment that
//! reaches beyond is taken whole, and nobody pays for what is beyond; one that lies beyond
//! altogether is refused.

mod plan;
mod recheck;

use ridecode_codec::crypto::Crypto;
use ridecode_store::{Receipt, SegmentConflict, StoreFault, Validator};
use ridecode_validator::segment::{self, Segment, SegmentFault};
use ridecode_words::UnixSeconds;

use crate::Office;

pub use recheck::Auditor;

use self::recheck::Meaning;

/// Why a segment was not taken in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum UploadFault {
    /// No such validator.
    #[error("this validator is not registered")]
    UnknownValidator,
    /// The validator retired, and nothing in the segment is from before.
    #[error("this validator retired at {0}; only what it did before is taken")]
    Retired(UnixSeconds),
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

/// A segment whose signatures were all checked, on its way to the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Examined {
    segment: Segment,
    /// What each entry means, in the segment's order.
    meanings: Vec<Meaning>,
}

/// The validator a sealed segment says it is from.
pub async fn find_sender(office: &Office, sealed: &[u8]) -> Result<Validator, UploadFault> {
    if sealed.len() > segment::LENGTH_MAX {
        return Err(SegmentFault::TooLong.into());
    }
    let claimed = segment::claimed_validator(sealed).ok_or(SegmentFault::Malformed)?;
    let validator = office.store.find_validator(claimed).await?;
    validator.ok_or(UploadFault::UnknownValidator)
}

/// Checks the segment and decides about each of its codes again. Only this part is heavy on the
/// processor and it waits for nothing, so that it can run on a thread of its own.
pub fn examine<C: Crypto + Clone>(
    sealed: &[u8],
    sender: &Validator,
    auditor: &mut Auditor<C>,
) -> Result<Examined, UploadFault> {
    let segment = segment::check(sealed, &sender.key, &auditor.crypto)?;
    if segment.validator != sender.id {
        return Err(UploadFault::UnknownValidator);
    }
    let entries = segment.entries.iter();
    if let Some(retired) = sender.retired
        && entries.clone().all(|chained| chained.entry.time > retired)
    {
        return Err(UploadFault::Retired(retired));
    }
    let meanings = entries
        .map(|chained| auditor.recheck(&chained.entry, sender))
        .collect();
    Ok(Examined { segment, meanings })
}

/// Resolves riders and saves.
pub async fn save(
    office: &Office,
    examined: Examined,
    now: UnixSeconds,
) -> Result<Receipt, UploadFault> {
    let owners = office.store.find_owners(examined.credentials()).await?;
    let acceptance = plan::plan(examined, owners, now)?;
    Ok(office.store.accept_segment(acceptance).await??)
}

/// Takes in a sealed segment: check, decide again, resolve riders, save.
pub async fn accept<C: Crypto + Clone>(
    office: &Office,
    sealed: &[u8],
    auditor: &mut Auditor<C>,
    now: UnixSeconds,
) -> Result<Receipt, UploadFault> {
    let sender = find_sender(office, sealed).await?;
    let examined = examine(sealed, &sender, auditor)?;
    save(office, examined, now).await
}
