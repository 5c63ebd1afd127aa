//! Tariff: every journey costs what a second reading of the tariff's text says, caps and ladders of
//! discounts with it.

use std::collections::BTreeMap;

use ridecode_fare::{Period, Tap};
use ridecode_fare_oracle::{Line, Naive};
use ridecode_words::{JourneyId, TapId, ValidatorId};

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let world = sight.world;
    let Some(oracle) = world.city.find_oracle(&world.office.book) else {
        return Ok(());
    };
    let fares = sight.fares().into_iter();
    let billed: BTreeMap<JourneyId, i64> = fares
        .map(|fare| (fare.journey, fare.amount_minor))
        .collect();
    for (period, taps) in world.model.months(&world.office.book) {
        for line in oracle_lines(oracle, (period, &taps), world.now.0) {
            let journey = journey_of(&line);
            let minor = line.minor.unwrap_or(0);
            let held = billed.get(&journey).copied().unwrap_or(0);
            if held != minor {
                return Err(format!(
                    "journey {journey} costs {held}, the text says {minor}: {line:?}"
                ));
            }
        }
    }
    Ok(())
}

fn oracle_lines(oracle: &Naive, (period, taps): (Period, &[Tap]), as_of: i64) -> Vec<Line> {
    let month = (period.month.year, period.month.month);
    oracle.bill(taps, month, as_of)
}

fn journey_of(line: &Line) -> JourneyId {
    let (validator, sequence) = line.named_by;
    JourneyId(TapId {
        validator: ValidatorId(validator),
        sequence,
    })
}
