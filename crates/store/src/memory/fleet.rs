//! Validators in operation, and the trail of what people did.

use ridecode_account::RevokeReason;
use ridecode_words::{DeviceId, TapId, ValidatorId};

use super::{MemoryStore, Result, State};
use crate::fault::StoreFault;
use crate::record::{
    Beat, Deed, FleetOf, HeldEntry, TrailLine, TrailQuery, ValidatorFile, ValidatorStep,
    ValidatorStepped,
};
use crate::step;

impl MemoryStore {
    pub(crate) fn note_beat(&self, beat: Beat) -> Result<bool> {
        let mut state = self.lock();
        if !state.validators.contains_key(&beat.validator) {
            return Err(StoreFault::missing("validator", beat.validator));
        }
        let held = state.beats.get(&beat.validator);
        if held.is_some_and(|held| !step::outweighs(&beat, held)) {
            return Ok(false);
        }
        state.beats.insert(beat.validator, beat);
        Ok(true)
    }

    pub(crate) fn load_validators(&self, of: FleetOf) -> Result<Vec<ValidatorFile>> {
        let state = self.lock();
        let wanted = state.validators.values().filter(|validator| match of {
            FleetOf::All => true,
            FleetOf::Operator(operator) => validator.operator == operator,
            FleetOf::One(id) => validator.id == id,
        });
        Ok(wanted.map(|validator| state.file(validator.id)).collect())
    }

    pub(crate) fn step_validator(
        &self,
        validator: ValidatorId,
        step: ValidatorStep,
        deed: Deed,
    ) -> Result<ValidatorStepped> {
        let mut state = self.lock();
        let missing = || StoreFault::missing("validator", validator);
        let held = state.validators.get(&validator).ok_or_else(missing)?;
        let assigned = state.assignments.get(&validator);
        let stepped = step::step_validator(held, assigned, &step);
        if stepped != ValidatorStepped::Changed {
            return Ok(stepped);
        }
        match step {
            ValidatorStep::Move(to) => {
                state.assignments.insert(validator, to);
            }
            ValidatorStep::Retire => {
                let held = state.validators.get_mut(&validator).ok_or_else(missing)?;
                held.retired = Some(deed.at);
            }
        }
        state.trail.push(deed);
        Ok(stepped)
    }

    pub(crate) fn block_device(&self, device: DeviceId, deed: Deed) -> Result<bool> {
        let mut state = self.lock();
        let phone = state.devices.get(&device);
        let phone = phone.filter(|phone| Some(phone.rider) == deed.rider);
        let phone = phone.ok_or_else(|| StoreFault::missing("device", device))?;
        if !step::is_active(&phone.state) {
            return Ok(false);
        }
        state.revoke(device, RevokeReason::Lost, deed.at)?;
        state.trail.push(deed);
        Ok(true)
    }

    pub(crate) fn load_entries(&self, ids: Vec<TapId>) -> Result<Vec<Option<HeldEntry>>> {
        let state = self.lock();
        let entries = ids.iter().map(|id| {
            let journal = state.journals.get(&id.validator)?;
            let entry = journal.entries.get(&id.sequence)?;
            let disagreement = journal.disagreements.get(&id.sequence);
            Some(HeldEntry {
                id: *id,
                hash: entry.hash,
                bytes: entry.bytes.clone(),
                disagreement: disagreement.map(|one| one.office.clone()),
            })
        });
        Ok(entries.collect())
    }

    pub(crate) fn note_deed(&self, deed: Deed) -> Result<u64> {
        let mut state = self.lock();
        state.trail.push(deed);
        Ok(u64::try_from(state.trail.len()).unwrap_or(u64::MAX))
    }

    pub(crate) fn load_trail(&self, query: TrailQuery, limit: usize) -> Result<Vec<TrailLine>> {
        let state = self.lock();
        let numbered: Vec<(u64, &Deed)> = (1..).zip(&state.trail).collect();
        let lines = numbered.into_iter().rev().filter(|(number, deed)| {
            query.rider.is_none_or(|rider| deed.rider == Some(rider))
                && query.operator.is_none_or(|one| deed.operator == Some(one))
                && query.before.is_none_or(|before| *number < before)
        });
        let lines = lines.map(|(number, deed)| TrailLine {
            number,
            deed: deed.clone(),
        });
        Ok(lines.take(limit).collect())
    }
}

impl State {
    fn file(&self, id: ValidatorId) -> ValidatorFile {
        let held = self.held(id);
        ValidatorFile {
            validator: self.validators[&id].clone(),
            assigned: self.assignments.get(&id).cloned(),
            held_through: match held.held.first() {
                Some(&(1, last)) => last,
                Some(_) | None => 0,
            },
            journal_end: held.journal_end,
            sealed: held.sealed,
            beat: self.beats.get(&id).cloned(),
        }
    }
}
