//! What happens to machines: power, disks, clocks, networks, places, keys and tariffs; and how it
//! all heals.

use std::sync::Arc;

use ridecode_codec::crypto::Algorithm;
use ridecode_office::price::{self, Then};
use ridecode_office::upload::Auditor;
use ridecode_words::{Month, ServiceDay, UnixSeconds};

use super::executor::finish;
use super::line::Weather;
use super::reader::Reader;
use super::remembering::Remembering;
use super::{AUDITED_MAX, World, desk};
use crate::check::Checked;
use crate::plan::{DAY_S, Sky};

impl World {
    /// The validator at a site.
    pub(super) fn reader_at(&mut self, site: u32) -> &mut Reader {
        let place = self.sites[site as usize];
        &mut self.readers[place]
    }

    pub(super) fn offline(&mut self, site: u32, hours: u32) -> Checked {
        let until = self.now.plus_s(i64::from(hours) * 3_600);
        let reader = self.reader_at(site);
        reader.offline_until = reader.offline_until.max(until);
        Ok(())
    }

    /// Two validators are put into each other's places, and told nothing of it.
    pub(super) fn swap(&mut self, one: u32, other: u32) -> Checked {
        self.sites.swap(one as usize, other as usize);
        Ok(())
    }

    pub(super) fn provider_sky(&mut self, sky: Sky) -> Checked {
        self.line.end().weather = weather(sky);
        Ok(())
    }

    /// The issuer signs new credentials with another key; validators learn it with their bundle.
    pub(super) fn new_key(&mut self) -> Checked {
        let version = self.office.desk.version + 1;
        let connector = self.line.end().provider.connector();
        let desk = desk::desk(self.seed, &self.city, &connector, version);
        self.office.desk = Arc::new(desk);
        self.auditor = Auditor::new(&self.office, Remembering, AUDITED_MAX);
        self.bundles.clear();
        Ok(())
    }

    /// The operators publish the tariff that follows, if there is one. Once it is in force they have
    /// what was billed before billed again.
    pub(super) fn new_tariff(&mut self) -> Checked {
        let Some(next) = &self.city.next else {
            return Ok(());
        };
        self.office.book = Arc::clone(next);
        if self.now < self.layout.midnight(2) {
            return Ok(());
        }
        let months = [self.layout.midnight(0), self.now].map(month_of);
        for number in months[0].number()..=months[1].number() {
            let month = Month::from_number(number);
            let told = finish(price::again(&self.office, month, self.now, Then::Due));
            if let Err(fault) = told {
                return Err(self.failure("reprice", fault.to_string()));
            }
        }
        Ok(())
    }

    /// A validator whose disk lied about entries the database holds is of no use any more: another
    /// one takes its place, with a number of its own.
    pub(super) fn replace_reader(&mut self, place: usize) -> Checked {
        let old = &self.readers[place];
        self.model.replaced(old.id);
        let number = old.id.0 + 1_000_000;
        let key = self
            .seed
            .key(Algorithm::Es256, "validator", u64::from(number));
        let new = Reader::new((number, old.place().clone()), key, old.bundle().clone());
        let record = new.record(self.now);
        self.readers[place] = new;
        match finish(self.office.store.register_validator(record)) {
            Ok(()) => Ok(()),
            Err(fault) => Err(self.failure("register", fault.to_string())),
        }
    }

    /// Everything that broke is whole again: networks, disks, clocks, accounts.
    pub(crate) fn heal(&mut self) -> Checked {
        self.uplink = Sky::Clear;
        self.line.end().weather = Weather::default();
        self.line.end().provider.empty.clear();
        self.line.end().provider.closed.clear();
        for reader in &mut self.readers {
            reader.fill(false);
            reader.ahead_s = 0;
            reader.offline_until = self.now;
            reader.write_owed(self.now);
        }
        for reader in 0..self.readers.len() {
            // One whose power was to go in its next write: it goes now.
            self.restart(reader)?;
        }
        for rider in 0..self.layout.riders {
            self.top_up(rider)?;
        }
        self.retry_refunds()
    }
}

/// The month of a time in the city's zone, UTC+8.
fn month_of(time: UnixSeconds) -> Month {
    let days = time.plus_s(8 * 3_600).0.div_euclid(DAY_S);
    ServiceDay(i32::try_from(days).unwrap_or_default()).month()
}

/// What a sky does to requests, in a thousand.
fn weather(sky: Sky) -> Weather {
    match sky {
        Sky::Clear => Weather::default(),
        Sky::Rough => Weather {
            lost: 30,
            twice: 30,
            reply_lost: 40,
            garbled: 30,
            dies: 20,
            slow: 200,
        },
        Sky::Storm => Weather {
            lost: 200,
            twice: 100,
            reply_lost: 250,
            garbled: 100,
            dies: 100,
            slow: 400,
        },
        Sky::Down => Weather {
            lost: 1_000,
            ..Weather::default()
        },
    }
}
