//! Taps as rows.

use ridecode_fare::{Mend, Tap, TapKind};
use ridecode_words::{
    IssuerId, LineId, Mode, OperatorId, RiderId, StopId, TapId, UnixSeconds, VehicleId,
};

use super::column::{self, Columns, id, impossible, load_all};
use super::{Connection, Result, params};

/// Inserts taps.
pub(super) fn insert(db: &Connection<'_>, taps: &[Tap]) -> Result<()> {
    let mut insert = db.batch(
        "INSERT INTO taps (rider, time, validator, sequence, issuer, kind, voided, operator, mode,
             line, stop, direction, vehicle, category, showing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    for tap in taps {
        let (kind, voided) = match tap.kind {
            TapKind::Single => (0, None),
            TapKind::In => (1, None),
            TapKind::Out => (2, None),
            TapKind::Void { tap } => (VOID, Some(tap.sequence.cast_signed())),
            TapKind::Repair { tap, mend } => (VOID + mend.code(), Some(tap.sequence.cast_signed())),
        };
        insert.add(params![
            id(tap.rider.0),
            tap.time.0,
            tap.id.validator.0,
            tap.id.sequence.cast_signed(),
            tap.issuer.0,
            kind,
            voided,
            tap.operator.0,
            tap.mode.byte(),
            tap.line.as_ref().map(LineId::as_str),
            tap.stop.as_ref().map(StopId::as_str),
            tap.direction,
            tap.vehicle.as_ref().map(VehicleId::as_str),
            tap.category,
            tap.showing,
        ])?;
    }
    insert.run().map(drop)
}

/// A rider's taps from one second to another, both included, in time order.
pub(super) fn between(
    db: &Connection<'_>,
    rider: RiderId,
    range: (UnixSeconds, UnixSeconds),
) -> Result<Vec<Tap>> {
    let taps = all_between(db, [(rider, range)])?;
    Ok(taps.into_iter().flatten().collect())
}

/// The same of several riders, in their order.
pub(super) fn all_between(
    db: &Connection<'_>,
    riders: impl IntoIterator<Item = (RiderId, (UnixSeconds, UnixSeconds))>,
) -> Result<Vec<Vec<Tap>>> {
    let keys = riders.into_iter();
    load_all(
        db,
        "SELECT rider, time, validator, sequence, issuer, kind, voided, operator, mode, line, stop,
             direction, vehicle, category, showing
         FROM taps WHERE rider = ?1 AND time BETWEEN ?2 AND ?3 ORDER BY time, validator, sequence",
        keys.map(|(rider, (first, last))| (id(rider.0), first.0, last.0)),
        read,
    )
}

/// A tap by its rider and time, and its id.
pub(super) fn find(
    db: &Connection<'_>,
    (rider, time): (RiderId, UnixSeconds),
    tap: TapId,
) -> Result<Option<Tap>> {
    column::find(
        db,
        "SELECT rider, time, validator, sequence, issuer, kind, voided, operator, mode, line, stop,
             direction, vehicle, category, showing
         FROM taps WHERE rider = ?1 AND time = ?2 AND validator = ?3 AND sequence = ?4",
        params![
            id(rider.0),
            time.0,
            tap.validator.0,
            tap.sequence.cast_signed()
        ],
        read,
    )
}

fn read(row: &mut Columns<'_>) -> Result<Tap> {
    let (rider, time, id) = (row.rider()?, row.time()?, row.tap_id()?);
    let issuer = IssuerId(row.take()?);
    let (kind, voided) = (row.take::<u8>()?, row.take::<Option<i64>>()?);
    let kind = match (kind, voided) {
        (0, None) => TapKind::Single,
        (1, None) => TapKind::In,
        (2, None) => TapKind::Out,
        (VOID.., Some(sequence)) => {
            let tap = TapId {
                sequence: sequence.cast_unsigned(),
                ..id
            };
            match kind - VOID {
                0 => TapKind::Void { tap },
                code => TapKind::Repair {
                    tap,
                    mend: Mend::from_code(code).ok_or_else(|| impossible("mend", code))?,
                },
            }
        }
        (code, _) => return Err(impossible("tap kind", code)),
    };
    let operator = OperatorId(row.take()?);
    let mode = row.take()?;
    Ok(Tap {
        time,
        id,
        rider,
        issuer,
        kind,
        operator,
        mode: Mode::from_byte(mode).ok_or_else(|| impossible("mode", mode))?,
        line: row.find_text()?.map(LineId),
        stop: row.find_text()?.map(StopId),
        direction: row.take()?,
        vehicle: row.find_text()?.map(VehicleId),
        category: row.take()?,
        showing: row.take()?,
    })
}

/// The kind of a void; those of repairs follow by their codes. The column `voided` is the entry of
/// the same validator that is taken back or mended.
const VOID: u8 = 3;
