//! Workers side by side: what several processes do to one office at once, on one thread. Each gives
//! way before every verb of the store, to whomever the seed picks.

use ridecode_office::price::Priced;
use ridecode_office::{adjust, charge, price, refund, write_off};
use ridecode_store::StoreFault;

use super::World;
use super::executor::{Worker, side_by_side};
use crate::check::Checked;

impl World {
    /// Two workers price, two charge, two refund, one corrects and one writes off, all at once. Any
    /// may find that another was there first, and any may die. What they leave, the next round does.
    pub(crate) fn work_side_by_side(&mut self) -> Checked {
        let mut order = self.seed.chances("turns", self.rounds);
        let (office, line, now) = (&self.office, &self.line, self.now);
        let mut own: Vec<_> = (0..4_u64)
            .map(|worker| self.seed.chances("worker", self.rounds << 2 | worker))
            .collect();
        let mut workers: Vec<Worker<'_, Result<Option<Priced>, StoreFault>>> = Vec::new();
        for _ in 0..2 {
            let work = price::run(office, now, FEW);
            workers.push(Box::pin(async move { work.await.map(Some) }));
        }
        let (charging, refunding) = own.split_at_mut(2);
        for chances in charging {
            let work = charge::run(office, now, FEW, (line, chances));
            workers.push(Box::pin(async move { work.await.map(|_| None) }));
        }
        for chances in refunding {
            let work = refund::run(office, now, FEW, (line, chances));
            workers.push(Box::pin(async move { work.await.map(|_| None) }));
        }
        let work = adjust::run(office, now, 1);
        workers.push(Box::pin(async move { work.await.map(|_| None) }));
        let work = write_off::run(office, now, FEW);
        workers.push(Box::pin(async move { work.await.map(|_| None) }));

        let done = side_by_side(workers, &line.dead, &mut order);
        for did in done.into_iter().flatten() {
            let did = did.map_err(|fault| self.failure("store", fault.to_string()))?;
            // A month that somebody else moved is priced again in the next round.
            let troubles = did.map(|priced| (priced.failed, priced.unpriced));
            if let Some(troubles) = troubles.filter(|troubles| *troubles != (0, 0)) {
                let detail = format!("(failed, unpriced) = {troubles:?}");
                return Err(self.failure("price", detail));
            }
        }
        Ok(())
    }
}

/// Things a worker takes in one go: few, so that others find some left.
const FEW: usize = 20;
