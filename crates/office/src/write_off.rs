//! Writing off: a debt whose attempts ended long ago moves from the rider's account to bad debt.
//!
//! The charge stays declined, the rider stays blocked, and the debt may still be paid at any time:
//! then it is reinstated before the payment is posted. The operator was paid long before.

use ridecode_ledger::{Event, Transfer, post};
use ridecode_store::{Charge, StoreFault, WriteOff};
use ridecode_words::UnixSeconds;

use crate::Office;

/// Writes off up to `limit` debts that are older than the policy says. Gives how many were.
pub async fn run(office: &Office, now: UnixSeconds, limit: usize) -> Result<usize, StoreFault> {
    let age_s = i64::from(office.policy.credit.write_off_after_s);
    let due = office
        .store
        .due_write_offs(now.plus_s(-age_s), limit)
        .await?;
    let mut written_off = 0;
    for charge in due {
        let write_off = WriteOff {
            charge: charge.id,
            at: now,
            transfer: transfer(office, &charge, now)?,
        };
        if office.store.write_off(write_off).await? {
            let (charge, amount) = (charge.id, charge.amount);
            tracing::info!(%charge, %amount, "a debt was written off");
            written_off += 1;
        }
    }
    Ok(written_off)
}

fn transfer(office: &Office, charge: &Charge, now: UnixSeconds) -> Result<Transfer, StoreFault> {
    let event = Event::WrittenOff {
        charge: charge.id,
        rider: charge.rider,
        day: office.day_of(now),
        amount: charge.amount,
    };
    let corrupt = |fault: &str| StoreFault::Corrupt(format!("charge {}: {fault}", charge.id));
    let posted = post(&event).map_err(|fault| corrupt(&fault.to_string()))?;
    posted
        .first()
        .copied()
        .ok_or_else(|| corrupt("nothing is posted"))
}
