//! Modes of transport.

use core::fmt;
use core::str::FromStr;

/// A mode of transport. The order is the order of the byte each has in journals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    /// 公交, GTFS `route_type` 3.
    Bus,
    /// 地铁, GTFS `route_type` 1.
    Metro,
    /// Bus rapid transit, GTFS extended `route_type` 702.
    Brt,
    /// 有轨电车, GTFS `route_type` 0.
    Tram,
    /// 轮渡, GTFS `route_type` 4.
    Ferry,
    /// 索道, GTFS `route_type` 6.
    Cableway,
}

/// A mode that is none of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownMode;

impl fmt::Display for UnknownMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be one of bus, metro, brt, tram, ferry, cableway")
    }
}

impl core::error::Error for UnknownMode {}

impl Mode {
    /// Every mode, in byte order.
    pub const ALL: [Self; 6] = [
        Self::Bus,
        Self::Metro,
        Self::Brt,
        Self::Tram,
        Self::Ferry,
        Self::Cableway,
    ];

    /// The mode's byte in journals and bundles.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The mode of a journal byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bus => "bus",
            Self::Metro => "metro",
            Self::Brt => "brt",
            Self::Tram => "tram",
            Self::Ferry => "ferry",
            Self::Cableway => "cableway",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, UnknownMode> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.word() == word)
            .ok_or(UnknownMode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_and_word_name_the_same_mode() {
        for mode in Mode::ALL {
            assert_eq!(Mode::from_byte(mode.byte()), Some(mode));
            assert_eq!(mode.word().parse(), Ok(mode));
        }
        assert_eq!(Mode::from_byte(6), None);
        assert_eq!("Bus".parse::<Mode>(), Err(UnknownMode));
    }
}
