//! Bills: due months, windows, saved months.

use ridecode_fare::Period;
use ridecode_words::{
    ChargeId, IssuerId, JourneyId, OperatorId, RiderId, ServiceDay, TapId, UnixSeconds, ValidatorId,
};

use super::column::{Coded, Columns, execute, find, id, impossible, load, load_all};
use super::{
    Connection, Engine, Lock, Result, Series, SqlStore, charge, params, pulse, rider, statement,
    tap, transfer,
};
use crate::even::Together;
use crate::fault::StoreFault;
use crate::invariant::charge_of;
use crate::record::{
    BillDue, BillSave, BillSaved, BillWindow, ChargedBy, FareVersion, JourneyShare,
};
use crate::{calendar, even};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn due_bills(&self, now: UnixSeconds, limit: usize) -> Result<Vec<BillDue>> {
        self.read(move |db| due(db, now, limit)).await
    }

    pub(crate) async fn bill_again(&self, periods: Vec<Period>, at: UnixSeconds) -> Result<()> {
        let again = move |db: &Connection<'_>| {
            rider::expect_riders(db, periods.iter().map(|period| period.rider))?;
            touch(db, &periods, at)
        };
        self.write(ROWS_OF_A_BILL, again).await
    }

    pub(crate) async fn load_windows(
        &self,
        periods: Vec<Period>,
        before_s: u32,
    ) -> Result<Vec<BillWindow>> {
        self.read(move |db| windows(db, &periods, before_s)).await
    }

    pub(crate) async fn save_bills(&self, bills: Vec<BillSave>) -> Result<Vec<BillSaved>> {
        let rows = bills.len() * ROWS_OF_A_BILL;
        let save = move |db: &Connection<'_>| {
            db.hold(bills.iter().flat_map(locks))?;
            let saved = bills.iter().map(|bill| save(db, bill));
            saved.collect()
        };
        self.write(rows, save).await
    }
}

/// What saving a month holds: the ledger day, the legs it adds to, the rider, and the month itself,
/// for its mark must not move between being looked at and being taken away.
fn locks(bill: &BillSave) -> impl Iterator<Item = Lock> {
    let legs = bill.legs.iter().map(|leg| Lock::OpenLegs(leg.operator));
    let month = Lock::of_month(bill.period);
    legs.chain([Lock::LedgerDay, Lock::Rider(bill.period.rider), month])
}

/// Marks months as changed, and as due at `at` unless they are due earlier.
pub(super) fn touch(db: &Connection<'_>, periods: &[Period], at: UnixSeconds) -> Result<()> {
    if periods.is_empty() {
        return Ok(());
    }
    let marks = db.number(Series::Mark, periods.len())?;
    let mut marked: Vec<(Period, u64)> = periods.iter().copied().zip(marks).collect();
    // In their order, as they are held by whoever prices them.
    marked.sort_unstable();
    let mut insert = db.batch(
        "INSERT INTO due_months (rider, month, mark, due_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (rider, month) DO UPDATE SET mark = excluded.mark,
             due_at = CASE WHEN excluded.due_at < due_months.due_at THEN excluded.due_at
                 ELSE due_months.due_at END",
    )?;
    for (period, mark) in marked {
        let month = period.month.number();
        insert.add(params![id(period.rider.0), month, mark.cast_signed(), at.0])?;
    }
    insert.run()
}

/// A rider's months that wait to be priced, each with the time from which it is due.
pub(super) fn due_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<(Period, UnixSeconds)>> {
    let sql = "SELECT month, due_at FROM due_months WHERE rider = ?1 ORDER BY month";
    load(db, sql, [id(rider.0)], |row| {
        let month = row.month()?;
        Ok((Period { rider, month }, row.time()?))
    })
}

/// Every version of a rider's fares, by month, journey and version.
pub(super) fn fares_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<FareVersion>> {
    load(
        db,
        "SELECT validator, sequence, version, issuer, day, ending, amount, taps, shares, tariff,
             charge_day
         FROM fares WHERE rider = ?1 ORDER BY month, validator, sequence, version",
        [id(rider.0)],
        read_fare,
    )
}

/// Whose tap a journey is named by, and when it was.
pub(super) fn tap_of(
    db: &Connection<'_>,
    journey: JourneyId,
) -> Result<Option<(RiderId, UnixSeconds)>> {
    let sql = "SELECT rider, tap_time FROM entries
         WHERE validator = ?1 AND sequence = ?2 AND rider IS NOT NULL";
    let key = (journey.0.validator.0, journey.0.sequence.cast_signed());
    find(db, sql, key, |row| Ok((row.rider()?, row.time()?)))
}

fn due(db: &Connection<'_>, now: UnixSeconds, limit: usize) -> Result<Vec<BillDue>> {
    let sql = "SELECT rider, month, mark FROM due_months WHERE due_at <= ?1
         ORDER BY due_at, rider, month LIMIT ?2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    load(db, sql, (now.0, limit), |row| {
        let (rider, month) = (row.rider()?, row.month()?);
        Ok(BillDue {
            period: Period { rider, month },
            mark: row.count()?,
        })
    })
}

/// What pricing months rests on, in their order.
fn windows(db: &Connection<'_>, periods: &[Period], before_s: u32) -> Result<Vec<BillWindow>> {
    let keys = || periods.iter().map(key_of);
    let bounds = periods.iter();
    let bounds = bounds.map(|one| (one.rider, calendar::bounds(one.month, before_s)));
    let taps = tap::all_between(db, bounds)?;
    let fares = load_all(db, FARES, keys(), read_fare)?;
    let open_days = load_all(db, OPEN_DAYS, keys(), |row| row.day())?;
    let marks = load_all(db, MARK, keys(), |row| row.count())?;
    let windows = taps
        .into_iter()
        .zip(fares)
        .zip(open_days.into_iter().zip(marks));
    Ok(windows
        .map(|((taps, fares), (open_days, marks))| BillWindow {
            taps,
            fares: last_of_each(fares),
            open_days,
            mark: marks.first().copied().unwrap_or(0),
        })
        .collect())
}

/// A month as a key.
fn key_of(period: &Period) -> (i64, i32) {
    (id(period.rider.0), period.month.number())
}

const MARK: &str = "SELECT mark FROM due_months WHERE rider = ?1 AND month = ?2";

/// A month's service days that gained a fare and were not charged since.
const OPEN_DAYS: &str = "SELECT day FROM open_days WHERE rider = ?1 AND month = ?2 ORDER BY day";

const FARES: &str =
    "SELECT validator, sequence, version, issuer, day, ending, amount, taps, shares,
         tariff, charge_day
     FROM fares WHERE rider = ?1 AND month = ?2 ORDER BY validator, sequence, version";

fn mark_of(db: &Connection<'_>, period: Period) -> Result<Option<u64>> {
    find(db, MARK, key_of(&period), |row| row.count())
}

/// A rider's service days that gained a fare and were not charged since, with the month.
pub(super) fn open_days_of(
    db: &Connection<'_>,
    rider: RiderId,
) -> Result<Vec<(Period, ServiceDay)>> {
    let sql = "SELECT month, day FROM open_days WHERE rider = ?1 ORDER BY month, day";
    load(db, sql, [id(rider.0)], |row| {
        let month = row.month()?;
        Ok((Period { rider, month }, row.day()?))
    })
}

/// The rides that are charged together with one, itself among them.
pub(super) fn together_with(db: &Connection<'_>, journey: JourneyId) -> Result<Together> {
    let Some((rider, time)) = tap_of(db, journey)? else {
        return Ok(Together::alone(journey));
    };
    for month in calendar::periods_touched(rider, time) {
        if is_billed(db, month, journey)? {
            let fares = last_fares(db, month)?;
            return Ok(Together::with(journey, month, &fares));
        }
    }
    Ok(Together::alone(journey))
}

/// The last version of each fare of a month.
fn last_fares(db: &Connection<'_>, period: Period) -> Result<Vec<FareVersion>> {
    load(db, FARES, key_of(&period), read_fare).map(last_of_each)
}

fn last_of_each(fares: Vec<FareVersion>) -> Vec<FareVersion> {
    let mut last: Vec<FareVersion> = Vec::with_capacity(fares.len());
    for fare in fares {
        match last.last_mut() {
            Some(earlier) if earlier.journey == fare.journey => *earlier = fare,
            _ => last.push(fare),
        }
    }
    last
}

fn save(db: &Connection<'_>, bill: &BillSave) -> Result<BillSaved> {
    let (period, rider) = (bill.period, bill.period.rider);
    if mark_of(db, period)? != Some(bill.mark) {
        return Ok(BillSaved::Moved);
    }
    let mut new: Vec<ChargeId> = Vec::with_capacity(bill.fares.len());
    for fare in &bill.fares {
        if insert_fare(db, period, fare)? {
            new.push(charge_of(fare));
        }
    }
    let transfers = bill.transfers.iter();
    let transfers = transfers.filter(|transfer| new.contains(&transfer.id.charge));
    transfer::post(db, rider, transfers)?;
    let legs = bill.legs.iter();
    statement::insert_legs(db, legs.filter(|leg| new.contains(&leg.leg.charge)))?;
    let taken = bill.taken.iter();
    pulse::take(db, taken.filter(|taken| new.contains(&taken.charge)))?;
    let charges = bill.charges.iter();
    charge::insert_new(db, charges.filter(|charge| new.contains(&charge.id)))?;
    for journey in even::journeys_to_look_at(&bill.fares) {
        charge::even_out(db, rider, &Together::alone(journey))?;
    }
    let fares = bill.fares.iter();
    wait_for_days(
        db,
        bill,
        fares.filter(|fare| new.contains(&charge_of(fare))),
    )?;
    charge_days(db, bill)?;
    execute(
        db,
        "DELETE FROM due_months WHERE rider = ?1 AND month = ?2",
        (id(rider.0), period.month.number()),
    )?;
    if let Some(at) = bill.due_again {
        touch(db, &[period], at)?;
    }
    Ok(BillSaved::Saved)
}

/// Remembers the days of new fares until they are over.
fn wait_for_days<'a>(
    db: &Connection<'_>,
    bill: &BillSave,
    new: impl Iterator<Item = &'a FareVersion>,
) -> Result<()> {
    for day in even::days_to_wait_for(new, &bill.days_over) {
        open_day(db, (bill.period, day))?;
    }
    Ok(())
}

/// Remembers a day until it is over and charged.
pub(super) fn open_day(db: &Connection<'_>, (period, day): (Period, ServiceDay)) -> Result<()> {
    let sql =
        "INSERT INTO open_days (rider, month, day) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    execute(db, sql, (id(period.rider.0), period.month.number(), day.0))?;
    Ok(())
}

/// Charges the days that are over.
fn charge_days(db: &Connection<'_>, bill: &BillSave) -> Result<()> {
    if bill.days_over.is_empty() {
        return Ok(());
    }
    let (rider, month) = (bill.period.rider, bill.period.month.number());
    let fares = last_fares(db, bill.period)?;
    for &day in &bill.days_over {
        let sql = "DELETE FROM open_days WHERE rider = ?1 AND month = ?2 AND day = ?3";
        execute(db, sql, (id(rider.0), month, day.0))?;
        let together = Together::of_day((bill.period, day), &fares);
        charge::charge_day(db, rider, (&together, bill.at))?;
    }
    Ok(())
}

/// A journey is billed to the rider of its first tap, in one month, which is one that this tap may
/// lie in.
fn check_month(db: &Connection<'_>, period: Period, journey: JourneyId) -> Result<()> {
    let time = match tap_of(db, journey)? {
        Some((rider, time)) if rider == period.rider => time,
        Some(_) | None => return Err(StoreFault::missing("tap of the rider", journey)),
    };
    let mut allowed = false;
    for month in calendar::periods_touched(period.rider, time) {
        if month == period {
            allowed = true;
        } else if is_billed(db, month, journey)? {
            return Err(StoreFault::conflict("month of journey", journey));
        }
    }
    allowed
        .then_some(())
        .ok_or_else(|| StoreFault::conflict("month of journey", journey))
}

fn is_billed(db: &Connection<'_>, period: Period, journey: JourneyId) -> Result<bool> {
    let key = params![
        id(period.rider.0),
        period.month.number(),
        journey.0.validator.0,
        journey.0.sequence.cast_signed(),
    ];
    let sql = "SELECT 1 FROM fares
         WHERE rider = ?1 AND month = ?2 AND validator = ?3 AND sequence = ?4 AND version = 1";
    Ok(find(db, sql, key, |_| Ok(()))?.is_some())
}

/// Inserts a fare version; `false` if it is held already.
fn insert_fare(db: &Connection<'_>, period: Period, fare: &FareVersion) -> Result<bool> {
    check_month(db, period, fare.journey)?;
    // The version itself where it is held, else the last one.
    let held = find(
        db,
        "SELECT validator, sequence, version, issuer, day, ending, amount, taps, shares, tariff,
             charge_day
         FROM fares WHERE rider = ?1 AND month = ?2 AND validator = ?3 AND sequence = ?4
             AND version <= ?5
         ORDER BY version DESC LIMIT 1",
        params![
            id(period.rider.0),
            period.month.number(),
            fare.journey.0.validator.0,
            fare.journey.0.sequence.cast_signed(),
            fare.version,
        ],
        read_fare,
    )?;
    match held {
        Some(held) if held == *fare => return Ok(false),
        Some(held) if held.version == fare.version => {
            return Err(StoreFault::conflict("fare", charge_of(fare)));
        }
        held => {
            let before = held.as_ref().map_or(0, |held| held.version);
            if before + 1 != fare.version {
                let id = charge_of(fare);
                return Err(StoreFault::missing("fare version before", id));
            }
            if held.is_some_and(|held| held.charged_by != fare.charged_by) {
                return Err(StoreFault::conflict("day of fare", charge_of(fare)));
            }
        }
    }
    execute(
        db,
        "INSERT INTO fares (rider, month, validator, sequence, version, issuer, day, ending, amount,
             taps, shares, tariff, charge_day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
        id(period.rider.0),
        period.month.number(),
        fare.journey.0.validator.0,
        fare.journey.0.sequence.cast_signed(),
        fare.version,
        fare.issuer.0,
        fare.day.0,
        fare.ending.code(),
        fare.amount_minor,
        write_taps(&fare.taps),
        write_shares(&fare.shares),
        fare.tariff,
        fare.charged_by.find_day().map(|day| day.0),
    ])?;
    Ok(true)
}

fn read_fare(row: &mut Columns<'_>) -> Result<FareVersion> {
    let ChargeId { journey, version } = row.charge_id()?;
    Ok(FareVersion {
        journey,
        version,
        issuer: IssuerId(row.take()?),
        day: row.day()?,
        ending: row.coded()?,
        amount_minor: row.take()?,
        taps: read_taps(&row.take::<Vec<u8>>()?)?,
        shares: read_shares(&row.take::<Vec<u8>>()?)?,
        tariff: row.take()?,
        charged_by: row
            .take::<Option<i32>>()?
            .map_or(ChargedBy::Ride, |day| ChargedBy::Day(ServiceDay(day))),
    })
}

fn write_taps(taps: &[TapId]) -> Vec<u8> {
    let taps = taps.iter();
    taps.flat_map(|tap| write_pair(tap.validator.0, tap.sequence))
        .collect()
}

fn read_taps(blob: &[u8]) -> Result<Vec<TapId>> {
    let taps = read_pairs(blob)?.into_iter();
    Ok(taps
        .map(|(validator, sequence)| TapId {
            validator: ValidatorId(validator),
            sequence,
        })
        .collect())
}

fn write_shares(shares: &[JourneyShare]) -> Vec<u8> {
    let shares = shares.iter();
    shares
        .flat_map(|share| write_pair(share.operator.0, share.amount_minor.cast_unsigned()))
        .collect()
}

fn read_shares(blob: &[u8]) -> Result<Vec<JourneyShare>> {
    let shares = read_pairs(blob)?.into_iter();
    Ok(shares
        .map(|(operator, amount)| JourneyShare {
            operator: OperatorId(operator),
            amount_minor: amount.cast_signed(),
        })
        .collect())
}

fn write_pair(first: u32, second: u64) -> [u8; 12] {
    let mut pair = [0; 12];
    pair[..4].copy_from_slice(&first.to_be_bytes());
    pair[4..].copy_from_slice(&second.to_be_bytes());
    pair
}

fn read_pairs(blob: &[u8]) -> Result<Vec<(u32, u64)>> {
    let (pairs, rest) = blob.as_chunks::<12>();
    if !rest.is_empty() {
        return Err(impossible(
            "list of a fare",
            format!("{} bytes", blob.len()),
        ));
    }
    let pairs = pairs.iter();
    Ok(pairs
        .map(|&[a, b, c, d, ref second @ ..]| {
            (
                u32::from_be_bytes([a, b, c, d]),
                u64::from_be_bytes(*second),
            )
        })
        .collect())
}

/// What a bill weighs in a group of verbs, in taps taken in.
const ROWS_OF_A_BILL: usize = 2;
