//! Charges.

use std::cmp::Reverse;

use ridecode_account::RiderState;
use ridecode_ledger::{Account, Transfer, TransferId, TransferKind};
use ridecode_words::{ChargeId, JourneyId, MandateId, ProviderId, RiderId, UnixSeconds};

use super::{FIRST_CHARGE, MemoryStore, Result, State};
use crate::even::{Owed, Together};
use crate::fault::StoreFault;
use crate::record::{
    Attempt, Charge, ChargeDue, ChargeGroup, ChargeStanding, ChargeSum, ChargeSums, Refund,
    Settled, Settlement, WriteOff,
};
use crate::{even, step};

impl MemoryStore {
    pub(crate) fn due_charges(&self, now: UnixSeconds, limit: usize) -> Result<Vec<ChargeDue>> {
        let state = self.lock();
        let mut due: Vec<_> = state
            .charges
            .values()
            .filter_map(|charge| Some((charge.next_attempt.filter(|&at| at <= now)?, charge)))
            .collect();
        due.sort_by_key(|(at, charge)| (*at, charge.rider, charge.id));
        let due = due.into_iter().take(limit);
        Ok(due
            .map(|(_, charge)| ChargeDue {
                charge: charge.clone(),
                mandate: state.charge_from(charge.rider),
            })
            .collect())
    }

    pub(crate) fn open_attempt(&self, attempt: Attempt) -> Result<bool> {
        let mut state = self.lock();
        let held = state.charge(attempt.charge)?;
        let Some(charge) = step::attempt(held.clone(), &attempt) else {
            return Ok(false);
        };
        state.charges.insert((charge.rider, charge.id), charge);
        Ok(true)
    }

    pub(crate) fn hasten_charges(&self, rider: RiderId, now: UnixSeconds) -> Result<u32> {
        let mut state = self.lock();
        state.account(rider)?;
        let charges = state.charges.range_mut((rider, FIRST_CHARGE)..);
        let own = charges.take_while(|((of, _), _)| *of == rider);
        let hastened = own
            .map(|(_, charge)| u32::from(step::hasten(charge, now)))
            .sum();
        state.account(rider)?.mark += u64::from(hastened > 0);
        Ok(hastened)
    }

    pub(crate) fn find_charge(&self, charge: ChargeId) -> Result<Option<Charge>> {
        Ok(self.lock().charge(charge).ok().cloned())
    }

    pub(crate) fn sum_charges(&self) -> Result<ChargeSums> {
        let mut sums = ChargeSums::default();
        for charge in self.lock().charges.values() {
            sums.add(&ChargeGroup {
                standing: (&charge.state).into(),
                was_declined: charge.first_decline.is_some(),
                was_written_off: charge.written_off.is_some(),
                sum: ChargeSum {
                    count: 1,
                    minor: charge.amount.minor,
                },
                paid_minor: charge.find_paid().map_or(0, |paid| paid.minor),
            });
        }
        Ok(sums)
    }

    pub(crate) fn load_charges(
        &self,
        standing: ChargeStanding,
        limit: usize,
    ) -> Result<Vec<Charge>> {
        let state = self.lock();
        let stands = |charge: &&Charge| ChargeStanding::from(&charge.state) == standing;
        let mut found: Vec<&Charge> = state.charges.values().filter(stands).collect();
        found.sort_by_key(|charge| (Reverse(charge.planned), charge.rider, charge.id));
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    pub(crate) fn due_write_offs(&self, before: UnixSeconds, limit: usize) -> Result<Vec<Charge>> {
        let state = self.lock();
        let declined = |charge: &&Charge| charge.first_decline.is_some_and(|at| at <= before);
        let mut due: Vec<&Charge> = state.charges.values().filter(declined).collect();
        due.retain(|charge| step::write_off((*charge).clone(), before).is_some());
        due.sort_by_key(|charge| (charge.first_decline, charge.rider, charge.id));
        Ok(due.into_iter().take(limit).cloned().collect())
    }

    pub(crate) fn write_off(&self, write_off: WriteOff) -> Result<bool> {
        let mut state = self.lock();
        let held = state.charge(write_off.charge)?.clone();
        let (rider, transfer) = (held.rider, write_off.transfer);
        if transfer.rider != rider || transfer.amount != held.amount {
            return Err(StoreFault::conflict("amount of charge", held.id));
        }
        let Some(charge) = step::write_off(held, write_off.at) else {
            return Ok(false);
        };
        let account = state.account(rider)?;
        account.balance = account.balance.after(&transfer)?;
        account.mark += 1;
        state.take_down(transfer);
        state.charges.insert((rider, charge.id), charge);
        Ok(true)
    }

    pub(crate) fn settle_charge(&self, news: Settlement) -> Result<Settled> {
        let mut state = self.lock();
        let held = state.charge(news.charge)?.clone();
        let rider = held.rider;
        let account = state.account(rider)?;
        if let Some(refused) = step::turn_away(&held, account.mark, &news) {
            return Ok(refused);
        }
        if !step::reinstates(&held, &news) {
            return Ok(Settled::Moved);
        }
        let mut balance = account.balance;
        for transfer in &news.transfers {
            if transfer.rider != rider {
                return Err(StoreFault::conflict("rider of charge", held.id));
            }
            balance = balance.after(transfer)?;
        }
        // Nothing can refuse the news from here on.
        account.balance = balance;
        account.mark += 1;
        for transfer in &news.transfers {
            state.take_down(*transfer);
        }
        let charge = step::settle(held, &news);
        state.charges.insert((rider, charge.id), charge);
        if let Some(after) = news.rider_state {
            state.change_credentials(rider, |credential| {
                step::follow_rider(&after, credential, news.at)
            });
            state.account(rider)?.rider.state = after;
        }
        if let Some(notice) = news.notice {
            state.notices.entry((rider, notice.id)).or_insert(notice);
        }
        if even::may_be_uneven(&news.outcome) {
            let together = state.together_charged(news.charge);
            state.even_out(rider, &together);
        }
        Ok(Settled::Saved)
    }
}

impl State {
    /// A rider's charges, by id.
    pub(super) fn charges_of(&self, rider: RiderId) -> impl Iterator<Item = &Charge> {
        let charges = self.charges.range((rider, FIRST_CHARGE)..);
        charges
            .take_while(move |((of, _), _)| *of == rider)
            .map(|(_, charge)| charge)
    }

    /// The rides a charge is about.
    pub(super) fn together_charged(&self, charge: ChargeId) -> Together {
        if charge.is_of_day() {
            self.together_with(charge.journey)
        } else {
            Together::alone(charge.journey)
        }
    }

    /// Charges a day that is over: for the first time, or for what its charges do not ask for yet.
    pub(super) fn charge_day(&mut self, rider: RiderId, together: &Together, at: UnixSeconds) {
        if self.is_charged(rider, together) {
            self.even_out(rider, together);
            return;
        }
        let transfers = self.transfers_for(rider, &together.journeys);
        if let Some(charge) = even::first_of_day(rider, together, (&transfers, at)) {
            self.charges.insert((rider, charge.id), charge);
        }
    }

    /// Whether any charge of rides is held.
    pub(super) fn is_charged(&self, rider: RiderId, together: &Together) -> bool {
        let journeys = &together.journeys;
        self.charges_of(rider)
            .any(|charge| journeys.contains(&charge.id.journey))
    }

    /// Brings the charges of rides in line with what these owe, and the rider's block with them.
    pub(super) fn even_out(&mut self, rider: RiderId, together: &Together) {
        let owed = self.owed_for(rider, together);
        let (charges, refunds) = self.asked_and_given(rider, together);
        let changed = even::even_out(owed, &charges, &refunds);
        if changed.is_empty() {
            return;
        }
        for charge in changed.charges {
            self.charges.insert((rider, charge.id), charge);
        }
        for refund in changed.refunds {
            self.refunds.insert((rider, refund.id), refund);
        }
        for transfer in &changed.transfers {
            self.take_down(*transfer);
        }
        let unpaid: Vec<Charge> = self.charges_of(rider).cloned().collect();
        let Some(account) = self.riders.get_mut(&rider) else {
            return;
        };
        for transfer in &changed.transfers {
            let minor = transfer.debit_less_credit_minor(Account::Rider(rider));
            account.balance.minor += minor;
        }
        account.mark += 1;
        let Some(after) = even::relieve(&account.rider.state, &unpaid) else {
            return;
        };
        account.rider.state = after.clone();
        if after == RiderState::Active {
            self.change_credentials(rider, |credential| {
                step::follow_rider(&after, credential, credential.expires)
            });
        }
    }

    /// The charges and refunds of rides, by id.
    pub(super) fn asked_and_given(
        &self,
        rider: RiderId,
        together: &Together,
    ) -> (Vec<Charge>, Vec<Refund>) {
        let journeys = &together.journeys;
        let charges = self.charges_of(rider);
        let charges = charges.filter(|charge| journeys.contains(&charge.id.journey));
        let refunds = self.refunds_of(rider);
        let refunds = refunds.filter(|refund| journeys.contains(&refund.id.charge.journey));
        (charges.cloned().collect(), refunds.cloned().collect())
    }

    /// What rides owe by their transfers.
    pub(super) fn owed_for(&self, rider: RiderId, together: &Together) -> Owed {
        let transfers = self.transfers_for(rider, &together.journeys);
        Owed::by(rider, together.rides, &transfers)
    }

    /// The transfers of some journeys, by id.
    pub(super) fn transfers_for(&self, rider: RiderId, journeys: &[JourneyId]) -> Vec<Transfer> {
        let of_journey = |&journey: &JourneyId| {
            let first = ChargeId {
                journey,
                version: 0,
            };
            let transfers = self.transfers.range((rider, first_transfer(first))..);
            transfers.take_while(move |((of, id), _)| *of == rider && id.charge.journey == journey)
        };
        let all = journeys.iter().flat_map(of_journey);
        all.map(|(_, transfer)| *transfer).collect()
    }

    pub(super) fn charge(&self, id: ChargeId) -> Result<&Charge> {
        self.tap_of(id.journey)
            .and_then(|(rider, _)| self.charges.get(&(rider, id)))
            .ok_or_else(|| StoreFault::missing("charge", id))
    }

    fn charge_from(&self, rider: RiderId) -> Option<(MandateId, ProviderId, String)> {
        let account = self.riders.get(&rider)?;
        let mandates = account.mandates.iter();
        let mandates: Vec<_> = mandates.map(|id| self.mandates[id].clone()).collect();
        step::charge_from(&mandates)
    }
}

/// The first id a transfer of a charge, or of one after it, can have.
fn first_transfer(charge: ChargeId) -> TransferId {
    TransferId {
        charge,
        kind: TransferKind::Fare,
        line: 0,
    }
}
