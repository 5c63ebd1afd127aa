//! Taps become journeys, journeys become fares, each with its explanation.
//!
//! [`bill`] is a pure function of the *set* of taps: any order, any repeats, any delay of
//! delivery give the same bill to the byte. The crate never knows a city: networks and tariffs
//! are data it is given. It never reads a clock: `as_of` says up to when waiting counts.
#![no_std]

extern crate alloc;

mod tap;

mod network;

mod tariff;

mod assemble;
mod journey;

mod explain;
mod price;

mod bill;

pub use assemble::assemble;
pub use bill::{Bill, Fare, LegShare, Period, bill};
pub use explain::{Explanation, Language, Step};
pub use journey::{Ending, Journey};
pub use network::{Network, NetworkBuilder, NetworkFault, Path, StopRecord};
pub use price::{Quote, QuoteFault, quote};
pub use tap::{Tap, TapKind};
pub use tariff::{Tariff, TariffBook, TariffFault, TariffRef};
