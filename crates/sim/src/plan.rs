//! The plan of a run: what people do and what breaks, and when. Made from the seed before the
//! world begins, so that a failing plan can be made shorter.

mod faults;
pub(crate) mod habits;

use std::fmt;

use ridecode_words::{ServiceDay, UnixSeconds};

use crate::city::City;
use crate::profile::Profile;
use crate::seed::Seed;

/// Something that happens to the world.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Transition {
    /// A rider signs up: account, mandate, phone, credentials.
    Enrol { rider: u32 },
    /// A rider shows a code at a site.
    Show { rider: u32, site: u32 },
    /// The barrier stays shut behind the next accept.
    Stick { site: u32 },
    /// The next rider leaves the code before the scanner for some seconds.
    Linger { site: u32 },
    /// The driver takes the next accept back.
    Undo { site: u32 },
    /// A rider shows a code at a way out without having come in.
    Jump { rider: u32, site: u32 },
    /// Somebody shows a picture of the code a rider showed last.
    Copy { rider: u32, site: u32 },
    /// Somebody shows what no phone signed.
    Forge { rider: u32, site: u32, how: Forgery },
    /// A rider's account is empty.
    RunDry { rider: u32 },
    /// There is money in it again, and the rider repays.
    TopUp { rider: u32 },
    /// A rider reports the phone lost and takes another.
    LosePhone { rider: u32 },
    /// A rider moves to another phone.
    ChangePhone { rider: u32 },
    /// A rider says where the missing tap of a ride was.
    Claim { rider: u32, honest: bool },
    /// A rider's account takes nothing back from now on, or does again.
    CloseAccount { rider: u32, closed: bool },
    /// An agent gives a rider the fare of a ride back, of which the second takes it back again.
    Goodwill { rider: u32, mistaken: bool },
    /// An agent asks for more than one person may give, and another decides.
    FourEyes { rider: u32, verdict: Verdict },
    /// An agent asks for goodwill for every ride at a validator in a day, and another decides.
    Correct { site: u32, verdict: Verdict },
    /// An agent has every refund tried again that the provider refused.
    RetryRefunds,
    /// The power of a validator goes and comes back.
    PowerCut { site: u32 },
    /// The power goes at a step of the disk, counted from 0.
    CutInWrite { site: u32, step: u32 },
    /// A validator's disk is full, or has room again.
    DiskFull { site: u32, full: bool },
    /// A disk says it synced and did not.
    DiskLies { site: u32 },
    /// A validator has no network for so many hours.
    Offline { site: u32, hours: u32 },
    /// A validator's clock is off and does not know.
    ClockOff { site: u32, ahead_s: i32 },
    /// What the weather between office and provider is from now on.
    Provider { sky: Sky },
    /// What the weather between validators and office is from now on.
    Uplink { sky: Sky },
    /// Two validators are put into each other's places.
    Swap { one: u32, other: u32 },
    /// The issuer begins to sign with another key.
    NewKey,
    /// A tariff is published that comes in force on the third day.
    NewTariff,
}

impl Transition {
    /// The rider it is about, if it is about one.
    pub(crate) fn rider(self) -> Option<u32> {
        match self {
            Self::Enrol { rider }
            | Self::Show { rider, .. }
            | Self::Jump { rider, .. }
            | Self::Copy { rider, .. }
            | Self::Forge { rider, .. }
            | Self::RunDry { rider }
            | Self::TopUp { rider }
            | Self::LosePhone { rider }
            | Self::ChangePhone { rider }
            | Self::Claim { rider, .. }
            | Self::CloseAccount { rider, .. }
            | Self::Goodwill { rider, .. }
            | Self::FourEyes { rider, .. } => Some(rider),
            Self::Stick { .. }
            | Self::Linger { .. }
            | Self::Undo { .. }
            | Self::PowerCut { .. }
            | Self::CutInWrite { .. }
            | Self::DiskFull { .. }
            | Self::DiskLies { .. }
            | Self::Offline { .. }
            | Self::ClockOff { .. }
            | Self::Provider { .. }
            | Self::Uplink { .. }
            | Self::Swap { .. }
            | Self::Correct { .. }
            | Self::RetryRefunds
            | Self::NewKey
            | Self::NewTariff => None,
        }
    }
}

/// What is shown that no phone signed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Forgery {
    /// A stolen credential, signed with another phone's key.
    OtherKey,
    /// A credential that nobody gave, signed with a key that is not the issuer's.
    SelfMade,
    /// A good phone's code with a credential whose time is over.
    Expired,
    /// The code of a phone that was given up, where the validator has heard of it.
    Found,
    /// A byte of a code changed.
    Altered,
    /// Half of a code.
    Half,
    /// Another issuer's code.
    Foreign,
    /// A code of an hour ago.
    Old,
}

/// What another person says of what an agent asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Verdict {
    /// It may be given.
    Granted,
    /// It may not.
    Refused,
    /// Nobody else looks at it; the agent tries to approve it alone.
    Alone,
}

/// Weather on a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Sky {
    /// Everything arrives.
    Clear,
    /// One thing in ten goes wrong.
    Rough,
    /// Most things go wrong.
    Storm,
    /// Nothing arrives.
    Down,
}

/// A transition with its time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Step {
    pub(crate) at: UnixSeconds,
    pub(crate) what: Transition,
}

/// Everything that happens, in time order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
}

/// What a world has: sizes that plan and world agree on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Layout {
    pub(crate) riders: u32,
    /// Stations with a gate in and a gate out each.
    pub(crate) stations: u32,
    /// Buses with a reader each.
    pub(crate) buses: u32,
    pub(crate) days: u32,
}

impl Layout {
    /// A small city has few gates, so that they see traffic.
    pub(crate) fn new(city: &City, (riders, days): (u32, u32)) -> Self {
        let all = u32::try_from(city.stations.len()).unwrap_or(u32::MAX);
        Self {
            riders,
            stations: (riders / 40).clamp(4, 200).min(all),
            buses: (riders / 40).clamp(2, 200),
            days,
        }
    }

    /// The site at the way in of a station.
    pub(crate) fn way_in(self, station: u32) -> u32 {
        station * 2
    }

    /// The site at the way out of a station.
    pub(crate) fn way_out(self, station: u32) -> u32 {
        station * 2 + 1
    }

    /// The site on a bus.
    pub(crate) fn bus(self, bus: u32) -> u32 {
        self.stations * 2 + bus
    }

    pub(crate) fn sites(self) -> u32 {
        self.stations * 2 + self.buses
    }

    /// Midnight at the beginning of a day, counted from 0.
    pub(crate) fn midnight(self, day: u32) -> UnixSeconds {
        MIDNIGHT.plus_s(i64::from(day) * DAY_S)
    }
}

impl Plan {
    /// The plan of a seed.
    pub(crate) fn make(seed: Seed, layout: Layout, profile: Profile) -> Self {
        let mut steps = habits::steps(seed, layout, profile);
        steps.extend(faults::steps(seed, layout, profile));
        steps.sort_unstable();
        Self { steps }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local_s = self.at.since_s(MIDNIGHT);
        let (day, second) = (local_s.div_euclid(DAY_S) + 1, local_s.rem_euclid(DAY_S));
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        let second = second % 60;
        write!(
            f,
            "day {day} {hour:02}:{minute:02}:{second:02} {:?}",
            self.what
        )
    }
}

/// The first day: 2026-11-21.
pub(crate) const FIRST_DAY: ServiceDay = ServiceDay(20_778);

/// Midnight before it in Guangzhou.
const MIDNIGHT: UnixSeconds = UnixSeconds(FIRST_DAY.0 as i64 * DAY_S - 8 * 3_600);

pub(crate) const DAY_S: i64 = 86_400;
