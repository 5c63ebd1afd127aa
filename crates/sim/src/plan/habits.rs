//! Habits: where riders live and work, and when they travel.

use ridecode_words::UnixSeconds;

use super::{Layout, Step, Transition};
use crate::profile::Profile;
use crate::seed::Seed;

/// How a rider travels.
#[derive(Clone, Copy, Debug)]
struct Habit {
    home: u32,
    work: u32,
    bus: u32,
    rides: Rides,
    /// Leaves home at this second of the day, more or less.
    leaves_s: i64,
}

/// What a rider takes to work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rides {
    Metro,
    Bus,
}

/// Every rider with a number that this divides rides with the `mot` brand, on buses.
pub(crate) const MOT_EVERY: u32 = 8;

/// A way from one place to another: on a bus, or through a gate in and a gate out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Trip {
    /// When it begins.
    pub(crate) at: UnixSeconds,
    pub(crate) rider: u32,
    /// The bus, or the gate in.
    pub(crate) from: u32,
    /// The gate out, and how many seconds later. `None` on a bus, and for who shows nothing there.
    pub(crate) to: Option<(u32, i64)>,
}

/// Everything people do.
pub(super) fn steps(seed: Seed, layout: Layout, profile: Profile) -> Vec<Step> {
    let mut steps = Vec::new();
    for rider in 0..layout.riders {
        let at = layout
            .midnight(0)
            .plus_s(4 * 3_600 + i64::from(rider % 3_600));
        let what = Transition::Enrol { rider };
        steps.push(Step { at, what });
        let habit = habit(seed, layout, rider);
        for day in 0..layout.days {
            for trip in trips_of_day((rider, habit, profile), (layout, day), seed) {
                let mut show = |at, site| {
                    let what = Transition::Show { rider, site };
                    steps.push(Step { at, what });
                };
                show(trip.at, trip.from);
                if let Some((site, inside_s)) = trip.to {
                    show(trip.at.plus_s(inside_s), site);
                }
            }
        }
    }
    steps
}

/// The trips of a day, counted from 0, in the order they begin.
pub(crate) fn trips(seed: Seed, (layout, day): (Layout, u32), profile: Profile) -> Vec<Trip> {
    let of_rider = |rider| {
        let who = (rider, habit(seed, layout, rider), profile);
        trips_of_day(who, (layout, day), seed)
    };
    let mut trips: Vec<Trip> = (0..layout.riders).flat_map(of_rider).collect();
    trips.sort_unstable();
    trips
}

/// Where a rider's day begins: the bus, or the gate in at home.
pub(crate) fn first_site(seed: Seed, layout: Layout, rider: u32) -> u32 {
    let habit = habit(seed, layout, rider);
    match habit.rides {
        Rides::Bus => layout.bus(habit.bus),
        Rides::Metro => layout.way_in(habit.home),
    }
}

fn habit(seed: Seed, layout: Layout, rider: u32) -> Habit {
    let mut chances = seed.chances("habit", u64::from(rider));
    let home = chances.0.u32(0..layout.stations);
    let further = chances.0.u32(1..layout.stations);
    let on_bus = rider.is_multiple_of(MOT_EVERY) || chances.happens(200);
    Habit {
        home,
        work: (home + further) % layout.stations,
        bus: chances.0.u32(0..layout.buses),
        rides: if on_bus { Rides::Bus } else { Rides::Metro },
        leaves_s: chances.0.i64(6 * 3_600..9 * 3_600),
    }
}

fn trips_of_day(
    (rider, habit, profile): (u32, Habit, Profile),
    (layout, day): (Layout, u32),
    seed: Seed,
) -> Vec<Trip> {
    let number = u64::from(rider) << 32 | u64::from(day);
    let mut chances = seed.chances("day", number);
    // In a rush everyone leaves within ten minutes.
    let spread_s = 1_800;
    let leaves_s = match profile {
        Profile::Rush => 8 * 3_600 + habit.leaves_s % 600,
        Profile::Calm | Profile::Outage | Profile::Fraud | Profile::Migration => {
            habit.leaves_s + chances.0.i64(0..spread_s)
        }
    };
    let back_s = leaves_s + chances.0.i64(8 * 3_600..10 * 3_600);
    let ways = [
        (850, leaves_s, habit.home, habit.work),
        (850, back_s, habit.work, habit.home),
        (250, back_s + 2 * 3_600, habit.home, habit.work),
    ];
    let mut trips = Vec::new();
    for (per_mille, second, from, to) in ways {
        if !chances.happens(per_mille) {
            continue;
        }
        let at = layout.midnight(day).plus_s(second);
        let (from, to) = match habit.rides {
            Rides::Bus => (layout.bus(habit.bus), None),
            Rides::Metro => {
                let inside_s = match chances.0.u32(0..1_000) {
                    // Turned round at the platform.
                    0..5 => 240,
                    // Longer than any tariff allows.
                    5..10 => 5 * 3_600,
                    _ => chances.0.i64(600..3_000),
                };
                let to = if inside_s == 240 { from } else { to };
                // Some leave with the crowd and show nothing.
                let shows = !chances.happens(8);
                let out = shows.then(|| (layout.way_out(to), inside_s));
                (layout.way_in(from), out)
            }
        };
        trips.push(Trip {
            at,
            rider,
            from,
            to,
        });
    }
    trips
}
