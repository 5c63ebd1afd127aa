//! Sealing days of the ledger: stage 9, after the statements.
//!
//! A day is cut first: what comes later belongs to the next one. What was cut no longer changes,
//! so that its head is taken at leisure, page by page, beside everything else that goes on. Days
//! that a stop left cut without a head get theirs first.

use ridecode_ledger::{DayChain, DayHead};
use ridecode_store::{LedgerDay, LedgerRange, StoreFault};
use ridecode_words::ServiceDay;

use crate::Office;

/// Cuts the ledger for a service day and seals every day that was cut. Gives the days it sealed;
/// none if that day or a later one was sealed before.
pub async fn day(office: &Office, day: ServiceDay) -> Result<Vec<LedgerDay>, StoreFault> {
    office.store.cut_ledger(day).await?;
    let mut before = [0; 32];
    let mut sealed_now = Vec::new();
    for mut cut in office.store.load_ledger_days().await? {
        let sealed = match cut.sealed {
            Some(sealed) => sealed,
            None => {
                let sealed = digest(office, &cut, &before).await?;
                office.store.seal_ledger(cut.number, sealed).await?;
                cut.sealed = Some(sealed);
                sealed_now.push(cut);
                sealed
            }
        };
        before = sealed.head;
    }
    Ok(sealed_now)
}

async fn digest(
    office: &Office,
    cut: &LedgerDay,
    before: &[u8; 32],
) -> Result<DayHead, StoreFault> {
    let mut chain = DayChain::new(before, cut.number, cut.day);
    let mut range = LedgerRange {
        first: cut.number,
        last: cut.number,
        after: None,
    };
    loop {
        let page = office.store.ledger_page(range, PAGE_TRANSFERS).await?;
        for entry in &page.transfers {
            chain.add_transfer(&entry.transfer);
        }
        for (_, booking) in &page.bookings {
            chain.add_booking(booking);
        }
        range.after = page.next;
        if range.after.is_none() {
            return Ok(chain.finish());
        }
    }
}

/// Transfers on a page.
pub(crate) const PAGE_TRANSFERS: usize = 4_096;
