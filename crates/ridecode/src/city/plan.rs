//! The plan of the lines: where stops lie and which of them a line joins. For people to look at;
//! no fare depends on it.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::Section;
use ridecode_words::{LineId, StopId, Text};

/// A point on the earth (WGS 84), in units of 0.00001 degree: about a meter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// North of the equator, within ±9 000 000.
    pub latitude_e5: i32,
    /// East of Greenwich, within ±18 000 000.
    pub longitude_e5: i32,
}

impl Spot {
    /// Reads GTFS `stop_lat` and `stop_lon`; `None` where either is empty or no such number.
    pub fn read(latitude: &str, longitude: &str) -> Option<Self> {
        Some(Self {
            latitude_e5: degrees_e5(latitude, 90)?,
            longitude_e5: degrees_e5(longitude, 180)?,
        })
    }
}

/// A line on the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Track {
    /// Its network.
    pub network: Text,
    /// The line.
    pub line: LineId,
    /// Stops it joins, each pair once.
    pub sections: Vec<(StopId, StopId)>,
}

/// Where stops lie and how lines join them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// The stops whose place is known.
    pub spots: BTreeMap<StopId, Spot>,
    /// The lines, network by network.
    pub tracks: Vec<Track>,
}

impl Plan {
    /// Adds a line, whichever ways its trips run.
    pub(super) fn add_line(&mut self, (network, line): (&Text, &LineId), sections: &[Section]) {
        let pairs: BTreeSet<(StopId, StopId)> = sections
            .iter()
            .map(|section| {
                let (from, to) = (section.from.clone(), section.to.clone());
                if from <= to { (from, to) } else { (to, from) }
            })
            .collect();
        self.tracks.push(Track {
            network: network.clone(),
            line: line.clone(),
            sections: pairs.into_iter().collect(),
        });
    }
}

/// Decimal degrees as a whole number of 0.00001 degree; further digits are cut off.
fn degrees_e5(text: &str, most: i32) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) {
        return None;
    }
    let part: String = part.chars().chain("00000".chars()).take(5).collect();
    let whole: i32 = whole.parse().ok().filter(|whole| *whole <= most)?;
    let e5 = whole
        .checked_mul(100_000)?
        .checked_add(part.parse().ok()?)?;
    (e5 <= most.checked_mul(100_000)?).then_some(sign * e5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(latitude: &str, longitude: &str, expected: Option<(i32, i32)>) {
        let found = Spot::read(latitude, longitude);
        let found = found.map(|spot| (spot.latitude_e5, spot.longitude_e5));
        assert_eq!(found, expected, "{latitude} {longitude}");
    }

    #[test]
    fn places_are_read_without_floating_point() {
        check("", "", None);
        check("23.1", "", None);
        check("north", "113", None);
        check("1e1", "113", None);
        check("90.00001", "0", None);
        check("0", "-180.1", None);
        check("99999999999", "0", None);
        check("23.15285", "113.31974", Some((2_315_285, 11_331_974)));
        check("-33.9", "18.4239876", Some((-3_390_000, 1_842_398)));
        check("90", "-180", Some((9_000_000, -18_000_000)));
    }
}
