//! Slots, hours and standings: what is counted where, the same for every engine.

use ridecode_words::UnixSeconds;

use crate::record::{Charge, Standing};

/// The first second of the stretch of `length_s` seconds that a time lies in.
pub(crate) fn start_of(time: UnixSeconds, length_s: i64) -> UnixSeconds {
    UnixSeconds(time.0.saturating_sub(time.0.rem_euclid(length_s)))
}

#[cfg(feature = "memory")]
impl Charge {
    /// How it stands to advances.
    pub(crate) fn standing(&self) -> Standing {
        match (self.declines, self.written_off) {
            (0, _) => Standing::Smooth,
            (_, None) => Standing::Advanced,
            (_, Some(_)) => Standing::WrittenOff,
        }
    }

    /// What it comes to, in minor units: what came in, where that is another amount.
    pub(crate) fn comes_to_minor(&self) -> i64 {
        self.find_paid().unwrap_or(self.amount).minor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_begin_at_their_multiples() {
        let check = |time, expected| {
            assert_eq!(start_of(UnixSeconds(time), 300), UnixSeconds(expected));
        };
        check(0, 0);
        check(299, 0);
        check(300, 300);
        check(-1, -300);
        check(i64::MIN, i64::MIN);
    }
}
