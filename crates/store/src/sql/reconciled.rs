//! Provider bills as rows.

use ridecode_ledger::{Account, Money, TransferKind};
use ridecode_pay::Class;
use ridecode_words::{ChargeId, ProviderId, ServiceDay};

use super::column::{self, Columns, execute, find, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, booking, charge, params};
use crate::reconciled::{Stepped, step};
use crate::record::{
    BillFinding, BillRefused, BillStep, Charge, OpenDifference, ProviderBill, ProviderBillSaved,
    ProviderPaid, Resolution, Signature,
};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn load_collected(
        &self,
        (provider, day): (ProviderId, ServiceDay),
        asked: &[ChargeId],
    ) -> Result<Vec<Charge>> {
        let asked = asked.to_vec();
        self.read(move |db| collected(db, (provider, day), asked.clone()))
            .await
    }

    pub(crate) async fn save_provider_bill(&self, bill: ProviderBill) -> Result<ProviderBillSaved> {
        let rows = bill.findings.len();
        self.write(rows, move |db| save(db, &bill)).await
    }

    pub(crate) async fn find_provider_bill(
        &self,
        key: (ProviderId, ServiceDay),
    ) -> Result<Option<ProviderBill>> {
        self.read(move |db| find_one(db, key)).await
    }

    pub(crate) async fn step_provider_bill(
        &self,
        key: (ProviderId, ServiceDay),
        taken: BillStep,
    ) -> Result<std::result::Result<ProviderBill, BillRefused>> {
        self.write(3, move |db| take_step(db, key, &taken)).await
    }

    pub(crate) async fn open_differences(&self, limit: usize) -> Result<Vec<OpenDifference>> {
        self.read(move |db| open(db, limit)).await
    }
}

/// The bills whose payment is known, by provider and day, without their findings.
pub(super) fn settled(db: &Connection<'_>) -> Result<Vec<ProviderBill>> {
    let sql = "SELECT provider, day, digest, taken_by, taken_at, total, currency, net, cost
         FROM provider_bills WHERE net IS NOT NULL ORDER BY provider, day";
    load(db, sql, (), read_bill)
}

fn collected(
    db: &Connection<'_>,
    (provider, day): (ProviderId, ServiceDay),
    mut wanted: Vec<ChargeId>,
) -> Result<Vec<Charge>> {
    let clearing = Account::ProviderClearing(provider).code();
    let sql = "SELECT validator, sequence, version FROM transfers
         WHERE day = ?1 AND kind = ?2 AND debit = ?3";
    let kind = TransferKind::Collected.byte();
    wanted.extend(load(db, sql, params![day.0, kind, clearing], |row| {
        row.charge_id()
    })?);
    wanted.sort_unstable();
    wanted.dedup();
    let mut charges = Vec::with_capacity(wanted.len());
    for id in wanted {
        charges.extend(charge::find_by_id(db, id)?);
    }
    Ok(charges)
}

fn save(db: &Connection<'_>, bill: &ProviderBill) -> Result<ProviderBillSaved> {
    let sql = "SELECT digest FROM provider_bills WHERE provider = ?1 AND day = ?2";
    let held: Option<[u8; 32]> = find(db, sql, (bill.provider.0, bill.day.0), |row| row.take())?;
    if let Some(held) = held {
        return Ok(if held == bill.digest {
            ProviderBillSaved::Repeated
        } else {
            ProviderBillSaved::Other
        });
    }
    execute(
        db,
        "INSERT INTO provider_bills (provider, day, digest, taken_by, taken_at, total, currency,
             net, cost)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            bill.provider.0,
            bill.day.0,
            bill.digest,
            bill.taken.by,
            bill.taken.at.0,
            bill.total.minor,
            column::currency(&bill.total.currency)?,
            bill.settled.map(|paid| paid.net.minor),
            bill.settled.map(|paid| paid.cost.minor),
        ],
    )?;
    for (place, finding) in (0_i64..).zip(&bill.findings) {
        insert_finding(db, (bill.provider, bill.day, place), finding)?;
    }
    Ok(ProviderBillSaved::Saved)
}

fn insert_finding(
    db: &Connection<'_>,
    (provider, day, place): (ProviderId, ServiceDay, i64),
    finding: &BillFinding,
) -> Result<()> {
    let tap = finding.charge.journey.0;
    let currency = |money: &Option<Money>| {
        let currency = money
            .as_ref()
            .map(|money| column::currency(&money.currency));
        currency.transpose().map(|code| code.map(str::to_owned))
    };
    let resolved = finding.resolved.as_ref();
    execute(
        db,
        "INSERT INTO bill_findings (provider, day, place, class, validator, sequence, version,
             transaction_id, ours, ours_currency, theirs, theirs_currency, resolved_by, resolved_at,
             reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        params![
            provider.0,
            day.0,
            place,
            finding.class as u8,
            tap.validator.0,
            tap.sequence.cast_signed(),
            finding.charge.version,
            finding.transaction,
            finding.ours.map(|money| money.minor),
            currency(&finding.ours)?,
            finding.theirs.map(|money| money.minor),
            currency(&finding.theirs)?,
            resolved.map(|one| one.signature.by.as_str()),
            resolved.map(|one| one.signature.at.0),
            resolved.map(|one| one.reason.as_str()),
        ],
    )?;
    Ok(())
}

fn take_step(
    db: &Connection<'_>,
    key: (ProviderId, ServiceDay),
    taken: &BillStep,
) -> Result<std::result::Result<ProviderBill, BillRefused>> {
    db.hold([Lock::LedgerDay, Lock::ProviderBill(key.0, key.1)])?;
    let Some(held) = find_one(db, key)? else {
        return Ok(Err(BillRefused::Unknown(key.0, key.1)));
    };
    match step(held, taken) {
        Err(refused) => Ok(Err(refused)),
        Ok(Stepped::Repeated(bill)) => Ok(Ok(bill)),
        Ok(Stepped::Moved(bill, bookings)) => {
            booking::insert(db, &bookings)?;
            write_step(db, key, taken)?;
            Ok(Ok(bill))
        }
    }
}

fn write_step(
    db: &Connection<'_>,
    (provider, day): (ProviderId, ServiceDay),
    taken: &BillStep,
) -> Result<()> {
    match taken {
        BillStep::Resolve { place, resolution } => {
            let Resolution { signature, reason } = resolution;
            execute(
                db,
                "UPDATE bill_findings SET resolved_by = ?4, resolved_at = ?5, reason = ?6
                 WHERE provider = ?1 AND day = ?2 AND place = ?3",
                params![
                    provider.0,
                    day.0,
                    place,
                    signature.by,
                    signature.at.0,
                    reason
                ],
            )?;
        }
        BillStep::Settle(paid) => {
            let sql = "UPDATE provider_bills SET net = ?3, cost = ?4
                 WHERE provider = ?1 AND day = ?2";
            execute(
                db,
                sql,
                (provider.0, day.0, paid.net.minor, paid.cost.minor),
            )?;
        }
    }
    Ok(())
}

fn find_one(
    db: &Connection<'_>,
    (provider, day): (ProviderId, ServiceDay),
) -> Result<Option<ProviderBill>> {
    let key = (provider.0, day.0);
    let sql = "SELECT provider, day, digest, taken_by, taken_at, total, currency, net, cost
         FROM provider_bills WHERE provider = ?1 AND day = ?2";
    let Some(mut bill) = find(db, sql, key, read_bill)? else {
        return Ok(None);
    };
    let sql = "SELECT class, validator, sequence, version, transaction_id, ours, ours_currency,
             theirs, theirs_currency, resolved_by, resolved_at, reason
         FROM bill_findings WHERE provider = ?1 AND day = ?2 ORDER BY place";
    bill.findings = load(db, sql, key, read_finding)?;
    Ok(Some(bill))
}

fn open(db: &Connection<'_>, limit: usize) -> Result<Vec<OpenDifference>> {
    let sql = "SELECT provider, day, place, class, validator, sequence, version, transaction_id,
             ours, ours_currency, theirs, theirs_currency, resolved_by, resolved_at, reason
         FROM bill_findings WHERE resolved_at IS NULL AND class NOT IN (6, 8)
         ORDER BY provider, day, place LIMIT ?1";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    load(db, sql, [limit], |row| {
        Ok(OpenDifference {
            provider: ProviderId(row.take()?),
            day: row.day()?,
            place: row.take()?,
            finding: read_finding(row)?,
        })
    })
}

fn read_bill(row: &mut Columns<'_>) -> Result<ProviderBill> {
    let (provider, day) = (ProviderId(row.take()?), row.day()?);
    let digest = row.take()?;
    let (by, at) = (row.take()?, row.time()?);
    let total = row.money()?;
    let (net, cost): (Option<i64>, Option<i64>) = (row.take()?, row.take()?);
    let money = |minor| Money::new(minor, total.currency);
    Ok(ProviderBill {
        provider,
        day,
        digest,
        taken: Signature { by, at },
        total,
        findings: Vec::new(),
        settled: net.zip(cost).map(|(net, cost)| ProviderPaid {
            net: money(net),
            cost: money(cost),
        }),
    })
}

fn read_finding(row: &mut Columns<'_>) -> Result<BillFinding> {
    let class: u8 = row.take()?;
    let known = Class::ALL.get(usize::from(class)).copied();
    Ok(BillFinding {
        class: known.ok_or_else(|| impossible("class of a bill's line", class))?,
        charge: row.charge_id()?,
        transaction: row.take()?,
        ours: find_money(row)?,
        theirs: find_money(row)?,
        resolved: read_resolution(row)?,
    })
}

fn find_money(row: &mut Columns<'_>) -> Result<Option<Money>> {
    let (minor, currency): (Option<i64>, Option<String>) = (row.take()?, row.take()?);
    let both = minor.zip(currency);
    let money = both.map(|(minor, code)| {
        let currency = column::read_currency(&code)?;
        Ok(Money::new(minor, currency))
    });
    money.transpose()
}

fn read_resolution(row: &mut Columns<'_>) -> Result<Option<Resolution>> {
    let (by, at): (Option<String>, _) = (row.take()?, row.find_time()?);
    let reason: Option<String> = row.take()?;
    Ok(by.zip(at).zip(reason).map(|((by, at), reason)| Resolution {
        signature: Signature { by, at },
        reason,
    }))
}
