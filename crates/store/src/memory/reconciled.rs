//! Provider bills.

use std::collections::BTreeSet;

use ridecode_ledger::{Account, TransferKind};
use ridecode_words::{ChargeId, ProviderId, ServiceDay};

use super::{MemoryStore, Result};
use crate::reconciled::{Stepped, step};
use crate::record::{
    BillRefused, BillStep, Charge, OpenDifference, ProviderBill, ProviderBillSaved,
};

impl MemoryStore {
    pub(crate) fn load_collected(
        &self,
        (provider, day): (ProviderId, ServiceDay),
        asked: &[ChargeId],
    ) -> Result<Vec<Charge>> {
        let state = self.lock();
        let clearing = Account::ProviderClearing(provider);
        let collected = state.transfers.values().filter(|transfer| {
            let that_day = transfer.day == day && transfer.debit == clearing;
            transfer.id.kind == TransferKind::Collected && that_day
        });
        let mut wanted: BTreeSet<ChargeId> = asked.iter().copied().collect();
        wanted.extend(collected.map(|transfer| transfer.id.charge));
        let found = wanted.into_iter().filter_map(|id| state.charge(id).ok());
        Ok(found.cloned().collect())
    }

    pub(crate) fn save_provider_bill(&self, bill: ProviderBill) -> Result<ProviderBillSaved> {
        let mut state = self.lock();
        let key = (bill.provider, bill.day);
        if let Some(held) = state.provider_bills.get(&key) {
            return Ok(if held.digest == bill.digest {
                ProviderBillSaved::Repeated
            } else {
                ProviderBillSaved::Other
            });
        }
        state.provider_bills.insert(key, bill);
        Ok(ProviderBillSaved::Saved)
    }

    pub(crate) fn find_provider_bill(
        &self,
        key: (ProviderId, ServiceDay),
    ) -> Result<Option<ProviderBill>> {
        Ok(self.lock().provider_bills.get(&key).cloned())
    }

    pub(crate) fn step_provider_bill(
        &self,
        key: (ProviderId, ServiceDay),
        taken: BillStep,
    ) -> Result<std::result::Result<ProviderBill, BillRefused>> {
        let mut state = self.lock();
        let Some(held) = state.provider_bills.get(&key) else {
            return Ok(Err(BillRefused::Unknown(key.0, key.1)));
        };
        Ok(match step(held.clone(), &taken) {
            Err(refused) => Err(refused),
            Ok(Stepped::Repeated(bill)) => Ok(bill),
            Ok(Stepped::Moved(bill, bookings)) => {
                state.book(bookings);
                state.provider_bills.insert(key, bill.clone());
                Ok(bill)
            }
        })
    }

    pub(crate) fn open_differences(&self, limit: usize) -> Result<Vec<OpenDifference>> {
        let state = self.lock();
        let all = state.provider_bills.values().flat_map(|bill| {
            let placed = (0..).zip(&bill.findings);
            placed.map(move |(place, finding)| OpenDifference {
                provider: bill.provider,
                day: bill.day,
                place,
                finding: finding.clone(),
            })
        });
        Ok(all
            .filter(|one| one.finding.is_open())
            .take(limit)
            .collect())
    }
}
