//! What changed in the deny list from each of the last versions to the next, so that a validator
//! that has one of them is told the difference instead of a million credentials.
//!
//! Kept in memory and bounded. Whoever has a version that is not known here is given the whole
//! list, which is never wrong.

use std::collections::VecDeque;

use ridecode_validator::{DenyChange, DenyList};

use super::Listed;

/// The last versions of the deny list.
#[derive(Debug, Default)]
pub struct History {
    last: Option<(u64, DenyList)>,
    steps: VecDeque<Step>,
    /// Credentials in all steps.
    touched: usize,
}

#[derive(Debug)]
struct Step {
    from: u64,
    change: DenyChange,
}

impl History {
    /// Takes note of a list. One that is not newer than the last changes nothing.
    pub fn note(&mut self, listed: &Listed) {
        if let Some((from, last)) = &self.last {
            if listed.version <= *from {
                return;
            }
            let change = last.change_to(&listed.denied);
            self.touched += change.len();
            self.steps.push_back(Step {
                from: *from,
                change,
            });
        }
        self.last = Some((listed.version, listed.denied.clone()));
        while self.steps.len() > STEPS_MAX || self.touched > TOUCHED_MAX {
            let gone = self.steps.pop_front();
            self.touched -= gone.map_or(0, |step| step.change.len());
        }
    }

    /// What changed from version `have` to version `to`. `None` if either is not known, or it is
    /// no less than the list.
    pub fn find_change(&self, have: u64, to: u64) -> Option<DenyChange> {
        let (version, list) = self.last.as_ref()?;
        if *version != to {
            return None;
        }
        let first = self.steps.binary_search_by_key(&have, |step| step.from);
        let mut all = DenyChange::default();
        for step in self.steps.range(first.ok()?..) {
            all = all.then(&step.change);
        }
        (all.len() <= list.len().max(FEW)).then_some(all)
    }
}

/// The most versions back a delta is made for.
const STEPS_MAX: usize = 1_000;

/// The most credentials in all of them.
const TOUCHED_MAX: usize = 200_000;

/// Changes that are worth a delta however short the list.
const FEW: usize = 100;

#[cfg(test)]
mod tests {
    use ridecode_validator::DenyReason;
    use ridecode_validator::bundle::DenyEntry;
    use ridecode_words::{CredentialId, CredentialRef, IssuerId, UnixSeconds};

    use super::*;

    fn listed(version: u64, riders: impl IntoIterator<Item = u16>) -> Listed {
        let entries = riders.into_iter().map(|rider| {
            let mut id = [0; 10];
            id[..2].copy_from_slice(&rider.to_be_bytes());
            DenyEntry {
                credential: CredentialRef {
                    issuer: IssuerId(1),
                    credential: CredentialId(id),
                },
                reason: DenyReason::Overdue,
            }
        });
        Listed {
            version,
            made: UnixSeconds(0),
            denied: DenyList::from_ascending(entries).unwrap(),
        }
    }

    #[test]
    fn every_known_version_is_led_to_the_last() {
        let mut history = History::default();
        let lists = [
            listed(3, [1, 2, 3]),
            listed(7, [2, 3, 4]),
            listed(9, []),
            listed(12, [1, 5]),
        ];
        assert_eq!(history.find_change(3, 3), None);
        for list in &lists {
            history.note(list);
            history.note(&lists[0]);
        }
        for list in &lists[..3] {
            let change = history.find_change(list.version, 12).unwrap();
            assert_eq!(list.denied.changed(&change), lists[3].denied);
        }
        for (have, to) in [(12, 12), (4, 12), (0, 12), (3, 9)] {
            assert_eq!(history.find_change(have, to), None, "{have} to {to}");
        }
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut history = History::default();
        for version in 0..1_500 {
            history.note(&listed(version, 0..u16::try_from(version % 300).unwrap()));
        }
        assert!(history.steps.len() <= STEPS_MAX && history.touched <= TOUCHED_MAX);
        assert_eq!(history.find_change(1, 1_499), None);
        assert!(history.find_change(1_400, 1_499).is_some());
    }
}
