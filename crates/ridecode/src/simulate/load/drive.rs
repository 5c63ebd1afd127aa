//! The run: rides begin when they are due, whatever the back office does.
//!
//! The time of each ride is fixed before the run. A tap that waits, and a look that is answered
//! late, count from when they were due: a system that stands still for a second is told so by every
//! ride of that second, not by one request.

use std::sync::Arc;
use std::time::Duration;

use ridecode_fare::Language;
use ridecode_sim::{Profile, Trip};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::gate::{LineKind, Tap};
use super::meter::{Group, Meter};
use super::order::Order;
use super::report::Line;
use super::rider::{Forgery, Made, Rider};
use super::schedule::{INSIDE_S, Schedule};
use super::stage::Stage;
use crate::clock::Stopwatch;
use crate::phone::Code;

/// A run under way.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) stage: Arc<Stage>,
    pub(super) meter: Arc<Meter>,
    /// Runs since the first ride was due.
    pub(super) since: Stopwatch,
}

impl Run {
    /// Begins rides until the time is over or somebody presses Ctrl-C, and waits for those under
    /// way. Gives for how long rides began.
    pub(super) async fn drive(&self, order: &Order) -> Duration {
        let mut rides = JoinSet::new();
        let beginning = async {
            let mut schedule = Schedule::new(&self.stage.traffic, order.riders);
            for number in 0.. {
                let Some(due) = self.next_due(order, number).await else {
                    break;
                };
                let Some(trip) = schedule.next(due) else {
                    // All riders are under way; at a fixed rate there are enough of them.
                    sleep(STEP).await;
                    let idle = self.since.elapsed().saturating_sub(due);
                    self.meter.note(|counts| counts.idle += idle);
                    continue;
                };
                self.meter.note(|counts| counts.due += 1);
                let ride = Ride {
                    trip,
                    due,
                    looks: is_among(number, order.args.looks),
                    forged: order.profile == Profile::Fraud && is_among(number, FORGED_PERCENT),
                };
                rides.spawn(self.clone().ride(ride));
                while rides.try_join_next().is_some() {}
            }
        };
        tokio::select! {
            () = beginning => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        let lasted = self.since.elapsed();
        while rides.join_next().await.is_some() {}
        lasted
    }

    /// When the next ride is due: waits for that. `None` if the time is over.
    async fn next_due(&self, order: &Order, number: u64) -> Option<Duration> {
        let lasts = order.args.lasts;
        if let Some(due) = order.rate.due(number) {
            self.wait_until(due.min(lasts)).await;
            return (due < lasts).then_some(due);
        }
        let waiting = || self.meter.waiting() + self.meter.behind();
        while waiting() >= WAITING_MOST && self.since.elapsed() < lasts {
            sleep(STEP).await;
        }
        let due = self.since.elapsed();
        (due < lasts).then_some(due)
    }

    /// The validators' ways up and down.
    pub(super) fn accompany(&self, line: LineKind) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for gate in &self.stage.gates {
            let sight = (Arc::clone(&self.meter), self.since);
            tasks.spawn(gate.clone().accompany(sight, line));
        }
        tasks
    }

    /// Prints a line every second, for as long as it is asked.
    pub(super) async fn tell(&self, how: (bool, Language)) {
        let mut seconds = interval(Duration::from_secs(1));
        seconds.tick().await;
        loop {
            seconds.tick().await;
            let (all, lately) = self.meter.read();
            let line = Line {
                at: self.since.elapsed(),
                all: &all,
                lately: &lately,
            };
            line.print(how);
        }
    }

    async fn wait_until(&self, due: Duration) {
        let wait = due.saturating_sub(self.since.elapsed());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    async fn ride(self, ride: Ride) {
        let Ride { trip, due, .. } = ride;
        let rider = Arc::clone(&self.stage.riders[trip.rider as usize]);
        // Without new credentials the old ones are shown until they end; the trouble is counted.
        let _ = rider.refresh().await;
        let begins = rider.begin(self.since.elapsed());
        self.wait_until(begins).await;
        let late = self.since.elapsed().saturating_sub(due);
        self.meter
            .note(|counts| counts.late_most = counts.late_most.max(late));
        if ride.forged {
            self.forge(&rider, trip.from, due);
        }
        if let Some(begun) = self.tap(rider.show(), trip.from, due) {
            self.meter.note(|counts| counts.begun += 1);
            let ended = match trip.to {
                Some(site) => {
                    let inside = Duration::from_secs(INSIDE_S);
                    self.wait_until(begins + inside).await;
                    self.tap(rider.show(), site, due + inside)
                }
                None => None,
            };
            rider.remember(Made { begun, ended });
        }
        self.meter.note(|counts| counts.over += 1);
        if ride.looks {
            self.look(&rider).await;
        }
    }

    /// Somebody else tries the way in with what the rider's phone did not sign, not so or not now.
    fn forge(&self, rider: &Rider, site: u32, due: Duration) {
        for how in Forgery::ALL {
            let admitted = self.tap(rider.forged(how), site, due);
            self.meter.note(|counts| {
                counts.forged += 1;
                counts.forged_admitted += u64::from(admitted.is_some());
            });
        }
    }

    fn tap(&self, code: Option<Code>, site: u32, due: Duration) -> Option<Tap> {
        let tapped = self.stage.gates[site as usize].tap(&code?, due, &self.meter);
        tapped.unwrap_or_else(|_| {
            self.meter.note(|counts| counts.unwritten += 1);
            None
        })
    }

    /// The rider looks at rides and debts, both asked for at once.
    async fn look(&self, rider: &Rider) {
        let due = self.since.elapsed();
        let ask = async |group, target| {
            if rider.office.get(target).await.is_ok() {
                let took = self.since.elapsed().saturating_sub(due);
                self.meter.took(group, took);
            }
        };
        tokio::join!(
            ask(Group::Rides, "/v1/rides?limit=20"),
            ask(Group::Debts, "/v1/debts")
        );
    }
}

/// A ride to be made.
#[derive(Clone, Copy, Debug)]
struct Ride {
    trip: Trip,
    due: Duration,
    /// The rider looks at it afterwards.
    looks: bool,
    /// Somebody tries forged codes before.
    forged: bool,
}

/// Whether a number is among so many of a hundred, evenly.
fn is_among(number: u64, percent: u32) -> bool {
    let before = number * u64::from(percent) / 100;
    (number + 1) * u64::from(percent) / 100 > before
}

/// Rides that may wait to begin and taps to be held, together, where the back office says how many
/// rides there are.
const WAITING_MOST: u64 = 500;

/// How often it is looked whether a ride may begin.
const STEP: Duration = Duration::from_millis(1);

/// Of a hundred rides, those before which forged codes are shown.
const FORGED_PERCENT: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_taken_evenly() {
        for percent in [0, 1, 20, 33, 100] {
            let among = (0..1_000).filter(|number| is_among(*number, percent));
            assert_eq!(among.count(), percent as usize * 10, "{percent}");
        }
        let first: Vec<u64> = (0..12).filter(|number| is_among(*number, 25)).collect();
        assert_eq!(first, [3, 7, 11]);
    }
}
