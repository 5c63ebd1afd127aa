//! Up: sealed segments, which may be lost, cut, doubled, late or answered by nobody. Down: signed
//! bundles.

use ridecode_office::charge;
use ridecode_office::upload::{self, UploadFault};
use ridecode_pay::Notice;
use ridecode_words::UnixSeconds;

use super::executor::finish;
use super::{Event, World};
use crate::check::{Checked, Failure};
use crate::plan::Sky;
use crate::seed::Chances;

/// What becomes of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Lost,
    /// Half of it arrives.
    Cut,
    /// It arrives, and nobody hears so.
    ReplyLost,
    /// It arrives now and once more, hours later.
    Again,
    /// It arrives hours later.
    Late,
    Arrives,
}

impl World {
    /// A validator sends what the database does not hold yet, oldest first, and fetches a bundle.
    pub(super) fn sync(&mut self, reader: usize) -> Checked {
        let now = self.now;
        let number = (reader as u64) << 40 | now.0.unsigned_abs() & 0xff_ffff_ffff;
        let mut chances = self.seed.chances("uplink", number);
        if self.readers[reader].offline_until > now || self.uplink == Sky::Down {
            return Ok(());
        }
        loop {
            let sealed = self.readers[reader].seal_next(now);
            let sealed = sealed.map_err(|detail| self.failure("journal", detail))?;
            let Some(sealed) = sealed else {
                break;
            };
            let fate = draw(self.uplink, &mut chances);
            if !self.send(reader, sealed, (fate, &mut chances))? {
                break;
            }
        }
        let operator = self.readers[reader].place().operator;
        let sealed = self.sealed_bundle(operator);
        let office = self.office.desk.bundle_signer.public_key();
        self.readers[reader].apply(&sealed, office);
        self.readers[reader].forget(now);
        self.void_overdue(reader)
    }

    /// A segment leaves. Gives whether the validator heard that it arrived.
    fn send(
        &mut self,
        reader: usize,
        sealed: Vec<u8>,
        (fate, chances): (Fate, &mut Chances),
    ) -> Result<bool, Failure> {
        let late = Event::Arrives {
            reader,
            sealed: sealed.clone(),
        };
        let later_s = chances.0.i64(600..30_000);
        match fate {
            Fate::Lost => Ok(false),
            Fate::Cut => {
                let half = &sealed[..chances.0.usize(0..sealed.len())];
                self.refuse(half)?;
                Ok(false)
            }
            Fate::ReplyLost => {
                self.arrive(reader, &sealed)?;
                Ok(false)
            }
            Fate::Again => {
                self.follow(later_s, late);
                self.hear(reader, &sealed)
            }
            Fate::Late => {
                self.follow(later_s, late);
                Ok(false)
            }
            Fate::Arrives => self.hear(reader, &sealed),
        }
    }

    /// A segment arrives, and the validator hears so.
    fn hear(&mut self, reader: usize, sealed: &[u8]) -> Result<bool, Failure> {
        let Some(held_through) = self.arrive(reader, sealed)? else {
            return Ok(false);
        };
        let held = &mut self.readers[reader];
        held.held = held.held.max(held_through);
        Ok(true)
    }

    /// A segment arrives. Gives through which entry the journal is held.
    pub(super) fn arrive(&mut self, reader: usize, sealed: &[u8]) -> Result<Option<u64>, Failure> {
        let accepted = upload::accept(&self.office, sealed, &mut self.auditor, self.now);
        match finish(accepted) {
            Ok(receipt) => {
                let held = &mut self.readers[reader];
                held.arrived = held.arrived.max(receipt.held_through);
                Ok(Some(receipt.held_through))
            }
            Err(fault) => {
                let id = self.readers[reader].id;
                Err(self.failure("upload", format!("validator {id}: {fault}")))
            }
        }
    }

    /// Part of a segment arrives: none of it may be taken in.
    fn refuse(&mut self, part: &[u8]) -> Checked {
        let accepted = upload::accept(&self.office, part, &mut self.auditor, self.now);
        match finish(accepted) {
            Err(UploadFault::Segment(_) | UploadFault::UnknownValidator) => Ok(()),
            Err(fault) => Err(self.failure("upload", fault.to_string())),
            Ok(_) => Err(self.failure("upload", "part of a segment was taken in".into())),
        }
    }

    /// Segments of a validator that are on their way are lost.
    pub(super) fn lose_late(&mut self, reader: usize) {
        self.queue.retain(|_, event| match event {
            Event::Arrives { reader: of, .. } => *of != reader,
            Event::Passes { .. }
            | Event::Undone { .. }
            | Event::Stuck { .. }
            | Event::Again { .. }
            | Event::Copied { .. }
            | Event::CalledBack { .. } => true,
        });
    }

    /// The provider decides what it left open, and calls back: late, twice or never.
    pub(super) fn hear_provider(&mut self) -> Checked {
        let decided = self.line.end().provider.decide();
        for (place, order) in (0u64..).zip(decided) {
            let number = place << 40 | self.now.0.unsigned_abs() & 0xff_ffff_ffff;
            let mut chances = self.seed.chances("callback", number);
            let times = *chances.pick(&[0, 1, 1, 1, 2]);
            for _ in 0..times {
                let after_s = *chances.pick(&[1, 30, 7_200]);
                let order = order.clone();
                self.follow(after_s, Event::CalledBack { order });
            }
        }
        Ok(())
    }

    /// A callback about an order arrives.
    pub(super) fn called_back(&mut self, order: String) -> Checked {
        let now: UnixSeconds = self.now;
        let called = self.line.end().provider.call_back(&order, now);
        let Some(called) = called else {
            return Ok(());
        };
        let connector = &self.office.desk.messages;
        let notice = connector.read_callback(&called.headers, &called.body, now);
        let notice = notice.map_err(|fault| self.failure("callback", fault.to_string()))?;
        self.line.end().note_known(Some(order));
        match notice {
            Notice::Order { charge, outcome } => {
                let told = finish(charge::told(&self.office, charge, outcome, now));
                told.map_err(|fault| self.failure("callback", fault.to_string()))
            }
            Notice::Contract(_) | Notice::Refund { .. } => Ok(()),
        }
    }
}

fn draw(sky: Sky, chances: &mut Chances) -> Fate {
    let good = match sky {
        Sky::Clear => return Fate::Arrives,
        Sky::Down => return Fate::Lost,
        Sky::Rough => 90,
        Sky::Storm => 30,
    };
    if chances.0.u32(0..100) < good {
        return Fate::Arrives;
    }
    *chances.pick(&[
        Fate::Lost,
        Fate::Cut,
        Fate::ReplyLost,
        Fate::Again,
        Fate::Late,
    ])
}
