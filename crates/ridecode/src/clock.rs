//! The only place that reads a clock.

use std::time::Duration;

use ridecode_words::UnixSeconds;
use rustix::time::{ClockId, clock_gettime};

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the one reader of the wall clock"
)]
pub fn now() -> UnixSeconds {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    UnixSeconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// Time since the machine was switched on, asleep or awake. Nobody can set it.
pub fn since_boot() -> Duration {
    read(ClockId::Boottime)
}

/// Processor time this process has used, of all cores together.
pub fn processor_time() -> Duration {
    read(ClockId::ProcessCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Measures how long something takes. Never tells what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one reader of the running clock"
    )]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
