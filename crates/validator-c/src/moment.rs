//! Now, as C tells it.

use ridecode_device as device;
use ridecode_validator::{Clock, ClockTrust};
use ridecode_words::UnixSeconds;

use crate::answer::Answer;

/// How far a time may be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Trust {
    /// Known to be wrong: nobody is let through.
    Distrusted = 0,
    /// Set from a trusted source within its drift bound.
    Synced = 1,
    /// Set from a trusted source once, and running alone since; off by at most `bound_s`.
    Drifting = 2,
    /// Set by nobody since it was switched on; off by at most `bound_s` if it was right then.
    FreeRunning = 3,
}

/// Now. The library reads no clock: every call that needs the time is told it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Moment {
    /// The time of day: seconds since 1970-01-01T00:00:00Z.
    pub unix_s: i64,
    /// Milliseconds of a clock that only counts up, such as since the reader was switched on.
    pub ms: u64,
    /// An `rc_trust`: how far the time of day may be trusted.
    pub trust: u32,
    /// The bound of `RC_TRUST_DRIFTING` and `RC_TRUST_FREE_RUNNING`, in seconds.
    pub bound_s: u32,
}

impl Moment {
    pub(crate) fn read(self) -> Result<device::Moment, Answer> {
        let bound_s = self.bound_s;
        let trust = match self.trust {
            number if number == Trust::Distrusted as u32 => ClockTrust::Distrusted,
            number if number == Trust::Synced as u32 => ClockTrust::Synced,
            number if number == Trust::Drifting as u32 => ClockTrust::Drifting { bound_s },
            number if number == Trust::FreeRunning as u32 => ClockTrust::FreeRunning { bound_s },
            _ => return Err(Answer::BadArgument),
        };
        Ok(device::Moment {
            clock: Clock {
                now: UnixSeconds(self.unix_s),
                trust,
            },
            ms: self.ms,
        })
    }
}
