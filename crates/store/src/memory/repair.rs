//! Repairs.

use ridecode_words::RiderId;

use super::{MemoryStore, Result};
use crate::fault::StoreFault;
use crate::record::{Repair, RepairSaved};
use crate::step;

impl MemoryStore {
    pub(crate) fn save_repair(&self, repair: Repair) -> Result<RepairSaved> {
        let mut state = self.lock();
        let missing = || StoreFault::missing("tap", repair.tap);
        let journal = state.journals.get(&repair.tap.validator);
        let tap = journal.and_then(|journal| journal.taps.get(&repair.tap.sequence));
        let tap = tap.filter(|tap| tap.rider == repair.rider);
        let tap = tap.cloned().ok_or_else(missing)?;
        let of_tap = (repair.tap, 0)..=(repair.tap, u8::MAX);
        let held = state.repairs.range(of_tap).next_back();
        let last = held.map_or(0, |((_, number), _)| *number);
        if let Some(held) = state.repairs.get(&(repair.tap, repair.number))
            && *held == repair
        {
            return Ok(RepairSaved::Repeated);
        }
        if Some(repair.number) != last.checked_add(1) {
            return Ok(RepairSaved::Moved);
        }
        for period in step::periods_mended(&tap, &repair) {
            state.touch(period, repair.made);
        }
        let taps = state.taps.entry(tap.rider).or_default();
        taps.insert(step::repair_of(&tap, &repair));
        state.trail.extend(step::deed_of(&repair));
        state.repairs.insert((repair.tap, repair.number), repair);
        Ok(RepairSaved::Saved)
    }

    pub(crate) fn load_repairs(&self, rider: RiderId) -> Result<Vec<Repair>> {
        let state = self.lock();
        let repairs = state.repairs.values();
        Ok(repairs
            .filter(|repair| repair.rider == rider)
            .cloned()
            .collect())
    }
}
