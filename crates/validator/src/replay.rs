//! Which codes and riders were here lately. Rebuilt from the journal after a power cut.
//!
//! A code is known by its credential, the second it was made in and the counter within it, all
//! under the phone's signature. A digest of its bytes would not do: an ECDSA signature (r, s) has a twin (r, n − s)
//! that also holds, so a copy could be given other bytes without any key.

use alloc::collections::{BTreeMap, VecDeque};

use ridecode_words::{CredentialRef, UnixSeconds};

/// Remembers used codes for as long as they could be shown again, and at most
/// [`ReplayStore::USES_MAX`] of them; beyond that the oldest is forgotten.
#[derive(Clone, Debug, Default)]
pub struct ReplayStore {
    uses: BTreeMap<CodeKey, Use>,
    /// The same uses in the order of their entries: for forgetting, and for taking back.
    order: VecDeque<(u64, CodeKey)>,
}

/// Which code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct CodeKey {
    pub(crate) credential: CredentialRef,
    pub(crate) generated: UnixSeconds,
    /// Tells apart codes of the same second, where the phone counts them.
    pub(crate) counter: Option<u32>,
}

/// An admitted use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    /// The entry that admitted.
    pub(crate) sequence: u64,
    /// When.
    pub(crate) at: UnixSeconds,
    /// How long it is remembered, in seconds after both the use and the making of the code.
    pub(crate) memory_s: u32,
}

/// What a code meets in the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    /// This code was used so many seconds ago; negative if the clock was set back since.
    SameCode { ago_s: i64 },
    /// Another code of the same credential was used within the silent time.
    SameRider,
    /// Nothing.
    Never,
}

impl ReplayStore {
    /// The most uses remembered. At one rider a second and the longest validity of 1200 s a
    /// validator needs 1,200.
    pub const USES_MAX: usize = 200_000;

    /// How many uses are remembered.
    pub fn len(&self) -> usize {
        self.uses.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }

    pub(crate) fn find(&self, code: &CodeKey, now: UnixSeconds, silent_s: u32) -> Seen {
        let first = CodeKey {
            credential: code.credential,
            generated: UnixSeconds(i64::MIN),
            counter: None,
        };
        let last = CodeKey {
            credential: code.credential,
            generated: UnixSeconds(i64::MAX),
            counter: Some(u32::MAX),
        };
        let mut seen = Seen::Never;
        for (other, used) in self.uses.range(first..=last) {
            let ago_s = now.since_s(used.at);
            if other == code {
                return Seen::SameCode { ago_s };
            }
            // Lately is on both sides of now: a clock that was set back a little must not charge
            // a phone twice, one that was set back far must not lock a rider out.
            if ago_s.unsigned_abs() < u64::from(silent_s) {
                seen = Seen::SameRider;
            }
        }
        seen
    }

    /// Remembers a use; then forgets what has outlived its time.
    pub(crate) fn remember(&mut self, code: CodeKey, used: Use) {
        self.uses.insert(code, used);
        self.order.push_back((used.sequence, code));
        self.forget(used.at);
    }

    /// Frees the code and the rider of an accept that was taken back. Gives the use that was.
    pub(crate) fn take_back(&mut self, accepted: u64) -> Option<(CodeKey, Use)> {
        let place = self.order.binary_search_by_key(&accepted, |(s, _)| *s);
        let (sequence, code) = self.order.remove(place.ok()?)?;
        let used = self.uses.get(&code).copied();
        self.drop_use(sequence, &code);
        Some((code, used.filter(|used| used.sequence == sequence)?))
    }

    /// Frees a code whose accept was taken back, whichever accept that was.
    pub(crate) fn take_back_code(&mut self, code: &CodeKey) {
        self.uses.remove(code);
    }

    /// Forgets from the oldest on. One that must be kept longer keeps those behind it a little
    /// longer too, never shorter.
    fn forget(&mut self, now: UnixSeconds) {
        while let Some((sequence, code)) = self.order.front().copied() {
            let outlived = self.uses.get(&code).is_none_or(|used| {
                let since = used.at.max(code.generated);
                used.sequence != sequence || now.since_s(since) > i64::from(used.memory_s)
            });
            if !outlived && self.order.len() <= Self::USES_MAX {
                return;
            }
            self.order.pop_front();
            self.drop_use(sequence, &code);
        }
    }

    /// Drops a use, unless the same code has been used again since.
    fn drop_use(&mut self, sequence: u64, code: &CodeKey) {
        if self
            .uses
            .get(code)
            .is_some_and(|used| used.sequence == sequence)
        {
            self.uses.remove(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use ridecode_words::{CredentialId, IssuerId};

    use super::*;

    fn code(rider: u32, generated: i64) -> CodeKey {
        let mut id = [0; 10];
        id[..4].copy_from_slice(&rider.to_be_bytes());
        CodeKey {
            credential: CredentialRef {
                issuer: IssuerId(1),
                credential: CredentialId(id),
            },
            generated: UnixSeconds(generated),
            counter: None,
        }
    }

    fn used(sequence: u64, at: i64) -> Use {
        Use {
            sequence,
            at: UnixSeconds(at),
            memory_s: 300,
        }
    }

    /// A store in which rider 1 used the code made at 1000 with entry 7 at 1005.
    fn used_once() -> ReplayStore {
        let mut store = ReplayStore::default();
        store.remember(code(1, 1_000), used(7, 1_005));
        store
    }

    #[test]
    fn a_use_is_found_by_code_and_by_rider() {
        let store = used_once();
        let check = |key, now, expected| {
            assert_eq!(store.find(&key, UnixSeconds(now), 3), expected, "at {now}");
        };
        check(code(1, 1_000), 1_007, Seen::SameCode { ago_s: 2 });
        check(code(1, 1_000), 1_300, Seen::SameCode { ago_s: 295 });
        check(code(1, 1_000), 1_001, Seen::SameCode { ago_s: -4 });
        check(code(1, 1_006), 1_007, Seen::SameRider);
        check(code(1, 1_006), 1_008, Seen::Never);
        check(code(1, 1_006), 1_003, Seen::SameRider);
        check(code(1, 1_006), 1_002, Seen::Never);
        check(code(2, 1_000), 1_006, Seen::Never);
        check(code(1, 1_000), i64::MIN, Seen::SameCode { ago_s: i64::MIN });
    }

    #[test]
    fn a_use_taken_back_frees_code_and_rider() {
        let mut store = used_once();
        store.take_back(8);
        assert_eq!(store.len(), 1, "entry 8 accepted nobody");
        store.take_back(7);
        assert!(store.is_empty());
        let seen = store.find(&code(1, 1_000), UnixSeconds(1_006), 3);
        assert_eq!(seen, Seen::Never);
    }

    #[test]
    fn a_code_used_again_after_a_void_is_kept_by_its_later_use() {
        let mut store = used_once();
        store.take_back(7);
        store.remember(code(1, 1_000), used(9, 1_010));
        store.take_back(7);
        let seen = store.find(&code(1, 1_000), UnixSeconds(1_011), 3);
        assert_eq!(seen, Seen::SameCode { ago_s: 1 });
    }

    #[test]
    fn a_use_is_forgotten_after_its_time_and_not_before() {
        let check = |at, kept: bool| {
            let mut store = used_once();
            store.remember(code(2, at), used(8, at));
            assert_eq!(store.uses.contains_key(&code(1, 1_000)), kept, "at {at}");
        };
        check(1_305, true);
        check(1_306, false);
    }

    #[test]
    fn memory_is_bounded_and_loses_the_oldest_first() {
        let mut store = ReplayStore::default();
        let uses = u32::try_from(ReplayStore::USES_MAX).unwrap() + 10;
        for rider in 0..uses {
            store.remember(code(rider, 1_000), used(u64::from(rider) + 1, 1_000));
        }
        assert_eq!(store.len(), ReplayStore::USES_MAX);
        let now = UnixSeconds(1_100);
        assert_eq!(store.find(&code(9, 1_000), now, 3), Seen::Never);
        let kept = store.find(&code(10, 1_000), now, 3);
        assert_eq!(kept, Seen::SameCode { ago_s: 100 });
    }
}
