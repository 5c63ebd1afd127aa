//! Blocks: who has declined charges to pay is blocked for exactly those, and everyone else rides. A
//! debt that was written off is no longer on the books and still blocks; what is owed to the rider
//! for other rides does not change it.

use ridecode_account::{Held, RiderState};
use ridecode_store::{Charge, ChargeState, RiderFile};

use super::Sight;
use crate::world::executor::finish;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let world = sight.world;
    for rider in &sight.page.riders {
        let file = finish(world.office.store.load_rider(*rider, world.now));
        let file = file.map_err(|fault| fault.to_string())?;
        if let Some(wrong) = file.as_ref().and_then(find_wrong) {
            return Err(format!("rider {rider} {wrong}"));
        }
    }
    Ok(())
}

/// What is wrong with a rider's block, or with there being none.
fn find_wrong(file: &RiderFile) -> Option<String> {
    match &file.rider.state {
        RiderState::Blocked(block) => {
            let unpaid = file.unpaid.iter().filter(|one| one.first_decline.is_some());
            let minor: i64 = unpaid.map(|one| one.amount.minor).sum();
            (minor == 0 || minor != block.amount.minor)
                .then(|| format!("is blocked for {block:?}, and {minor} were declined"))
        }
        RiderState::Active => {
            let declined = file.unpaid.iter().find(|charge| is_declined(charge));
            declined.map(|charge| format!("rides on, and charge {} was declined", charge.id))
        }
        RiderState::Closed => None,
    }
}

/// Whether the provider declined it. What is only over the limits of the mandate blocks nobody.
fn is_declined(charge: &Charge) -> bool {
    match &charge.state {
        ChargeState::Declined { reason } => Held::of(reason).is_none(),
        ChargeState::Planned
        | ChargeState::Submitted
        | ChargeState::Accepted
        | ChargeState::Collected { .. }
        | ChargeState::Unknown
        | ChargeState::Superseded
        | ChargeState::CollectedOther { .. } => false,
    }
}
