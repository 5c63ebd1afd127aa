//! What breaks, by profile: how often a day, and when.

use super::{Forgery, Layout, Sky, Step, Transition, Verdict};
use crate::profile::Profile;
use crate::seed::{Chances, Seed};

/// How often a kind of thing happens.
struct Rate {
    /// In a thousand riders, validators or cities a day.
    per_mille: u32,
    of: Of,
    what: fn(Who, &mut Chances) -> Transition,
}

impl Rate {
    const fn of(of: Of, per_mille: u32, what: fn(Who, &mut Chances) -> Transition) -> Self {
        Self {
            per_mille,
            of,
            what,
        }
    }
}

/// What a rate counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Of {
    Riders,
    Sites,
    City,
}

/// Whom something happens to.
#[derive(Clone, Copy, Debug)]
struct Who {
    /// The rider or site drawn.
    one: u32,
    /// Another site.
    site: u32,
}

/// Everything that breaks.
pub(super) fn steps(seed: Seed, layout: Layout, profile: Profile) -> Vec<Step> {
    let mut steps = Vec::new();
    let rates: &[Rate] = match profile {
        Profile::Calm => &[],
        Profile::Rush => RUSH,
        Profile::Outage => OUTAGE,
        Profile::Fraud => FRAUD,
        Profile::Migration => MIGRATION,
    };
    for day in 0..layout.days {
        for (place, rate) in (0u64..).zip(rates) {
            let number = place << 32 | u64::from(day);
            let mut chances = seed.chances("faults", number);
            happen(rate, (layout, day), &mut chances, &mut steps);
        }
    }
    steps
}

fn happen(rate: &Rate, (layout, day): (Layout, u32), chances: &mut Chances, steps: &mut Vec<Step>) {
    let count = match rate.of {
        Of::Riders => layout.riders,
        Of::Sites => layout.sites(),
        Of::City => 1,
    };
    for one in 0..count {
        // A rate above a thousand happens several times a day.
        let mut left = rate.per_mille;
        while left > 0 {
            let happens = chances.happens(left.min(1_000));
            left = left.saturating_sub(1_000);
            if !happens {
                continue;
            }
            let site = chances.0.u32(0..layout.sites());
            let second = chances.0.i64(6 * 3_600..23 * 3_600);
            steps.push(Step {
                at: layout.midnight(day).plus_s(second),
                what: (rate.what)(Who { one, site }, chances),
            });
        }
    }
}

const RUSH: &[Rate] = &[
    Rate::of(Of::Sites, 2_000, |who, _| Transition::Stick {
        site: who.one,
    }),
    Rate::of(Of::Sites, 2_000, |who, _| Transition::Linger {
        site: who.one,
    }),
    Rate::of(Of::Sites, 1_000, |who, _| Transition::Undo {
        site: who.one,
    }),
    Rate::of(Of::Riders, 100, |who, chances| Transition::Claim {
        rider: who.one,
        honest: chances.happens(700),
    }),
    Rate::of(Of::City, 500, |_, _| Transition::Provider {
        sky: Sky::Rough,
    }),
];

const OUTAGE: &[Rate] = &[
    Rate::of(Of::Sites, 400, |who, _| Transition::PowerCut {
        site: who.one,
    }),
    Rate::of(Of::Sites, 600, |who, chances| Transition::CutInWrite {
        site: who.one,
        step: chances.0.u32(0..8),
    }),
    Rate::of(Of::Sites, 150, |who, _| Transition::DiskFull {
        site: who.one,
        full: true,
    }),
    // Within half a day, mostly, there is room again and the clock is set.
    Rate::of(Of::Sites, 2_000, |who, _| Transition::DiskFull {
        site: who.one,
        full: false,
    }),
    Rate::of(Of::Sites, 100, |who, _| Transition::DiskLies {
        site: who.one,
    }),
    Rate::of(Of::Sites, 300, |who, chances| Transition::Offline {
        site: who.one,
        hours: chances.0.u32(1..40),
    }),
    Rate::of(Of::Sites, 200, clock_off),
    Rate::of(Of::Sites, 2_000, |who, _| Transition::ClockOff {
        site: who.one,
        ahead_s: 0,
    }),
    Rate::of(Of::City, 4_000, |_, chances| Transition::Provider {
        sky: *chances.pick(&SKIES),
    }),
    Rate::of(Of::City, 4_000, |_, chances| Transition::Uplink {
        sky: *chances.pick(&SKIES),
    }),
    // Who has run dry rides again after a few days.
    Rate::of(Of::Riders, 30, |who, _| Transition::RunDry {
        rider: who.one,
    }),
    Rate::of(Of::Riders, 300, |who, _| Transition::TopUp {
        rider: who.one,
    }),
    Rate::of(Of::Riders, 100, close_account),
    Rate::of(Of::Riders, 100, four_eyes),
    Rate::of(Of::City, 500, |_, _| Transition::RetryRefunds),
];

const FRAUD: &[Rate] = &[
    Rate::of(Of::Riders, 400, |who, _| Transition::Copy {
        rider: who.one,
        site: who.site,
    }),
    Rate::of(Of::Riders, 300, |who, chances| Transition::Forge {
        rider: who.one,
        site: who.site,
        how: *chances.pick(&FORGERIES),
    }),
    Rate::of(Of::Riders, 100, |who, _| Transition::Jump {
        rider: who.one,
        site: who.site,
    }),
    Rate::of(Of::Riders, 150, |who, chances| Transition::Claim {
        rider: who.one,
        honest: chances.happens(300),
    }),
    Rate::of(Of::Riders, 80, |who, _| Transition::RunDry {
        rider: who.one,
    }),
    Rate::of(Of::Riders, 300, |who, _| Transition::TopUp {
        rider: who.one,
    }),
    Rate::of(Of::Riders, 50, |who, _| Transition::LosePhone {
        rider: who.one,
    }),
    Rate::of(Of::Riders, 50, |who, chances| Transition::Goodwill {
        rider: who.one,
        mistaken: chances.happens(400),
    }),
    Rate::of(Of::Riders, 100, four_eyes),
    Rate::of(Of::Riders, 60, close_account),
    Rate::of(Of::Sites, 60, correct),
];

const MIGRATION: &[Rate] = &[
    Rate::of(Of::Riders, 150, |who, _| Transition::ChangePhone {
        rider: who.one,
    }),
    Rate::of(Of::Riders, 30, |who, _| Transition::LosePhone {
        rider: who.one,
    }),
    Rate::of(Of::City, 400, |_, _| Transition::NewKey),
    Rate::of(Of::City, 400, |_, _| Transition::NewTariff),
    Rate::of(Of::Sites, 200, |who, _| Transition::Swap {
        one: who.one,
        other: who.site,
    }),
    Rate::of(Of::Sites, 200, |who, chances| Transition::Offline {
        site: who.one,
        hours: chances.0.u32(1..60),
    }),
    Rate::of(Of::Riders, 100, |who, chances| Transition::Goodwill {
        rider: who.one,
        mistaken: chances.happens(300),
    }),
    Rate::of(Of::City, 1_000, |_, chances| Transition::Uplink {
        sky: *chances.pick(&[Sky::Clear, Sky::Rough]),
    }),
    Rate::of(Of::Riders, 100, close_account),
    Rate::of(Of::Sites, 100, correct),
    Rate::of(Of::City, 500, |_, _| Transition::RetryRefunds),
];

fn close_account(who: Who, chances: &mut Chances) -> Transition {
    Transition::CloseAccount {
        rider: who.one,
        closed: chances.happens(700),
    }
}

fn four_eyes(who: Who, chances: &mut Chances) -> Transition {
    Transition::FourEyes {
        rider: who.one,
        verdict: *chances.pick(&VERDICTS),
    }
}

fn correct(who: Who, chances: &mut Chances) -> Transition {
    Transition::Correct {
        site: who.one,
        verdict: *chances.pick(&VERDICTS),
    }
}

const VERDICTS: [Verdict; 3] = [Verdict::Granted, Verdict::Refused, Verdict::Alone];

/// Seconds, minutes or hours, either way.
fn clock_off(who: Who, chances: &mut Chances) -> Transition {
    let most_s = *chances.pick(&[9, 40, 300, 7_200, 100_000]);
    Transition::ClockOff {
        site: who.one,
        ahead_s: chances.0.i32(-most_s..=most_s),
    }
}

const SKIES: [Sky; 5] = [Sky::Clear, Sky::Clear, Sky::Rough, Sky::Storm, Sky::Down];

const FORGERIES: [Forgery; 8] = [
    Forgery::Found,
    Forgery::OtherKey,
    Forgery::SelfMade,
    Forgery::Expired,
    Forgery::Altered,
    Forgery::Half,
    Forgery::Foreign,
    Forgery::Old,
];
