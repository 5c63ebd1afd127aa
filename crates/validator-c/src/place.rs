//! Where a validator stands, as C tells it.

use core::ffi::c_char;

use ridecode_validator as mind;
use ridecode_words::{LineId, OperatorId, StopId, VehicleId};

use crate::answer::Answer;
use crate::border;

/// A mode of transport. 0 is none, so that a place that was never filled in is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Mode {
    /// 公交
    Bus = 1,
    /// 地铁
    Metro = 2,
    /// Bus rapid transit.
    Brt = 3,
    /// 有轨电车
    Tram = 4,
    /// 轮渡
    Ferry = 5,
    /// 索道
    Cableway = 6,
}

/// What a tap means. 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Passage {
    /// One tap is the whole ride: a bus with a flat fare.
    Single = 1,
    /// The way in.
    In = 2,
    /// The way out.
    Out = 3,
}

/// Where a validator stands: written into every entry. Texts are UTF-8 of at most 255 bytes with
/// a zero behind; null where there is none. They are copied.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Place {
    /// An `rc_mode`.
    pub mode: u32,
    /// An `rc_passage`.
    pub passage: u32,
    /// GTFS `route_id`, where a validator serves one line.
    pub line: *const c_char,
    /// GTFS `stop_id`, where it is known.
    pub stop: *const c_char,
    /// The vehicle or gate array.
    pub vehicle: *const c_char,
    /// GTFS `direction_id`, 0 or 1; -1 where it is not known.
    pub direction: i32,
    /// A flat fare in minor units, which a code must cover; -1 where it is not known before the
    /// ride.
    pub fare_minor: i64,
}

impl Place {
    /// The place of a validator of that operator.
    ///
    /// # Safety
    ///
    /// Each text is null, or can be read up to its zero.
    pub(crate) unsafe fn read(self, operator: OperatorId) -> Result<mind::Place, Answer> {
        // SAFETY: as the caller says of each.
        let text = |start| unsafe { border::text(start) };
        Ok(mind::Place {
            operator,
            mode: item(&ridecode_words::Mode::ALL, self.mode)?,
            passage: item(&mind::Passage::ALL, self.passage)?,
            line: text(self.line)?.map(LineId),
            stop: text(self.stop)?.map(StopId),
            direction: match self.direction {
                -1 => None,
                0 => Some(0),
                1 => Some(1),
                _ => return Err(Answer::BadArgument),
            },
            vehicle: text(self.vehicle)?.map(VehicleId),
            fare_minor: match self.fare_minor {
                -1 => None,
                fare => Some(u32::try_from(fare).map_err(|_| Answer::BadArgument)?),
            },
        })
    }
}

/// An item of a list that C counts from 1.
pub(crate) fn item<T: Copy>(all: &[T], number: u32) -> Result<T, Answer> {
    let place = number
        .checked_sub(1)
        .and_then(|place| usize::try_from(place).ok());
    place
        .and_then(|place| all.get(place).copied())
        .ok_or(Answer::BadArgument)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_the_header_are_the_lists_within() {
        let check = |number: u32, expected: ridecode_words::Mode| {
            assert_eq!(item(&ridecode_words::Mode::ALL, number), Ok(expected));
        };
        check(Mode::Bus as u32, ridecode_words::Mode::Bus);
        check(Mode::Metro as u32, ridecode_words::Mode::Metro);
        check(Mode::Brt as u32, ridecode_words::Mode::Brt);
        check(Mode::Tram as u32, ridecode_words::Mode::Tram);
        check(Mode::Ferry as u32, ridecode_words::Mode::Ferry);
        check(Mode::Cableway as u32, ridecode_words::Mode::Cableway);
        let check = |number: u32, expected: mind::Passage| {
            assert_eq!(item(&mind::Passage::ALL, number), Ok(expected));
        };
        check(Passage::Single as u32, mind::Passage::Single);
        check(Passage::In as u32, mind::Passage::In);
        check(Passage::Out as u32, mind::Passage::Out);
        for none in [0, 7, u32::MAX] {
            let found = item(&ridecode_words::Mode::ALL, none);
            assert_eq!(found, Err(Answer::BadArgument));
        }
    }
}
