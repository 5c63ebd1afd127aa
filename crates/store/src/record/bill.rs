//! Bills: stages 5 to 8.

use ridecode_fare::{Ending, Period, Tap};
use ridecode_ledger::{ClearedLeg, Transfer};
use ridecode_words::{IssuerId, JourneyId, OperatorId, ServiceDay, TapId, UnixSeconds};

use super::charge::Charge;
use super::pulse::Taken;

/// A month that must be priced (again): taps came in, or an open journey's waiting is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BillDue {
    /// Whose month.
    pub period: Period,
    /// Changes whenever its taps or fares do; handed back with the bill.
    pub mark: u64,
}

/// A fare version as it was posted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FareVersion {
    /// The journey.
    pub journey: JourneyId,
    /// From 1; each version replaces the one before.
    pub version: u32,
    /// The issuer of the code.
    pub issuer: IssuerId,
    /// The service day of the journey.
    pub day: ServiceDay,
    /// How the journey ended.
    pub ending: Ending,
    /// The taps it rests on.
    pub taps: Vec<TapId>,
    /// What the journey costs now, in minor units; 0 for a journey that is no more.
    pub amount_minor: i64,
    /// Who is owed it now.
    pub shares: Vec<JourneyShare>,
    /// SHA-256 of the tariff table used.
    pub tariff: [u8; 32],
    /// How it is charged: decided with the first version, the same in each that follows.
    pub charged_by: ChargedBy,
}

/// What a journey's fare is charged with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChargedBy {
    /// On its own.
    Ride,
    /// With the other rides of this service day, once it is over.
    Day(ServiceDay),
}

impl ChargedBy {
    /// The day it is charged with; `None` if it is charged on its own.
    pub fn find_day(self) -> Option<ServiceDay> {
        match self {
            Self::Ride => None,
            Self::Day(day) => Some(day),
        }
    }
}

/// An operator's part of a fare version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct JourneyShare {
    /// Who is owed it.
    pub operator: OperatorId,
    /// How much, in minor units, by this version (not the difference).
    pub amount_minor: i64,
}

/// What pricing a month rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillWindow {
    /// The taps in the time range asked for, in time order.
    pub taps: Vec<Tap>,
    /// The last version of each fare posted for the month, by journey.
    pub fares: Vec<FareVersion>,
    /// The month's service days that gained a fare and were not charged since, ascending.
    pub open_days: Vec<ServiceDay>,
    /// The mark it was loaded at; 0 for a month that is not due, which cannot be saved.
    pub mark: u64,
}

/// A priced month on its way in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillSave {
    /// Whose month.
    pub period: Period,
    /// The mark its taps were loaded at.
    pub mark: u64,
    /// Fare versions that are new. Unchanged fares are not among them.
    pub fares: Vec<FareVersion>,
    /// The transfers of those versions.
    pub transfers: Vec<Transfer>,
    /// What those versions add to what each operator is owed, for clearing.
    pub legs: Vec<OperatorLeg>,
    /// What those versions add to what lines took, for counting.
    pub taken: Vec<Taken>,
    /// The charges of those versions. One that is charged with its day has none.
    pub charges: Vec<Charge>,
    /// The service days that are over, ascending: what their rides owe and no charge asks for is
    /// charged now.
    pub days_over: Vec<ServiceDay>,
    /// When it was priced: a day's charge is due from then on.
    pub at: UnixSeconds,
    /// When the month falls due again by waiting alone.
    pub due_again: Option<UnixSeconds>,
}

impl BillSave {
    /// A month in which nothing is new, priced at `at` from the taps that were loaded at `mark`.
    pub fn empty(period: Period, mark: u64, at: UnixSeconds) -> Self {
        Self {
            period,
            mark,
            fares: Vec::new(),
            transfers: Vec::new(),
            legs: Vec::new(),
            taken: Vec::new(),
            charges: Vec::new(),
            days_over: Vec::new(),
            at,
            due_again: None,
        }
    }
}

/// A leg waiting to stand on a statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OperatorLeg {
    /// Who is owed it.
    pub operator: OperatorId,
    /// The service day of the ride.
    pub day: ServiceDay,
    /// The leg: the difference to the version before.
    pub leg: ClearedLeg,
}

/// What became of a bill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillSaved {
    /// Saved; the month is no longer due.
    Saved,
    /// Taps came in meanwhile, or it was priced meanwhile: nothing was changed. Price it again if
    /// it is still due.
    Moved,
}
