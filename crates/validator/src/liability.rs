//! What issuers answer for: rides that were admitted here, and that the back office does not hold.
//! Rebuilt from the journal after a power cut, and freed as entries are held.

use alloc::collections::{BTreeMap, VecDeque};

use ridecode_words::IssuerId;

/// The rides each issuer answers for, in the order of their entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Liability {
    rides: VecDeque<Ride>,
    sums: BTreeMap<IssuerId, u64>,
}

/// What an admitted entry may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ride {
    /// The entry.
    pub(crate) sequence: u64,
    /// Who answers for it.
    pub(crate) issuer: IssuerId,
    /// How much at most, in minor units.
    pub(crate) most_minor: u32,
}

impl Liability {
    /// What an issuer answers for now, in minor units.
    pub(crate) fn of(&self, issuer: IssuerId) -> u64 {
        self.sums.get(&issuer).copied().unwrap_or(0)
    }

    /// An entry was admitted. Of more than [`RIDES_MAX`] the oldest count no longer.
    pub(crate) fn add(&mut self, ride: Ride) {
        *self.sums.entry(ride.issuer).or_default() += u64::from(ride.most_minor);
        self.rides.push_back(ride);
        if self.rides.len() > RIDES_MAX {
            self.drop_first();
        }
    }

    /// An accept was taken back.
    pub(crate) fn take_back(&mut self, accepted: u64) {
        let place = self
            .rides
            .binary_search_by_key(&accepted, |ride| ride.sequence);
        if let Some(ride) = place.ok().and_then(|place| self.rides.remove(place)) {
            self.free(ride);
        }
    }

    /// The back office holds every entry through that one.
    pub(crate) fn note_held(&mut self, through: u64) {
        while self
            .rides
            .front()
            .is_some_and(|ride| ride.sequence <= through)
        {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(ride) = self.rides.pop_front() {
            self.free(ride);
        }
    }

    fn free(&mut self, ride: Ride) {
        if let Some(sum) = self.sums.get_mut(&ride.issuer) {
            *sum -= u64::from(ride.most_minor);
        }
    }
}

/// The most rides counted: a busy gate's month without a network.
const RIDES_MAX: usize = 200_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn ride(sequence: u64, issuer: u32, most_minor: u32) -> Ride {
        Ride {
            sequence,
            issuer: IssuerId(issuer),
            most_minor,
        }
    }

    fn three_rides() -> Liability {
        let mut liability = Liability::default();
        for ride in [ride(2, 1, 200), ride(3, 2, 500), ride(7, 1, 300)] {
            liability.add(ride);
        }
        liability
    }

    fn check(liability: &Liability, first: u64, second: u64) {
        assert_eq!(liability.of(IssuerId(1)), first);
        assert_eq!(liability.of(IssuerId(2)), second);
        assert_eq!(liability.of(IssuerId(3)), 0);
    }

    #[test]
    fn each_issuer_answers_for_its_own_rides_until_they_are_held() {
        let mut liability = three_rides();
        check(&liability, 500, 500);
        liability.note_held(1);
        check(&liability, 500, 500);
        liability.note_held(3);
        check(&liability, 300, 0);
        liability.note_held(2);
        check(&liability, 300, 0);
        liability.note_held(u64::MAX);
        check(&liability, 0, 0);
    }

    #[test]
    fn nobody_answers_for_an_accept_that_was_taken_back() {
        let mut liability = three_rides();
        liability.take_back(2);
        liability.take_back(2);
        liability.take_back(5);
        check(&liability, 300, 500);
        liability.note_held(2);
        check(&liability, 300, 500);
    }

    #[test]
    fn memory_is_bounded() {
        let mut liability = Liability::default();
        let rides = u64::try_from(RIDES_MAX).unwrap() + 5;
        for sequence in 1..=rides {
            liability.add(ride(sequence, 1, 1));
        }
        check(&liability, rides - 5, 0);
    }
}
