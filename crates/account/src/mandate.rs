//! Payment mandates (签约授权).
//!
//! News of a mandate comes by callback and by query, repeated and out of order. [`Mandate::told`]
//! takes whatever comes: an end is for good, and nothing leads back to waiting.

use alloc::string::String;
use alloc::string::ToString as _;

use ridecode_words::{MandateId, ProviderId, RiderId, UnixSeconds};

/// Where a mandate stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MandateState {
    /// The rider was sent to the provider to sign.
    Pending,
    /// Fares may be taken.
    Active,
    /// The provider holds it, for a reason it names.
    Suspended {
        /// The provider's word.
        reason: String,
    },
    /// Ended by either side.
    Ended,
}

/// A rider's agreement that fares are taken from an account at a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mandate {
    /// Our number for it.
    pub id: MandateId,
    /// Whose.
    pub rider: RiderId,
    /// With whom.
    pub provider: ProviderId,
    /// The provider's number, once it is known.
    pub contract: Option<String>,
    /// Where it stands.
    pub state: MandateState,
    /// When it last changed.
    pub changed: UnixSeconds,
}

/// What a rider agrees may be taken without a further word, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MandateLimits {
    /// The most for one ride; positive.
    pub ride_minor: u32,
    /// The most in one accounting day; at least as much as for one ride.
    pub day_minor: u32,
}

/// Why a charge waits although the mandate is active.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// It is more than may be taken for one ride: it waits for the rider's word.
    OverRide,
    /// With what was taken that day it is more than may be taken in one: it waits for a day.
    OverDay,
}

impl Held {
    /// The reason as riders and agents see it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::OverRide => "over_ride_limit",
            Self::OverDay => "over_day_limit",
        }
    }

    /// What a reason says; `None` if a provider declined.
    pub fn of(reason: &str) -> Option<Self> {
        [Self::OverRide, Self::OverDay]
            .into_iter()
            .find(|held| held.reason() == reason)
    }
}

impl MandateLimits {
    /// Whether a charge is held. The first of a day is over the day's limit only if it is so alone:
    /// then waiting for another day does not help, and the rider has to ask for it.
    pub fn find_hold(&self, wanted: &Wanted) -> Option<Held> {
        if wanted.dearest_minor > i64::from(self.ride_minor) {
            return Some(Held::OverRide);
        }
        let sum = wanted.taken_minor.saturating_add(wanted.amount_minor);
        (sum > i64::from(self.day_minor)).then_some(Held::OverDay)
    }

    /// Whether a charge is over the day's limit whatever else is taken that day.
    pub fn is_over_any_day(&self, amount_minor: i64) -> bool {
        amount_minor > i64::from(self.day_minor)
    }
}

/// What a charge wants of a rider, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The dearest ride it charges.
    pub dearest_minor: i64,
    /// All of it.
    pub amount_minor: i64,
    /// What was taken that day before.
    pub taken_minor: i64,
}

impl Default for MandateLimits {
    /// 100 yuan a ride, 300 yuan a day.
    fn default() -> Self {
        Self {
            ride_minor: 10_000,
            day_minor: 30_000,
        }
    }
}

/// A change a mandate does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MandateFault {
    /// It has ended for good.
    #[error("the mandate has ended; a new one must be signed")]
    Ended,
    /// It has another contract number.
    #[error("the mandate has another contract number")]
    OtherContract,
}

impl Mandate {
    /// Whether fares may be taken, and from which contract.
    pub fn find_contract(&self) -> Option<&str> {
        match self.state {
            MandateState::Active => self.contract.as_deref(),
            MandateState::Pending | MandateState::Suspended { .. } | MandateState::Ended => None,
        }
    }

    /// The mandate after either side ended it. A repeat changes nothing.
    pub fn ended(self, now: UnixSeconds) -> Self {
        match self.state {
            MandateState::Ended => self,
            MandateState::Pending | MandateState::Active | MandateState::Suspended { .. } => Self {
                state: MandateState::Ended,
                changed: now,
                ..self
            },
        }
    }

    /// The mandate after the provider says that `contract` is in `state`. Repeats change nothing,
    /// nor does word from before it was signed that comes late.
    pub fn told(
        self,
        contract: &str,
        state: MandateState,
        now: UnixSeconds,
    ) -> Result<Self, MandateFault> {
        let known = self.contract.as_deref();
        let same_contract = known.is_none_or(|known| known == contract);
        if self.state == MandateState::Ended && !(state == MandateState::Ended && same_contract) {
            return Err(MandateFault::Ended);
        }
        if !same_contract {
            return Err(MandateFault::OtherContract);
        }
        // Nothing can fail from here.
        let late = state == MandateState::Pending && self.state != MandateState::Pending;
        let state = if late { self.state.clone() } else { state };
        if known == Some(contract) && self.state == state {
            return Ok(self);
        }
        Ok(Self {
            contract: Some(contract.to_string()),
            state,
            changed: now,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mandate(contract: Option<&str>, state: MandateState, changed: i64) -> Mandate {
        Mandate {
            id: MandateId(1),
            rider: RiderId(2),
            provider: ProviderId(3),
            contract: contract.map(String::from),
            state,
            changed: UnixSeconds(changed),
        }
    }

    fn suspended(reason: &str) -> MandateState {
        MandateState::Suspended {
            reason: reason.to_string(),
        }
    }

    /// Tells a mandate last changed at 10 something at 20.
    fn check(
        before: (Option<&str>, MandateState),
        told: (&str, MandateState),
        expected: Result<(MandateState, i64), MandateFault>,
    ) {
        let after = mandate(before.0, before.1, 10).told(told.0, told.1, UnixSeconds(20));
        let expected = expected.map(|(state, changed)| mandate(Some(told.0), state, changed));
        assert_eq!(after, expected);
    }

    #[test]
    fn an_ended_mandate_hears_nothing_more() {
        use MandateState::{Active, Ended, Pending};
        check((Some("c"), Ended), ("c", Active), Err(MandateFault::Ended));
        check((Some("c"), Ended), ("c", Pending), Err(MandateFault::Ended));
        check((Some("c"), Ended), ("d", Ended), Err(MandateFault::Ended));
        check((Some("c"), Ended), ("c", Ended), Ok((Ended, 10)));
    }

    #[test]
    fn a_mandate_keeps_its_contract() {
        use MandateState::{Active, Ended, Pending};
        let other = Err(MandateFault::OtherContract);
        check((Some("c"), Active), ("d", Active), other.clone());
        check((Some("c"), Pending), ("d", Ended), other);
        check((None, Pending), ("c", Pending), Ok((Pending, 20)));
        check((None, Pending), ("c", Active), Ok((Active, 20)));
    }

    #[test]
    fn news_moves_it_and_repeats_do_not() {
        use MandateState::{Active, Ended, Pending};
        check((Some("c"), Pending), ("c", Active), Ok((Active, 20)));
        check((Some("c"), Pending), ("c", Pending), Ok((Pending, 10)));
        check((Some("c"), Active), ("c", Active), Ok((Active, 10)));
        check((Some("c"), Active), ("c", Pending), Ok((Active, 10)));
        let (frozen, overdue) = (suspended("account_frozen"), suspended("overdue"));
        check(
            (Some("c"), Active),
            ("c", frozen.clone()),
            Ok((frozen.clone(), 20)),
        );
        check(
            (Some("c"), frozen.clone()),
            ("c", overdue.clone()),
            Ok((overdue, 20)),
        );
        check(
            (Some("c"), frozen.clone()),
            ("c", frozen.clone()),
            Ok((frozen.clone(), 10)),
        );
        check((Some("c"), frozen.clone()), ("c", Active), Ok((Active, 20)));
        check((Some("c"), frozen), ("c", Ended), Ok((Ended, 20)));
    }

    #[test]
    fn more_than_was_agreed_is_held() {
        let limits = MandateLimits {
            ride_minor: 500,
            day_minor: 1_000,
        };
        let check = |(dearest_minor, amount_minor), taken_minor, expected| {
            let wanted = Wanted {
                dearest_minor,
                amount_minor,
                taken_minor,
            };
            assert_eq!(limits.find_hold(&wanted), expected, "{wanted:?}");
        };
        check((500, 500), 0, None);
        check((501, 501), 0, Some(Held::OverRide));
        check((500, 500), 500, None);
        check((500, 500), 501, Some(Held::OverDay));
        check((501, 501), 600, Some(Held::OverRide));
        check((1, 1), i64::MAX, Some(Held::OverDay));
        // Rides of a day.
        check((500, 1_000), 0, None);
        check((500, 1_001), 0, Some(Held::OverDay));
        check((501, 900), 0, Some(Held::OverRide));
        assert!(!limits.is_over_any_day(1_000));
        assert!(limits.is_over_any_day(1_001));
        for held in [Held::OverRide, Held::OverDay] {
            assert_eq!(Held::of(held.reason()), Some(held));
        }
        assert_eq!(Held::of("insufficient_balance"), None);
    }

    #[test]
    fn an_end_is_once_and_for_good() {
        use MandateState::{Active, Ended, Pending};
        let check = |contract, state, changed| {
            let ended = mandate(contract, state, 10).ended(UnixSeconds(20));
            assert_eq!(ended, mandate(contract, Ended, changed));
        };
        check(None, Pending, 20);
        check(Some("c"), Active, 20);
        check(Some("c"), suspended("overdue"), 20);
        check(Some("c"), Ended, 10);
    }

    #[test]
    fn only_an_active_mandate_pays() {
        let check = |contract, state, expected| {
            assert_eq!(mandate(contract, state, 0).find_contract(), expected);
        };
        check(Some("c"), MandateState::Active, Some("c"));
        check(None, MandateState::Active, None);
        check(Some("c"), MandateState::Pending, None);
        check(Some("c"), suspended("overdue"), None);
        check(Some("c"), MandateState::Ended, None);
    }
}
