//! Taps become journeys, journeys become fares, each with its explanation.
//!
//! [`bill`] is a pure function of the *set* of taps: any order, any repeats, any delay of
//! delivery give the same bill to the byte. The crate never knows a city: networks and tariffs
//! are data it is given. It never reads a clock: `as_of` says up to when waiting counts.
#![no_std]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod tap;

mod names;
mod network;

mod tariff;

mod book;

mod assemble;
mod journey;

mod explain;
mod price;

mod bill;

mod quote;

pub mod example;

pub use assemble::assemble;
pub use bill::{Bill, Fare, LegShare, Period, bill};
pub use book::{BookFault, TariffBook, TimeRange};
pub use explain::{Explanation, Field, Step, Value, amount_text};
pub use journey::{Ending, Journey};
pub use names::{Language, Names};
pub use network::{
    Interchange, LineRecord, Network, NetworkBuilder, NetworkFault, Path, PathPart, Section,
    StopRecord,
};
pub use price::Unpriced;
pub use quote::{AfterRide, MatrixRow, Quote, QuoteFault, Trip, Way, matrix, quote};
pub use tap::{Mend, REPAIRS_MAX, RepairedBy, Tap, TapKind, repair_id};
pub use tariff::{
    Accumulation, AccumulationKey, Audience, BandPart, Calendar, Cap, CapPeriod, Category, Codes,
    Concession, Continuation, DayKind, DayKinds, Discounted, Ladder, LegTransfer, MeasuredFrom,
    MissingTapCharge, Moment, Overstay, OverstayCharge, Pays, Price, Rule, Straddle, Tariff,
    TariffFault, TariffRef, Tiers, Transfer, TransferLimit, TransferOff, TransferPays, WeekEdge,
    Window, ZoneFare, Zones,
};
