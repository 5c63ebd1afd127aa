//! Refunds.

use std::cmp::Reverse;

use ridecode_words::{RefundId, RiderId, UnixSeconds};

use super::{FIRST_CHARGE, MemoryStore, Result, State};
use crate::fault::StoreFault;
use crate::record::{Refund, RefundAttempt, RefundDue, RefundNews, RefundSettled};
use crate::{even, step};

impl MemoryStore {
    pub(crate) fn due_refunds(&self, now: UnixSeconds, limit: usize) -> Result<Vec<RefundDue>> {
        let state = self.lock();
        let mut due: Vec<_> = state
            .refunds
            .values()
            .filter_map(|refund| Some((refund.next_attempt.filter(|&at| at <= now)?, refund)))
            .collect();
        due.sort_by_key(|(at, refund)| (*at, refund.rider, refund.id));
        let due = due.into_iter().take(limit);
        due.map(|(_, refund)| {
            let charge = state.charge(refund.id.charge)?;
            let (transaction, collected) = charge.find_payment().ok_or_else(|| {
                StoreFault::Corrupt(format!("refund {} of what was not collected", refund.id))
            })?;
            Ok(RefundDue {
                refund: refund.clone(),
                transaction: transaction.to_owned(),
                collected,
            })
        })
        .collect()
    }

    pub(crate) fn open_refund(&self, attempt: RefundAttempt) -> Result<bool> {
        let mut state = self.lock();
        let held = state.refund(attempt.refund)?;
        let Some(refund) = step::attempt_refund(held.clone(), &attempt) else {
            return Ok(false);
        };
        state.refunds.insert((refund.rider, refund.id), refund);
        Ok(true)
    }

    pub(crate) fn settle_refund(&self, news: RefundNews) -> Result<RefundSettled> {
        let mut state = self.lock();
        let held = state.refund(news.refund)?.clone();
        let rider = held.rider;
        let refund = match step::settle_refund(held, &news) {
            Ok(refund) => refund,
            Err(refused) => return Ok(refused),
        };
        let account = state.account(rider)?;
        let mut balance = account.balance;
        if let Some(transfer) = &news.transfer {
            if transfer.rider != rider || transfer.amount != refund.amount {
                return Err(StoreFault::conflict("refund", refund.id));
            }
            balance = balance.after(transfer)?;
        }
        // Nothing can refuse the news from here on.
        account.balance = balance;
        account.mark += 1;
        if let Some(transfer) = news.transfer {
            state.take_down(transfer);
        }
        let charge = refund.id.charge;
        state.refunds.insert((rider, refund.id), refund);
        let together = state.together_charged(charge);
        state.even_out(rider, &together);
        Ok(RefundSettled::Saved)
    }

    pub(crate) fn revive_refund(
        &self,
        refund: RefundId,
        now: UnixSeconds,
    ) -> Result<Option<RefundId>> {
        let mut state = self.lock();
        let held = state.refund(refund)?;
        let together = state.together_charged(refund.charge);
        let owed = state.owed_for(held.rider, &together);
        let (charges, refunds) = state.asked_and_given(held.rider, &together);
        let changed = even::refund_again(held, (owed, now), &charges, &refunds);
        let due = changed.first().map(|refund| refund.id);
        for refund in changed {
            state.refunds.insert((refund.rider, refund.id), refund);
        }
        Ok(due)
    }

    pub(crate) fn unfinished_refunds(&self, limit: usize) -> Result<Vec<Refund>> {
        let state = self.lock();
        let refunds = state.refunds.values();
        let mut found: Vec<&Refund> = refunds.filter(|refund| !refund.state.is_closed()).collect();
        found.sort_by_key(|refund| (Reverse(refund.planned), refund.rider, refund.id));
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    pub(crate) fn find_refund(&self, refund: RefundId) -> Result<Option<Refund>> {
        Ok(self.lock().refund(refund).ok().cloned())
    }
}

impl State {
    /// A rider's refunds, by id.
    pub(super) fn refunds_of(&self, rider: RiderId) -> impl Iterator<Item = &Refund> {
        let first = RefundId {
            charge: FIRST_CHARGE,
            number: 0,
        };
        let refunds = self.refunds.range((rider, first)..);
        refunds
            .take_while(move |((of, _), _)| *of == rider)
            .map(|(_, refund)| refund)
    }

    fn refund(&self, id: RefundId) -> Result<&Refund> {
        self.tap_of(id.charge.journey)
            .and_then(|(rider, _)| self.refunds.get(&(rider, id)))
            .ok_or_else(|| StoreFault::missing("refund", id))
    }
}
