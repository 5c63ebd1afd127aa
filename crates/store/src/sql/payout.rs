//! Payouts as rows.

use ridecode_ledger::{Money, Party, Payment};
use ridecode_words::{IssuerId, OperatorId, ServiceDay};

use super::column::{self, Columns, execute, find, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, booking, params, statement};
use crate::payout::{Stepped, step};
use crate::record::{
    BankPaid, Payout, PayoutRefused, PayoutSaved, PayoutStep, PlannedPayment, Signature,
    UnpaidStatements,
};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn load_unpaid(&self) -> Result<UnpaidStatements> {
        self.read(load_unpaid).await
    }

    pub(crate) async fn save_payout(&self, payout: Payout) -> Result<PayoutSaved> {
        let rows = payout.statements.len() + payout.payments.len();
        self.write(rows, move |db| save(db, &payout)).await
    }

    pub(crate) async fn step_payout(
        &self,
        number: u64,
        taken: PayoutStep,
    ) -> Result<std::result::Result<Payout, PayoutRefused>> {
        self.write(2, move |db| take_step(db, number, &taken)).await
    }

    pub(crate) async fn load_payouts(&self, after: u64, limit: usize) -> Result<Vec<Payout>> {
        self.read(move |db| after_number(db, after, limit)).await
    }
}

/// The payouts after a number, by number.
pub(super) fn after_number(db: &Connection<'_>, after: u64, limit: usize) -> Result<Vec<Payout>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let Ok(after) = i64::try_from(after) else {
        return Ok(Vec::new());
    };
    let sql = "SELECT number FROM payouts WHERE number > ?1 ORDER BY number LIMIT ?2";
    let numbers = load(db, sql, (after, limit), |row| row.count())?;
    let payouts = numbers.into_iter().map(|number| {
        let payout = find_one(db, number)?;
        payout.ok_or_else(|| impossible("number of a missing payout", number))
    });
    payouts.collect()
}

fn load_unpaid(db: &Connection<'_>) -> Result<UnpaidStatements> {
    Ok(UnpaidStatements {
        statements: statement::in_no_payout(db)?,
        number_before: last(db)?,
    })
}

fn last(db: &Connection<'_>) -> Result<u64> {
    let sql = "SELECT coalesce(max(number), 0) FROM payouts";
    Ok(find(db, sql, (), |row| row.count())?.unwrap_or(0))
}

fn save(db: &Connection<'_>, payout: &Payout) -> Result<PayoutSaved> {
    db.hold([Lock::Payouts])?;
    if let Some(held) = find_one(db, payout.number)? {
        return Ok(if held == *payout {
            PayoutSaved::Repeated
        } else {
            PayoutSaved::Moved
        });
    }
    if payout.number != last(db)? + 1 {
        return Ok(PayoutSaved::Moved);
    }
    for name in &payout.statements {
        if !statement::is_in_no_payout(db, *name)? {
            return Ok(PayoutSaved::Moved);
        }
    }
    insert(db, payout)?;
    Ok(PayoutSaved::Saved)
}

fn insert(db: &Connection<'_>, payout: &Payout) -> Result<()> {
    let number = payout.number.cast_signed();
    let by = |one: &Option<Signature>| one.as_ref().map(|one| one.by.clone());
    let at = |one: &Option<Signature>| one.as_ref().map(|one| one.at.0);
    execute(
        db,
        "INSERT INTO payouts (number, day, currency, planned_by, approved_by, approved_at, exports,
             withdrawn_by, withdrawn_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            number,
            payout.day.0,
            column::currency(&payout.currency)?,
            payout.planned_by,
            by(&payout.approved),
            at(&payout.approved),
            payout.exports,
            by(&payout.withdrawn),
            at(&payout.withdrawn),
        ],
    )?;
    for (operator, statement) in &payout.statements {
        let sql = "INSERT INTO payout_statements (operator, number, payout) VALUES (?1, ?2, ?3)";
        execute(db, sql, (operator.0, statement.cast_signed(), number))?;
    }
    for (line, one) in (0_i64..).zip(&payout.payments) {
        let ((from_kind, from), (to_kind, to)) =
            (write_party(one.payment.from), write_party(one.payment.to));
        execute(
            db,
            "INSERT INTO payout_payments (payout, line, from_kind, from_id, to_kind, to_id, amount,
                 paid_on, reference)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                number,
                line,
                from_kind,
                from,
                to_kind,
                to,
                one.payment.amount.minor,
                one.paid.as_ref().map(|paid| paid.day.0),
                one.paid.as_ref().map(|paid| paid.reference.as_str()),
            ],
        )?;
    }
    Ok(())
}

fn take_step(
    db: &Connection<'_>,
    number: u64,
    taken: &PayoutStep,
) -> Result<std::result::Result<Payout, PayoutRefused>> {
    db.hold([Lock::LedgerDay, Lock::Payouts])?;
    let Some(held) = find_one(db, number)? else {
        return Ok(Err(PayoutRefused::Unknown(number)));
    };
    match step(held, taken)? {
        Err(refused) => Ok(Err(refused)),
        Ok(Stepped::Repeated(payout)) => Ok(Ok(payout)),
        Ok(Stepped::Moved(payout, bookings)) => {
            booking::insert(db, &bookings)?;
            write_step(db, number, taken)?;
            Ok(Ok(payout))
        }
    }
}

fn write_step(db: &Connection<'_>, number: u64, taken: &PayoutStep) -> Result<()> {
    let number = number.cast_signed();
    match taken {
        PayoutStep::Approve(Signature { by, at }) => {
            let sql = "UPDATE payouts SET approved_by = ?2, approved_at = ?3 WHERE number = ?1";
            execute(db, sql, (number, by, at.0))?;
        }
        PayoutStep::Export => {
            let sql = "UPDATE payouts SET exports = exports + 1 WHERE number = ?1";
            execute(db, sql, [number])?;
        }
        PayoutStep::Pay { line, paid } => {
            let sql = "UPDATE payout_payments SET paid_on = ?3, reference = ?4
                 WHERE payout = ?1 AND line = ?2";
            execute(db, sql, (number, line, paid.day.0, &paid.reference))?;
        }
        PayoutStep::Withdraw(Signature { by, at }) => {
            let sql = "UPDATE payouts SET withdrawn_by = ?2, withdrawn_at = ?3 WHERE number = ?1";
            execute(db, sql, (number, by, at.0))?;
        }
    }
    Ok(())
}

fn find_one(db: &Connection<'_>, number: u64) -> Result<Option<Payout>> {
    let key = [number.cast_signed()];
    let sql = "SELECT day, currency, planned_by, approved_by, approved_at, exports, withdrawn_by,
             withdrawn_at
         FROM payouts WHERE number = ?1";
    let payout = find(db, sql, key, |row| {
        Ok(Payout {
            number,
            day: row.day()?,
            currency: row.currency()?,
            planned_by: row.take()?,
            statements: Vec::new(),
            payments: Vec::new(),
            approved: read_signature(row)?,
            exports: row.take()?,
            withdrawn: read_signature(row)?,
        })
    })?;
    let Some(mut payout) = payout else {
        return Ok(None);
    };
    let sql = "SELECT operator, number FROM payout_statements WHERE payout = ?1
         ORDER BY operator, number";
    payout.statements = load(db, sql, key, |row| {
        Ok((OperatorId(row.take()?), row.count()?))
    })?;
    let sql = "SELECT from_kind, from_id, to_kind, to_id, amount, paid_on, reference
         FROM payout_payments WHERE payout = ?1 ORDER BY line";
    let currency = payout.currency;
    payout.payments = load(db, sql, key, |row| {
        let (from, to) = (read_party(row)?, read_party(row)?);
        let amount = Money::new(row.take()?, currency);
        Ok(PlannedPayment {
            payment: Payment { from, to, amount },
            paid: read_paid(row)?,
        })
    })?;
    Ok(Some(payout))
}

fn read_signature(row: &mut Columns<'_>) -> Result<Option<Signature>> {
    let (by, at): (Option<String>, _) = (row.take()?, row.find_time()?);
    Ok(by.zip(at).map(|(by, at)| Signature { by, at }))
}

fn read_paid(row: &mut Columns<'_>) -> Result<Option<BankPaid>> {
    let (day, reference): (Option<i32>, Option<String>) = (row.take()?, row.take()?);
    let paid = day.zip(reference);
    Ok(paid.map(|(day, reference)| BankPaid {
        day: ServiceDay(day),
        reference,
    }))
}

fn write_party(party: Party) -> (u8, u32) {
    match party {
        Party::Operator(operator) => (0, operator.0),
        Party::Issuer(issuer) => (1, issuer.0),
    }
}

fn read_party(row: &mut Columns<'_>) -> Result<Party> {
    let (kind, id): (u8, u32) = (row.take()?, row.take()?);
    match kind {
        0 => Ok(Party::Operator(OperatorId(id))),
        1 => Ok(Party::Issuer(IssuerId(id))),
        _ => Err(impossible("kind of a party", kind)),
    }
}
