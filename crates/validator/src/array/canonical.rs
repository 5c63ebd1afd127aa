//! The bytes of an array's datagrams, form 1.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit as _, Mac as _};
use ridecode_words::{CredentialId, CredentialRef, IssuerId, ValidatorId};
use sha2::Sha256;

use super::{ArrayFault, ArrayKey, DATAGRAM_MAX, Message, PEERS_MAX, Shared, USES_MAX, What};
use crate::replay::CodeKey;
use crate::wire::{Reader, Writer};

/// Writes a message with its tag.
pub(super) fn write(from: ValidatorId, message: &Message, key: &ArrayKey) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(MAGIC);
    out.u32(from.0);
    match message {
        Message::Hello(known) => {
            out.byte(0);
            out.count(known.len());
            for (id, through) in known {
                out.u32(id.0);
                out.u64(*through);
            }
        }
        Message::Uses { previous, uses } => {
            out.byte(1);
            out.u64(*previous);
            out.count(uses.len());
            for shared in uses {
                write_use(&mut out, shared);
            }
        }
    }
    let mut datagram = out.into_bytes();
    let tag = mac(key).chain_update(&datagram).finalize().into_bytes();
    datagram.extend_from_slice(&tag[..TAG_LENGTH]);
    assert!(datagram.len() <= DATAGRAM_MAX, "a datagram is bounded");
    datagram
}

/// Reads a message: length first, then the tag, then content.
pub(super) fn read(datagram: &[u8], key: &ArrayKey) -> Result<(ValidatorId, Message), ArrayFault> {
    if datagram.len() > DATAGRAM_MAX || !datagram.starts_with(MAGIC) {
        return Err(ArrayFault::Malformed);
    }
    let (body, tag) = datagram
        .split_last_chunk::<TAG_LENGTH>()
        .ok_or(ArrayFault::Malformed)?;
    mac(key)
        .chain_update(body)
        .verify_truncated_left(tag)
        .map_err(|_| ArrayFault::WrongKey)?;
    read_body(body).ok_or(ArrayFault::Malformed)
}

fn read_body(body: &[u8]) -> Option<(ValidatorId, Message)> {
    let mut input = Reader::new(body);
    input.take(MAGIC.len())?;
    let from = ValidatorId(input.u32()?);
    let message = match input.byte()? {
        0 => {
            let count = usize::from(input.u16()?);
            let known = input.list(count, 12, |input| {
                Some((ValidatorId(input.u32()?), input.u64()?))
            })?;
            (known.len() <= PEERS_MAX).then_some(Message::Hello(known))?
        }
        1 => {
            let previous = input.u64()?;
            let count = usize::from(input.u16()?);
            let uses = input.list(count, USE_LENGTH_MIN, read_use)?;
            let ascends = uses.is_sorted_by(|a, b| a.sequence < b.sequence);
            let follows = uses.first().is_some_and(|first| first.sequence > previous);
            let fits = ascends && follows && uses.len() <= USES_MAX;
            fits.then_some(Message::Uses { previous, uses })?
        }
        _ => return None,
    };
    input.end()?;
    Some((from, message))
}

fn write_use(out: &mut Writer, shared: &Shared) {
    out.u64(shared.sequence);
    out.time(shared.at);
    out.u32(shared.memory_s);
    out.u32(shared.code.credential.issuer.0);
    out.bytes(&shared.code.credential.credential.0);
    out.time(shared.code.generated);
    out.optional_u32(shared.code.counter);
    out.byte(match shared.what {
        What::Used => 0,
        What::TakenBack => 1,
    });
}

fn read_use(input: &mut Reader<'_>) -> Option<Shared> {
    Some(Shared {
        sequence: input.u64()?,
        at: input.time()?,
        memory_s: input.u32()?,
        code: CodeKey {
            credential: CredentialRef {
                issuer: IssuerId(input.u32()?),
                credential: CredentialId(input.array()?),
            },
            generated: input.time()?,
            counter: input.optional_u32()?,
        },
        what: match input.byte()? {
            0 => What::Used,
            1 => What::TakenBack,
            _ => return None,
        },
    })
}

fn mac(key: &ArrayKey) -> Hmac<Sha256> {
    Hmac::new_from_slice(&key.0).expect("HMAC takes keys of any length")
}

const MAGIC: &[u8] = b"ridecode array 1\n";
const TAG_LENGTH: usize = 16;
const USE_LENGTH_MIN: usize = 8 + 8 + 4 + 4 + 10 + 8 + 1 + 1;
