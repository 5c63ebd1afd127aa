//! The pulse as rows. Totals of charges are kept by triggers of the database.

use std::collections::BTreeMap;

use ridecode_words::{LineId, OperatorId, UnixSeconds};

use super::column::{Columns, impossible, load};
use super::{Batch, Connection, Engine, Result, SqlStore, params};
use crate::pulse::start_of;
use crate::record::{
    ChargeState, ChargeTotal, HOUR_S, LineHour, Pulse, PulseQuery, Pulses, SLOT_S, Sighting, Taken,
};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn load_pulses(&self, query: PulseQuery) -> Result<Pulses> {
        self.read(move |db| {
            Ok(Pulses {
                pulses: pulses(db, query)?,
                lines: line_hours(db, query)?,
                charges: charge_totals(db)?,
            })
        })
        .await
    }
}

/// Counts decisions that are new, a row for each slot and each line however many they are.
pub(super) fn count<'a>(
    db: &Connection<'_>,
    operator: OperatorId,
    seen: impl Iterator<Item = &'a Sighting>,
) -> Result<()> {
    let mut slots: BTreeMap<(UnixSeconds, u8), i64> = BTreeMap::new();
    let mut hours: BTreeMap<(UnixSeconds, Option<&LineId>), i64> = BTreeMap::new();
    for one in seen {
        let slot = start_of(one.time, SLOT_S);
        *slots.entry((slot, one.outcome.rung())).or_default() += 1;
        if one.outcome.admits() {
            let hour = start_of(one.time, HOUR_S);
            *hours.entry((hour, one.line.as_ref())).or_default() += 1;
        }
    }
    let mut insert = db.batch(db.either(
        "INSERT INTO pulses (operator, slot, rung, count) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (slot, operator, rung) DO UPDATE SET count = pulses.count + excluded.count",
        "INSERT INTO pulses (operator, slot, rung, count) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (slot, operator, rung, lane) DO UPDATE SET
             count = pulses.count + excluded.count",
    ))?;
    for ((slot, rung), count) in slots {
        insert.add(params![operator.0, slot.0, rung, count])?;
    }
    insert.run()?;
    let mut lines = lines(db)?;
    for ((hour, line), taps) in hours {
        let line = line.map_or(NO_LINE, LineId::as_str);
        lines.add(params![operator.0, hour.0, line, taps, 0])?;
    }
    lines.run().map(drop)
}

/// Adds what new fare versions take.
pub(super) fn take<'a>(db: &Connection<'_>, taken: impl Iterator<Item = &'a Taken>) -> Result<()> {
    let mut lines = lines(db)?;
    for one in taken {
        let hour = start_of(one.began, HOUR_S);
        let line = one.line.as_ref().map_or(NO_LINE, LineId::as_str);
        lines.add(params![one.operator.0, hour.0, line, 0, one.minor])?;
    }
    lines.run().map(drop)
}

/// Adds to the hours of lines: operator, hour, line, taps, minor units.
fn lines<'c>(db: &Connection<'c>) -> Result<Batch<'c>> {
    db.batch(db.either(
        "INSERT INTO line_hours (operator, hour, line, taps, minor) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (hour, operator, line) DO UPDATE SET taps = line_hours.taps + excluded.taps,
             minor = line_hours.minor + excluded.minor",
        "INSERT INTO line_hours (operator, hour, line, taps, minor) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (hour, operator, line, lane) DO UPDATE SET
             taps = line_hours.taps + excluded.taps, minor = line_hours.minor + excluded.minor",
    ))
}

fn pulses(db: &Connection<'_>, query: PulseQuery) -> Result<Vec<Pulse>> {
    let sql = "SELECT operator, slot, rung, CAST(sum(count) AS BIGINT) FROM pulses
         WHERE slot BETWEEN ?2 AND ?3 AND (CAST(?1 AS BIGINT) IS NULL OR operator = ?1)
         GROUP BY operator, slot, rung ORDER BY operator, slot, rung";
    let since = start_of(query.since, SLOT_S);
    let operator = query.operator.map(|operator| operator.0);
    load(db, sql, (operator, since.0, query.until.0), |row| {
        Ok(Pulse {
            operator: OperatorId(row.take()?),
            slot: row.time()?,
            rung: row.take()?,
            count: row.count()?,
        })
    })
}

fn line_hours(db: &Connection<'_>, query: PulseQuery) -> Result<Vec<LineHour>> {
    let sql = "SELECT operator, hour, nullif(line, ''), CAST(sum(taps) AS BIGINT),
             CAST(sum(minor) AS BIGINT)
         FROM line_hours
         WHERE hour BETWEEN ?2 AND ?3 AND (CAST(?1 AS BIGINT) IS NULL OR operator = ?1)
         GROUP BY operator, hour, line ORDER BY operator, hour, line";
    let since = start_of(query.since, HOUR_S);
    let operator = query.operator.map(|operator| operator.0);
    load(db, sql, (operator, since.0, query.until.0), |row| {
        Ok(LineHour {
            operator: OperatorId(row.take()?),
            hour: row.time()?,
            line: row.find_text()?.map(LineId),
            taps: row.count()?,
            minor: row.take()?,
        })
    })
}

fn charge_totals(db: &Connection<'_>) -> Result<Vec<ChargeTotal>> {
    let sql = "SELECT state, standing, CAST(sum(count) AS BIGINT), CAST(sum(minor) AS BIGINT)
         FROM charge_totals GROUP BY state, standing HAVING sum(count) > 0 ORDER BY state, standing";
    load(db, sql, (), |row: &mut Columns<'_>| {
        let state: u8 = row.take()?;
        let word = ChargeState::WORDS.get(usize::from(state)).copied();
        Ok(ChargeTotal {
            state: word.ok_or_else(|| impossible("charge state", state))?,
            standing: row.coded()?,
            count: row.count()?,
            minor: row.take()?,
        })
    })
}

/// How a place without a line stands in `line_hours`; a line's id is never empty.
const NO_LINE: &str = "";
