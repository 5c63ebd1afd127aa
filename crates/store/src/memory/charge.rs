//! Charges.

use ridecode_words::{ChargeId, MandateId, ProviderId, RiderId, UnixSeconds};

use super::{FIRST_CHARGE, MemoryStore, Result, State};
use crate::fault::StoreFault;
use crate::record::{Attempt, Charge, ChargeDue, Settled, Settlement};
use crate::step;

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

    pub(crate) fn find_charge(&self, charge: ChargeId) -> Result<Option<Charge>> {
        Ok(self.lock().charge(charge).ok().cloned())
    }

    pub(crate) fn settle_charge(&self, news: Settlement) -> Result<Settled> {
        let mut state = self.lock();
        let held = state.charge(news.charge)?.clone();
        let rider = held.rider;
        let account = state.account(rider)?;
        if let Some(refused) = step::turn_away(&held, account.mark, &news) {
            return Ok(refused);
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
            state.transfers.insert((rider, transfer.id), *transfer);
        }
        let charge = step::settle(held, &news);
        state.charges.insert((rider, charge.id), charge);
        if let Some(after) = news.rider_state {
            state.change_credentials(rider, |credential| {
                step::follow_rider(&after, credential, news.at)
            });
            state.account(rider)?.rider.state = after;
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

    fn charge(&self, id: ChargeId) -> Result<&Charge> {
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
