//! The sign on the screen while nobody shows a code: line, direction, stop, gate array and fare.
//!
//! Names come from the settings, else from the embedded cities; an id nobody names stands for
//! itself, so that the screen always says where it stands.

use std::collections::BTreeMap;

use ridecode_validator::Place;
use serde::Serialize;

use crate::city::{Sign, find_headsign, find_line, find_stop};

/// Names by GTFS ids of lines and stops, from the settings.
pub type SignNames = BTreeMap<String, Sign>;

/// What the sign says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct SignBoard {
    mode: &'static str,
    passage: &'static str,
    line: Option<Sign>,
    toward: Option<Sign>,
    stop: Option<Sign>,
    vehicle: Option<String>,
    fare_minor: Option<u32>,
}

impl SignBoard {
    /// The sign of a place.
    pub(super) fn of(place: &Place, names: &SignNames) -> Self {
        let named = |id: &str, find: fn(&str) -> Option<Sign>| {
            let own = names.get(id).cloned().or_else(|| find(id));
            own.unwrap_or_else(|| Sign {
                zh: id.to_owned(),
                en: id.to_owned(),
            })
        };
        let line = place.line.as_ref().map(|line| line.as_str());
        let toward = line.zip(place.direction).and_then(|(line, direction)| {
            let own = names.get(&format!("{line}/{direction}")).cloned();
            own.or_else(|| find_headsign(line, direction))
        });
        Self {
            mode: place.mode.word(),
            passage: place.passage.word(),
            line: line.map(|line| named(line, find_line)),
            toward,
            stop: place.stop.as_ref().map(|it| named(it.as_str(), find_stop)),
            vehicle: place.vehicle.as_ref().map(|it| it.as_str().to_owned()),
            fare_minor: place.fare_minor,
        }
    }
}

#[cfg(test)]
mod tests {
    use ridecode_validator::Passage;
    use ridecode_words::{LineId, Mode, OperatorId, StopId};

    use super::*;

    #[test]
    fn names_come_from_the_settings_then_from_the_cities_then_from_the_ids() {
        let check = |line: &str, stop: &str, expected: [Option<&str>; 3]| {
            let place = Place {
                line: Some(LineId::new(line).unwrap()),
                stop: Some(StopId::new(stop).unwrap()),
                direction: Some(1),
                ..Place::new(OperatorId(1), Mode::Metro, Passage::In)
            };
            let sign = |zh: &str| Sign {
                zh: zh.to_owned(),
                en: zh.to_owned(),
            };
            let names = SignNames::from([
                ("b88".to_owned(), sign("B88路")),
                ("b88/1".to_owned(), sign("总站")),
            ]);
            let board = SignBoard::of(&place, &names);
            let shown = [&board.line, &board.toward, &board.stop];
            assert_eq!(
                shown.map(|it| it.as_ref().map(|it| &*it.zh)),
                expected,
                "{line} {stop}"
            );
        };
        check("b88", "xilang", [Some("B88路"), Some("总站"), Some("西塱")]);
        check(
            "gz1",
            "xilang",
            [Some("1号线"), Some("广州东站"), Some("西塱")],
        );
        check("x1", "y1", [Some("x1"), None, Some("y1")]);
    }
}
