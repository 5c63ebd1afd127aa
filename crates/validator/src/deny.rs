//! A million refused credentials in little room, exactly, and one of them found for every code
//! that is shown.
//!
//! The list is packed: eleven bytes a credential, ascending, apart for each issuer. What changes
//! from one bundle to the next lies over it, until there is so much of that that it is packed
//! anew. Copies share the packed part. Halving a list of 11 MB touches a new place of memory at
//! each of twenty steps, so the first credential of every block stands a second time, close
//! together, and all but the last few steps stay near.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use ridecode_words::{CredentialId, CredentialRef, IssuerId};

use crate::bundle::DenyEntry;
use crate::outcome::DenyReason;

/// The refused credentials.
#[derive(Clone, Default)]
pub struct DenyList {
    packed: Arc<Packed>,
    /// What is otherwise than in the packed part: a reason, or not refused any more.
    over: Arc<BTreeMap<CredentialRef, Option<DenyReason>>>,
    length: usize,
}

/// A list that does not change.
#[derive(Default)]
struct Packed {
    issuers: Vec<OfIssuer>,
    entries: Vec<Entry>,
    /// The first credential of every block of `entries`.
    firsts: Vec<CredentialRef>,
}

/// Where an issuer's credentials begin.
struct OfIssuer {
    issuer: IssuerId,
    first: usize,
}

/// A credential and the byte of its reason.
type Entry = [u8; CREDENTIAL_LENGTH + 1];

impl DenyList {
    /// A list of entries in ascending order of credential, each once. `None` if they are not.
    pub fn from_ascending(entries: impl IntoIterator<Item = DenyEntry>) -> Option<Self> {
        let entries = entries.into_iter();
        let mut packing = Packing::with_capacity(entries.size_hint().0);
        for entry in entries {
            packing.push(entry)?;
        }
        Some(packing.list())
    }

    /// How many credentials are refused.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Why a credential is refused, if it is.
    pub fn find(&self, credential: &CredentialRef) -> Option<DenyReason> {
        match self.over.get(credential) {
            Some(changed) => *changed,
            None => self.packed.find(credential),
        }
    }

    /// All entries, in ascending order of credential.
    pub fn iter(&self) -> impl Iterator<Item = DenyEntry> {
        let mut packed = self.packed.iter().peekable();
        let mut over = self.over.iter().peekable();
        core::iter::from_fn(move || {
            loop {
                let next_packed = packed.peek().map(|entry| entry.credential);
                let next_over = over.peek().map(|(credential, _)| **credential);
                if next_packed.is_some_and(|it| next_over.is_none_or(|over| it < over)) {
                    return packed.next();
                }
                let (credential, changed) = over.next()?;
                packed.next_if(|entry| entry.credential == *credential);
                if let Some(reason) = changed {
                    return Some(DenyEntry {
                        credential: *credential,
                        reason: *reason,
                    });
                }
            }
        })
    }

    /// This list with some credentials taken off and others put on it or given another reason.
    pub fn changed(&self, change: &DenyChange) -> Self {
        let mut over = BTreeMap::clone(&self.over);
        let mut length = self.length;
        for credential in &change.removed {
            length -= usize::from(self.find(credential).is_some());
            over.insert(*credential, None);
        }
        for entry in &change.added {
            let was = match over.get(&entry.credential) {
                Some(changed) => *changed,
                None => self.packed.find(&entry.credential),
            };
            length += usize::from(was.is_none());
            over.insert(entry.credential, Some(entry.reason));
        }
        let list = Self {
            packed: Arc::clone(&self.packed),
            over: Arc::new(over),
            length,
        };
        if list.over.len() <= OVER_MAX {
            return list;
        }
        let packed = Self::from_ascending(list.iter());
        packed.expect("a list ascends")
    }

    /// What leads from this list to another.
    pub fn change_to(&self, other: &Self) -> DenyChange {
        let mut change = DenyChange::default();
        let (mut before, mut after) = (self.iter().peekable(), other.iter().peekable());
        loop {
            match (before.peek().copied(), after.peek().copied()) {
                (None, None) => return change,
                (Some(old), new) if new.is_none_or(|new| old.credential < new.credential) => {
                    change.removed.push(old.credential);
                    before.next();
                }
                (old, Some(new)) => {
                    if old != Some(new) {
                        change.added.push(new);
                    }
                    before.next_if(|old| old.credential == new.credential);
                    after.next();
                }
                (Some(_), None) => unreachable!("the arm above takes what has nothing beside it"),
            }
        }
    }
}

/// What changes in a deny list from one bundle to the next. Each list ascends by credential, and
/// no credential is in both.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DenyChange {
    /// Not refused any more.
    pub removed: Vec<CredentialRef>,
    /// Refused from now on, or for another reason.
    pub added: Vec<DenyEntry>,
}

impl DenyChange {
    /// How many credentials it touches.
    pub fn len(&self) -> usize {
        self.removed.len() + self.added.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// This change and then a later one, as one.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let mut all: BTreeMap<CredentialRef, Option<DenyReason>> = BTreeMap::new();
        for change in [self, later] {
            all.extend(change.removed.iter().map(|credential| (*credential, None)));
            let added = change.added.iter();
            all.extend(added.map(|entry| (entry.credential, Some(entry.reason))));
        }
        let mut change = Self::default();
        for (credential, reason) in all {
            match reason {
                None => change.removed.push(credential),
                Some(reason) => change.added.push(DenyEntry { credential, reason }),
            }
        }
        change
    }
}

/// Collects entries into a packed list.
#[derive(Default)]
pub(crate) struct Packing {
    packed: Packed,
    last: Option<CredentialRef>,
}

impl Packing {
    /// Room for so many entries, so that none is moved.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let mut packing = Self::default();
        packing.packed.entries.reserve_exact(entries);
        packing
    }

    /// Adds the next entry. `None` if it does not ascend.
    pub(crate) fn push(&mut self, entry: DenyEntry) -> Option<()> {
        let credential = entry.credential;
        if self.last.is_some_and(|last| last >= credential) {
            return None;
        }
        self.last = Some(credential);
        let Packed {
            issuers,
            entries,
            firsts,
        } = &mut self.packed;
        if issuers
            .last()
            .is_none_or(|last| last.issuer != credential.issuer)
        {
            issuers.push(OfIssuer {
                issuer: credential.issuer,
                first: entries.len(),
            });
        }
        if entries.len() % BLOCK == 0 {
            firsts.push(credential);
        }
        let mut packed = [entry.reason.byte(); CREDENTIAL_LENGTH + 1];
        packed[..CREDENTIAL_LENGTH].copy_from_slice(&credential.credential.0);
        entries.push(packed);
        Some(())
    }

    pub(crate) fn list(mut self) -> DenyList {
        self.packed.entries.shrink_to_fit();
        let length = self.packed.entries.len();
        DenyList {
            packed: Arc::new(self.packed),
            over: Arc::default(),
            length,
        }
    }
}

impl Packed {
    fn find(&self, credential: &CredentialRef) -> Option<DenyReason> {
        let behind = self.firsts.partition_point(|first| first <= credential);
        let from = behind.checked_sub(1)? * BLOCK;
        let to = self.entries.len().min(from + BLOCK);
        // A block may begin with one issuer's credentials and end with another's.
        let range = self.range_of(credential.issuer)?;
        let (from, to) = (from.max(range.0), to.min(range.1));
        let block = self.entries.get(from..to)?;
        let place = block.binary_search_by_key(&&credential.credential.0[..], |entry| {
            &entry[..CREDENTIAL_LENGTH]
        });
        reason_of(&block[place.ok()?])
    }

    /// Where an issuer's entries begin and end.
    fn range_of(&self, issuer: IssuerId) -> Option<(usize, usize)> {
        let place = self.issuers.binary_search_by_key(&issuer, |of| of.issuer);
        let place = place.ok()?;
        let end = self.issuers.get(place + 1);
        let end = end.map_or(self.entries.len(), |next| next.first);
        Some((self.issuers[place].first, end))
    }

    fn iter(&self) -> impl Iterator<Item = DenyEntry> {
        let ends = self.issuers.iter().skip(1).map(|of| of.first);
        let ends = ends.chain([self.entries.len()]);
        self.issuers.iter().zip(ends).flat_map(|(of, end)| {
            let entries = &self.entries[of.first..end];
            entries.iter().filter_map(|entry| {
                let mut id = [0; CREDENTIAL_LENGTH];
                id.copy_from_slice(&entry[..CREDENTIAL_LENGTH]);
                Some(DenyEntry {
                    credential: CredentialRef {
                        issuer: of.issuer,
                        credential: CredentialId(id),
                    },
                    reason: reason_of(entry)?,
                })
            })
        })
    }
}

fn reason_of(entry: &Entry) -> Option<DenyReason> {
    DenyReason::from_byte(entry[CREDENTIAL_LENGTH])
}

impl PartialEq for DenyList {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && self.iter().eq(other.iter())
    }
}

impl Eq for DenyList {}

impl<const N: usize> PartialEq<[DenyEntry; N]> for DenyList {
    fn eq(&self, other: &[DenyEntry; N]) -> bool {
        self.iter().eq(other.iter().copied())
    }
}

impl fmt::Debug for DenyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

const CREDENTIAL_LENGTH: usize = 10;

/// Entries in a block: less than 1 KiB.
const BLOCK: usize = 64;

/// Changes over the packed part before it is packed anew.
const OVER_MAX: usize = 4_096;

#[cfg(test)]
mod tests;
