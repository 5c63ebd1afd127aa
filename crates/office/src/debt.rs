//! What a rider owes for rides that could not be charged, and paying it at once.
//!
//! Repaying needs no order of its own: the rider's declined charges fall due now, each under the
//! number it has, so that whatever else is on its way cannot take the same fare twice. The workers
//! send them; the first news that leaves nothing declined lifts the block.

use std::collections::BTreeMap;

use ridecode_ledger::Money;
use ridecode_store::{ChargeState, StoreFault};
use ridecode_words::{ChargeId, JourneyId, RiderId, TapId, UnixSeconds};

use crate::{Office, rides};

/// One unpaid charge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnpaidRide {
    /// The charge that was declined.
    pub charge: ChargeId,
    /// The rides it is for, by id.
    pub rides: Vec<JourneyId>,
    /// When the first of them began; `None` if its tap is not here.
    pub began: Option<UnixSeconds>,
    /// What is asked for.
    pub amount: Money,
    /// When it was first declined.
    pub since: UnixSeconds,
    /// Where the charge stands: declined, or on its way again.
    pub state: ChargeState,
    /// When it is tried again by itself, or asked about; `None` once attempts ended.
    pub next_attempt: Option<UnixSeconds>,
    /// When it was written off, if it was; it can be paid all the same.
    pub written_off: Option<UnixSeconds>,
}

/// A rider's debts, oldest first.
pub async fn of(office: &Office, rider: RiderId) -> Result<Vec<UnpaidRide>, StoreFault> {
    let page = office.store.load_rides(rider).await?;
    let began: BTreeMap<TapId, UnixSeconds> =
        page.taps.iter().map(|tap| (tap.id, tap.time)).collect();
    let mut debts: Vec<UnpaidRide> = page
        .charges
        .iter()
        .filter_map(|charge| {
            let unpaid = charge.find_unpaid()?;
            let rides = rides::journeys_charged_by(&page, charge.id);
            let named = [charge.id.journey];
            let times = rides
                .iter()
                .chain(&named)
                .filter_map(|ride| began.get(&ride.0));
            Some(UnpaidRide {
                charge: charge.id,
                began: times.min().copied(),
                rides,
                amount: unpaid.amount,
                since: unpaid.since,
                state: charge.state.clone(),
                next_attempt: charge.next_attempt,
                written_off: charge.written_off,
            })
        })
        .collect();
    debts.sort_by_key(|debt| (debt.since, debt.charge));
    Ok(debts)
}

/// Makes all of a rider's debts due now, or, where a try is on its way, as soon as it is known to
/// have failed. Gives how many were not already.
pub async fn repay(office: &Office, rider: RiderId, now: UnixSeconds) -> Result<u32, StoreFault> {
    office.store.hasten_charges(rider, now).await
}
