//! Traffic: who rides from where to where, in the order of the day, for whoever drives a running
//! system with it.
//!
//! Places and habits are those of the simulated city. What is left to the driver is when: a day of
//! the city is an order, and a trip of an hour is one of seconds there.

use ridecode_validator::Place;

use crate::city::City;
use crate::plan::{Layout, habits};
use crate::profile::Profile;
use crate::seed::Seed;
use crate::site;

/// The traffic of a city.
#[derive(Clone, Debug)]
pub struct Traffic {
    seed: Seed,
    layout: Layout,
    profile: Profile,
    places: Vec<Place>,
}

/// A trip. Sites are counted as in [`Traffic::places`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trip {
    /// Who, counted from 0.
    pub rider: u32,
    /// The site where it begins: a bus, or a gate in.
    pub from: u32,
    /// The gate out; `None` on a bus, and for who leaves without showing a code.
    pub to: Option<u32>,
}

impl Traffic {
    /// The traffic of a seed with so many riders, at least 1.
    pub fn new(city: &City, (seed, riders): (u64, u32), profile: Profile) -> Self {
        let layout = Layout::new(city, (riders, 1));
        let places = (0..layout.sites()).map(|site| site::place(city, layout, site));
        Self {
            places: places.collect(),
            seed: Seed(seed),
            layout,
            profile,
        }
    }

    /// Where validators stand, by site.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Where a rider's day begins. A rider keeps to what runs there, metro or one bus.
    pub fn first_place(&self, rider: u32) -> &Place {
        let site = habits::first_site(self.seed, self.layout, rider);
        &self.places[site as usize]
    }

    /// The trips of a day, counted from 0, in the order they begin.
    pub fn day(&self, day: u32) -> Vec<Trip> {
        let trips = habits::trips(self.seed, (self.layout, day), self.profile);
        let trips = trips.into_iter().map(|trip| Trip {
            rider: trip.rider,
            from: trip.from,
            to: trip.to.map(|(site, _)| site),
        });
        trips.collect()
    }
}

#[cfg(test)]
mod tests {
    use ridecode_validator::Passage;

    use super::*;

    #[test]
    fn a_day_has_every_rider_where_they_ride() {
        let traffic = Traffic::new(&City::example(), (7, 200), Profile::Calm);
        let passage = |site: u32| traffic.places()[site as usize].passage;
        let day = traffic.day(0);
        assert!(day.len() > 300, "{}", day.len());
        for trip in &day {
            let first = traffic.first_place(trip.rider);
            match passage(trip.from) {
                Passage::Single => {
                    assert_eq!(first, &traffic.places()[trip.from as usize]);
                    assert_eq!(trip.to, None);
                }
                Passage::In => {
                    assert_eq!(first.passage, Passage::In);
                    assert!(trip.to.is_none_or(|site| passage(site) == Passage::Out));
                }
                Passage::Out => panic!("{trip:?} begins at a way out"),
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_days_and_each_day_is_another() {
        let traffic = || Traffic::new(&City::example(), (1, 100), Profile::Rush);
        assert_eq!(traffic().day(3), traffic().day(3));
        assert_ne!(traffic().day(3), traffic().day(4));
    }
}
