//! Adjustments.

use ridecode_words::{AdjustmentId, JourneyId, RiderId, ServiceDay, UnixSeconds};

use super::column::{self, Coded as _, Columns, execute, find, id, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, bill, charge, params, rider, transfer};
use crate::adjust;
use crate::fault::StoreFault;
use crate::record::{
    Adjusted, Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Decided, Decision,
    LineState,
};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn ask_adjustment(
        &self,
        asked: Adjustment,
        limit_minor: i64,
    ) -> Result<Adjustment> {
        let rows = asked.lines.len() + 1;
        self.write(rows, move |db| ask(db, &asked, limit_minor))
            .await
    }

    pub(crate) async fn decide_adjustment(&self, decision: Decision) -> Result<Decided> {
        self.write(1, move |db| decide(db, &decision)).await
    }

    pub(crate) async fn due_adjustments(&self, limit: usize) -> Result<Vec<AdjustmentId>> {
        self.read(move |db| due(db, limit)).await
    }

    pub(crate) async fn post_adjustment(
        &self,
        adjustment: AdjustmentId,
        limit: usize,
        day: ServiceDay,
    ) -> Result<Adjusted> {
        let rows = limit.saturating_mul(ROWS_OF_A_LINE);
        self.write(rows, move |db| post(db, adjustment, (limit, day)))
            .await
    }

    pub(crate) async fn find_adjustment(
        &self,
        adjustment: AdjustmentId,
    ) -> Result<Option<Adjustment>> {
        self.read(move |db| find_by_id(db, adjustment)).await
    }

    pub(crate) async fn load_adjustments(&self, limit: usize) -> Result<Vec<Adjustment>> {
        self.read(move |db| newest(db, limit)).await
    }
}

/// What adjustments posted for a rider, by number and line.
pub(super) fn posted_of(
    db: &Connection<'_>,
    rider: RiderId,
) -> Result<Vec<(AdjustmentKind, AdjustmentLine)>> {
    load(
        db,
        "SELECT a.kind, a.taken_back, l.validator, l.sequence, l.rider, l.amount, l.currency, l.number,
             l.state
         FROM adjustment_lines l JOIN adjustments a USING (adjustment)
         WHERE l.rider = ?1 AND l.state = 1 ORDER BY l.adjustment, l.line",
        [id(rider.0)],
        |row| Ok((read_kind(row)?, read_line(row)?)),
    )
}

fn ask(db: &Connection<'_>, asked: &Adjustment, limit_minor: i64) -> Result<Adjustment> {
    db.hold([Lock::Person(asked.asked_by.clone())])?;
    if let Some(held) = find_by_id(db, asked.id)? {
        return if adjust::is_repeat(&held, asked) {
            Ok(held)
        } else {
            Err(StoreFault::conflict("adjustment", asked.id))
        };
    }
    for line in &asked.lines {
        match bill::tap_of(db, line.journey)? {
            Some((rider, _)) if rider == line.rider => {}
            Some(_) | None => return Err(StoreFault::missing("ride of rider", line.journey)),
        }
    }
    let mut held = asked.clone();
    held.state = adjust::first_state(asked, given_alone(db, asked)?, limit_minor);
    for line in &mut held.lines {
        line.state = LineState::Waiting;
    }
    insert(db, &held)?;
    Ok(held)
}

/// What a person gave alone in the day before asking, in minor units.
fn given_alone(db: &Connection<'_>, asked: &Adjustment) -> Result<i64> {
    let sql = "SELECT CAST(coalesce(sum(l.amount), 0) AS BIGINT)
         FROM adjustments a JOIN adjustment_lines l USING (adjustment)
         WHERE a.asked > ?2 AND a.asked_by = ?1 AND a.state = 1 AND a.decided_by = ?1";
    let since = adjust::limit_since(asked.asked);
    let given = find(db, sql, params![asked.asked_by, since.0], |row| row.take())?;
    Ok(given.unwrap_or(0))
}

fn insert(db: &Connection<'_>, held: &Adjustment) -> Result<()> {
    let (kind, of) = match held.kind {
        AdjustmentKind::Goodwill => (0, None),
        AdjustmentKind::TakenBack { of } => (1, Some(id(of.0))),
    };
    let (state, by, at) = decided(&held.state);
    execute(
        db,
        "INSERT INTO adjustments (adjustment, kind, taken_back, why, asked_by, asked, state,
             decided_by, decided, waiting)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            id(held.id.0),
            kind,
            of,
            held.why,
            held.asked_by,
            held.asked.0,
            state,
            by,
            at,
            i64::try_from(held.lines.len()).unwrap_or(i64::MAX),
        ],
    )?;
    for (number, line) in (0_i64..).zip(&held.lines) {
        execute(
            db,
            "INSERT INTO adjustment_lines (adjustment, line, validator, sequence, rider, amount,
                 currency, number, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                id(held.id.0),
                number,
                line.journey.0.validator.0,
                line.journey.0.sequence.cast_signed(),
                id(line.rider.0),
                line.amount.minor,
                column::currency(&line.amount.currency)?,
                line.number,
                line.state.code(),
            ],
        )?;
    }
    Ok(())
}

fn decided(state: &AdjustmentState) -> (u8, Option<&str>, Option<i64>) {
    match state {
        AdjustmentState::Waiting => (0, None, None),
        AdjustmentState::Approved { by, at } => (1, Some(by), Some(at.0)),
        AdjustmentState::Refused { by, at } => (2, Some(by), Some(at.0)),
    }
}

fn decide(db: &Connection<'_>, decision: &Decision) -> Result<Decided> {
    db.hold([Lock::Adjustment(decision.adjustment)])?;
    let held = expect(db, decision.adjustment)?;
    let after = match adjust::decide(&held.asked_by, &held.state, decision) {
        Ok(after) => after,
        Err(refused) => return Ok(refused),
    };
    let (state, by, at) = decided(&after);
    let sql = "UPDATE adjustments SET state = ?2, decided_by = ?3, decided = ?4
         WHERE adjustment = ?1";
    execute(db, sql, params![id(held.id.0), state, by, at])?;
    Ok(Decided::Saved)
}

fn due(db: &Connection<'_>, limit: usize) -> Result<Vec<AdjustmentId>> {
    let sql = "SELECT adjustment FROM adjustments WHERE state = 1 AND waiting > 0
         ORDER BY adjustment LIMIT ?1";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    load(db, sql, [limit], |row| row.adjustment())
}

fn post(
    db: &Connection<'_>,
    adjustment: AdjustmentId,
    (limit, day): (usize, ServiceDay),
) -> Result<Adjusted> {
    db.hold([Lock::LedgerDay, Lock::Adjustment(adjustment)])?;
    let held = expect(db, adjustment)?;
    let mut done = Adjusted::default();
    if !adjust::is_approved(&held.state) {
        return Ok(done);
    }
    let waiting = held.lines.iter().enumerate();
    let waiting = waiting.filter(|(_, line)| line.state == LineState::Waiting);
    let waits = waiting.clone().count();
    let next = waiting.clone().take(limit);
    db.hold(next.map(|(_, line)| Lock::Rider(line.rider)))?;
    for (number, line) in waiting.take(limit) {
        let mut line = *line;
        if post_line(db, (held.kind, held.asked), (&mut line, day))? {
            done.posted += 1;
        } else {
            line.state = LineState::Refused;
            done.refused += 1;
        }
        let sql = "UPDATE adjustment_lines SET number = ?3, state = ?4
             WHERE adjustment = ?1 AND line = ?2";
        let place = i64::try_from(number).unwrap_or(i64::MAX);
        let key = id(adjustment.0);
        execute(db, sql, params![key, place, line.number, line.state.code()])?;
    }
    let left = waits.saturating_sub((done.posted + done.refused) as usize);
    done.left = u32::try_from(left).unwrap_or(u32::MAX);
    let sql = "UPDATE adjustments SET waiting = ?2 WHERE adjustment = ?1";
    execute(db, sql, (id(adjustment.0), done.left))?;
    Ok(done)
}

/// Posts a line, unless it posts nothing.
fn post_line(
    db: &Connection<'_>,
    (kind, asked): (AdjustmentKind, UnixSeconds),
    (line, day): (&mut AdjustmentLine, ServiceDay),
) -> Result<bool> {
    let owner = line.rider;
    let transfers = transfer::of_journeys(db, owner, &[line.journey])?;
    let Some(posted) = adjust::post_line(kind, line, (&transfers, day)) else {
        return Ok(false);
    };
    let (balance, _) = rider::balance(db, owner)?;
    if balance.after(&posted).is_err() {
        return Ok(false);
    }
    transfer::post(db, owner, [&posted])?;
    rider::move_mark(db, owner)?;
    line.number = Some(posted.id.line);
    line.state = LineState::Posted;
    let together = bill::together_with(db, line.journey)?;
    match together.day {
        // What is owed of a day that has no charge is asked for when the day is looked at again.
        Some((period, day)) if !charge::is_charged(db, owner, &together)? => {
            bill::open_day(db, (period, day))?;
            bill::touch(db, &[period], asked)?;
        }
        Some(_) | None => charge::even_out(db, owner, &together)?,
    }
    Ok(true)
}

fn expect(db: &Connection<'_>, adjustment: AdjustmentId) -> Result<Adjustment> {
    find_by_id(db, adjustment)?.ok_or_else(|| StoreFault::missing("adjustment", adjustment))
}

fn find_by_id(db: &Connection<'_>, adjustment: AdjustmentId) -> Result<Option<Adjustment>> {
    let sql = "SELECT adjustment, kind, taken_back, why, asked_by, asked, state, decided_by,
             decided
         FROM adjustments WHERE adjustment = ?1";
    let head = find(db, sql, [id(adjustment.0)], read_head)?;
    head.map(|head| with_lines(db, head)).transpose()
}

fn newest(db: &Connection<'_>, limit: usize) -> Result<Vec<Adjustment>> {
    let sql = "SELECT adjustment, kind, taken_back, why, asked_by, asked, state, decided_by,
             decided
         FROM adjustments ORDER BY asked DESC, adjustment DESC LIMIT ?1";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let heads = load(db, sql, [limit], read_head)?;
    heads.into_iter().map(|head| with_lines(db, head)).collect()
}

fn with_lines(db: &Connection<'_>, mut head: Adjustment) -> Result<Adjustment> {
    let sql = "SELECT validator, sequence, rider, amount, currency, number, state
         FROM adjustment_lines WHERE adjustment = ?1 ORDER BY line";
    head.lines = load(db, sql, [id(head.id.0)], read_line)?;
    Ok(head)
}

fn read_head(row: &mut Columns<'_>) -> Result<Adjustment> {
    let (adjustment, kind) = (row.adjustment()?, read_kind(row)?);
    let (why, asked_by, asked) = (row.take()?, row.take()?, row.time()?);
    let state = (
        row.take::<u8>()?,
        row.take::<Option<String>>()?,
        row.find_time()?,
    );
    let state = match state {
        (0, None, None) => AdjustmentState::Waiting,
        (1, Some(by), Some(at)) => AdjustmentState::Approved { by, at },
        (2, Some(by), Some(at)) => AdjustmentState::Refused { by, at },
        (code, ..) => return Err(impossible("adjustment state", code)),
    };
    Ok(Adjustment {
        id: adjustment,
        kind,
        why,
        asked_by,
        asked,
        state,
        lines: Vec::new(),
    })
}

fn read_kind(row: &mut Columns<'_>) -> Result<AdjustmentKind> {
    match (row.take::<u8>()?, row.take::<Option<i64>>()?) {
        (0, None) => Ok(AdjustmentKind::Goodwill),
        (1, Some(of)) => Ok(AdjustmentKind::TakenBack {
            of: AdjustmentId(id(of.cast_unsigned()).cast_unsigned()),
        }),
        (code, _) => Err(impossible("adjustment kind", code)),
    }
}

fn read_line(row: &mut Columns<'_>) -> Result<AdjustmentLine> {
    Ok(AdjustmentLine {
        journey: JourneyId(row.tap_id()?),
        rider: row.rider()?,
        amount: row.money()?,
        number: row.take()?,
        state: row.coded()?,
    })
}

/// Rows a posted line writes or changes, about.
const ROWS_OF_A_LINE: usize = 6;
