//! Audit pages, counters, replies.

use ridecode_fare::Tap;
use ridecode_words::{JourneyId, RiderId, ServiceDay, TapId, UnixSeconds};

use super::column::{counter, execute, find, id, load};
use super::{
    Connection, Count, Engine, Result, SqlStore, adjustment, bill, booking, charge, journal,
    params, payout, reconciled, refund, rider, statement, tap, transfer,
};
use crate::fault::StoreFault;
use crate::record::{AuditPage, OfficeState, ReplyRecord};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn taken_on(&self, rider: RiderId, day: ServiceDay) -> Result<i64> {
        self.read(move |db| transfer::taken_on(db, rider, day))
            .await
    }

    pub(crate) async fn find_tap(&self, tap: TapId) -> Result<Option<Tap>> {
        self.read(move |db| match bill::tap_of(db, JourneyId(tap))? {
            Some(rider_and_time) => tap::find(db, rider_and_time, tap),
            None => Ok(None),
        })
        .await
    }

    pub(crate) async fn load_rides(&self, rider: RiderId) -> Result<AuditPage> {
        self.read(move |db| {
            let known = rider::rider_state(db, rider)?.is_some();
            page(db, known.then_some(rider).into_iter().collect())
        })
        .await
    }

    pub(crate) async fn audit_page(
        &self,
        after: Option<RiderId>,
        limit: usize,
    ) -> Result<AuditPage> {
        self.read(move |db| audit_page(db, after, limit)).await
    }

    pub(crate) async fn deny_version(&self) -> Result<u64> {
        self.read(|db| counter(db, Count::DenyVersion)).await
    }

    pub(crate) async fn office_state(&self, now: UnixSeconds) -> Result<OfficeState> {
        self.read(move |db| office_state(db, now)).await
    }

    pub(crate) async fn keep_reply(&self, reply: ReplyRecord) -> Result<ReplyRecord> {
        self.write(1, move |db| keep_reply(db, &reply)).await
    }

    pub(crate) async fn find_reply(&self, key: String) -> Result<Option<ReplyRecord>> {
        self.read(move |db| find_reply(db, &key)).await
    }
}

fn audit_page(db: &Connection<'_>, after: Option<RiderId>, limit: usize) -> Result<AuditPage> {
    let limit = limit.max(1);
    let more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut riders = match after {
        None => {
            let sql = "SELECT rider FROM riders ORDER BY rider LIMIT ?1";
            load(db, sql, [more], |row| row.rider())?
        }
        Some(after) => {
            let sql = "SELECT rider FROM riders WHERE rider > ?1 ORDER BY rider LIMIT ?2";
            load(db, sql, (id(after.0), more), |row| row.rider())?
        }
    };
    let is_last = riders.len() <= limit;
    riders.truncate(limit);
    let next = riders.last().copied().filter(|_| !is_last);
    let mut page = page(db, riders)?;
    page.next = next;
    if after.is_none() {
        page.statements = statement::all(db)?;
        page.payouts = payout::after_number(db, 0, usize::MAX)?;
        page.settled_bills = reconciled::settled(db)?;
        page.bookings = booking::all(db)?;
        page.journals = journal::load_held(db, None)?;
    }
    Ok(page)
}

/// What is held of some riders, given ascending.
fn page(db: &Connection<'_>, riders: Vec<RiderId>) -> Result<AuditPage> {
    let mut page = AuditPage::default();
    let ever = (UnixSeconds(i64::MIN), UnixSeconds(i64::MAX));
    for &rider in &riders {
        page.taps.extend(tap::between(db, rider, ever)?);
        page.fares.extend(bill::fares_of(db, rider)?);
        page.transfers.extend(transfer::all_of(db, rider)?);
        page.charges.extend(charge::all_of(db, rider)?);
        page.refunds.extend(refund::all_of(db, rider)?);
        page.adjusted.extend(adjustment::posted_of(db, rider)?);
        let (balance, _) = rider::balance(db, rider)?;
        page.balances.push((rider, balance.minor));
        page.due.extend(bill::due_of(db, rider)?);
        page.open_days.extend(bill::open_days_of(db, rider)?);
    }
    page.riders = riders;
    Ok(page)
}

fn office_state(db: &Connection<'_>, now: UnixSeconds) -> Result<OfficeState> {
    let sql = "SELECT count(*) FROM due_months WHERE due_at <= ?1";
    Ok(OfficeState {
        deny_version: counter(db, Count::DenyVersion)?,
        bills_due: find(db, sql, [now.0], |row| row.count())?.unwrap_or(0),
        charges_open: counter(db, Count::ChargesOpen)?,
        disagreements: counter(db, Count::Disagreements)?,
    })
}

fn keep_reply(db: &Connection<'_>, reply: &ReplyRecord) -> Result<ReplyRecord> {
    match find_reply(db, &reply.key)? {
        Some(kept) if kept.request_digest == reply.request_digest => Ok(kept),
        Some(_) => Err(StoreFault::conflict("reply", &reply.key)),
        None => {
            execute(
                db,
                "INSERT INTO replies (key, request_digest, status, body) VALUES (?1, ?2, ?3, ?4)",
                params![reply.key, reply.request_digest, reply.status, reply.body],
            )?;
            Ok(reply.clone())
        }
    }
}

fn find_reply(db: &Connection<'_>, key: &str) -> Result<Option<ReplyRecord>> {
    let sql = "SELECT request_digest, status, body FROM replies WHERE key = ?1";
    find(db, sql, [key], |row| {
        Ok(ReplyRecord {
            key: key.to_owned(),
            request_digest: row.take()?,
            status: row.take()?,
            body: row.take()?,
        })
    })
}
