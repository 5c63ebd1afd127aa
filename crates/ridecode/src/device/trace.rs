//! How long riders wait: from the last byte of a code to the lamp, step by step.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;

/// When each step of one scan was done, since the code came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Steps {
    /// The validator turned to it.
    pub taken: Duration,
    /// The decision stood.
    pub decided: Duration,
    /// The entry was kept as the lamp policy says.
    pub kept: Duration,
    /// The lamp was lit.
    pub shown: Duration,
}

/// The steps of the last scans.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    last: VecDeque<Steps>,
}

/// Percentiles over the last scans, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Percentiles {
    /// How many scans.
    pub scans: u32,
    /// From the code to the validator, at the median.
    pub taken_p50_us: u32,
    /// To the decision, at the median.
    pub decided_p50_us: u32,
    /// To the entry on the disk, at the median.
    pub kept_p50_us: u32,
    /// To the lamp, at the median.
    pub shown_p50_us: u32,
    /// To the lamp, for all but one in twenty.
    pub shown_p95_us: u32,
    /// To the lamp, for all but one in a hundred.
    pub shown_p99_us: u32,
}

impl Trace {
    /// Adds a scan.
    pub fn add(&mut self, steps: Steps) {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(steps);
    }

    /// What the last scans come to.
    pub fn percentiles(&self) -> Percentiles {
        let at = |percent: usize, step: fn(&Steps) -> Duration| {
            let mut times: Vec<Duration> = self.last.iter().map(step).collect();
            times.sort_unstable();
            let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
            let time = times.get(place).copied().unwrap_or_default();
            u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
        };
        Percentiles {
            scans: u32::try_from(self.last.len()).unwrap_or(u32::MAX),
            taken_p50_us: at(50, |steps| steps.taken),
            decided_p50_us: at(50, |steps| steps.decided),
            kept_p50_us: at(50, |steps| steps.kept),
            shown_p50_us: at(50, |steps| steps.shown),
            shown_p95_us: at(95, |steps| steps.shown),
            shown_p99_us: at(99, |steps| steps.shown),
        }
    }
}

/// Scans remembered.
const KEPT: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_last_thousand() {
        let mut trace = Trace::default();
        assert_eq!(trace.percentiles(), Percentiles::default());
        for ms in 0..=KEPT {
            trace.add(Steps {
                shown: Duration::from_millis(u64::try_from(ms).unwrap()),
                ..Steps::default()
            });
        }
        let found = trace.percentiles();
        assert_eq!(found.scans, 1_000);
        let shown = (found.shown_p50_us, found.shown_p95_us, found.shown_p99_us);
        assert_eq!(shown, (500_000, 950_000, 990_000));
    }
}
