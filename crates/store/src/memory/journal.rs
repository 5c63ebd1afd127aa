//! Validators and their journals.

use std::collections::BTreeSet;

use ridecode_fare::Tap;
use ridecode_validator::bundle::DenyEntry;
use ridecode_words::{CredentialRef, OperatorId, UnixSeconds, ValidatorId};

use super::{Journal, MemoryStore, Result, State};
use crate::calendar;
use crate::fault::StoreFault;
use crate::record::{
    Acceptance, EntryVoid, HeldEntries, Receipt, SegmentConflict, StoredEntry, Validator,
};
use crate::step;

impl MemoryStore {
    pub(crate) fn register_validator(&self, validator: Validator) -> Result<()> {
        let mut state = self.lock();
        if let Some(held) = state.validators.get(&validator.id) {
            let same = held.key == validator.key && held.operator == validator.operator;
            return same
                .then_some(())
                .ok_or_else(|| StoreFault::conflict("validator", validator.id));
        }
        state.journals.insert(validator.id, Journal::default());
        state.validators.insert(validator.id, validator);
        Ok(())
    }

    pub(crate) fn find_validator(&self, validator: ValidatorId) -> Result<Option<Validator>> {
        Ok(self.lock().validators.get(&validator).cloned())
    }

    pub(crate) fn load_denied(&self, now: UnixSeconds) -> Result<(u64, Vec<DenyEntry>)> {
        let state = self.lock();
        let unexpired = state
            .credentials
            .values()
            .filter(|credential| credential.expires >= now);
        let denied = unexpired.filter_map(|credential| {
            Some(DenyEntry {
                credential: credential.id,
                reason: step::deny_reason(credential.state)?,
            })
        });
        Ok((state.deny_version, denied.collect()))
    }

    pub(crate) fn accept_segment(
        &self,
        acceptance: Acceptance,
    ) -> Result<std::result::Result<Receipt, SegmentConflict>> {
        let mut state = self.lock();
        let Some(journal) = state.journals.get(&acceptance.validator) else {
            return Err(StoreFault::missing("validator", acceptance.validator));
        };
        if let Some(tap) = acceptance
            .taps
            .iter()
            .find(|tap| !state.riders.contains_key(&tap.rider))
        {
            return Err(StoreFault::missing("rider", tap.rider));
        }
        if let Some(conflict) = journal.find_conflict(&acceptance.entries) {
            return Ok(Err(conflict));
        }
        // Nothing can refuse the segment from here on.
        Ok(Ok(state.take_in(acceptance)))
    }

    pub(crate) fn load_held(&self, operator: OperatorId) -> Result<Vec<HeldEntries>> {
        let state = self.lock();
        let validators = state
            .validators
            .values()
            .filter(|validator| validator.operator == operator);
        Ok(validators
            .map(|validator| state.held(validator.id))
            .collect())
    }
}

impl State {
    /// What is held of a validator's journal.
    pub(super) fn held(&self, validator: ValidatorId) -> HeldEntries {
        let journal = &self.journals[&validator];
        let mut held: Vec<(u64, u64)> = Vec::new();
        for &sequence in journal.entries.keys() {
            match held.last_mut() {
                Some((_, last)) if *last + 1 == sequence => *last = sequence,
                _ => held.push((sequence, sequence)),
            }
        }
        HeldEntries {
            validator,
            held,
            journal_end: journal.journal_end,
            sealed: journal.sealed,
        }
    }

    fn take_in(&mut self, acceptance: Acceptance) -> Receipt {
        let Some(journal) = self.journals.get_mut(&acceptance.validator) else {
            unreachable!("looked up before");
        };
        let (journal_end, sealed) = (acceptance.journal_end, acceptance.sealed);
        let end = acceptance.entries.last().map_or(0, |entry| entry.sequence);
        journal.journal_end = journal.journal_end.max(journal_end).max(end);
        journal.sealed = journal.sealed.max(sealed);
        let is_new = |sequence| !journal.entries.contains_key(&sequence);
        let new_taps: Vec<Tap> = keep_new(acceptance.taps, |tap| is_new(tap.id.sequence));
        let new_voids = keep_new(acceptance.voids, |void| is_new(void.sequence));
        let disagreements = keep_new(acceptance.disagreements, |one| is_new(one.sequence));
        let seen = keep_new(acceptance.seen, |one| is_new(one.sequence));
        let rides_home = keep_new(acceptance.rides_home, |(sequence, _)| is_new(*sequence));
        let all = acceptance.entries.len();
        let new_entries = keep_new(acceptance.entries, |entry| is_new(entry.sequence));
        let new = new_entries.len();
        for disagreement in disagreements {
            let sequence = disagreement.sequence;
            journal.disagreements.insert(sequence, disagreement);
        }
        let mut taps = journal.pair(new_entries, &new_taps, &new_voids);
        taps.extend(new_taps);
        self.count(self.validators[&acceptance.validator].operator, seen);
        for tap in taps {
            for period in calendar::periods_touched(tap.rider, tap.time) {
                self.touch(period, acceptance.received);
            }
            self.taps.entry(tap.rider).or_default().insert(tap);
        }
        let used: Vec<CredentialRef> = rides_home.into_iter().map(|(_, used)| used).collect();
        self.spend(&used);
        Receipt {
            held_through: match self.held(acceptance.validator).held.first() {
                Some(&(1, last)) => last,
                Some(_) | None => 0,
            },
            new: count(new),
            repeated: count(all - new),
        }
    }
}

impl Journal {
    /// The first reason these entries contradict the ones held.
    fn find_conflict(&self, entries: &[StoredEntry]) -> Option<SegmentConflict> {
        let (first, last) = (entries.first()?, entries.last()?);
        for entry in entries {
            if let Some(held) = self.entries.get(&entry.sequence)
                && held.hash != entry.hash
            {
                return Some(SegmentConflict::OtherContent(entry.sequence));
            }
        }
        // Ends that are held with the same hash follow already from what is around them.
        if !self.entries.contains_key(&first.sequence) {
            let before = match first.sequence {
                1 => Some([0; 32]),
                sequence => self.entries.get(&(sequence - 1)).map(|held| held.hash),
            };
            if before.is_some_and(|hash| hash != first.previous) {
                return Some(SegmentConflict::BrokenChain(first.sequence));
            }
        }
        let after = self.entries.get(&(last.sequence.checked_add(1)?))?;
        let follows = self.entries.contains_key(&last.sequence) || after.previous == last.hash;
        (!follows).then_some(SegmentConflict::BrokenChain(after.sequence))
    }

    /// Holds new entries and gives the voids that became taps by it, in the order of the entries
    /// they take back.
    fn pair(&mut self, entries: Vec<StoredEntry>, taps: &[Tap], voids: &[EntryVoid]) -> Vec<Tap> {
        // A void waits for its entry; a new entry may be waited for by none.
        let arrived = entries.iter().map(|entry| entry.sequence);
        let wanted = voids.iter().map(|void| void.accepted);
        let wanted: BTreeSet<u64> = arrived.chain(wanted).collect();
        for entry in entries {
            self.entries.insert(entry.sequence, entry);
        }
        for tap in taps {
            self.taps.insert(tap.id.sequence, tap.clone());
        }
        for void in voids {
            self.voids.insert((void.accepted, void.sequence), void.time);
        }
        let held = &self.entries;
        let wanted = wanted
            .into_iter()
            .filter(|accepted| held.contains_key(accepted));
        let mut paired = Vec::new();
        for accepted in wanted {
            let mut later = self.voids.split_off(&(accepted, 0));
            let mut others = later.split_off(&(accepted.saturating_add(1), 0));
            self.voids.append(&mut others);
            let tap = self.taps.get(&accepted);
            paired.extend(later.into_iter().filter_map(|((_, sequence), time)| {
                tap.map(|tap| step::void_of(tap, sequence, time))
            }));
        }
        paired
    }
}

fn keep_new<T>(all: Vec<T>, is_new: impl Fn(&T) -> bool) -> Vec<T> {
    all.into_iter().filter(is_new).collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
