//! Notices.

use ridecode_account::Phone;
use ridecode_words::{RiderId, UnixSeconds};

use super::column::{self, Coded as _, Columns, execute, find, id, impossible, load};
use super::{Connection, Engine, Result, SqlStore, bill, lock, params};
use crate::fault::StoreFault;
use crate::record::{Delivery, Notice, NoticeAttempt, NoticeDue, NoticeId};
use crate::step;

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn due_notices(
        &self,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<NoticeDue>> {
        self.read(move |db| due(db, now, limit)).await
    }

    pub(crate) async fn open_notice(&self, attempt: NoticeAttempt) -> Result<bool> {
        self.write(1, move |db| open_attempt(db, &attempt)).await
    }

    pub(crate) async fn settle_notice(&self, notice: NoticeId, delivery: Delivery) -> Result<bool> {
        self.write(1, move |db| settle(db, notice, &delivery)).await
    }

    pub(crate) async fn load_notices(&self, rider: RiderId) -> Result<Vec<Notice>> {
        self.read(move |db| all_of(db, rider)).await
    }
}

/// The columns that [`read`] reads, of the notices a clause picks.
macro_rules! select {
    ($clause:literal) => {
        concat!(
            "SELECT n.rider, n.validator, n.sequence, n.version, n.kind, n.declines, n.at, n.amount,
                 n.currency, n.rides, n.text_en, n.text_zh_hans, n.text_zh_hant, n.state, n.word,
                 n.attempts, n.next_attempt, r.phone
             FROM notices n JOIN riders r USING (rider) ",
            $clause
        )
    };
}

/// Keeps a notice, unless it is held.
pub(super) fn insert_new(db: &Connection<'_>, notice: &Notice) -> Result<()> {
    if find_by_id(db, notice.id)?.is_none() {
        put(db, notice)?;
    }
    Ok(())
}

fn all_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Notice>> {
    let sql = select!(
        "WHERE n.rider = ?1
         ORDER BY n.at, n.validator, n.sequence, n.version, n.kind, n.declines"
    );
    load(db, sql, [id(rider.0)], read)
}

fn due(db: &Connection<'_>, now: UnixSeconds, limit: usize) -> Result<Vec<NoticeDue>> {
    load(
        db,
        select!(
            "WHERE n.next_attempt <= ?1
             ORDER BY n.next_attempt, n.rider, n.validator, n.sequence, n.version, n.kind,
                 n.declines LIMIT ?2"
        ),
        (now.0, i64::try_from(limit).unwrap_or(i64::MAX)),
        |row| {
            let notice = read(row)?;
            let phone = Phone::new(&row.take::<String>()?);
            let phone = phone.map_err(|_| impossible("phone of rider", notice.rider))?;
            Ok(NoticeDue { notice, phone })
        },
    )
}

fn open_attempt(db: &Connection<'_>, attempt: &NoticeAttempt) -> Result<bool> {
    lock::hold_with(db, attempt.notice.charge.journey, &[])?;
    let held = expect(db, attempt.notice)?;
    let Some(notice) = step::attempt_notice(held, attempt) else {
        return Ok(false);
    };
    put(db, &notice)?;
    Ok(true)
}

fn settle(db: &Connection<'_>, notice: NoticeId, delivery: &Delivery) -> Result<bool> {
    lock::hold_with(db, notice.charge.journey, &[])?;
    let mut held = expect(db, notice)?;
    let waits = held.delivery == Delivery::Waiting;
    if waits {
        held.delivery = delivery.clone();
        held.next_attempt = None;
        put(db, &held)?;
    }
    Ok(waits)
}

fn expect(db: &Connection<'_>, notice: NoticeId) -> Result<Notice> {
    let held = find_by_id(db, notice)?;
    held.ok_or_else(|| StoreFault::missing("notice of charge", notice.charge))
}

/// Finds a notice by way of the tap its journey is named by: notices are kept by rider.
fn find_by_id(db: &Connection<'_>, notice: NoticeId) -> Result<Option<Notice>> {
    let journey = notice.charge.journey;
    let Some((rider, _)) = bill::tap_of(db, journey)? else {
        return Ok(None);
    };
    find(
        db,
        select!(
            "WHERE n.rider = ?1 AND n.validator = ?2 AND n.sequence = ?3 AND n.version = ?4
                 AND n.kind = ?5 AND n.declines = ?6"
        ),
        params![
            id(rider.0),
            journey.0.validator.0,
            journey.0.sequence.cast_signed(),
            notice.charge.version,
            notice.kind.code(),
            notice.declines,
        ],
        read,
    )
}

fn put(db: &Connection<'_>, notice: &Notice) -> Result<()> {
    let (state, word) = match &notice.delivery {
        Delivery::Waiting => (0, None),
        Delivery::Sent => (1, None),
        Delivery::Failed { reason } => (2, Some(reason)),
    };
    let charge = notice.id.charge;
    execute(
        db,
        "INSERT INTO notices (rider, validator, sequence, version, kind, declines, at, amount,
             currency, rides, text_en, text_zh_hans, text_zh_hant, state, word, attempts,
             next_attempt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (rider, validator, sequence, version, kind, declines) DO UPDATE SET
             state = excluded.state, word = excluded.word, attempts = excluded.attempts,
             next_attempt = excluded.next_attempt",
        params![
            id(notice.rider.0),
            charge.journey.0.validator.0,
            charge.journey.0.sequence.cast_signed(),
            charge.version,
            notice.id.kind.code(),
            notice.id.declines,
            notice.at.0,
            notice.amount.minor,
            column::currency(&notice.amount.currency)?,
            notice.rides,
            notice.text_en,
            notice.text_zh_hans,
            notice.text_zh_hant,
            state,
            word,
            notice.attempts,
            notice.next_attempt.map(|at| at.0),
        ],
    )?;
    Ok(())
}

fn read(row: &mut Columns<'_>) -> Result<Notice> {
    let (rider, charge) = (row.rider()?, row.charge_id()?);
    let (kind, declines) = (row.coded()?, row.take()?);
    let (at, amount, rides) = (row.time()?, row.money()?, row.take()?);
    let (text_en, text_zh_hans, text_zh_hant) = (row.take()?, row.take()?, row.take()?);
    let delivery = match (row.take::<u8>()?, row.take::<Option<String>>()?) {
        (0, None) => Delivery::Waiting,
        (1, None) => Delivery::Sent,
        (2, Some(reason)) => Delivery::Failed { reason },
        (code, _) => return Err(impossible("notice state", code)),
    };
    Ok(Notice {
        id: NoticeId {
            charge,
            kind,
            declines,
        },
        rider,
        at,
        amount,
        rides,
        text_en,
        text_zh_hans,
        text_zh_hant,
        delivery,
        attempts: row.take()?,
        next_attempt: row.find_time()?,
    })
}
