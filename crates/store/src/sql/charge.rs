//! Charges.

use ridecode_account::RiderState;
use ridecode_ledger::Money;
use ridecode_words::{ChargeId, JourneyId, RiderId, UnixSeconds};

use super::column::{self, Columns, execute, find, id, impossible, load, load_each};
use super::{
    Connection, Count, Engine, Lock, Result, SqlStore, bill, credential, lock, notice, params,
    refund, rider, transfer,
};
use crate::even::{Owed, Together};
use crate::fault::StoreFault;
use crate::record::{
    Attempt, Charge, ChargeDue, ChargeGroup, ChargeStanding, ChargeState, ChargeSum, ChargeSums,
    Refund, Settled, Settlement, WriteOff,
};
use crate::{even, step};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn due_charges(
        &self,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<ChargeDue>> {
        self.read(move |db| due(db, now, limit)).await
    }

    pub(crate) async fn open_attempt(&self, attempt: Attempt) -> Result<bool> {
        self.write(1, move |db| open_attempt(db, &attempt)).await
    }

    pub(crate) async fn hasten_charges(&self, rider: RiderId, now: UnixSeconds) -> Result<u32> {
        self.write(1, move |db| hasten(db, rider, now)).await
    }

    pub(crate) async fn find_charge(&self, charge: ChargeId) -> Result<Option<Charge>> {
        self.read(move |db| find_by_id(db, charge)).await
    }

    pub(crate) async fn sum_charges(&self) -> Result<ChargeSums> {
        self.read(sum_all).await
    }

    pub(crate) async fn load_charges(
        &self,
        standing: ChargeStanding,
        limit: usize,
    ) -> Result<Vec<Charge>> {
        self.read(move |db| standing_at(db, standing, limit)).await
    }

    pub(crate) async fn due_write_offs(
        &self,
        before: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<Charge>> {
        self.read(move |db| due_write_offs(db, before, limit)).await
    }

    pub(crate) async fn write_off(&self, all: WriteOff) -> Result<bool> {
        self.write(3, move |db| write_off(db, &all)).await
    }

    pub(crate) async fn settle_charge(&self, news: Settlement) -> Result<Settled> {
        self.write(4, move |db| settle(db, &news)).await
    }
}

/// The columns that [`read`] reads, of the charges a clause picks.
macro_rules! select {
    ($clause:literal) => {
        concat!(
            "SELECT rider, validator, sequence, version, amount, currency, state, word, attempts,
                 declines, first_decline, next_attempt, planned, taken, written_off, rides, wished
             FROM charges ",
            $clause
        )
    };
}

/// Inserts planned charges. That they are new follows from the fares they belong to.
pub(super) fn insert_new<'a>(
    db: &Connection<'_>,
    charges: impl Iterator<Item = &'a Charge>,
) -> Result<()> {
    let mut open = 0;
    for charge in charges {
        put(db, charge)?;
        open += i64::from(!charge.state.is_closed());
    }
    db.add_to(Count::ChargesOpen, open)
}

/// A rider's charges, by id.
pub(super) fn all_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Charge>> {
    load(
        db,
        select!("WHERE rider = ?1 ORDER BY validator, sequence, version"),
        [id(rider.0)],
        read,
    )
}

/// A rider's charges that are not collected, oldest first.
pub(super) fn unpaid_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Charge>> {
    load(
        db,
        select!(
            "WHERE rider = ?1 AND state IN (0, 1, 2, 4, 5)
         ORDER BY planned, validator, sequence, version"
        ),
        [id(rider.0)],
        read,
    )
}

fn due(db: &Connection<'_>, now: UnixSeconds, limit: usize) -> Result<Vec<ChargeDue>> {
    let charges = load(
        db,
        select!(
            "WHERE next_attempt <= ?1
         ORDER BY next_attempt, rider, validator, sequence, version LIMIT ?2"
        ),
        (now.0, i64::try_from(limit).unwrap_or(i64::MAX)),
        read,
    )?;
    let with_mandate = |charge: Charge| {
        let mandates = rider::mandates_of(db, charge.rider)?;
        Ok(ChargeDue {
            charge,
            mandate: step::charge_from(&mandates),
        })
    };
    charges.into_iter().map(with_mandate).collect()
}

fn sum_all(db: &Connection<'_>) -> Result<ChargeSums> {
    let groups = load(
        db,
        "SELECT state, first_decline IS NOT NULL, written_off IS NOT NULL, COUNT(*),
             CAST(SUM(amount) AS BIGINT), CAST(SUM(COALESCE(taken, amount)) AS BIGINT)
         FROM charges GROUP BY 1, 2, 3",
        (),
        |row| {
            let code: u8 = row.take()?;
            let standing = ChargeStanding::ALL.get(usize::from(code)).copied();
            Ok(ChargeGroup {
                standing: standing.ok_or_else(|| impossible("charge state", code))?,
                was_declined: row.take()?,
                was_written_off: row.take()?,
                sum: ChargeSum {
                    count: row.count()?,
                    minor: row.take()?,
                },
                paid_minor: row.take()?,
            })
        },
    )?;
    let mut sums = ChargeSums::default();
    groups.iter().for_each(|group| sums.add(group));
    Ok(sums)
}

fn standing_at(db: &Connection<'_>, standing: ChargeStanding, limit: usize) -> Result<Vec<Charge>> {
    let codes = (0_u8..).zip(ChargeStanding::ALL);
    let code = codes.into_iter().find(|(_, one)| *one == standing);
    load(
        db,
        select!(
            "WHERE state = ?1 ORDER BY planned DESC, rider, validator, sequence, version LIMIT ?2"
        ),
        (
            code.map(|(code, _)| code),
            i64::try_from(limit).unwrap_or(i64::MAX),
        ),
        read,
    )
}

fn open_attempt(db: &Connection<'_>, attempt: &Attempt) -> Result<bool> {
    lock::hold_with(db, attempt.charge.journey, &[])?;
    let Some(charge) = step::attempt(expect(db, attempt.charge)?, attempt) else {
        return Ok(false);
    };
    put(db, &charge)?;
    Ok(true)
}

fn hasten(db: &Connection<'_>, rider: RiderId, now: UnixSeconds) -> Result<u32> {
    db.hold([Lock::Rider(rider)])?;
    rider::expect_rider(db, rider)?;
    change_unpaid(db, rider, |charge| step::hasten(charge, now))
}

/// Changes a rider's unpaid charges, and moves the mark if any was. Gives how many were.
pub(super) fn change_unpaid(
    db: &Connection,
    rider: RiderId,
    mut change: impl FnMut(&mut Charge) -> bool,
) -> Result<u32> {
    let mut changed = 0;
    for mut charge in unpaid_of(db, rider)? {
        if change(&mut charge) {
            put(db, &charge)?;
            changed += 1;
        }
    }
    if changed > 0 {
        rider::move_mark(db, rider)?;
    }
    Ok(changed)
}

fn due_write_offs(db: &Connection<'_>, before: UnixSeconds, limit: usize) -> Result<Vec<Charge>> {
    load(
        db,
        select!(
            "WHERE state = 4 AND next_attempt IS NULL AND written_off IS NULL
                 AND first_decline <= ?1
             ORDER BY first_decline, rider, validator, sequence, version LIMIT ?2"
        ),
        (before.0, i64::try_from(limit).unwrap_or(i64::MAX)),
        read,
    )
}

fn write_off(db: &Connection<'_>, all: &WriteOff) -> Result<bool> {
    lock::hold_with(db, all.charge.journey, &[Lock::LedgerDay])?;
    let held = expect(db, all.charge)?;
    let owner = held.rider;
    if all.transfer.rider != owner || all.transfer.amount != held.amount {
        return Err(StoreFault::conflict("amount of charge", held.id));
    }
    let Some(charge) = step::write_off(held, all.at) else {
        return Ok(false);
    };
    transfer::post(db, owner, [&all.transfer])?;
    rider::move_mark(db, owner)?;
    put(db, &charge)?;
    Ok(true)
}

fn settle(db: &Connection<'_>, news: &Settlement) -> Result<Settled> {
    lock::hold_with(db, news.charge.journey, &[Lock::LedgerDay])?;
    let held = expect(db, news.charge)?;
    let rider = held.rider;
    let (_, mark) = rider::balance(db, rider)?;
    if let Some(refused) = step::turn_away(&held, mark, news) {
        return Ok(refused);
    }
    if !step::reinstates(&held, news) {
        return Ok(Settled::Moved);
    }
    if news
        .transfers
        .iter()
        .any(|transfer| transfer.rider != rider)
    {
        return Err(StoreFault::conflict("rider of charge", held.id));
    }
    transfer::post(db, rider, &news.transfers)?;
    rider::move_mark(db, rider)?;
    let was_open = !held.state.is_closed();
    let charge = step::settle(held, news);
    put(db, &charge)?;
    if was_open && charge.state.is_closed() {
        db.add_to(Count::ChargesOpen, -1)?;
    }
    if let Some(after) = &news.rider_state {
        credential::change_all(db, rider, |credential| {
            step::follow_rider(after, credential, news.at)
        })?;
        rider::set_rider_state(db, rider, after)?;
    }
    if let Some(notice) = &news.notice {
        notice::insert_new(db, notice)?;
    }
    if even::may_be_uneven(&news.outcome) {
        even_out(db, rider, &together_charged(db, news.charge)?)?;
    }
    Ok(Settled::Saved)
}

/// The rides a charge is about.
pub(super) fn together_charged(db: &Connection<'_>, charge: ChargeId) -> Result<Together> {
    if charge.is_of_day() {
        bill::together_with(db, charge.journey)
    } else {
        Ok(Together::alone(charge.journey))
    }
}

/// Charges a day that is over: for the first time, or for what its charges do not ask for yet.
pub(super) fn charge_day(
    db: &Connection<'_>,
    rider: RiderId,
    (together, at): (&Together, UnixSeconds),
) -> Result<()> {
    if is_charged(db, rider, together)? {
        return even_out(db, rider, together);
    }
    let transfers = transfer::of_journeys(db, rider, &together.journeys)?;
    let first = even::first_of_day(rider, together, (&transfers, at));
    insert_new(db, first.iter())
}

/// Whether any charge of rides is held.
pub(super) fn is_charged(db: &Connection<'_>, rider: RiderId, together: &Together) -> Result<bool> {
    Ok(!of_journeys(db, rider, &together.journeys)?.is_empty())
}

/// Brings the charges of rides in line with what these owe, and the rider's block with them.
pub(super) fn even_out(db: &Connection<'_>, rider: RiderId, together: &Together) -> Result<()> {
    let (owed, held, refunds) = owed_and_held(db, rider, together)?;
    let changed = even::even_out(owed, &held, &refunds);
    if changed.is_empty() {
        return Ok(());
    }
    let mut open = 0;
    for charge in &changed.charges {
        put(db, charge)?;
        open += if charge.state.is_closed() { -1 } else { 1 };
    }
    db.add_to(Count::ChargesOpen, open)?;
    for refund in &changed.refunds {
        refund::put(db, refund)?;
    }
    transfer::post(db, rider, &changed.transfers)?;
    rider::move_mark(db, rider)?;
    let Some(state) = rider::rider_state(db, rider)? else {
        return Ok(());
    };
    let Some(after) = even::relieve(&state, &all_of(db, rider)?) else {
        return Ok(());
    };
    rider::set_rider_state(db, rider, &after)?;
    if after == RiderState::Active {
        credential::change_all(db, rider, |credential| {
            step::follow_rider(&after, credential, credential.expires)
        })?;
    }
    Ok(())
}

/// What rides owe by their transfers, their charges and their refunds.
pub(super) fn owed_and_held(
    db: &Connection<'_>,
    rider: RiderId,
    together: &Together,
) -> Result<(Owed, Vec<Charge>, Vec<Refund>)> {
    let journeys = &together.journeys;
    let transfers = transfer::of_journeys(db, rider, journeys)?;
    let owed = Owed::by(rider, together.rides, &transfers);
    let charges = of_journeys(db, rider, journeys)?;
    Ok((owed, charges, refund::of_journeys(db, rider, journeys)?))
}

/// The charges of some journeys, by id.
fn of_journeys(db: &Connection<'_>, rider: RiderId, journeys: &[JourneyId]) -> Result<Vec<Charge>> {
    let sql = select!("WHERE rider = ?1 AND validator = ?2 AND sequence = ?3 ORDER BY version");
    load_each(db, sql, (rider, journeys), read)
}

pub(super) fn expect(db: &Connection<'_>, charge: ChargeId) -> Result<Charge> {
    find_by_id(db, charge)?.ok_or_else(|| StoreFault::missing("charge", charge))
}

/// Finds a charge by way of the tap its journey is named by: charges are kept by rider.
pub(super) fn find_by_id(db: &Connection<'_>, charge: ChargeId) -> Result<Option<Charge>> {
    let Some((rider, _)) = bill::tap_of(db, charge.journey)? else {
        return Ok(None);
    };
    find(
        db,
        select!("WHERE rider = ?1 AND validator = ?2 AND sequence = ?3 AND version = ?4"),
        params![
            id(rider.0),
            charge.journey.0.validator.0,
            charge.journey.0.sequence.cast_signed(),
            charge.version,
        ],
        read,
    )
}

pub(super) fn put(db: &Connection<'_>, charge: &Charge) -> Result<()> {
    let mut taken = None;
    let (state, word) = match &charge.state {
        ChargeState::Planned => (0, None),
        ChargeState::Submitted => (1, None),
        ChargeState::Accepted => (2, None),
        ChargeState::Collected { transaction } => (3, Some(transaction)),
        ChargeState::Declined { reason } => (4, Some(reason)),
        ChargeState::Unknown => (5, None),
        ChargeState::Superseded => (6, None),
        ChargeState::CollectedOther {
            transaction,
            amount,
        } => {
            taken = Some(amount.minor);
            (7, Some(transaction))
        }
    };
    execute(
        db,
        "INSERT INTO charges (rider, validator, sequence, version, amount, currency, state, word,
             attempts, declines, first_decline, next_attempt, planned, taken,
             written_off, rides, wished)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (rider, validator, sequence, version) DO UPDATE SET state = excluded.state,
             word = excluded.word, attempts = excluded.attempts, declines = excluded.declines,
             first_decline = excluded.first_decline, next_attempt = excluded.next_attempt,
             taken = excluded.taken, written_off = excluded.written_off,
             wished = excluded.wished",
        params![
            id(charge.rider.0),
            charge.id.journey.0.validator.0,
            charge.id.journey.0.sequence.cast_signed(),
            charge.id.version,
            charge.amount.minor,
            column::currency(&charge.amount.currency)?,
            state,
            word,
            charge.attempts,
            charge.declines,
            charge.first_decline.map(|at| at.0),
            charge.next_attempt.map(|at| at.0),
            charge.planned.0,
            taken,
            charge.written_off.map(|at| at.0),
            charge.rides,
            charge.wished,
        ],
    )?;
    Ok(())
}

fn read(row: &mut Columns<'_>) -> Result<Charge> {
    let (rider, id, amount) = (row.rider()?, row.charge_id()?, row.money()?);
    let (state, word) = (row.take::<u8>()?, row.take::<Option<String>>()?);
    let (attempts, declines) = (row.take()?, row.take()?);
    let (first_decline, next_attempt) = (row.find_time()?, row.find_time()?);
    let planned = row.time()?;
    let state = match (state, word, row.take::<Option<i64>>()?) {
        (0, None, None) => ChargeState::Planned,
        (1, None, None) => ChargeState::Submitted,
        (2, None, None) => ChargeState::Accepted,
        (3, Some(transaction), None) => ChargeState::Collected { transaction },
        (4, Some(reason), None) => ChargeState::Declined { reason },
        (5, None, None) => ChargeState::Unknown,
        (6, None, None) => ChargeState::Superseded,
        (7, Some(transaction), Some(taken)) => ChargeState::CollectedOther {
            transaction,
            amount: Money::new(taken, amount.currency),
        },
        (code, _, _) => return Err(impossible("charge state", code)),
    };
    Ok(Charge {
        id,
        rider,
        amount,
        state,
        attempts,
        declines,
        first_decline,
        next_attempt,
        planned,
        written_off: row.find_time()?,
        rides: row.take()?,
        wished: row.take()?,
    })
}
