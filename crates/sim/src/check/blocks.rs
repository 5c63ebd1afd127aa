//! Blocks: who owes nothing rides, and who owes for declined rides does not. A debt that was written
//! off is no longer on the books and still blocks.

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
    let owes = file.balance_minor > 0;
    let given_up = file
        .unpaid
        .iter()
        .any(|charge| charge.written_off.is_some());
    let declined = file.unpaid.iter().find(|charge| is_declined(charge));
    match (&file.rider.state, declined) {
        (RiderState::Blocked(block), _) if !given_up && (!owes || file.unpaid.is_empty()) => {
            let (balance, unpaid) = (file.balance_minor, file.unpaid.len());
            Some(format!(
                "is blocked for {block:?}, owes {balance}, {unpaid} unpaid"
            ))
        }
        (RiderState::Active, Some(declined)) if owes => {
            Some(format!("rides on, and charge {} was declined", declined.id))
        }
        (RiderState::Active | RiderState::Blocked(_) | RiderState::Closed, _) => None,
    }
}

/// Whether the provider declined it and the debt still stands. What is only over the limits of the
/// mandate blocks nobody.
fn is_declined(charge: &Charge) -> bool {
    match &charge.state {
        ChargeState::Declined { reason } => {
            Held::of(reason).is_none() && charge.written_off.is_none()
        }
        ChargeState::Planned
        | ChargeState::Submitted
        | ChargeState::Accepted
        | ChargeState::Collected { .. }
        | ChargeState::Unknown
        | ChargeState::Superseded
        | ChargeState::CollectedOther { .. } => false,
    }
}
