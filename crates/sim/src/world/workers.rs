//! Workers side by side: what several processes do to one office at once, on one thread. Each gives
//! way before every verb of the store, to whomever the seed picks.

use ridecode_office::charge::Charged;
use ridecode_office::price::Priced;
use ridecode_office::refund::Refunded;
use ridecode_office::{adjust, charge, price, refund, write_off};
use ridecode_store::StoreFault;

use super::World;
use super::executor::{Worker, side_by_side};
use crate::check::Checked;

/// What a worker did.
enum Did {
    Priced(Priced),
    Charged(Charged),
    Refunded(Refunded),
    Other,
}

impl World {
    /// Two workers price, two charge, two refund, one corrects and one writes off, all at once. Any
    /// may find that another was there first, and any may die. What they leave, the next round does.
    pub(crate) fn work_side_by_side(&mut self) -> Checked {
        let mut order = self.seed.chances("turns", self.rounds);
        let (office, line, now) = (&self.office, &self.line, self.now);
        let mut own: Vec<_> = (0..4_u64)
            .map(|worker| self.seed.chances("worker", self.rounds << 2 | worker))
            .collect();
        let mut workers: Vec<Worker<'_, Result<Did, StoreFault>>> = Vec::new();
        for _ in 0..2 {
            let work = price::run(office, now, FEW);
            workers.push(Box::pin(async move { work.await.map(Did::Priced) }));
        }
        let (charging, refunding) = own.split_at_mut(2);
        for chances in charging {
            let work = charge::run(office, now, FEW, (line, chances));
            workers.push(Box::pin(async move { work.await.map(Did::Charged) }));
        }
        for chances in refunding {
            let work = refund::run(office, now, FEW, (line, chances));
            workers.push(Box::pin(async move { work.await.map(Did::Refunded) }));
        }
        let work = adjust::run(office, now, 1);
        workers.push(Box::pin(async move { work.await.map(|_| Did::Other) }));
        let work = write_off::run(office, now, FEW);
        workers.push(Box::pin(async move { work.await.map(|_| Did::Other) }));

        let done = side_by_side(workers, &line.dead, &mut order);
        for did in done.into_iter().flatten() {
            let did = did.map_err(|fault| self.failure("store", fault.to_string()))?;
            self.note_done(did)?;
        }
        Ok(())
    }

    fn note_done(&mut self, did: Did) -> Checked {
        match did {
            Did::Priced(priced) => {
                let troubles = (priced.failed, priced.unpriced);
                if troubles != (0, 0) {
                    let detail = format!("(failed, unpriced) = {troubles:?}");
                    return Err(self.failure("price", detail));
                }
                self.tally.fares += priced.fares as u64;
            }
            Did::Charged(charged) => {
                self.tally.collected += charged.collected as u64;
                self.tally.declined += charged.declined as u64;
            }
            Did::Refunded(refunded) => self.tally.refunds += refunded.done as u64,
            Did::Other => {}
        }
        Ok(())
    }
}

/// Things a worker takes in one go: few, so that others find some left.
const FEW: usize = 20;
