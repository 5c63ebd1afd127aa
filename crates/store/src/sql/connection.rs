//! A connection to a database inside a transaction, whichever engine it belongs to.
//!
//! Statements are written once. Their parameters are `?1`, `?2` …; an engine that spells them
//! otherwise does so when it prepares a statement. Columns hold whole numbers of 64 bits, text or
//! bytes, and nothing else.

#[cfg(feature = "postgres")]
use super::value::Owned;
use super::value::{self, Given, Taken, Value};
use super::{Lock, Result};
#[cfg(feature = "sqlite")]
use crate::fault::StoreFault;

/// A connection inside a transaction.
#[derive(Clone, Copy)]
pub(crate) enum Connection<'c> {
    /// Of an SQLite file.
    #[cfg(feature = "sqlite")]
    Sqlite(&'c rusqlite::Connection),
    /// To a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(&'c crate::postgres::Session),
}

/// The parameters of a statement.
pub(crate) trait Params {
    /// Hands them to whatever runs the statement.
    fn give<R>(&self, run: impl FnOnce(&[Value<'_>]) -> R) -> R;
}

/// Parameters of any number and kind.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::sql::Given),*]
    };
}
pub(crate) use params;

impl<const N: usize> Params for &[&dyn Given; N] {
    fn give<R>(&self, run: impl FnOnce(&[Value<'_>]) -> R) -> R {
        run(&self.map(Given::value))
    }
}

impl<T: Given, const N: usize> Params for [T; N] {
    fn give<R>(&self, run: impl FnOnce(&[Value<'_>]) -> R) -> R {
        run(&self.each_ref().map(Given::value))
    }
}

macro_rules! params_of_tuples {
    ($(($($name:ident $place:tt),*)),*) => {
        $(impl<$($name: Given),*> Params for ($($name,)*) {
            fn give<R>(&self, run: impl FnOnce(&[Value<'_>]) -> R) -> R {
                run(&[$(self.$place.value()),*])
            }
        })*
    };
}

params_of_tuples!(
    (),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4)
);

/// A row of an engine.
#[derive(Clone, Copy)]
pub(super) enum Row<'r> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "postgres")]
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// What a column holds.
    pub(super) fn take<T: Taken>(self, column: usize) -> Result<T> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(row) => value::take(crate::sqlite::value_of(row, column)?, column),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => value::take(crate::postgres::value_of(row, column)?, column),
        }
    }
}

impl<'c> Connection<'c> {
    /// Runs a statement that gives no rows. Where the database is elsewhere, it goes there with the
    /// next that is waited for, and what goes wrong with it is told then.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => self.change(sql, params).map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => params
                .give(|values| session.send_ahead(sql, values.iter().map(Owned::from).collect())),
        }
    }

    /// Runs a statement that gives no rows, and says how many rows it changed.
    pub(super) fn change(&self, sql: &str, params: impl Params) -> Result<usize> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => {
                let mut statement = file.prepare_cached(sql)?;
                params.give(|values| Ok(statement.execute(rusqlite::params_from_iter(values))?))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => params.give(|values| session.change(sql, values)),
        }
    }

    /// Gives the rows of a query to a reader, until it has had enough: it says so by `false`.
    pub(super) fn query(
        &self,
        sql: &str,
        params: impl Params,
        mut each: impl FnMut(Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => {
                let mut statement = file.prepare_cached(sql)?;
                let rows =
                    params.give(|values| statement.query(rusqlite::params_from_iter(values)));
                let mut rows = rows?;
                while let Some(row) = rows.next()? {
                    if !each(Row::Sqlite(row))? {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                let rows = params.give(|values| session.query(sql, values))?;
                for row in &rows {
                    if !each(Row::Postgres(row))? {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// Gives a reader the rows of one query for each of many keys, with the key's place. Where the
    /// database is elsewhere, the keys go there together.
    pub(super) fn query_each<P: Params>(
        &self,
        sql: &str,
        keys: impl IntoIterator<Item = P>,
        mut each: impl FnMut(usize, Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => {
                for (place, key) in keys.into_iter().enumerate() {
                    self.query(sql, key, |row| {
                        each(place, row)?;
                        Ok(true)
                    })?;
                }
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                let keys = keys.into_iter();
                let keys = keys.map(|key| key.give(|key| key.iter().map(Owned::from).collect()));
                let answers = session.query_all(sql, &keys.collect::<Vec<_>>())?;
                for (place, rows) in answers.iter().enumerate() {
                    for row in rows {
                        each(place, Row::Postgres(row))?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Begins to run one statement with many rows of parameters.
    pub(super) fn batch(&self, sql: &'static str) -> Result<Batch<'c>> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => Ok(Batch::Sqlite(file.prepare_cached(sql)?, 0)),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(Batch::Postgres(session, sql, Vec::new())),
        }
    }

    /// The next numbers of a series: distinct, and above those given before.
    pub(super) fn number(&self, series: Series, count: usize) -> Result<Vec<u64>> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                let last = add_to_row(file, series.name(), count)?;
                Ok((last - count + 1..=last).map(i64::cast_unsigned).collect())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.number(series, count),
        }
    }

    /// Adds to a count that nobody reads while it changes.
    pub(super) fn add_to(&self, count: Count, by: i64) -> Result<()> {
        if by == 0 {
            return Ok(());
        }
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => add_to_row(file, count.name(), by).map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.add_to(count, by),
        }
    }

    /// Takes hold of what a verb decides on, until it is over ([`Lock`]).
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "one writer holds nothing")
    )]
    pub(super) fn hold(&self, locks: impl IntoIterator<Item = Lock>) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.hold(locks.into_iter().collect()),
        }
    }

    /// A statement where the engines differ.
    #[cfg_attr(
        not(all(feature = "sqlite", feature = "postgres")),
        expect(
            unused_variables,
            reason = "the statement of an engine that is left out"
        )
    )]
    pub(super) fn either(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => postgres,
        }
    }
}

/// One statement run with many rows of parameters.
pub(crate) enum Batch<'c> {
    /// Runs each row as it is added; the statement, and how many rows were changed.
    #[cfg(feature = "sqlite")]
    Sqlite(rusqlite::CachedStatement<'c>, usize),
    /// Sends the rows that were added together.
    #[cfg(feature = "postgres")]
    Postgres(&'c crate::postgres::Session, &'static str, Vec<Vec<Owned>>),
}

impl Batch<'_> {
    /// Adds a row of parameters.
    pub(super) fn add(&mut self, params: impl Params) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(statement, changed) => params.give(|values| {
                *changed += statement.execute(rusqlite::params_from_iter(values))?;
                Ok(())
            }),
            #[cfg(feature = "postgres")]
            Self::Postgres(_, _, rows) => params.give(|values| {
                rows.push(values.iter().map(Owned::from).collect());
                Ok(())
            }),
        }
    }

    /// Runs what has not run yet, as [`Connection::execute`] does.
    pub(super) fn run(self) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(..) => Ok(()),
            #[cfg(feature = "postgres")]
            Self::Postgres(session, sql, rows) => {
                let mut rows = rows.into_iter();
                rows.try_for_each(|row| session.send_ahead(sql, row))
            }
        }
    }

    /// Runs what has not run yet, and says how many rows were changed.
    pub(super) fn count(self) -> Result<usize> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_, changed) => Ok(changed),
            #[cfg(feature = "postgres")]
            Self::Postgres(session, sql, rows) => session.execute_all(sql, &rows),
        }
    }
}

/// Numbers that are given out once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Series {
    /// Marks of due months.
    Mark,
    /// Numbers of legs.
    Leg,
}

#[cfg(feature = "sqlite")]
impl Series {
    /// What a database calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Leg => "leg",
        }
    }
}

/// What is counted as it changes, so that nobody counts rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    /// Changes of the deny list.
    DenyVersion,
    /// Charges not collected.
    ChargesOpen,
    /// Entries about which the back office does not agree.
    Disagreements,
}

impl Count {
    /// What a database calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DenyVersion => "deny_version",
            Self::ChargesOpen => "charges_open",
            Self::Disagreements => "disagreements",
        }
    }
}

/// Adds to a counter and gives its value after that.
#[cfg(feature = "sqlite")]
fn add_to_row(file: &rusqlite::Connection, name: &str, by: i64) -> Result<i64> {
    const SQL: &str = "UPDATE counters SET value = value + ?2 WHERE name = ?1 RETURNING value";
    let mut statement = file.prepare_cached(SQL)?;
    let value = statement.query_row((name, by), |row| row.get(0));
    value.map_err(StoreFault::from)
}
