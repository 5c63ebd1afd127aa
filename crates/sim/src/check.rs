//! Checkers, one file each. Some look after every day, whatever is broken; the others once
//! everything has healed.

mod audit;
mod blocks;
mod conservation;
mod drain;
mod exactly_once;
mod four_eyes;
mod gates;
pub(crate) mod kept;
pub(crate) mod log;
mod parity;
mod privacy;
mod tariff;
mod truth;

use std::fmt;

use ridecode_store::{AuditPage, FareVersion};
use ridecode_words::UnixSeconds;

use crate::world::World;
use crate::world::executor::finish;

/// What a checker saw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The checker.
    pub check: &'static str,
    /// When, in simulated time.
    pub at: UnixSeconds,
    /// What is wrong.
    pub detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.check, self.at.0, self.detail)
    }
}

pub(crate) type Checked = Result<(), Failure>;

/// A world with everything its store holds.
pub(crate) struct Sight<'a> {
    pub(crate) world: &'a World,
    pub(crate) page: AuditPage,
}

/// A checker: what is wrong, in words.
type Check = fn(&Sight<'_>) -> Result<(), String>;

/// What holds every night.
const ALWAYS: [(&str, Check); 7] = [
    ("conservation", conservation::check),
    ("exactly_once", exactly_once::check),
    ("blocks", blocks::check),
    ("kept", kept::check),
    ("four_eyes", four_eyes::check),
    ("parity", parity::check),
    ("privacy", privacy::check),
];

/// What holds once everything has healed.
const HEALED: [(&str, Check); 7] = [
    ("drain", drain::check),
    ("gates", gates::check),
    ("truth", truth::check),
    ("tariff", tariff::check),
    ("conservation", conservation::check_settled),
    ("exactly_once", exactly_once::check_settled),
    ("audit", audit::check),
];

/// Looks at the world at night.
pub(crate) fn at_night(world: &World) -> Result<Sight<'_>, Failure> {
    let sight = Sight::of(world)?;
    sight.run(&ALWAYS)?;
    Ok(sight)
}

/// Looks at the world once everything has healed.
pub(crate) fn healed(world: &World) -> Result<Sight<'_>, Failure> {
    let sight = at_night(world)?;
    sight.run(&HEALED)?;
    Ok(sight)
}

impl<'a> Sight<'a> {
    fn of(world: &'a World) -> Result<Self, Failure> {
        let page = finish(world.office.store.audit_page(None, usize::MAX / 2));
        match page {
            Ok(page) => Ok(Self { world, page }),
            Err(fault) => Err(world.failure("store", fault.to_string())),
        }
    }

    fn run(&self, checks: &[(&'static str, Check)]) -> Checked {
        for (name, check) in checks {
            check(self).map_err(|detail| self.world.failure(name, detail))?;
        }
        Ok(())
    }

    /// The last version of every fare.
    pub(crate) fn fares(&self) -> Vec<&FareVersion> {
        let mut last: Vec<&FareVersion> = Vec::new();
        let mut all: Vec<&FareVersion> = self.page.fares.iter().collect();
        all.sort_by_key(|fare| (fare.journey, fare.version));
        for fare in all {
            match last.last_mut() {
                Some(earlier) if earlier.journey == fare.journey => *earlier = fare,
                Some(_) | None => last.push(fare),
            }
        }
        last
    }
}
