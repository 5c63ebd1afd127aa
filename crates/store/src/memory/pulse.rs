//! The pulse.

use std::collections::BTreeMap;

use ridecode_words::OperatorId;

use super::{MemoryStore, Result, State};
use crate::pulse::start_of;
use crate::record::{
    ChargeTotal, HOUR_S, LineHour, Pulse, PulseQuery, Pulses, SLOT_S, Sighting, Standing, Taken,
};

impl MemoryStore {
    pub(crate) fn load_pulses(&self, query: PulseQuery) -> Result<Pulses> {
        let state = self.lock();
        let range = |length_s| start_of(query.since, length_s)..=query.until;
        let is_asked = |operator| query.operator.is_none_or(|asked| asked == operator);
        let (slots, hours) = (range(SLOT_S), range(HOUR_S));
        let pulses = state
            .pulses
            .iter()
            .filter(|((operator, slot, _), _)| is_asked(*operator) && slots.contains(slot));
        let lines = state
            .line_hours
            .iter()
            .filter(|((operator, hour, _), _)| is_asked(*operator) && hours.contains(hour));
        Ok(Pulses {
            pulses: pulses
                .map(|(&(operator, slot, rung), &count)| Pulse {
                    operator,
                    slot,
                    rung,
                    count,
                })
                .collect(),
            lines: lines
                .map(|((operator, hour, line), &(taps, minor))| LineHour {
                    operator: *operator,
                    hour: *hour,
                    line: line.clone(),
                    taps,
                    minor,
                })
                .collect(),
            charges: state.charge_totals(),
        })
    }
}

impl State {
    /// Counts decisions that are new.
    pub(super) fn count(&mut self, operator: OperatorId, seen: Vec<Sighting>) {
        for one in seen {
            let slot = start_of(one.time, SLOT_S);
            let rung = one.outcome.rung();
            *self.pulses.entry((operator, slot, rung)).or_default() += 1;
            if one.outcome.admits() {
                let key = (operator, start_of(one.time, HOUR_S), one.line);
                self.line_hours.entry(key).or_default().0 += 1;
            }
        }
    }

    /// Adds what new fare versions take.
    pub(super) fn take(&mut self, taken: &Taken) {
        let hour = start_of(taken.began, HOUR_S);
        let key = (taken.operator, hour, taken.line.clone());
        self.line_hours.entry(key).or_default().1 += taken.minor;
    }

    fn charge_totals(&self) -> Vec<ChargeTotal> {
        let mut totals: BTreeMap<(usize, Standing), (u64, i64)> = BTreeMap::new();
        for charge in self.charges.values() {
            let key = (charge.state.place(), charge.standing());
            let total = totals.entry(key).or_default();
            total.0 += 1;
            total.1 += charge.comes_to_minor();
        }
        let totals = totals.into_iter();
        totals
            .map(|((place, standing), (count, minor))| ChargeTotal {
                state: crate::ChargeState::WORDS[place],
                standing,
                count,
                minor,
            })
            .collect()
    }
}
