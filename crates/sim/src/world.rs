//! The world: riders, validators, the office and the provider, and what happens to them in the
//! order of time.
//!
//! Everything that decides is the product's own code. Here are only the edges: whose finger, which
//! disk, what weather, what time it is.

mod desk;
pub(crate) mod phone;

pub(crate) mod reader;

mod enrolment;

mod ride;

mod uplink;

pub(crate) mod line;
pub(crate) mod provider;

mod rounds;
mod workers;

mod agents;
mod forgery;
mod people;
mod trouble;

pub(crate) mod executor;

mod remembering;

use std::collections::BTreeMap;
use std::sync::Arc;

use ridecode_account::RevokeReason;
use ridecode_codec::crypto::Algorithm;
use ridecode_office::upload::Auditor;
use ridecode_office::{Office, bundle};
use ridecode_store::Store;
use ridecode_validator::bundle::{Bundle, Expected};
use ridecode_words::{OperatorId, UnixSeconds};

use self::executor::finish;
use self::line::Line;
use self::phone::Rider;
use self::provider::Provider;
use self::reader::Reader;
use self::remembering::Remembering;
pub(crate) use self::rounds::ROUND_S;
use crate::check::kept::Facts;
use crate::check::{Checked, Failure};
use crate::city::City;
use crate::model::Model;
use crate::plan::{Layout, Sky, Transition};
use crate::report::Tally;
use crate::seed::Seed;
use crate::site;

/// Everything.
pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) layout: Layout,
    pub(crate) office: Office,
    pub(crate) line: Line,
    pub(crate) readers: Vec<Reader>,
    pub(crate) model: Model,
    pub(crate) tally: Tally,
    pub(crate) now: UnixSeconds,
    /// What was to be seen last night.
    pub(crate) facts: Facts,
    pub(crate) city: City,
    auditor: Auditor<Remembering>,
    /// By number; `None` until signed up.
    riders: Vec<Option<Rider>>,
    /// What will happen because of what happened.
    queue: BTreeMap<(UnixSeconds, u64), Event>,
    queued: u64,
    /// The newest sealed bundle of each operator, with its version.
    bundles: BTreeMap<OperatorId, (u64, Vec<u8>)>,
    /// Rounds so far.
    rounds: u64,
    /// The place in `readers` of the validator at each site.
    sites: Vec<usize>,
    /// The weather between validators and office.
    uplink: Sky,
}

/// What follows from what happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// The sensor of a gate sees somebody.
    Passes { reader: usize },
    /// A rider who was let in does not get through: the gate takes it back, the rider tries again.
    Stuck { rider: u32, site: u32 },
    /// A driver takes an accept back.
    Undone { reader: usize },
    /// A rider whom a validator did not answer shows another code.
    Again { rider: u32, site: u32, tries: u32 },
    /// A picture of a code is shown, or the code itself once more.
    Copied { site: u32, code: Vec<u8> },
    /// A segment arrives late.
    Arrives { reader: usize, sealed: Vec<u8> },
    /// The provider calls back.
    CalledBack { order: String },
}

impl World {
    /// A world before its first day.
    pub(crate) fn new(seed: Seed, (city, layout): (&City, Layout), store: Store) -> Self {
        let now = layout.midnight(0);
        let provider = Provider::new(seed);
        let office = Office {
            store,
            book: Arc::clone(&city.book),
            desk: Arc::new(desk::desk(seed, city, &provider.connector(), 1)),
            policy: Arc::new(desk::policy()),
        };
        let auditor = Auditor::new(&office, Remembering, AUDITED_MAX);
        let mut world = Self {
            seed,
            layout,
            line: Line::new(seed, provider, now),
            readers: Vec::new(),
            model: Model::default(),
            tally: Tally::default(),
            now,
            facts: Facts::default(),
            city: city.clone(),
            auditor,
            riders: (0..layout.riders).map(|_| None).collect(),
            queue: BTreeMap::new(),
            queued: 0,
            bundles: BTreeMap::new(),
            rounds: 0,
            sites: (0..layout.sites() as usize).collect(),
            uplink: Sky::Clear,
            office,
        };
        world.install();
        world
    }

    /// Registers the validators, each with the bundle of the first hour.
    fn install(&mut self) {
        for number in 0..self.layout.sites() {
            let place = site::place(&self.city, self.layout, number);
            let bundle = self.opened_bundle(place.operator);
            let key = self
                .seed
                .key(Algorithm::Es256, "validator", u64::from(number));
            let reader = Reader::new((number + 1, place), key, bundle);
            let registered = self
                .office
                .store
                .register_validator(reader.record(self.now));
            finish(registered).expect("an empty store takes a validator");
            self.readers.push(reader);
        }
    }

    fn opened_bundle(&mut self, operator: OperatorId) -> Bundle {
        let sealed = self.sealed_bundle(operator);
        let expected = Expected {
            office: self.office.desk.bundle_signer.public_key(),
            operator,
            in_force: 0,
        };
        ridecode_validator::bundle::open(&sealed, &expected, &Remembering)
            .expect("the office seals what a validator opens")
    }

    /// The newest bundle of an operator. Made once a version.
    fn sealed_bundle(&mut self, operator: OperatorId) -> Vec<u8> {
        let version = finish(bundle::version(&self.office, self.now)).expect("the store answers");
        match self.bundles.get(&operator) {
            Some((held, sealed)) if *held == version => sealed.clone(),
            Some(_) | None => {
                let sealed = finish(bundle::make(&self.office, operator, self.now));
                let sealed = sealed.expect("the operator is on the desk");
                self.bundles.insert(operator, (version, sealed.clone()));
                sealed
            }
        }
    }

    /// Lets everything happen that follows before a time, then lets the time be that.
    pub(crate) fn pass_until(&mut self, at: UnixSeconds) -> Checked {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > at {
                break;
            }
            let ((when, _), event) = entry.remove_entry();
            self.set_time(when);
            self.happen(event)?;
        }
        self.set_time(at);
        Ok(())
    }

    fn set_time(&mut self, now: UnixSeconds) {
        assert!(now >= self.now, "time passes forward");
        self.now = now;
        self.line.end().now = now;
    }

    /// Something will happen in so many seconds.
    fn follow(&mut self, after_s: i64, event: Event) {
        self.queued += 1;
        self.queue
            .insert((self.now.plus_s(after_s), self.queued), event);
    }

    /// A step of the plan.
    pub(crate) fn apply(&mut self, what: Transition) -> Checked {
        match what {
            Transition::Enrol { rider } => self.enrol(rider),
            Transition::Show { rider, site } => self.show(rider, site, 0),
            Transition::Stick { site } => {
                self.reader_at(site).next.sticks = true;
                Ok(())
            }
            Transition::Linger { site } => {
                self.reader_at(site).next.lingers = true;
                Ok(())
            }
            Transition::Undo { site } => {
                self.reader_at(site).next.undone = true;
                Ok(())
            }
            Transition::Jump { rider, site } => self.jump(rider, site),
            Transition::Copy { rider, site } => self.copy(rider, site),
            Transition::Forge { rider, site, how } => self.forge((rider, site), how),
            Transition::RunDry { rider } => self.run_dry(rider),
            Transition::TopUp { rider } => self.top_up(rider),
            Transition::LosePhone { rider } => self.replace_phone(rider, RevokeReason::Lost),
            Transition::ChangePhone { rider } => self.replace_phone(rider, RevokeReason::Replaced),
            Transition::Claim { rider, honest } => self.claim(rider, honest),
            Transition::CloseAccount { rider, closed } => self.close_account(rider, closed),
            Transition::Goodwill { rider, mistaken } => self.goodwill(rider, mistaken),
            Transition::FourEyes { rider, verdict } => self.four_eyes(rider, verdict),
            Transition::Correct { site, verdict } => self.correct(site, verdict),
            Transition::RetryRefunds => self.retry_refunds(),
            Transition::PowerCut { site } => self.restart(self.sites[site as usize]),
            Transition::CutInWrite { site, step } => {
                self.reader_at(site).cut_at(step);
                Ok(())
            }
            Transition::DiskFull { site, full } => {
                self.reader_at(site).fill(full);
                Ok(())
            }
            Transition::DiskLies { site } => {
                self.reader_at(site).lie();
                Ok(())
            }
            Transition::Offline { site, hours } => self.offline(site, hours),
            Transition::ClockOff { site, ahead_s } => {
                self.reader_at(site).ahead_s = i64::from(ahead_s);
                Ok(())
            }
            Transition::Provider { sky } => self.provider_sky(sky),
            Transition::Uplink { sky } => {
                self.uplink = sky;
                Ok(())
            }
            Transition::Swap { one, other } => self.swap(one, other),
            Transition::NewKey => self.new_key(),
            Transition::NewTariff => self.new_tariff(),
        }
    }

    fn happen(&mut self, event: Event) -> Checked {
        match event {
            Event::Passes { reader } => self.passes(reader),
            Event::Stuck { rider, site } => self.stuck(rider, site),
            Event::Undone { reader } => self.undone(reader),
            Event::Again { rider, site, tries } => self.show(rider, site, tries),
            Event::Copied { site, code } => self.show_copied(site, &code),
            Event::Arrives { reader, sealed } => self.arrive(reader, &sealed).map(|_| ()),
            Event::CalledBack { order } => self.called_back(order),
        }
    }

    /// A check that failed now.
    pub(crate) fn failure(&self, check: &'static str, detail: String) -> Failure {
        Failure {
            check,
            at: self.now,
            detail,
        }
    }
}

/// Credentials the back office remembers as checked.
const AUDITED_MAX: usize = 20_000;
