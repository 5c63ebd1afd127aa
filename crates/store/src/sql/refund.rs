//! Refunds.

use ridecode_words::{JourneyId, RefundId, RiderId, UnixSeconds};

use super::column::{self, Columns, execute, find, id, impossible, load, load_each};
use super::{
    Connection, Engine, Lock, Result, SqlStore, bill, charge, lock, params, rider, transfer,
};
use crate::fault::StoreFault;
use crate::record::{Refund, RefundAttempt, RefundDue, RefundNews, RefundSettled, RefundState};
use crate::{even, step};

/// The columns that [`read`] reads, of the refunds a clause picks.
macro_rules! select {
    ($clause:literal) => {
        concat!(
            "SELECT rider, validator, sequence, version, number, amount, currency, state, word,
                 attempts, next_attempt, planned
             FROM refunds ",
            $clause
        )
    };
}

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn due_refunds(
        &self,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<RefundDue>> {
        self.read(move |db| due(db, now, limit)).await
    }

    pub(crate) async fn open_refund(&self, attempt: RefundAttempt) -> Result<bool> {
        self.write(1, move |db| open_attempt(db, &attempt)).await
    }

    pub(crate) async fn settle_refund(&self, news: RefundNews) -> Result<RefundSettled> {
        self.write(4, move |db| settle(db, &news)).await
    }

    pub(crate) async fn revive_refund(
        &self,
        refund: RefundId,
        now: UnixSeconds,
    ) -> Result<Option<RefundId>> {
        self.write(2, move |db| revive(db, refund, now)).await
    }

    pub(crate) async fn unfinished_refunds(&self, limit: usize) -> Result<Vec<Refund>> {
        let unfinished = select!(
            "WHERE state NOT IN (3, 6)
             ORDER BY planned DESC, rider, validator, sequence, version, number LIMIT ?1"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |db| load(db, unfinished, [limit], read))
            .await
    }

    pub(crate) async fn find_refund(&self, refund: RefundId) -> Result<Option<Refund>> {
        self.read(move |db| find_by_id(db, refund)).await
    }
}

/// A rider's refunds, by id.
pub(super) fn all_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Refund>> {
    let sql = select!("WHERE rider = ?1 ORDER BY validator, sequence, version, number");
    load(db, sql, [id(rider.0)], read)
}

/// The refunds of the charges of some journeys, by id.
pub(super) fn of_journeys(
    db: &Connection<'_>,
    rider: RiderId,
    journeys: &[JourneyId],
) -> Result<Vec<Refund>> {
    let sql =
        select!("WHERE rider = ?1 AND validator = ?2 AND sequence = ?3 ORDER BY version, number");
    load_each(db, sql, (rider, journeys), read)
}

fn due(db: &Connection<'_>, now: UnixSeconds, limit: usize) -> Result<Vec<RefundDue>> {
    let refunds = load(
        db,
        select!(
            "WHERE next_attempt <= ?1
             ORDER BY next_attempt, rider, validator, sequence, version, number LIMIT ?2"
        ),
        (now.0, i64::try_from(limit).unwrap_or(i64::MAX)),
        read,
    )?;
    let with_charge = |refund: Refund| {
        let charge = charge::expect(db, refund.id.charge)?;
        let (transaction, collected) = charge
            .find_payment()
            .ok_or_else(|| impossible("refund of what was not collected", refund.id))?;
        Ok(RefundDue {
            transaction: transaction.to_owned(),
            collected,
            refund,
        })
    };
    refunds.into_iter().map(with_charge).collect()
}

fn open_attempt(db: &Connection<'_>, attempt: &RefundAttempt) -> Result<bool> {
    lock::hold_with(db, attempt.refund.charge.journey, &[])?;
    let held = expect(db, attempt.refund)?;
    let Some(refund) = step::attempt_refund(held, attempt) else {
        return Ok(false);
    };
    put(db, &refund)?;
    Ok(true)
}

fn settle(db: &Connection<'_>, news: &RefundNews) -> Result<RefundSettled> {
    lock::hold_with(db, news.refund.charge.journey, &[Lock::LedgerDay])?;
    let held = expect(db, news.refund)?;
    let owner = held.rider;
    let refund = match step::settle_refund(held, news) {
        Ok(refund) => refund,
        Err(refused) => return Ok(refused),
    };
    if let Some(transfer) = &news.transfer {
        if transfer.rider != owner || transfer.amount != refund.amount {
            return Err(StoreFault::conflict("refund", refund.id));
        }
        transfer::post(db, owner, [transfer])?;
    }
    rider::move_mark(db, owner)?;
    put(db, &refund)?;
    let together = charge::together_charged(db, refund.id.charge)?;
    charge::even_out(db, owner, &together)?;
    Ok(RefundSettled::Saved)
}

fn revive(db: &Connection<'_>, refund: RefundId, now: UnixSeconds) -> Result<Option<RefundId>> {
    lock::hold_with(db, refund.charge.journey, &[])?;
    let held = expect(db, refund)?;
    let together = charge::together_charged(db, refund.charge)?;
    let (owed, charges, refunds) = charge::owed_and_held(db, held.rider, &together)?;
    let changed = even::refund_again(&held, (owed, now), &charges, &refunds);
    for refund in &changed {
        put(db, refund)?;
    }
    Ok(changed.first().map(|refund| refund.id))
}

fn expect(db: &Connection<'_>, refund: RefundId) -> Result<Refund> {
    find_by_id(db, refund)?.ok_or_else(|| StoreFault::missing("refund", refund))
}

/// Finds a refund by way of the tap its journey is named by: refunds are kept by rider.
fn find_by_id(db: &Connection<'_>, refund: RefundId) -> Result<Option<Refund>> {
    let Some((rider, _)) = bill::tap_of(db, refund.charge.journey)? else {
        return Ok(None);
    };
    find(
        db,
        select!(
            "WHERE rider = ?1 AND validator = ?2 AND sequence = ?3 AND version = ?4
                 AND number = ?5"
        ),
        params![
            id(rider.0),
            refund.charge.journey.0.validator.0,
            refund.charge.journey.0.sequence.cast_signed(),
            refund.charge.version,
            refund.number,
        ],
        read,
    )
}

pub(super) fn put(db: &Connection<'_>, refund: &Refund) -> Result<()> {
    let (state, word) = match &refund.state {
        RefundState::Planned => (0, None),
        RefundState::Submitted => (1, None),
        RefundState::Accepted => (2, None),
        RefundState::Done => (3, None),
        RefundState::Refused { reason } => (4, Some(reason)),
        RefundState::Unknown => (5, None),
        RefundState::Superseded => (6, None),
    };
    let charge = refund.id.charge;
    execute(
        db,
        "INSERT INTO refunds (rider, validator, sequence, version, number, amount, currency, state,
             word, attempts, next_attempt, planned)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (rider, validator, sequence, version, number) DO UPDATE SET
             state = excluded.state, word = excluded.word, attempts = excluded.attempts,
             next_attempt = excluded.next_attempt",
        params![
            id(refund.rider.0),
            charge.journey.0.validator.0,
            charge.journey.0.sequence.cast_signed(),
            charge.version,
            refund.id.number,
            refund.amount.minor,
            column::currency(&refund.amount.currency)?,
            state,
            word,
            refund.attempts,
            refund.next_attempt.map(|at| at.0),
            refund.planned.0,
        ],
    )?;
    Ok(())
}

fn read(row: &mut Columns<'_>) -> Result<Refund> {
    let (rider, charge) = (row.rider()?, row.charge_id()?);
    let (number, amount) = (row.take()?, row.money()?);
    let state = match (row.take::<u8>()?, row.take::<Option<String>>()?) {
        (0, None) => RefundState::Planned,
        (1, None) => RefundState::Submitted,
        (2, None) => RefundState::Accepted,
        (3, None) => RefundState::Done,
        (4, Some(reason)) => RefundState::Refused { reason },
        (5, None) => RefundState::Unknown,
        (6, None) => RefundState::Superseded,
        (code, _) => return Err(impossible("refund state", code)),
    };
    Ok(Refund {
        id: RefundId { charge, number },
        rider,
        amount,
        state,
        attempts: row.take()?,
        next_attempt: row.find_time()?,
        planned: row.time()?,
    })
}
