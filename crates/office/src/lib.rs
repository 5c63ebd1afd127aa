//! The back office: one file per step of the way, each load, decide, save.
//!
//! A step loads what is due with one verb, decides with a pure crate, and saves output and cursor
//! with one verb; so every step can be repeated, and steps can run in any number of processes.
//! Time, randomness and the way to a provider are arguments. The office never opens a socket and
//! knows no engine of the store.

mod desk;
mod edge;
mod months;
mod till;

pub mod enrol;
pub mod mandate;

pub mod closing;

pub mod credential;

pub mod bundle;

pub mod upload;

pub mod price;

pub mod charge;

pub mod refund;

pub mod write_off;

pub mod debt;

pub mod adjust;

pub mod notice;

pub mod close;

pub mod seal;

pub mod payout;

pub mod reconcile;

pub mod rides;

pub mod evidence;

pub mod repair;

pub mod audit;

pub use desk::{Brand, ChargePer, CommissionRates, Desk, GoodwillLimits, Operator, Policy};
pub use edge::{Carrier, Entropy};

use std::sync::Arc;

use ridecode_fare::TariffBook;
use ridecode_store::Store;
use ridecode_words::{ServiceDay, UnixSeconds};

/// What every step needs. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    /// The memory.
    pub store: Store,
    /// Tariffs and networks.
    pub book: Arc<TariffBook>,
    /// Brands, operators, keys.
    pub desk: Arc<Desk>,
    /// Policies.
    pub policy: Arc<Policy>,
}

impl Office {
    /// The accounting day of a time: in the zone of the book's first tariff, or UTC if the book
    /// has none.
    pub fn day_of(&self, time: UnixSeconds) -> ServiceDay {
        self.book.tariffs().first().map_or_else(
            || ServiceDay(i32::try_from(time.0.div_euclid(86_400)).unwrap_or_default()),
            |tariff| tariff.day_of(time),
        )
    }

    /// From when on the rides of a service day are charged, where one charge takes them all.
    pub(crate) fn charged_from(&self, day: ServiceDay) -> UnixSeconds {
        let after_s = match self.policy.charge_per {
            // The policy was another when the day was ridden.
            ChargePer::Ride => 0,
            ChargePer::Day { after_s } => after_s,
        };
        self.book.end_of(day).plus_s(i64::from(after_s))
    }
}
