//! Pricing: stages 5, 6 and 8. Taps become journeys, fares, transfers and charges.
//!
//! A month that is due is loaded with its taps and its posted fares, billed again as a whole, and
//! only what differs from the posted fares is posted: a new version with a transfer of the
//! difference. Posted versions are never edited.

pub(crate) mod plan;
mod taken;

mod again;

use std::num::NonZeroUsize;

use ridecode_fare::bill;
use ridecode_store::{BillDue, BillSave, BillSaved, BillWindow, StoreFault};
use ridecode_words::UnixSeconds;

pub use self::again::{Again, Then, again};
use self::plan::plan;
use crate::Office;

/// What a round of pricing did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Priced {
    /// Months priced.
    pub bills: usize,
    /// Fare versions posted.
    pub fares: usize,
    /// Months whose taps moved meanwhile; they are still due.
    pub moved: usize,
    /// Closed journeys without a price: tariffs or feed are incomplete. Logged, and tried again.
    pub unpriced: usize,
    /// Months whose fares contradict themselves. A fault of ours: logged, and still due.
    pub failed: usize,
}

/// Prices up to `limit` months that are due.
pub async fn run(office: &Office, now: UnixSeconds, limit: usize) -> Result<Priced, StoreFault> {
    let due = office.store.due_bills(now, limit).await?;
    let mut priced = Priced::default();
    for due in due.chunks(BATCH.get()) {
        let periods = due.iter().map(|due| due.period).collect();
        let windows = office.store.load_windows(periods, JOURNEY_S_MAX).await?;
        let saves = plan_all(office, (due, &windows), now, &mut priced);
        let fares: Vec<usize> = saves.iter().map(|save| save.fares.len()).collect();
        let saved = office.store.save_bills(saves).await?;
        for (saved, fares) in saved.into_iter().zip(fares) {
            match saved {
                BillSaved::Saved => {
                    priced.bills += 1;
                    priced.fares += fares;
                }
                BillSaved::Moved => priced.moved += 1,
            }
        }
    }
    Ok(priced)
}

/// Plans each month on its own, so that one that cannot be priced holds up no other.
fn plan_all(
    office: &Office,
    (due, windows): (&[BillDue], &[BillWindow]),
    now: UnixSeconds,
    priced: &mut Priced,
) -> Vec<BillSave> {
    let mut saves = Vec::with_capacity(due.len());
    for (due, window) in due.iter().zip(windows) {
        let bill = bill(due.period, &window.taps, &office.book, now);
        for (journey, why) in &bill.unpriced {
            tracing::warn!(journey = %journey.id, %why, "a journey has no price");
            priced.unpriced += 1;
        }
        match plan(office, &bill, window, now) {
            Ok(save) => saves.push(save),
            Err(fault) => {
                let (rider, month) = (due.period.rider, due.period.month);
                tracing::error!(%rider, %month, %fault, "a month cannot be priced");
                priced.failed += 1;
            }
        }
    }
    saves
}

/// How many months are loaded and saved at a time.
const BATCH: NonZeroUsize = NonZeroUsize::new(256).expect("256 is not zero");

/// No journey is longer than this, in seconds: how far a month's window reaches into its
/// neighbors. One day, as the store's marks assume.
pub(crate) const JOURNEY_S_MAX: u32 = 86_400;
