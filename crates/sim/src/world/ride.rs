//! At the validator: codes shown, riders passing or not, and the model told of what was written.

use ridecode_validator::Passage;

use super::reader::{Shown, StartFault};
use super::{Event, World};
use crate::check::{Checked, Failure};

impl World {
    /// A rider shows a code at a site, for so many times already.
    pub(super) fn show(&mut self, rider: u32, site: u32, tries: u32) -> Checked {
        let leaving = self.reader_at(site).place().passage == Passage::Out;
        // Who never got in does not come out.
        let inside = self.riders[rider as usize].as_ref().map(|held| held.inside);
        if inside.is_none() || leaving && inside == Some(false) {
            return Ok(());
        }
        let Some(code) = self.code(rider)? else {
            return Ok(());
        };
        let shown = self.scan(site, &code)?;
        if shown == Shown::Dark && tries < TRIES_MAX {
            let tries = tries + 1;
            self.follow(AGAIN_S, Event::Again { rider, site, tries });
        }
        if std::mem::take(&mut self.reader_at(site).next.lingers) {
            for after_s in [1, 5] {
                let code = code.clone();
                self.follow(after_s, Event::Copied { site, code });
            }
        }
        self.after_showing((Some(rider), site), shown);
        Ok(())
    }

    /// A rider who did not come in shows a code at a way out.
    pub(super) fn jump(&mut self, rider: u32, site: u32) -> Checked {
        if let Some(held) = &mut self.riders[rider as usize] {
            held.inside = true;
        }
        self.show(rider, site, TRIES_MAX)
    }

    /// What a rider's phone shows now. `None` without a living credential.
    fn code(&mut self, rider: u32) -> Result<Option<Vec<u8>>, Failure> {
        let now = self.now;
        let held = self.riders[rider as usize].as_ref();
        if held.is_some_and(|held| held.phone.wants_credentials(now)) {
            self.refill(rider)?;
        }
        let Some(held) = &mut self.riders[rider as usize] else {
            return Ok(None);
        };
        let code = held.phone.show(held.id, now);
        Ok(code.map(|code| {
            self.model.signed(&code.bytes, code.signed);
            code.bytes
        }))
    }

    /// The validator at a site reads a code. The power may go meanwhile.
    pub(super) fn scan(&mut self, site: u32, code: &[u8]) -> Result<Shown, Failure> {
        let (now, reader) = (self.now, self.sites[site as usize]);
        self.tally.taps += 1;
        let shown = self.readers[reader].scan(code, now);
        if shown == Shown::Admitted {
            let held = &self.readers[reader];
            let at = held.clock(now).now;
            let admitted = self.model.check_admitted(code, at, held.bundle());
            admitted.map_err(|detail| self.failure("ladder", detail))?;
        }
        self.after_writing(reader)?;
        self.tally.note(shown);
        Ok(shown)
    }

    /// Who was let through passes, unless the barrier sticks or the driver takes it back.
    pub(super) fn after_showing(&mut self, (rider, site): (Option<u32>, u32), shown: Shown) {
        if shown != Shown::Admitted {
            return;
        }
        let reader = self.sites[site as usize];
        let held = &mut self.readers[reader];
        let passage = held.place().passage;
        let (sticks, undone) = (held.next.sticks, held.next.undone);
        held.next.undone = false;
        if undone {
            self.follow(UNDO_S, Event::Undone { reader });
        }
        if passage == Passage::Single {
            return;
        }
        if sticks && let Some(rider) = rider {
            self.readers[reader].next.sticks = false;
            self.follow(STUCK_S, Event::Stuck { rider, site });
            return;
        }
        self.follow(PASSES_S, Event::Passes { reader });
        if let Some(held) = rider.and_then(|rider| self.riders[rider as usize].as_mut()) {
            held.inside = passage == Passage::In;
        }
    }

    /// Somebody walks through a gate.
    pub(super) fn passes(&mut self, reader: usize) -> Checked {
        self.readers[reader].pass(self.now);
        self.after_writing(reader)
    }

    /// A rider who was let in stands before a barrier that did not open, and tries again.
    pub(super) fn stuck(&mut self, rider: u32, site: u32) -> Checked {
        let reader = self.sites[site as usize];
        self.void_overdue(reader)?;
        let tries = TRIES_MAX;
        self.follow(AGAIN_S, Event::Again { rider, site, tries });
        Ok(())
    }

    /// A gate takes back who did not pass in time.
    pub(super) fn void_overdue(&mut self, reader: usize) -> Checked {
        self.readers[reader].void_overdue(self.now);
        self.after_writing(reader)
    }

    /// The driver takes an accept back.
    pub(super) fn undone(&mut self, reader: usize) -> Checked {
        self.readers[reader].undo(self.now);
        self.after_writing(reader)
    }

    /// After a power cut the validator starts again with what is left; the model reads what was
    /// written.
    fn after_writing(&mut self, reader: usize) -> Checked {
        if self.readers[reader].is_dark() {
            return self.restart(reader);
        }
        self.tell_model(reader)
    }

    /// The power goes and comes back.
    pub(super) fn restart(&mut self, reader: usize) -> Checked {
        // What it wrote before the power went, the model knows.
        if !self.readers[reader].is_dark() {
            self.tell_model(reader)?;
        }
        let office = self.office.desk.bundle_signer.public_key();
        let held = &mut self.readers[reader];
        let (id, arrived, lies) = (held.id, held.arrived, held.lies);
        match held.restart(self.now, office) {
            Ok(None) => self.tell_model(reader),
            Ok(Some(last)) if lies => {
                self.lose_late(reader);
                self.model.lost(id, last.max(arrived));
                if arrived > last {
                    return self.replace_reader(reader);
                }
                self.tell_model(reader)
            }
            Ok(Some(last)) => {
                let detail = format!("validator {id} lost what it had shown, after entry {last}");
                Err(self.failure("journal", detail))
            }
            Err(StartFault::Damaged) => {
                self.lose_late(reader);
                self.model.lost(id, arrived);
                self.replace_reader(reader)
            }
            Err(StartFault::Broken(detail)) => Err(self.failure("journal", detail)),
        }
    }

    /// The model reads what was written.
    fn tell_model(&mut self, reader: usize) -> Checked {
        let held = &mut self.readers[reader];
        let id = held.id;
        let written = held.take_written();
        for entry in written.map_err(|detail| self.failure("journal", detail))? {
            if let Err(detail) = self.model.written(id, &entry) {
                return Err(self.failure("truth", detail));
            }
        }
        Ok(())
    }
}

/// Seconds until somebody who was let through has passed.
const PASSES_S: i64 = 2;

/// Seconds until a gate notices that nobody passed.
const STUCK_S: i64 = 7;

/// Seconds until a driver takes an accept back.
const UNDO_S: i64 = 9;

/// Seconds until a rider who was not answered tries again.
const AGAIN_S: i64 = 20;

/// A rider gives up after this many tries.
const TRIES_MAX: u32 = 2;
