//! Validators and what is held of their journals.

mod accept;
mod held;

use ridecode_words::{OperatorId, ValidatorId};

use super::column::{Coded, Columns, execute, find, load};
use super::{Connection, Engine, Result, SqlStore, params};
use crate::fault::StoreFault;
use crate::record::{Acceptance, HeldEntries, Receipt, SegmentConflict, Validator};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn register_validator(&self, validator: Validator) -> Result<()> {
        self.write(1, move |db| register(db, &validator)).await
    }

    pub(crate) async fn find_validator(&self, validator: ValidatorId) -> Result<Option<Validator>> {
        self.read(move |db| find_validator(db, validator)).await
    }

    pub(crate) async fn accept_segment(
        &self,
        acceptance: Acceptance,
    ) -> Result<Result<Receipt, SegmentConflict>> {
        let rows = acceptance.entries.len();
        self.write(rows, move |db| accept::run(db, &acceptance))
            .await
    }

    pub(crate) async fn load_held(&self, operator: OperatorId) -> Result<Vec<HeldEntries>> {
        self.read(move |db| load_held(db, Some(operator))).await
    }
}

/// What is held of every journal, or of one operator's, by validator.
pub(super) fn load_held(
    db: &Connection<'_>,
    operator: Option<OperatorId>,
) -> Result<Vec<HeldEntries>> {
    let sql = "SELECT validator, journal_end, sealed FROM validators
         WHERE CAST(?1 AS BIGINT) IS NULL OR operator = ?1 ORDER BY validator";
    let mut journals = load(db, sql, [operator.map(|operator| operator.0)], |row| {
        Ok(HeldEntries {
            validator: ValidatorId(row.take()?),
            held: Vec::new(),
            journal_end: row.count()?,
            sealed: row.time()?,
        })
    })?;
    for journal in &mut journals {
        journal.held = held::ranges(db, journal.validator)?;
    }
    Ok(journals)
}

fn register(db: &Connection<'_>, validator: &Validator) -> Result<()> {
    if let Some(held) = find_validator(db, validator.id)? {
        let same = held.key == validator.key && held.operator == validator.operator;
        return same
            .then_some(())
            .ok_or_else(|| StoreFault::conflict("validator", validator.id));
    }
    execute(
        db,
        "INSERT INTO validators (validator, operator, algorithm, key, registered, active,
             retired, journal_end, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0)",
        params![
            validator.id.0,
            validator.operator.0,
            validator.key.algorithm.code(),
            validator.key.bytes,
            validator.registered.0,
            validator.retired.is_none(),
            validator.retired.map(|at| at.0),
        ],
    )?;
    Ok(())
}

/// A validator by its number.
pub(super) fn find_validator(
    db: &Connection<'_>,
    validator: ValidatorId,
) -> Result<Option<Validator>> {
    let sql = "SELECT validator, operator, algorithm, key, registered, retired
         FROM validators WHERE validator = ?1";
    find(db, sql, [validator.0], read_validator)
}

/// Number, operator, key, and the times of its registration and retirement.
pub(super) fn read_validator(row: &mut Columns<'_>) -> Result<Validator> {
    Ok(Validator {
        id: ValidatorId(row.take()?),
        operator: OperatorId(row.take()?),
        key: row.key()?,
        registered: row.time()?,
        retired: row.find_time()?,
    })
}

/// The last entry held from the first on without a hole, 0 for none.
pub(super) fn held_from_1(db: &Connection<'_>, validator: ValidatorId) -> Result<u64> {
    let sql = "SELECT last FROM held WHERE validator = ?1 AND first = 1";
    Ok(find(db, sql, [validator.0], |row| row.count())?.unwrap_or(0))
}
