//! The run: rides begin when they are due, whatever the back office does.
//!
//! The time of each ride is fixed before the run. A tap that waits, and a look that is answered
//! late, count from when they were due: a system that stands still for a second is told so by every
//! ride of that second, not by one request.

use std::sync::Arc;
use std::time::Duration;

use ridecode_office::Entropy as _;
use ridecode_sim::Trip;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::meter::{Group, Meter};
use super::order::Order;
use super::report::Line;
use super::rider::{Made, Rider};
use super::schedule::{INSIDE_S, Schedule};
use super::stage::Stage;
use crate::clock::Stopwatch;
use crate::entropy::SystemEntropy;

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
                let due = order.rate.due(number);
                if due >= order.args.lasts {
                    break;
                }
                self.wait_until(due).await;
                self.meter.note(|counts| counts.due += 1);
                if let Some(trip) = schedule.next(due) {
                    let looks = is_among(number, order.args.looks);
                    rides.spawn(self.clone().ride(trip, due, looks));
                }
                while rides.try_join_next().is_some() {}
            }
            self.wait_until(order.args.lasts).await;
        };
        tokio::select! {
            () = beginning => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        let lasted = self.since.elapsed();
        while rides.join_next().await.is_some() {}
        lasted
    }

    /// The validators' ways up and down, and a line every second.
    pub(super) fn accompany(&self, order: &Order) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for gate in &self.stage.gates {
            tasks.spawn(gate.clone().send_journal(self.meter.clone(), self.since));
            tasks.spawn(gate.clone().fetch_bundles(SystemEntropy.number()));
        }
        let (run, how) = (self.clone(), (order.args.json, order.language));
        tasks.spawn(async move {
            let mut seconds = interval(Duration::from_secs(1));
            seconds.tick().await;
            loop {
                seconds.tick().await;
                let (all, lately) = run.meter.read();
                let line = Line {
                    at: run.since.elapsed(),
                    all: &all,
                    lately: &lately,
                };
                line.print(how);
            }
        });
        tasks
    }

    async fn wait_until(&self, due: Duration) {
        let wait = due.saturating_sub(self.since.elapsed());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    async fn ride(self, trip: Trip, due: Duration, looks: bool) {
        let rider = Arc::clone(&self.stage.riders[trip.rider as usize]);
        // Without new credentials the old ones are shown until they end; the trouble is counted.
        let _ = rider.refresh().await;
        let late = self.since.elapsed().saturating_sub(due);
        self.meter
            .note(|counts| counts.late_most = counts.late_most.max(late));
        if let Some(begun) = self.tap(&rider, trip.from, due) {
            self.meter.note(|counts| counts.begun += 1);
            let ended = match trip.to {
                Some(site) => {
                    let due = due + Duration::from_secs(INSIDE_S);
                    self.wait_until(due).await;
                    self.tap(&rider, site, due)
                }
                None => None,
            };
            rider.remember(Made { begun, ended });
        }
        self.meter.note(|counts| counts.over += 1);
        if looks {
            self.look(&rider).await;
        }
    }

    fn tap(&self, rider: &Rider, site: u32, due: Duration) -> Option<super::gate::Tap> {
        let code = rider.show();
        let gate = &self.stage.gates[site as usize];
        let tapped = code.map(|code| gate.tap(&code, due, &self.meter));
        match tapped {
            Some(Ok(tap)) => {
                if tap.is_some() {
                    self.meter.note(|counts| counts.taps += 1);
                }
                tap
            }
            Some(Err(fault)) => {
                tracing::error!("a journal cannot be written: {fault:#}");
                None
            }
            None => None,
        }
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

/// Whether a number is among so many of a hundred, evenly.
fn is_among(number: u64, percent: u32) -> bool {
    let before = number * u64::from(percent) / 100;
    (number + 1) * u64::from(percent) / 100 > before
}

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
