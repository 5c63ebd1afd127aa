//! Closing an account, once nothing is owed either way.
//!
//! The agreement with the provider ends first, then the account; each step may be repeated. What
//! readers send later is priced and stays in the books; nothing is taken for it any more.

use ridecode_account::{ClosingFault, MandateState, RiderState, Standing};
use ridecode_ledger::Money;
use ridecode_store::{RiderClosed, RiderFile, StoreFault};
use ridecode_words::{RiderId, UnixSeconds};

use crate::Office;
use crate::edge::{Carrier, Entropy};
use crate::mandate::{self, MandateStepFault};
use crate::rides::{self, RideState};

/// Why an account was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseAccountFault {
    /// The books do not allow it yet.
    #[error("the account cannot be closed yet: {0}")]
    InTheWay(#[from] ClosingFault),
    /// Its books moved again and again while they were looked at.
    #[error("the account's books are moving; try again in a moment")]
    Busy,
    /// The agreement with the provider could not be ended.
    #[error(transparent)]
    Mandate(#[from] MandateStepFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Closes a rider's account. A repeat changes nothing.
pub async fn close_account(
    office: &Office,
    rider: RiderId,
    now: UnixSeconds,
    (carrier, entropy): (&impl Carrier, &mut impl Entropy),
) -> Result<(), CloseAccountFault> {
    for _ in 0..TRIES {
        let Some(file) = office.store.load_rider(rider, now).await? else {
            return Ok(());
        };
        if file.rider.state == RiderState::Closed {
            return Ok(());
        }
        standing(office, &file, now).await?.may_close()?;
        for one in &file.mandates {
            match one.state {
                MandateState::Ended => {}
                MandateState::Pending | MandateState::Active | MandateState::Suspended { .. } => {
                    mandate::end(office, one.id, now, (carrier, &mut *entropy)).await?;
                }
            }
        }
        match office.store.close_rider(rider, file.mark, now).await? {
            RiderClosed::Closed => return Ok(()),
            RiderClosed::Moved => {}
        }
    }
    Err(CloseAccountFault::Busy)
}

async fn standing(
    office: &Office,
    file: &RiderFile,
    now: UnixSeconds,
) -> Result<Standing, StoreFault> {
    let rides = rides::of(office, file.rider.id, now).await?;
    Ok(Standing {
        balance: Money::new(file.balance_minor, office.policy.currency),
        charge_open: !file.unpaid.is_empty(),
        ride_open: rides.iter().any(|ride| ride.state == RideState::Uploaded),
    })
}

/// How often books that move are looked at again.
const TRIES: u32 = 3;
