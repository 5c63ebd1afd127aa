//! Days of the ledger: every head follows from the one before and from its transfers, and every
//! transfer is as it was taken down.

use std::collections::BTreeMap;

use ridecode_ledger::{DayChain, Transfer};
use ridecode_store::{LedgerDay, LedgerPage, LedgerRange, StoreFault};

use super::{Finding, KnownHead};
use crate::Office;
use crate::seal::PAGE_TRANSFERS;

/// What the check of the chain gives.
#[derive(Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    /// Sealed days looked at.
    pub(super) days: u64,
    /// The last sealed day.
    pub(super) last: Option<LedgerDay>,
}

/// Checks every day after the one whose head is known, or every day.
pub(super) async fn check(office: &Office, since: Option<KnownHead>) -> Result<Found, StoreFault> {
    let days = office.store.load_ledger_days().await?;
    let mut found = Found::default();
    let first = match since {
        None => 1,
        Some(known) => match find_known(&days, known) {
            Ok(number) => number + 1,
            Err(finding) => {
                found.findings.push(finding);
                return Ok(found);
            }
        },
    };
    let mut chains = begin(&days, first, &mut found);
    let mut range = LedgerRange {
        first,
        last: u64::MAX,
        after: None,
    };
    loop {
        let page = office.store.ledger_page(range, PAGE_TRANSFERS).await?;
        add(&page, &mut chains, &mut found);
        range.after = page.next;
        if range.after.is_none() {
            break;
        }
    }
    found.compare(&days, chains);
    Ok(found)
}

/// The number of the day with a known head.
fn find_known(days: &[LedgerDay], known: KnownHead) -> Result<u64, Finding> {
    let finding = |detail| Finding::new("ledger", known.day, detail);
    let Some(day) = days.iter().find(|day| day.day == known.day) else {
        return Err(finding(
            "there is no ledger day for this service day".into(),
        ));
    };
    match day.sealed {
        Some(sealed) if sealed.head == known.head => Ok(day.number),
        Some(sealed) => Err(finding(format!(
            "its head is {}, and {} was known",
            words(&sealed.head),
            words(&known.head)
        ))),
        None => Err(finding("it has no head yet".into())),
    }
}

/// A chain for each sealed day, from the head that is held of the day before.
fn begin(days: &[LedgerDay], first: u64, found: &mut Found) -> BTreeMap<u64, DayChain> {
    let mut chains = BTreeMap::new();
    let mut before = Some([0; 32]);
    for (expected, day) in (1..).zip(days) {
        if day.number != expected {
            let detail = format!("number {expected} was expected, {} is held", day.number);
            found.tell(day, detail);
        }
        if let (Some(before), Some(_)) = (before, day.sealed)
            && day.number >= first
        {
            chains.insert(day.number, DayChain::new(&before, day.number, day.day));
        }
        if before.is_none() && day.sealed.is_some() {
            found.tell(day, "it is sealed, and the day before is not".into());
        }
        before = day.sealed.map(|sealed| sealed.head);
    }
    chains
}

fn add(page: &LedgerPage, chains: &mut BTreeMap<u64, DayChain>, found: &mut Found) {
    for entry in &page.transfers {
        if !entry.intact {
            found.findings.push(altered(&entry.transfer));
        }
        if let Some(chain) = chains.get_mut(&entry.ledger_day) {
            chain.add_transfer(&entry.transfer);
        }
    }
    for (day, booking) in &page.bookings {
        if let Some(chain) = chains.get_mut(day) {
            chain.add_booking(booking);
        }
    }
}

impl Found {
    fn compare(&mut self, days: &[LedgerDay], mut chains: BTreeMap<u64, DayChain>) {
        for day in days {
            let (Some(sealed), Some(chain)) = (day.sealed, chains.remove(&day.number)) else {
                continue;
            };
            self.days += 1;
            self.last = Some(*day);
            let given = chain.finish();
            if (given.transfers, given.bookings) != (sealed.transfers, sealed.bookings) {
                let detail = format!(
                    "it was sealed with {} transfers and {} bookings, {} and {} are held",
                    sealed.transfers, sealed.bookings, given.transfers, given.bookings
                );
                self.tell(day, detail);
            } else if given.head != sealed.head {
                let detail = format!(
                    "its transfers and bookings give the head {}, it was sealed with {}",
                    words(&given.head),
                    words(&sealed.head)
                );
                self.tell(day, detail);
            }
        }
    }

    fn tell(&mut self, day: &LedgerDay, detail: String) {
        let id = format!("day {} ({})", day.number, day.day);
        self.findings.push(Finding::new("ledger", id, detail));
    }
}

fn altered(transfer: &Transfer) -> Finding {
    let detail = format!(
        "the transfer ({}, line {}) of {} from {} to {} was altered after it was taken down",
        transfer.id.kind.word(),
        transfer.id.line,
        transfer.amount,
        transfer.credit,
        transfer.debit
    );
    Finding::new("transfer", transfer.id.charge, detail)
}

fn words(head: &[u8; 32]) -> String {
    head.iter().map(|byte| format!("{byte:02x}")).collect()
}
