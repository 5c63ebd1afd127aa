//! Repairs as rows.

use ridecode_fare::Mend;
use ridecode_words::{JourneyId, RiderId, StopId, TapId};

use super::column::{Coded as _, Columns, execute, find, id, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, bill, fleet, params, tap};
use crate::fault::StoreFault;
use crate::record::{Repair, RepairSaved};
use crate::step;

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn save_repair(&self, repair: Repair) -> Result<RepairSaved> {
        self.write(2, move |db| save(db, &repair)).await
    }

    pub(crate) async fn load_repairs(&self, rider: RiderId) -> Result<Vec<Repair>> {
        self.read(move |db| {
            let sql = "SELECT rider, validator, sequence, number, mend, time, stop, made, author,
                 evidence, note
                 FROM repairs WHERE rider = ?1 ORDER BY validator, sequence, number";
            load(db, sql, [id(rider.0)], read)
        })
        .await
    }
}

fn save(db: &Connection<'_>, repair: &Repair) -> Result<RepairSaved> {
    let missing = || StoreFault::missing("tap", repair.tap);
    let held = bill::tap_of(db, JourneyId(repair.tap))?.ok_or_else(missing)?;
    if held.0 != repair.rider {
        return Err(missing());
    }
    db.hold([Lock::Rider(repair.rider)])?;
    let mended = tap::find(db, held, repair.tap)?.ok_or_else(missing)?;
    if find_repair(db, repair)?.as_ref() == Some(repair) {
        return Ok(RepairSaved::Repeated);
    }
    if Some(repair.number) != last_number(db, repair)?.checked_add(1) {
        return Ok(RepairSaved::Moved);
    }
    bill::touch(db, &step::periods_mended(&mended, repair), repair.made)?;
    tap::insert(db, &[step::repair_of(&mended, repair)])?;
    insert(db, repair)?;
    if let Some(deed) = step::deed_of(repair) {
        fleet::note(db, &deed)?;
    }
    Ok(RepairSaved::Saved)
}

fn insert(db: &Connection<'_>, repair: &Repair) -> Result<()> {
    execute(
        db,
        "INSERT INTO repairs (rider, validator, sequence, number, mend, time, stop, made, author,
             evidence, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            id(repair.rider.0),
            repair.tap.validator.0,
            repair.tap.sequence.cast_signed(),
            repair.number,
            repair.mend.code(),
            repair.time.0,
            repair.stop.as_ref().map(StopId::as_str),
            repair.made.0,
            repair.author,
            repair.evidence.code(),
            repair.note,
        ],
    )?;
    Ok(())
}

/// The number of the last repair of a tap, 0 for none.
fn last_number(db: &Connection<'_>, repair: &Repair) -> Result<u8> {
    let TapId {
        validator,
        sequence,
    } = repair.tap;
    let sql = "SELECT max(number) FROM repairs
         WHERE rider = ?1 AND validator = ?2 AND sequence = ?3";
    let key = (id(repair.rider.0), validator.0, sequence.cast_signed());
    let last = find(db, sql, key, |row| row.take::<Option<u8>>())?;
    Ok(last.flatten().unwrap_or(0))
}

fn find_repair(db: &Connection<'_>, repair: &Repair) -> Result<Option<Repair>> {
    let sql = "SELECT rider, validator, sequence, number, mend, time, stop, made, author, evidence,
         note
         FROM repairs WHERE rider = ?1 AND validator = ?2 AND sequence = ?3 AND number = ?4";
    let key = (
        id(repair.rider.0),
        repair.tap.validator.0,
        repair.tap.sequence.cast_signed(),
        repair.number,
    );
    find(db, sql, key, read)
}

fn read(row: &mut Columns<'_>) -> Result<Repair> {
    let (rider, tap, number) = (row.rider()?, row.tap_id()?, row.take()?);
    let mend = row.take()?;
    Ok(Repair {
        rider,
        tap,
        number,
        mend: Mend::from_code(mend).ok_or_else(|| impossible("mend", mend))?,
        time: row.time()?,
        stop: row.find_text()?.map(StopId),
        made: row.time()?,
        author: row.take()?,
        evidence: row.coded()?,
        note: row.take()?,
    })
}
