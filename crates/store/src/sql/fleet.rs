//! Validators in operation as rows, and the trail of what people did.

use ridecode_account::RevokeReason;
use ridecode_words::{DeviceId, LineId, OperatorId, StopId, TapId, ValidatorId, VehicleId};

use super::column::{Coded as _, Columns, execute, find, id, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, credential, journal, params, rider};
use crate::fault::StoreFault;
use crate::record::{
    Assignment, Beat, Deed, FleetOf, HeldEntry, TrailLine, TrailQuery, ValidatorFile,
    ValidatorStep, ValidatorStepped,
};
use crate::step;

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn note_beat(&self, beat: Beat) -> Result<bool> {
        self.write(1, move |db| note_beat(db, &beat)).await
    }

    pub(crate) async fn load_validators(&self, of: FleetOf) -> Result<Vec<ValidatorFile>> {
        self.read(move |db| load_files(db, of)).await
    }

    pub(crate) async fn step_validator(
        &self,
        validator: ValidatorId,
        step: ValidatorStep,
        deed: Deed,
    ) -> Result<ValidatorStepped> {
        let take = move |db: &Connection<'_>| take_step(db, validator, (&step, &deed));
        self.write(2, take).await
    }

    pub(crate) async fn block_device(&self, device: DeviceId, deed: Deed) -> Result<bool> {
        self.write(4, move |db| block(db, device, &deed)).await
    }

    pub(crate) async fn load_entries(&self, ids: Vec<TapId>) -> Result<Vec<Option<HeldEntry>>> {
        self.read(move |db| ids.iter().map(|id| find_entry(db, *id)).collect())
            .await
    }

    pub(crate) async fn note_deed(&self, deed: Deed) -> Result<u64> {
        self.write(1, move |db| note(db, &deed)).await
    }

    pub(crate) async fn load_trail(
        &self,
        query: TrailQuery,
        limit: usize,
    ) -> Result<Vec<TrailLine>> {
        self.read(move |db| load_trail(db, query, limit)).await
    }
}

/// Puts a deed on the trail and gives the number of its line.
pub(super) fn note(db: &Connection<'_>, deed: &Deed) -> Result<u64> {
    let number = find(
        db,
        "INSERT INTO trail (at, author, kind, rider, device, validator, sequence, operator, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number",
        params![
            deed.at.0,
            deed.author,
            deed.kind.code(),
            deed.rider.map(|rider| id(rider.0)),
            deed.device.map(|device| id(device.0)),
            deed.tap
                .map(|tap| tap.validator)
                .or(deed.validator)
                .map(|validator| validator.0),
            deed.tap.map(|tap| tap.sequence.cast_signed()),
            deed.operator.map(|operator| operator.0),
            deed.reason,
        ],
        |row| row.count(),
    )?;
    number.ok_or_else(|| impossible("line of the trail without a number", deed.at.0))
}

fn load_trail(db: &Connection<'_>, query: TrailQuery, limit: usize) -> Result<Vec<TrailLine>> {
    let sql =
        "SELECT number, at, author, kind, rider, device, validator, sequence, operator, reason
         FROM trail
         WHERE (CAST(?1 AS BIGINT) IS NULL OR rider = ?1)
             AND (CAST(?2 AS BIGINT) IS NULL OR operator = ?2)
             AND (CAST(?3 AS BIGINT) IS NULL OR number < ?3)
         ORDER BY number DESC LIMIT ?4";
    let asked = params![
        query.rider.map(|rider| id(rider.0)),
        query.operator.map(|operator| operator.0),
        query.before.map(u64::cast_signed),
        i64::try_from(limit).unwrap_or(i64::MAX),
    ];
    load(db, sql, asked, read_line)
}

fn read_line(row: &mut Columns<'_>) -> Result<TrailLine> {
    let number = row.count()?;
    let (at, author, kind) = (row.time()?, row.take()?, row.coded()?);
    let (rider, device) = (row.find_rider()?, row.find_device()?);
    let validator = row.take::<Option<u32>>()?.map(ValidatorId);
    let sequence = row.take::<Option<i64>>()?.map(i64::cast_unsigned);
    let tap = validator.zip(sequence).map(|(validator, sequence)| TapId {
        validator,
        sequence,
    });
    Ok(TrailLine {
        number,
        deed: Deed {
            at,
            author,
            kind,
            rider,
            device,
            tap,
            validator: validator.filter(|_| tap.is_none()),
            operator: row.take::<Option<u32>>()?.map(OperatorId),
            reason: row.take()?,
        },
    })
}

fn note_beat(db: &Connection<'_>, beat: &Beat) -> Result<bool> {
    db.hold([Lock::Validator(beat.validator)])?;
    if journal::find_validator(db, beat.validator)?.is_none() {
        return Err(StoreFault::missing("validator", beat.validator));
    }
    let held = find_beat(db, beat.validator)?;
    if held.is_some_and(|held| !step::outweighs(beat, &held)) {
        return Ok(false);
    }
    execute(
        db,
        "INSERT INTO beats (validator, heard, sealed, bytes) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (validator) DO UPDATE SET heard = excluded.heard, sealed = excluded.sealed,
             bytes = excluded.bytes",
        params![beat.validator.0, beat.heard.0, beat.sealed.0, beat.bytes],
    )?;
    Ok(true)
}

fn find_beat(db: &Connection<'_>, validator: ValidatorId) -> Result<Option<Beat>> {
    let sql = "SELECT heard, sealed, bytes FROM beats WHERE validator = ?1";
    find(db, sql, [validator.0], |row| {
        Ok(Beat {
            validator,
            heard: row.time()?,
            sealed: row.time()?,
            bytes: row.take()?,
        })
    })
}

fn find_assignment(db: &Connection<'_>, validator: ValidatorId) -> Result<Option<Assignment>> {
    let sql = "SELECT line, stop, vehicle, since FROM assignments WHERE validator = ?1";
    find(db, sql, [validator.0], |row| {
        Ok(Assignment {
            line: row.find_text()?.map(LineId),
            stop: row.find_text()?.map(StopId),
            vehicle: row.find_text()?.map(VehicleId),
            since: row.time()?,
        })
    })
}

fn load_files(db: &Connection<'_>, of: FleetOf) -> Result<Vec<ValidatorFile>> {
    let (operator, one) = match of {
        FleetOf::All => (None, None),
        FleetOf::Operator(operator) => (Some(operator.0), None),
        FleetOf::One(validator) => (None, Some(validator.0)),
    };
    let sql = "SELECT validator, operator, algorithm, key, registered, retired, journal_end, sealed
         FROM validators
         WHERE (CAST(?1 AS BIGINT) IS NULL OR operator = ?1)
             AND (CAST(?2 AS BIGINT) IS NULL OR validator = ?2)
         ORDER BY validator";
    let mut files = load(db, sql, (operator, one), |row| {
        Ok(ValidatorFile {
            validator: journal::read_validator(row)?,
            assigned: None,
            held_through: 0,
            journal_end: row.count()?,
            sealed: row.time()?,
            beat: None,
        })
    })?;
    for file in &mut files {
        let id = file.validator.id;
        file.assigned = find_assignment(db, id)?;
        file.held_through = journal::held_from_1(db, id)?;
        file.beat = find_beat(db, id)?;
    }
    Ok(files)
}

fn take_step(
    db: &Connection<'_>,
    validator: ValidatorId,
    (step, deed): (&ValidatorStep, &Deed),
) -> Result<ValidatorStepped> {
    db.hold([Lock::Validator(validator)])?;
    let held = journal::find_validator(db, validator)?;
    let held = held.ok_or_else(|| StoreFault::missing("validator", validator))?;
    let assigned = find_assignment(db, validator)?;
    let stepped = step::step_validator(&held, assigned.as_ref(), step);
    if stepped != ValidatorStepped::Changed {
        return Ok(stepped);
    }
    match step {
        ValidatorStep::Move(to) => execute(
            db,
            "INSERT INTO assignments (validator, line, stop, vehicle, since)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (validator) DO UPDATE SET line = excluded.line, stop = excluded.stop,
                 vehicle = excluded.vehicle, since = excluded.since",
            params![
                validator.0,
                to.line.as_ref().map(LineId::as_str),
                to.stop.as_ref().map(StopId::as_str),
                to.vehicle.as_ref().map(VehicleId::as_str),
                to.since.0,
            ],
        )?,
        ValidatorStep::Retire => execute(
            db,
            "UPDATE validators SET active = 0, retired = ?2 WHERE validator = ?1",
            (validator.0, deed.at.0),
        )?,
    };
    note(db, deed)?;
    Ok(stepped)
}

fn block(db: &Connection<'_>, device: DeviceId, deed: &Deed) -> Result<bool> {
    db.hold(deed.rider.map(Lock::Rider))?;
    let phone = rider::find_device(db, device)?;
    let phone = phone.filter(|phone| Some(phone.rider) == deed.rider);
    let phone = phone.ok_or_else(|| StoreFault::missing("device", device))?;
    if !step::is_active(&phone.state) {
        return Ok(false);
    }
    credential::revoke(db, device, RevokeReason::Lost, deed.at)?;
    note(db, deed)?;
    Ok(true)
}

fn find_entry(db: &Connection<'_>, tap: TapId) -> Result<Option<HeldEntry>> {
    let sql = "SELECT hash, bytes, (SELECT office FROM disagreements AS one
             WHERE one.validator = entries.validator AND one.sequence = entries.sequence)
         FROM entries WHERE validator = ?1 AND sequence = ?2";
    let key = (tap.validator.0, tap.sequence.cast_signed());
    find(db, sql, key, |row| {
        Ok(HeldEntry {
            id: tap,
            hash: row.take()?,
            bytes: row.take()?,
            disagreement: row.take()?,
        })
    })
}
