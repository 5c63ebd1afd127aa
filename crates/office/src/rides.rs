//! A rider's rides, with the truth as far as it is known.

use ridecode_fare::Fare;
use ridecode_store::{ChargeState, StoreFault};
use ridecode_words::{JourneyId, RiderId, UnixSeconds};

use crate::Office;

/// Where a ride stands (design §1, promise 6).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RideState {
    /// Taps are here; the journey is not closed.
    Uploaded,
    /// The journey has a fare.
    Priced,
    /// The fare is being, or was, charged.
    Charged(ChargeState),
}

/// One ride.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ride {
    /// The journey.
    pub journey: JourneyId,
    /// When it began.
    pub began: UnixSeconds,
    /// Where it stands.
    pub state: RideState,
    /// Its fare with its explanation, once it has one: computed again from the taps.
    pub fare: Option<Fare>,
}

/// A rider's rides, newest first.
pub async fn of(
    _office: &Office,
    _rider: RiderId,
    _now: UnixSeconds,
) -> Result<Vec<Ride>, StoreFault> {
    todo!()
}
