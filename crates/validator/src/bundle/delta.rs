//! What leads from one bundle to the next: everything small anew, and what changed in the deny
//! list. Signed like a bundle, and good for one version alone.

use alloc::vec::Vec;

use ridecode_codec::crypto::{Crypto, Signer};

use super::canonical::{
    CREDENTIAL_LENGTH, DENY_LENGTH, Head, read_credential, read_entry, read_form, read_terms,
    write_credential, write_entry, write_length, write_terms,
};
use super::{Bundle, BundleFault, DENIED_MAX, Expected, LENGTH_MAX};
use crate::deny::DenyChange;
use crate::envelope;
use crate::wire::{Reader, Writer};
use ridecode_words::OperatorId;

/// A bundle as it comes from the one before.
#[derive(Clone, Copy, Debug)]
pub struct Delta<'a> {
    /// The version it changes.
    pub from: u64,
    /// The bundle it leads to.
    pub bundle: &'a Bundle,
    /// What changed in the deny list.
    pub change: &'a DenyChange,
}

/// Whether sealed bytes say that they are a delta, before anything is proven.
pub fn is_delta(sealed: &[u8]) -> bool {
    sealed.starts_with(MAGIC) || sealed.starts_with(MAGIC_FIRST)
}

/// Writes and signs a delta.
///
/// # Panics
///
/// As [`super::seal`], and if the delta leads nowhere.
pub fn seal_delta(delta: &Delta<'_>, office: &dyn Signer) -> Vec<u8> {
    let bundle = delta.bundle;
    assert_eq!(bundle.find_fault(), None, "a bundle of ours has no fault");
    assert!(
        delta.from < bundle.version,
        "a delta leads to a later version"
    );
    let mut out = Writer::default();
    out.bytes(MAGIC);
    out.u32(bundle.operator.0);
    out.u64(delta.from);
    out.u64(bundle.version);
    write_terms(&mut out, bundle);
    write_length(&mut out, delta.change.removed.len());
    for credential in &delta.change.removed {
        write_credential(&mut out, credential);
    }
    write_length(&mut out, delta.change.added.len());
    for entry in &delta.change.added {
        write_entry(&mut out, entry);
    }
    write_length(&mut out, bundle.denied.len());
    let sealed = envelope::seal(out.into_bytes(), office);
    assert!(sealed.len() <= LENGTH_MAX, "a delta has at most 32 MiB");
    sealed
}

/// Reads a sealed delta and lays it over the bundle in force: signature first, then operator,
/// version and order, then content. `in_force` stays as it is.
pub fn open_delta<C: Crypto>(
    sealed: &[u8],
    expected: &Expected,
    in_force: &Bundle,
    crypto: &C,
) -> Result<Bundle, BundleFault> {
    if sealed.len() > LENGTH_MAX {
        return Err(BundleFault::Malformed);
    }
    let (body, signature) = envelope::split(sealed).ok_or(BundleFault::Malformed)?;
    let mut input = Reader::new(body);
    let (from, head) = read_head(&mut input).ok_or(BundleFault::Malformed)?;
    if !envelope::holds(crypto, &expected.office, body, &signature) {
        return Err(BundleFault::BadSignature);
    }
    expected.check(&head, in_force.version)?;
    if from != in_force.version {
        return Err(BundleFault::OutOfOrder {
            from,
            in_force: in_force.version,
        });
    }
    let bundle = read_over(&mut input, head, in_force).ok_or(BundleFault::Malformed)?;
    bundle.sound()
}

fn read_head(input: &mut Reader<'_>) -> Option<(u64, Head)> {
    let form = read_form(input, [MAGIC_FIRST, MAGIC])?;
    let operator = OperatorId(input.u32()?);
    let from = input.u64()?;
    let version = input.u64()?;
    let head = Head {
        operator,
        version,
        form,
    };
    Some((from, head))
}

fn read_over(input: &mut Reader<'_>, head: Head, in_force: &Bundle) -> Option<Bundle> {
    let mut bundle = read_terms(input, head)?;
    let removed = read_long(input, CREDENTIAL_LENGTH, read_credential)?;
    let added = read_long(input, DENY_LENGTH, read_entry)?;
    let length = usize::try_from(input.u32()?).ok()?;
    input.end()?;
    let ascends = removed.is_sorted_by(|a, b| a < b)
        && added.is_sorted_by(|a, b| a.credential < b.credential);
    if !ascends {
        return None;
    }
    bundle.denied = in_force.denied.changed(&DenyChange { removed, added });
    (bundle.denied.len() == length).then_some(bundle)
}

fn read_long<T>(
    input: &mut Reader<'_>,
    item_length: usize,
    item: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = usize::try_from(input.u32()?).ok()?;
    (count <= DENIED_MAX).then_some(())?;
    input.list(count, item_length, item)
}

/// The first bytes, which no other signed bytes of Ridecode have.
const MAGIC: &[u8] = b"ridecode delta 2\n";
const MAGIC_FIRST: &[u8] = b"ridecode delta 1\n";
