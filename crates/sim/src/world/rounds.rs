//! What happens round after round: validators reach the back office, its workers work, the
//! provider calls back, the day before is closed.

use std::future::Future;
use std::sync::atomic::Ordering;

use ridecode_office::{adjust, charge, close, notice, price, refund, seal, write_off};
use ridecode_store::StoreFault;
use ridecode_words::ServiceDay;

use super::World;
use super::executor::{finish, until_dead};
use crate::check::{Checked, Failure};
use crate::seed::Chances;

/// Seconds between rounds.
pub(crate) const ROUND_S: i64 = 1_200;

/// Each validator syncs every so many rounds.
const SYNC_EVERY: u64 = 3;

/// Workers work side by side every so many rounds.
const SIDE_BY_SIDE_EVERY: u64 = 2;

/// Things done in one go.
const BATCH: usize = 200;

impl World {
    /// A round of everything.
    pub(crate) fn round(&mut self) -> Checked {
        self.rounds += 1;
        self.model.forget_codes(self.now.plus_s(-7_200));
        self.hear_provider()?;
        let first = usize::try_from(self.rounds % SYNC_EVERY).unwrap_or_default();
        for reader in (first..self.readers.len()).step_by(SYNC_EVERY as usize) {
            self.sync(reader)?;
        }
        if self.rounds.is_multiple_of(SIDE_BY_SIDE_EVERY) {
            self.work_side_by_side()?;
        }
        self.work()
    }

    /// Everything that is due, by workers that may die of it and are started again.
    pub(crate) fn work(&mut self) -> Checked {
        self.price()?;
        let mut chances = self.seed.chances("work", self.rounds);
        for _ in 0..DEATHS_MAX {
            let worked = self.mind_till(&mut chances)?;
            if worked {
                return Ok(());
            }
        }
        Ok(())
    }

    fn price(&mut self) -> Checked {
        loop {
            let run = price::run(&self.office, self.now, BATCH);
            let Some(priced) = self.alive(run)? else {
                return Ok(());
            };
            let troubles = (priced.failed, priced.moved, priced.unpriced);
            if troubles != (0, 0, 0) {
                let detail = format!("(failed, moved, unpriced) = {troubles:?}");
                return Err(self.failure("price", detail));
            }
            if priced.bills < BATCH {
                return Ok(());
            }
        }
    }

    /// Charges, refunds and notices. Gives `false` if the worker died of it.
    fn mind_till(&mut self, chances: &mut Chances) -> Result<bool, Failure> {
        let run = adjust::run(&self.office, self.now, BATCH);
        if self.alive(run)?.is_none() {
            return Ok(false);
        }
        loop {
            let edge = (&self.line, &mut *chances);
            let run = charge::run(&self.office, self.now, BATCH, edge);
            let Some(charged) = self.alive(run)? else {
                return Ok(false);
            };
            if charged.tried < BATCH {
                break;
            }
        }
        loop {
            let edge = (&self.line, &mut *chances);
            let run = refund::run(&self.office, self.now, BATCH, edge);
            let Some(refunded) = self.alive(run)? else {
                return Ok(false);
            };
            if refunded.tried < BATCH {
                break;
            }
        }
        loop {
            let run = write_off::run(&self.office, self.now, BATCH);
            let Some(written_off) = self.alive(run)? else {
                return Ok(false);
            };
            if written_off < BATCH {
                break;
            }
        }
        let edge = (&self.line, &mut *chances);
        let run = notice::run(&self.office, self.now, BATCH, edge);
        Ok(self.alive(run)?.is_some())
    }

    /// Runs a step of the office. `None` if its worker died.
    fn alive<T>(
        &self,
        step: impl Future<Output = Result<T, StoreFault>>,
    ) -> Result<Option<T>, Failure> {
        let done = until_dead(step, &self.line.dead);
        if self.line.dead.swap(false, Ordering::Relaxed) {
            return Ok(None);
        }
        match done {
            Some(Ok(done)) => Ok(Some(done)),
            Some(Err(fault)) => Err(self.failure("store", fault.to_string())),
            None => Ok(None),
        }
    }

    /// Closes a service day for every operator and seals the ledger's day.
    pub(crate) fn close(&mut self, day: ServiceDay) -> Checked {
        let operators = self.office.desk.operators.iter();
        let operators: Vec<_> = operators.map(|operator| operator.id).collect();
        for operator in operators {
            let closed = finish(close::day(&self.office, operator, day));
            closed.map_err(|fault| self.failure("close", fault.to_string()))?;
        }
        let sealed = finish(seal::day(&self.office, day));
        match sealed {
            Ok(_) => Ok(()),
            Err(fault) => Err(self.failure("seal", fault.to_string())),
        }
    }
}

/// A worker that died this often in one round is started again in the next.
const DEATHS_MAX: usize = 8;
