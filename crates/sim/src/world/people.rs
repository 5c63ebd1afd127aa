//! What people do besides riding: copy codes, run out of money, lose and change phones,
//! claim and are given money back.

use ridecode_account::RevokeReason;
use ridecode_codec::crypto::Algorithm;
use ridecode_fare::{Mend, RepairedBy, TapKind};
use ridecode_office::repair::{self, Claim, RepairFault};
use ridecode_office::{credential, debt, rides};

use super::executor::finish;
use super::phone::{Phone, Rider};
use super::{Event, World, desk};
use crate::check::Checked;

impl World {
    pub(super) fn rider(&self, rider: u32) -> Option<&Rider> {
        self.riders[rider as usize].as_ref()
    }

    /// The chances of what a rider does now.
    pub(super) fn chances_of(&self, what: &str, rider: u32) -> crate::seed::Chances {
        let number = u64::from(rider) << 40 | self.now.0.unsigned_abs() & 0xff_ffff_ffff;
        self.seed.chances(what, number)
    }

    /// A rider sends a picture of a code to two friends, who show it at two sites.
    pub(super) fn copy(&mut self, rider: u32, site: u32) -> Checked {
        let now = self.now;
        let Some(held) = &mut self.riders[rider as usize] else {
            return Ok(());
        };
        let Some(code) = held.phone.show(held.id, now) else {
            return Ok(());
        };
        self.model.signed(&code.bytes, code.signed);
        let elsewhere = (site + 2) % self.layout.sites();
        let copied = Event::Copied {
            site: elsewhere,
            code: code.bytes.clone(),
        };
        self.follow(8, copied);
        self.show_copied(site, &code.bytes)
    }

    /// Somebody shows a picture of a code.
    pub(super) fn show_copied(&mut self, site: u32, code: &[u8]) -> Checked {
        let shown = self.scan(site, code)?;
        self.after_showing((None, site), shown);
        Ok(())
    }

    pub(super) fn run_dry(&mut self, rider: u32) -> Checked {
        if let Some(payer) = self.rider(rider).map(|held| held.id.to_string()) {
            self.line.end().provider.empty.insert(payer);
        }
        Ok(())
    }

    /// There is money again, and the rider pays what is owed.
    pub(super) fn top_up(&mut self, rider: u32) -> Checked {
        let Some(id) = self.rider(rider).map(|held| held.id) else {
            return Ok(());
        };
        self.line.end().provider.empty.remove(&id.to_string());
        match finish(debt::repay(&self.office, id, self.now)) {
            Ok(_) => Ok(()),
            Err(fault) => Err(self.failure("repay", fault.to_string())),
        }
    }

    /// A rider gives a phone up and takes another.
    pub(super) fn replace_phone(&mut self, rider: u32, reason: RevokeReason) -> Checked {
        let now = self.now;
        let Some(held) = self.rider(rider) else {
            return Ok(());
        };
        let given_up = (held.id, held.phone.device);
        let generation = held.phone.generation + 1;
        let revoked = finish(credential::revoke(&self.office, given_up, reason, now));
        if let Err(fault) = revoked {
            return Err(self.failure("revoke", fault.to_string()));
        }
        let phone = self.new_phone(rider, generation);
        if let Some(held) = &mut self.riders[rider as usize] {
            self.model.revoked(&held.phone.credentials, now);
            held.lost = Some((std::mem::replace(&mut held.phone, phone), now));
        }
        self.register_phone(rider)?;
        self.refill(rider)
    }

    /// A phone nobody had before.
    pub(super) fn new_phone(&self, rider: u32, generation: u32) -> Phone {
        let number = u64::from(generation) << 32 | u64::from(rider);
        Phone::new(
            self.seed.key(self.algorithm(rider), "phone", number),
            generation,
        )
    }

    /// What a rider's phone signs with.
    pub(super) fn algorithm(&self, rider: u32) -> Algorithm {
        if desk::brand_of(rider) == desk::MOT {
            Algorithm::Sm2
        } else {
            Algorithm::Es256
        }
    }

    /// A rider says where the missing tap of a ride was, or where it would have been cheap.
    pub(super) fn claim(&mut self, rider: u32, honest: bool) -> Checked {
        let Some(id) = self.rider(rider).map(|held| held.id) else {
            return Ok(());
        };
        let told = finish(rides::of(&self.office, id, self.now));
        let told = told.map_err(|fault| self.failure("rides", fault.to_string()))?;
        let lone = told.iter().find(|ride| match ride.taps.as_slice() {
            [tap] => tap.kind == TapKind::In && tap.stop.is_some(),
            _ => false,
        });
        let Some(lone) = lone else {
            return Ok(());
        };
        let mut chances = self.chances_of("claim", rider);
        let entered = lone.taps[0].stop.clone();
        let stop = match entered {
            Some(entered) if !honest => entered,
            Some(_) | None => chances.pick(&self.city.stations).stop.clone(),
        };
        let (tap, time) = (lone.journey.0, lone.began.plus_s(chances.0.i64(60..7_200)));
        let claim = Claim {
            rider: id,
            journey: lone.journey,
            stop: stop.clone(),
            time,
        };
        match finish(repair::claim(&self.office, claim, self.now)) {
            Ok(_) => {
                self.tally.repairs += 1;
                // The first word about a way in, and a rider has no second one.
                let mend = (1, Mend::Exit(RepairedBy::Rider));
                self.model.mended(tap, mend, (time, Some(stop)));
                Ok(())
            }
            Err(RepairFault::Store(fault)) => Err(self.failure("claim", fault.to_string())),
            Err(_) => Ok(()),
        }
    }

    /// A rider's account takes nothing back, or does again.
    pub(super) fn close_account(&mut self, rider: u32, closed: bool) -> Checked {
        if let Some(payer) = self.rider(rider).map(|held| held.id.to_string()) {
            let provider = &mut self.line.end().provider;
            if closed {
                provider.closed.insert(payer);
            } else {
                provider.closed.remove(&payer);
            }
        }
        Ok(())
    }
}
