//! Times, kept by size: percentiles to within a thirtieth, whatever their number.

use std::time::Duration;

/// How often something took how long.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    /// Times by bucket.
    counts: Vec<u64>,
    count: u64,
    most: Duration,
}

impl Histogram {
    /// Adds a time.
    pub(super) fn add(&mut self, time: Duration) {
        let bucket = bucket(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.count += 1;
        self.most = self.most.max(time);
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The longest.
    pub(super) fn most(&self) -> Duration {
        self.most
    }

    /// The time that so many in a thousand do not exceed, rounded up to its bucket. Zero if there
    /// are none.
    pub(super) fn at(&self, per_mille: u64) -> Duration {
        let wanted = (self.count * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_micros(end(bucket)).min(self.most);
            }
        }
        self.most
    }
}

/// The bucket of a time in microseconds: exact up to 64, then 32 for each doubling.
fn bucket(us: u64) -> usize {
    let doublings = us.max(1).ilog2().saturating_sub(PARTS_LOG2);
    let within = us >> doublings;
    (u64::from(doublings) * PARTS + within) as usize
}

/// The longest time of a bucket, in microseconds.
fn end(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * PARTS {
        return bucket;
    }
    let doublings = bucket / PARTS - 1;
    let within = bucket - doublings * PARTS;
    ((within + 1) << doublings) - 1
}

const PARTS_LOG2: u32 = 5;

/// Buckets for each doubling.
const PARTS: u64 = 1 << PARTS_LOG2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_in_a_bucket_that_ends_close_above_it() {
        let mut last = 0;
        for us in (0..5_000).chain((13..50).map(|doublings| (1 << doublings) + 12_345)) {
            let found = bucket(us);
            assert!(found >= last, "buckets ascend with times");
            last = found;
            assert!(end(found) >= us, "{us} us");
            assert!(end(found) - us <= us / 32, "{us} us ends at {}", end(found));
        }
    }

    #[test]
    fn percentiles_are_close_and_the_longest_is_exact() {
        let mut times = Histogram::default();
        assert_eq!(times.at(500), Duration::ZERO);
        for ms in 1..=1_000 {
            times.add(Duration::from_millis(ms));
        }
        let check = |per_mille: u64, ms: f64| {
            let found = times.at(per_mille).as_secs_f64() * 1e3;
            assert!((ms..=ms * 1.035).contains(&found), "{per_mille}: {found}");
        };
        check(500, 500.0);
        check(990, 990.0);
        assert_eq!(times.at(1_000), Duration::from_secs(1));
        assert_eq!(
            (times.count(), times.most()),
            (1_000, Duration::from_secs(1))
        );
    }
}
