//! A sign of life: how a validator is, signed by its key. Sent every minute, and when it is asked
//! for nothing else it still says how far its journal is held.

use alloc::vec::Vec;

use ridecode_codec::crypto::{Crypto, PublicKey, Signer};
use ridecode_words::{Text, UnixSeconds, ValidatorId};

use crate::clock::ClockTrust;
use crate::envelope;
use crate::journal::{read_place, read_trust, write_place, write_trust};
use crate::place::Place;
use crate::wire::{Reader, Writer};

/// How a validator is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heartbeat {
    /// Who says so.
    pub validator: ValidatorId,
    /// Its time.
    pub sealed: UnixSeconds,
    /// How far that time is to be trusted.
    pub trust: ClockTrust,
    /// The last entry of its journal.
    pub journal_end: u64,
    /// Through this entry the back office has confirmed the journal.
    pub held_through: u64,
    /// The watermark: everything it did up to this time is held.
    pub complete_to: UnixSeconds,
    /// The bundle in force.
    pub bundle_version: u64,
    /// Bytes free on its disk, where it can tell.
    pub free_bytes: Option<u64>,
    /// How long riders waited lately.
    pub waits: Waits,
    /// What is wrong, in the words of the device's list; at most [`AILMENTS_MAX`].
    pub ailments: Vec<Text>,
    /// Where it stands, since version 2.
    pub place: Option<Place>,
    /// The version of its program, since version 2.
    pub software: Option<Text>,
}

/// From the last byte of a code to the lamp, in microseconds, over the last scans.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Waits {
    /// How many scans.
    pub scans: u32,
    /// The median.
    pub p50_us: u32,
    /// All but one in twenty.
    pub p95_us: u32,
    /// All but one in a hundred.
    pub p99_us: u32,
}

/// Why a heartbeat is refused, in order of precedence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum HeartbeatFault {
    /// Not a heartbeat, or cut off.
    #[error("the heartbeat is damaged or cut off")]
    Malformed,
    /// The validator did not sign it.
    #[error("the heartbeat's signature is wrong")]
    BadSignature,
}

/// Writes and signs a heartbeat.
///
/// # Panics
///
/// If it has more than [`AILMENTS_MAX`] ailments, or holds more than there is.
pub fn seal(heartbeat: &Heartbeat, validator: &dyn Signer) -> Vec<u8> {
    assert!(
        heartbeat.ailments.len() <= AILMENTS_MAX,
        "ailments are bounded"
    );
    assert!(
        heartbeat.held_through <= heartbeat.journal_end,
        "no more is held than was written"
    );
    envelope::seal(write(heartbeat), validator)
}

/// Checks a sealed heartbeat against the validator's key.
pub fn check<C: Crypto>(
    sealed: &[u8],
    validator: &PublicKey,
    crypto: &C,
) -> Result<Heartbeat, HeartbeatFault> {
    let split = envelope::split(sealed).filter(|_| sealed.len() <= LENGTH_MAX);
    let (body, signature) = split.ok_or(HeartbeatFault::Malformed)?;
    let heartbeat = read(body).ok_or(HeartbeatFault::Malformed)?;
    if !envelope::holds(crypto, validator, body, &signature) {
        return Err(HeartbeatFault::BadSignature);
    }
    Ok(heartbeat)
}

/// Reads a sealed heartbeat whose signature was checked before it was kept.
pub fn read_checked(sealed: &[u8]) -> Option<Heartbeat> {
    let (body, _) = envelope::split(sealed)?;
    read(body)
}

fn write(heartbeat: &Heartbeat) -> Vec<u8> {
    let mut out = Writer::default();
    let is_second = heartbeat.place.is_some() || heartbeat.software.is_some();
    // One that says nothing new is spelled as it always was.
    out.bytes(if is_second { MAGIC } else { MAGIC_1 });
    out.u32(heartbeat.validator.0);
    out.time(heartbeat.sealed);
    write_trust(&mut out, heartbeat.trust);
    out.u64(heartbeat.journal_end);
    out.u64(heartbeat.held_through);
    out.time(heartbeat.complete_to);
    out.u64(heartbeat.bundle_version);
    // No disk has 2^64 bytes free.
    out.u64(heartbeat.free_bytes.unwrap_or(u64::MAX));
    let waits = heartbeat.waits;
    for wait in [waits.scans, waits.p50_us, waits.p95_us, waits.p99_us] {
        out.u32(wait);
    }
    out.count(heartbeat.ailments.len());
    for ailment in &heartbeat.ailments {
        out.optional_text(Some(ailment));
    }
    if !is_second {
        return out.into_bytes();
    }
    out.byte(u8::from(heartbeat.place.is_some()));
    if let Some(place) = &heartbeat.place {
        write_place(&mut out, place);
    }
    out.optional_text(heartbeat.software.as_ref());
    out.into_bytes()
}

fn read(body: &[u8]) -> Option<Heartbeat> {
    let mut input = Reader::new(body);
    let magic = input.take(MAGIC.len())?;
    let is_second = magic == MAGIC;
    (is_second || magic == MAGIC_1).then_some(())?;
    let mut heartbeat = Heartbeat {
        validator: ValidatorId(input.u32()?),
        sealed: input.time()?,
        trust: read_trust(&mut input)?,
        journal_end: input.u64()?,
        held_through: input.u64()?,
        complete_to: input.time()?,
        bundle_version: input.u64()?,
        free_bytes: Some(input.u64()?).filter(|free| *free != u64::MAX),
        waits: Waits {
            scans: input.u32()?,
            p50_us: input.u32()?,
            p95_us: input.u32()?,
            p99_us: input.u32()?,
        },
        ailments: {
            let count = usize::from(input.u16()?);
            (count <= AILMENTS_MAX).then_some(())?;
            input.list(count, 2, |input| input.optional_text()?)?
        },
        place: None,
        software: None,
    };
    if is_second {
        heartbeat.place = match input.byte()? {
            0 => None,
            1 => Some(read_place(&mut input)?),
            _ => return None,
        };
        heartbeat.software = input.optional_text()?;
        (heartbeat.place.is_some() || heartbeat.software.is_some()).then_some(())?;
    }
    input.end()?;
    (heartbeat.held_through <= heartbeat.journal_end).then_some(heartbeat)
}

/// The first bytes, which no other signed bytes of Ridecode have.
const MAGIC: &[u8] = b"ridecode heartbeat 2\n";

/// Those of version 1, which ends behind the ailments. Validators that write it are still heard.
const MAGIC_1: &[u8] = b"ridecode heartbeat 1\n";

/// The most ailments in a heartbeat.
pub const AILMENTS_MAX: usize = 32;

/// The most bytes of a sealed heartbeat.
pub const LENGTH_MAX: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use ridecode_codec::crypto::Algorithm;
    use ridecode_codec::crypto::portable::{Portable, SecretKey};

    use super::*;
    use crate::testing::{NOW, key};

    fn device() -> SecretKey {
        key(Algorithm::EdDsa, 50)
    }

    fn heartbeat() -> Heartbeat {
        Heartbeat {
            validator: ValidatorId(0x2001),
            sealed: NOW,
            trust: ClockTrust::Drifting { bound_s: 3 },
            journal_end: 9,
            held_through: 7,
            complete_to: NOW.plus_s(-60),
            bundle_version: 7,
            free_bytes: Some(1 << 30),
            waits: Waits {
                scans: 1_000,
                p50_us: 1,
                p95_us: 2,
                p99_us: 3,
            },
            ailments: vec![Text::new("disk_full").unwrap()],
            place: Some(crate::testing::gate()),
            software: Text::new("0.1.0").ok(),
        }
    }

    fn check_read(heartbeat: &Heartbeat) {
        let sealed = seal(heartbeat, &device());
        let found = check(&sealed, &device().public_key(), &Portable);
        assert_eq!(found.as_ref(), Ok(heartbeat));
    }

    #[test]
    fn what_was_sealed_is_what_is_read() {
        check_read(&heartbeat());
        check_read(&Heartbeat {
            free_bytes: None,
            ailments: Vec::new(),
            trust: ClockTrust::FreeRunning { bound_s: 0 },
            place: None,
            software: None,
            ..heartbeat()
        });
        let sealed = seal(&heartbeat(), &device());
        assert_eq!(read_checked(&sealed), Some(heartbeat()));
    }

    #[test]
    fn the_first_version_is_read_without_what_the_second_added() {
        let older = Heartbeat {
            place: None,
            software: None,
            ..heartbeat()
        };
        let body = write(&older);
        assert!(body.starts_with(MAGIC_1));
        let sealed = envelope::seal(body, &device());
        let found = check(&sealed, &device().public_key(), &Portable);
        assert_eq!(found, Ok(older));
    }

    #[test]
    fn no_changed_byte_and_no_cut_goes_unnoticed() {
        let sealed = seal(&heartbeat(), &device());
        let key_of_it = device().public_key();
        for place in 0..sealed.len() {
            assert!(check(&sealed[..place], &key_of_it, &Portable).is_err());
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(check(&changed, &key_of_it, &Portable).is_err(), "{place}");
        }
        let other = key(Algorithm::EdDsa, 51).public_key();
        let found = check(&sealed, &other, &Portable);
        assert_eq!(found, Err(HeartbeatFault::BadSignature));
        let long = vec![0; LENGTH_MAX + 1];
        let found = check(&long, &other, &Portable);
        assert_eq!(found, Err(HeartbeatFault::Malformed));
    }
}
