//! Truth: what stands in the books is what phones signed and validators accepted, journey by
//! journey, amount by amount, operator by operator.

use std::collections::BTreeMap;

use ridecode_words::JourneyId;

use super::Sight;
use crate::model::Owed;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let world = sight.world;
    let mut owed = world.model.owed(&world.office.book, world.now);
    let mut held: BTreeMap<JourneyId, Owed> = BTreeMap::new();
    for fare in sight.fares() {
        let mut shares = BTreeMap::new();
        for share in &fare.shares {
            *shares.entry(share.operator).or_default() += share.amount_minor;
        }
        let amount_minor = fare.amount_minor;
        held.insert(
            fare.journey,
            Owed {
                amount_minor,
                shares,
            },
        );
    }
    owed.retain(|_, owed| owed.amount_minor != 0);
    held.retain(|_, held| held.amount_minor != 0);
    for (journey, owed) in &owed {
        match held.remove(journey) {
            Some(held) if held == *owed => {}
            held => return Err(format!("journey {journey}: held {held:?}, true {owed:?}")),
        }
    }
    match held.first_key_value() {
        Some((journey, held)) => Err(format!("journey {journey} was never ridden: {held:?}")),
        None => Ok(()),
    }
}
