//! Billing a month again: for when something other than its taps changed, such as a tariff published
//! after the day it comes into force.
//!
//! Every billed month is recomputed with the tariffs of today and held against what is posted.
//! Those that differ are made due, and the next round of pricing posts the difference like any
//! other correction. Nothing is posted here.

use ridecode_fare::{Period, bill};
use ridecode_store::{BillWindow, StoreFault};
use ridecode_words::{Month, RiderId, UnixSeconds};

use super::JOURNEY_S_MAX;
use super::plan::changes;
use crate::Office;

/// What becomes of the months that differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then {
    /// They are counted.
    Tell,
    /// They are due at once.
    Due,
}

/// What billing a month again changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Again {
    /// Riders who were billed for the month.
    pub riders: u64,
    /// Of those, whose bills differ.
    pub differ: u64,
    /// Fares that differ.
    pub fares: u64,
    /// What is added to fares that grow, in minor units.
    pub more_minor: i64,
    /// What is taken off fares that shrink, in minor units; positive.
    pub less_minor: i64,
    /// Riders whose month contradicts itself: not looked at, and told in the log.
    pub failed: u64,
}

/// Holds every rider's bill of a month against what is posted.
pub async fn again(
    office: &Office,
    month: Month,
    now: UnixSeconds,
    then: Then,
) -> Result<Again, StoreFault> {
    let mut again = Again::default();
    let mut after = None;
    loop {
        let page = office.store.audit_page(after, PAGE_RIDERS).await?;
        let periods = periods_of(&page.riders, month);
        let store = &office.store;
        let windows = store.load_windows(periods.clone(), JOURNEY_S_MAX).await?;
        let mut due = Vec::new();
        for (period, window) in periods.into_iter().zip(&windows) {
            if window.fares.is_empty() {
                continue;
            }
            match again.take(office, (period, window), now) {
                Ok(true) => due.push(period),
                Ok(false) => {}
                Err(fault) => {
                    tracing::error!(%fault, "a month cannot be billed again");
                    again.failed += 1;
                }
            }
        }
        match then {
            Then::Tell => {}
            Then::Due => office.store.bill_again(due, now).await?,
        }
        after = page.next;
        if after.is_none() {
            return Ok(again);
        }
    }
}

fn periods_of(riders: &[RiderId], month: Month) -> Vec<Period> {
    let period = |&rider| Period { rider, month };
    riders.iter().map(period).collect()
}

impl Again {
    /// Counts a rider's month. Says whether it differs.
    fn take(
        &mut self,
        office: &Office,
        (period, window): (Period, &BillWindow),
        now: UnixSeconds,
    ) -> Result<bool, StoreFault> {
        let bill = bill(period, &window.taps, &office.book, now);
        let changed = changes(&bill, &window.fares, office.policy.currency)
            .map_err(|fault| StoreFault::Corrupt(format!("{period:?}: {fault}")))?;
        self.riders += 1;
        self.differ += u64::from(!changed.is_empty());
        for (before, after) in &changed {
            let before_minor = before.map_or(0, |before| before.amount_minor);
            let added = after.amount_minor.saturating_sub(before_minor);
            self.fares += 1;
            self.more_minor = self.more_minor.saturating_add(added.max(0));
            self.less_minor = self.less_minor.saturating_sub(added.min(0));
        }
        Ok(!changed.is_empty())
    }
}

/// Riders whose months are loaded at a time.
const PAGE_RIDERS: usize = 256;
