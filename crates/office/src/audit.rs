//! The audit: everything recomputed from what it derives from. Reads only, changes nothing, runs
//! beside a working office.
//!
//! Riders come in pages, each rider in one consistent view: bills from taps, transfers and charges
//! from fares, balances from transfers. Statements, bookings and journals come with the first page; what
//! stands on statements is held against the fares as the pages go by, and what is left over at the
//! end has no fare behind it. Work that waits is not a fault: a month that is due is not compared
//! with its taps. Last comes the chain of the ledger's days.

mod booking;
mod chain;
mod journal;
mod payout;
mod rider;
mod statement;

use std::collections::BTreeMap;

use ridecode_ledger::{Account, Money};
use ridecode_store::{AuditPage, StoreFault};
use ridecode_words::{ServiceDay, UnixSeconds};

use self::rider::RiderRecords;
use self::statement::Lines;
use crate::Office;

/// One thing that does not add up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What kind of thing: `bill`, `balance`, `transfer`, `charge`, `charges`, `refund`,
    /// `adjustment`, `statement`, `payout`, `booking`, `journal`, `ledger`.
    pub what: &'static str,
    /// Which one.
    pub id: String,
    /// What was expected and what was found.
    pub detail: String,
}

/// A ledger day's head that is known from elsewhere: printed, mailed, published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownHead {
    /// The service day.
    pub day: ServiceDay,
    /// Its head.
    pub head: [u8; 32],
}

/// The result of an audit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Audited {
    /// Riders looked at.
    pub riders: u64,
    /// Taps looked at.
    pub taps: u64,
    /// Fare versions looked at.
    pub fares: u64,
    /// Transfers looked at.
    pub transfers: u64,
    /// Payouts looked at.
    pub payouts: u64,
    /// Bookings looked at: transfers with no rider in them.
    pub bookings: u64,
    /// Charges looked at.
    pub charges: u64,
    /// Statements looked at.
    pub statements: u64,
    /// Sealed days of the ledger looked at.
    pub ledger_days: u64,
    /// The last sealed day of the ledger and its head: what a later audit may begin from.
    pub head: Option<KnownHead>,
    /// Sum of all debits less all credits, in minor units: 0.
    pub debits_less_credits_minor: i64,
    /// Gaps in journals: known to exist, not here yet. No finding, but said.
    pub journal_gaps: u64,
    /// What does not add up.
    pub findings: Vec<Finding>,
}

/// Audits everything. `as_of` is up to when open journeys are judged: the time the audit begins.
pub async fn run(office: &Office, as_of: UnixSeconds) -> Result<Audited, StoreFault> {
    run_telling(office, as_of, |_| ()).await
}

/// [`run`], telling after every page of riders how far it is.
pub async fn run_telling(
    office: &Office,
    as_of: UnixSeconds,
    mut tell: impl FnMut(&Audited),
) -> Result<Audited, StoreFault> {
    let mut audit = Audit::default();
    let mut after = None;
    loop {
        let page = office.store.audit_page(after, PAGE_RIDERS).await?;
        audit.take_common(office, &page);
        for (rider, records) in rider::split(&page) {
            let mut found = records.check(office, rider, as_of);
            if !found.findings.is_empty() {
                // A rider may have been moving: only what stands in a second view is told.
                let again = office.store.load_rides(rider).await?;
                if let Some(records) = rider::split(&again).remove(&rider) {
                    found = records.check(office, rider, as_of);
                }
            }
            audit.take_rider(&records, found);
        }
        tell(&audit.audited);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    audit.take_chain(chain::check(office, None).await?);
    Ok(audit.finish())
}

/// Checks the days of the ledger after a known head, and nothing else: whoever kept that head need
/// trust nothing that came before it.
pub async fn since(office: &Office, known: KnownHead) -> Result<Audited, StoreFault> {
    let mut audit = Audit::default();
    audit.take_chain(chain::check(office, Some(known)).await?);
    Ok(audit.finish())
}

/// An audit under way.
#[derive(Default)]
struct Audit {
    audited: Audited,
    accounts: BTreeMap<Account, i128>,
    lines: Lines,
}

impl Audit {
    /// What comes with the first page only.
    fn take_common(&mut self, office: &Office, page: &AuditPage) {
        let audited = &mut self.audited;
        audited.statements += count(page.statements.len());
        audited.bookings += count(page.bookings.len());
        audited.findings.extend(journal::check(&page.journals));
        audited.journal_gaps += journal::count_gaps(&page.journals);
        let found = statement::check(office, &page.statements, &mut self.lines);
        audited.findings.extend(found);
        audited.payouts += count(page.payouts.len());
        let found = payout::check(&page.statements, &page.payouts);
        audited.findings.extend(found);
        audited.findings.extend(booking::check(page));
        for booking in &page.bookings {
            self.move_money((booking.debit, booking.credit), booking.amount);
        }
    }

    fn take_rider(&mut self, records: &RiderRecords<'_>, found: rider::Found) {
        let audited = &mut self.audited;
        audited.riders += 1;
        audited.taps += count(records.taps.len());
        audited.fares += count(records.fares.len());
        audited.transfers += count(records.transfers.len());
        audited.charges += count(records.charges.len());
        for transfer in &records.transfers {
            self.move_money((transfer.debit, transfer.credit), transfer.amount);
        }
        let audited = &mut self.audited;
        audited.findings.extend(found.findings);
        for leg in found.legs {
            audited.findings.extend(self.lines.meet(&leg));
        }
    }

    fn move_money(&mut self, (debit, credit): (Account, Account), amount: Money) {
        let minor = i128::from(amount.minor);
        *self.accounts.entry(debit).or_default() += minor;
        *self.accounts.entry(credit).or_default() -= minor;
    }

    fn take_chain(&mut self, found: chain::Found) {
        let audited = &mut self.audited;
        audited.ledger_days = found.days;
        audited.head = found.last.and_then(|last| {
            let sealed = last.sealed?;
            Some(KnownHead {
                day: last.day,
                head: sealed.head,
            })
        });
        audited.findings.extend(found.findings);
    }

    fn finish(mut self) -> Audited {
        self.audited.findings.extend(self.lines.left_over());
        let sum: i128 = self.accounts.values().sum();
        self.audited.debits_less_credits_minor =
            i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX });
        self.audited
    }
}

impl Finding {
    fn new(what: &'static str, id: impl ToString, detail: String) -> Self {
        let id = id.to_string();
        Self { what, id, detail }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Riders on a page.
const PAGE_RIDERS: usize = 256;
