//! Adjustments.

use std::cmp::Reverse;

use ridecode_words::{AdjustmentId, RiderId, ServiceDay, UnixSeconds};

use super::{MemoryStore, Result, State};
use crate::adjust;
use crate::fault::StoreFault;
use crate::record::{
    Adjusted, Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Decided, Decision,
    LineState,
};

impl MemoryStore {
    pub(crate) fn ask_adjustment(&self, asked: Adjustment, limit_minor: i64) -> Result<Adjustment> {
        let mut state = self.lock();
        if let Some(held) = state.adjustments.get(&asked.id) {
            return if adjust::is_repeat(held, &asked) {
                Ok(held.clone())
            } else {
                Err(StoreFault::conflict("adjustment", asked.id))
            };
        }
        for line in &asked.lines {
            match state.tap_of(line.journey) {
                Some((rider, _)) if rider == line.rider => {}
                Some(_) | None => return Err(StoreFault::missing("ride of rider", line.journey)),
            }
        }
        let given = state.given_alone(&asked);
        let mut held = Adjustment {
            state: adjust::first_state(&asked, given, limit_minor),
            ..asked
        };
        for line in &mut held.lines {
            line.state = LineState::Waiting;
        }
        state.adjustments.insert(held.id, held.clone());
        Ok(held)
    }

    pub(crate) fn decide_adjustment(&self, decision: Decision) -> Result<Decided> {
        let mut state = self.lock();
        let held = state.adjustments.get_mut(&decision.adjustment);
        let held = held.ok_or_else(|| StoreFault::missing("adjustment", decision.adjustment))?;
        match adjust::decide(&held.asked_by, &held.state, &decision) {
            Ok(after) => held.state = after,
            Err(refused) => return Ok(refused),
        }
        Ok(Decided::Saved)
    }

    pub(crate) fn due_adjustments(&self, limit: usize) -> Result<Vec<AdjustmentId>> {
        let state = self.lock();
        let due = state.adjustments.values().filter(|held| {
            let waits = |line: &AdjustmentLine| line.state == LineState::Waiting;
            adjust::is_approved(&held.state) && held.lines.iter().any(waits)
        });
        Ok(due.map(|held| held.id).take(limit).collect())
    }

    pub(crate) fn post_adjustment(
        &self,
        adjustment: AdjustmentId,
        limit: usize,
        day: ServiceDay,
    ) -> Result<Adjusted> {
        let mut state = self.lock();
        let held = state.adjustments.get(&adjustment);
        let held = held.ok_or_else(|| StoreFault::missing("adjustment", adjustment))?;
        let mut after = held.clone();
        let mut done = Adjusted::default();
        if !adjust::is_approved(&after.state) {
            return Ok(done);
        }
        let waits = |line: &&mut AdjustmentLine| line.state == LineState::Waiting;
        for line in after.lines.iter_mut().filter(waits).take(limit) {
            if state.post_line(after.kind, line, (day, after.asked)) {
                done.posted += 1;
            } else {
                line.state = LineState::Refused;
                done.refused += 1;
            }
        }
        let left = after.lines.iter();
        let left = left.filter(|line| line.state == LineState::Waiting).count();
        done.left = u32::try_from(left).unwrap_or(u32::MAX);
        state.adjustments.insert(adjustment, after);
        Ok(done)
    }

    pub(crate) fn find_adjustment(&self, adjustment: AdjustmentId) -> Result<Option<Adjustment>> {
        Ok(self.lock().adjustments.get(&adjustment).cloned())
    }

    pub(crate) fn load_adjustments(&self, limit: usize) -> Result<Vec<Adjustment>> {
        let state = self.lock();
        let mut all: Vec<&Adjustment> = state.adjustments.values().collect();
        all.sort_by_key(|held| Reverse((held.asked, held.id)));
        Ok(all.into_iter().take(limit).cloned().collect())
    }
}

impl State {
    /// What adjustments posted for a rider, by number and line.
    pub(super) fn adjusted(
        &self,
        rider: RiderId,
    ) -> impl Iterator<Item = (AdjustmentKind, AdjustmentLine)> {
        let all = self.adjustments.values();
        let lines = all.flat_map(|held| held.lines.iter().map(move |line| (held.kind, *line)));
        lines.filter(move |(_, line)| line.rider == rider && line.state == LineState::Posted)
    }

    /// What a person gave alone in the day before asking, in minor units.
    fn given_alone(&self, asked: &Adjustment) -> i64 {
        let since = adjust::limit_since(asked.asked);
        let alone = self.adjustments.values().filter(|held| {
            let by = match &held.state {
                AdjustmentState::Approved { by, .. } => by.as_str(),
                AdjustmentState::Waiting | AdjustmentState::Refused { .. } => "",
            };
            held.asked > since && held.asked_by == asked.asked_by && by == asked.asked_by
        });
        let lines = alone.flat_map(|held| &held.lines);
        lines.map(|line| line.amount.minor).sum()
    }

    /// Posts a line, unless it posts nothing.
    fn post_line(
        &mut self,
        kind: AdjustmentKind,
        line: &mut AdjustmentLine,
        (day, asked): (ServiceDay, UnixSeconds),
    ) -> bool {
        let rider = line.rider;
        let transfers = self.transfers_for(rider, &[line.journey]);
        let Some(transfer) = adjust::post_line(kind, line, (&transfers, day)) else {
            return false;
        };
        let Some(account) = self.riders.get_mut(&rider) else {
            return false;
        };
        let Ok(balance) = account.balance.after(&transfer) else {
            return false;
        };
        account.balance = balance;
        account.mark += 1;
        self.take_down(transfer);
        line.number = Some(transfer.id.line);
        line.state = LineState::Posted;
        let together = self.together_with(line.journey);
        match together.day {
            // What is owed of a day that has no charge is asked for when the day is looked at again.
            Some((period, day)) if !self.is_charged(rider, &together) => {
                self.open_days.insert((period, day));
                self.touch(period, asked);
            }
            Some(_) | None => self.even_out(rider, &together),
        }
        true
    }
}
