//! Audit pages, counters, replies.

use ridecode_fare::{Period, Tap};
use ridecode_ledger::{TransferId, TransferKind};
use ridecode_words::{Month, RiderId, ServiceDay, TapId, UnixSeconds};

use super::{FIRST_CHARGE, MemoryStore, Result, State};
use crate::fault::StoreFault;
use crate::record::{AuditPage, OfficeState, ProviderBill, ReplyRecord};

impl MemoryStore {
    pub(crate) fn taken_on(&self, rider: RiderId, day: ServiceDay) -> Result<i64> {
        let state = self.lock();
        let transfers = state.transfers.range((rider, FIRST_TRANSFER)..);
        let transfers = transfers.take_while(|((of, _), _)| *of == rider);
        let taken = transfers.filter(|(_, transfer)| {
            transfer.id.kind == TransferKind::Collected && transfer.day == day
        });
        let taken: i64 = taken.map(|(_, transfer)| transfer.amount.minor).sum();
        let charges = state.charges_of(rider);
        let on_their_way = charges.filter(|charge| charge.state.is_on_its_way());
        let on_their_way: i64 = on_their_way.map(|charge| charge.amount.minor).sum();
        Ok(taken + on_their_way)
    }

    pub(crate) fn find_tap(&self, tap: TapId) -> Result<Option<Tap>> {
        let state = self.lock();
        let journal = state.journals.get(&tap.validator);
        Ok(journal.and_then(|journal| journal.taps.get(&tap.sequence).cloned()))
    }

    pub(crate) fn load_rides(&self, rider: RiderId) -> Result<AuditPage> {
        let state = self.lock();
        let rider = state.riders.contains_key(&rider).then_some(rider);
        Ok(state.page(rider.into_iter().collect()))
    }

    pub(crate) fn audit_page(&self, after: Option<RiderId>, limit: usize) -> Result<AuditPage> {
        let state = self.lock();
        let limit = limit.max(1);
        let riders = state.riders.keys().copied();
        let mut riders = riders.filter(|&rider| after.is_none_or(|after| rider > after));
        let on_page: Vec<_> = riders.by_ref().take(limit).collect();
        let next = riders.next().and_then(|_| on_page.last().copied());
        let mut page = state.page(on_page);
        page.next = next;
        if after.is_none() {
            page.statements = state.statements.values().cloned().collect();
            page.payouts = state.payouts.values().cloned().collect();
            let bills = state.provider_bills.values();
            let settled = bills.filter(|bill| bill.settled.is_some());
            page.settled_bills = settled
                .map(|bill| ProviderBill {
                    findings: Vec::new(),
                    ..bill.clone()
                })
                .collect();
            page.bookings = state.bookings.values().copied().collect();
            let validators = state.validators.keys();
            page.journals = validators.map(|&validator| state.held(validator)).collect();
        }
        Ok(page)
    }

    pub(crate) fn deny_version(&self) -> Result<u64> {
        Ok(self.lock().deny_version)
    }

    pub(crate) fn office_state(&self, now: UnixSeconds) -> Result<OfficeState> {
        let state = self.lock();
        let bills_due = state.due.values().filter(|due| due.at <= now).count();
        let charges = state.charges.values();
        let open = charges.filter(|charge| !charge.state.is_closed());
        let journals = state.journals.values();
        let disagreements: usize = journals.map(|journal| journal.disagreements.len()).sum();
        Ok(OfficeState {
            deny_version: state.deny_version,
            bills_due: bills_due as u64,
            charges_open: open.count() as u64,
            disagreements: disagreements as u64,
        })
    }

    pub(crate) fn keep_reply(&self, reply: ReplyRecord) -> Result<ReplyRecord> {
        let mut state = self.lock();
        let kept = state
            .replies
            .entry(reply.key.clone())
            .or_insert_with(|| reply.clone());
        if kept.request_digest != reply.request_digest {
            return Err(StoreFault::conflict("reply", reply.key));
        }
        Ok(kept.clone())
    }

    pub(crate) fn find_reply(&self, key: String) -> Result<Option<ReplyRecord>> {
        Ok(self.lock().replies.get(&key).cloned())
    }
}

impl State {
    /// What is held of some riders, given ascending.
    fn page(&self, riders: Vec<RiderId>) -> AuditPage {
        let mut page = AuditPage::default();
        for &rider in &riders {
            let taps = self.taps.get(&rider).into_iter().flatten();
            page.taps.extend(taps.cloned());
            let fares = self
                .fares
                .range((first_month(rider), FIRST_CHARGE.journey, 0)..);
            let fares = fares.take_while(|((period, ..), _)| period.rider == rider);
            page.fares.extend(fares.map(|(_, fare)| fare.clone()));
            let transfers = self.transfers.range((rider, FIRST_TRANSFER)..);
            let transfers = transfers.take_while(|((of, _), _)| *of == rider);
            page.transfers
                .extend(transfers.map(|(_, transfer)| *transfer));
            page.charges.extend(self.charges_of(rider).cloned());
            page.refunds.extend(self.refunds_of(rider).cloned());
            page.adjusted.extend(self.adjusted(rider));
            let balance = self.riders[&rider].balance;
            page.balances.push((rider, balance.minor));
            let due = self.due.range(first_month(rider)..);
            let due = due.take_while(|(period, _)| period.rider == rider);
            page.due.extend(due.map(|(&period, due)| (period, due.at)));
            let open = self.open_days.iter();
            page.open_days
                .extend(open.filter(|(period, _)| period.rider == rider));
        }
        page.riders = riders;
        page
    }
}

/// Comes before every month of a rider.
fn first_month(rider: RiderId) -> Period {
    Period {
        rider,
        month: Month {
            year: i32::MIN,
            month: 0,
        },
    }
}

/// Comes before every transfer of a rider.
const FIRST_TRANSFER: TransferId = TransferId {
    charge: FIRST_CHARGE,
    kind: TransferKind::Fare,
    line: 0,
};
