//! How far the time may be trusted.

use ridecode_words::UnixSeconds;

/// How a validator knows its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockTrust {
    /// Set from a trusted source within its drift bound.
    Synced,
    /// Set from a trusted source once, and running alone since; off by at most so many seconds.
    Drifting {
        /// The bound, in seconds.
        bound_s: u32,
    },
    /// Set by nobody since it was switched on; off by at most so many seconds if it was right then.
    FreeRunning {
        /// The bound, in seconds.
        bound_s: u32,
    },
    /// Known to be wrong.
    Distrusted,
}

impl ClockTrust {
    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Drifting { .. } => "drifting",
            Self::FreeRunning { .. } => "free_running",
            Self::Distrusted => "distrusted",
        }
    }
}

/// The time, with how far to trust it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// The time.
    pub now: UnixSeconds,
    /// How far to trust it.
    pub trust: ClockTrust,
}
