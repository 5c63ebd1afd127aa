//! A connection with the thread that owns it, and the transactions over it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row, Statement};

use super::address::Address;
use super::open::{self, OpenFault};
use super::{Result, value_of};
use crate::fault::StoreFault;
use crate::sql::{Connection, Count, Lock, Owned, Series, Value, run_contained};

/// A thread's place at the server: its connection, once it has one.
pub(crate) struct Seat {
    address: Address,
    session: Option<Session>,
}

/// What a transaction may see and do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// Reads what is committed, statement by statement, and holds what it decides on.
    Write,
    /// Sees one state and changes nothing.
    Read,
}

impl Isolation {
    fn begin(self) -> &'static str {
        match self {
            Self::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        }
    }
}

/// How a run of a verb ended.
enum Run<T> {
    /// Committed, or refused for good.
    Done(Result<T>),
    /// Undone, and worth another run: why.
    Again(StoreFault),
}

/// Why a statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// Somebody else was quicker: a unique key, a deadlock.
    Rival,
    /// The connection is gone.
    Lost,
    /// Anything else.
    Other,
}

impl Seat {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            session: None,
        }
    }

    /// Runs a verb in a transaction of its own, and again where somebody else was quicker or the
    /// connection was lost before anything was committed.
    pub(super) fn run<T>(
        &mut self,
        isolation: Isolation,
        verb: &impl Fn(&Connection<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut fault = None;
        for _ in 0..RUNS_MAX {
            match self.run_once(isolation, verb) {
                Run::Done(outcome) => return outcome,
                Run::Again(why) => fault = Some(why),
            }
        }
        Err(fault.unwrap_or_else(|| StoreFault::engine("it was never run")))
    }

    fn run_once<T>(
        &mut self,
        isolation: Isolation,
        verb: impl Fn(&Connection<'_>) -> Result<T>,
    ) -> Run<T> {
        let session = match self.session.take() {
            Some(session) => session,
            None => match Session::open(&self.address) {
                Ok(session) => session,
                Err(fault) => return Run::Done(Err(StoreFault::engine(&fault.to_string()))),
            },
        };
        session.beginning.set(Some(isolation.begin()));
        let outcome = run_contained(|| verb(&Connection::Postgres(&session)));
        let ended = session.end(outcome);
        if !session.lost.get() {
            self.session = Some(session);
        }
        ended
    }
}

/// A connection to the server.
pub(crate) struct Session {
    runtime: Runtime,
    client: Client,
    statements: RefCell<BTreeMap<String, Statement>>,
    /// What begins the transaction, until the first statement takes it along.
    beginning: Cell<Option<&'static str>>,
    /// Statements nobody waits for; the next that somebody does takes them along.
    ahead: RefCell<Vec<(String, Vec<Owned>)>>,
    failure: Cell<Option<Failure>>,
    lost: Cell<bool>,
}

impl Session {
    /// Connects to a server. Not to be called where an async runtime runs.
    pub(super) fn open(address: &Address) -> Result<Self, OpenFault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build();
        let runtime = runtime.map_err(OpenFault::Thread)?;
        let client = runtime.block_on(open::connect(address))?;
        Ok(Self {
            runtime,
            client,
            statements: RefCell::default(),
            beginning: Cell::new(None),
            ahead: RefCell::default(),
            failure: Cell::new(None),
            lost: Cell::new(false),
        })
    }

    /// Runs a statement that gives no rows, some time before the next that is waited for.
    pub(crate) fn send_ahead(&self, sql: &str, values: Vec<Owned>) -> Result<()> {
        let waiting = {
            let mut ahead = self.ahead.borrow_mut();
            ahead.push((sql.to_owned(), values));
            ahead.len()
        };
        if waiting < AHEAD_MAX {
            return Ok(());
        }
        self.run(self.after_those_ahead(async { Ok(()) }))
    }

    /// Runs a statement that gives no rows, and says how many it changed.
    pub(crate) fn change(&self, sql: &str, values: &[Value<'_>]) -> Result<usize> {
        let changed = self.run(async {
            let statement = self.prepare(sql).await?;
            let run = self.client.execute_raw(&statement, values);
            self.after_those_ahead(run).await
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// The rows of a query.
    pub(crate) fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let values: Vec<_> = values.iter().map(|value| value as _).collect();
        self.run(async {
            let statement = self.prepare(sql).await?;
            let run = self.client.query(&statement, &values);
            self.after_those_ahead(run).await
        })
    }

    /// The rows of one query for each of many keys, asked for without waiting in between.
    pub(crate) fn query_all(&self, sql: &str, keys: &[Vec<Owned>]) -> Result<Vec<Vec<Row>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.run(async {
            let statement = self.prepare(sql).await?;
            let runs = keys.iter().map(|key| {
                let statement = &statement;
                Box::pin(async move {
                    let values: Vec<Value<'_>> = key.iter().map(Owned::value).collect();
                    let values: Vec<_> = values.iter().map(|value| value as _).collect();
                    self.client.query(statement, &values).await
                }) as _
            });
            self.after_those_ahead(in_turn(runs.collect())).await
        })
    }

    /// Runs one statement for each of many rows of parameters, without waiting in between, and says
    /// how many rows were changed.
    pub(crate) fn execute_all(&self, sql: &str, rows: &[Vec<Owned>]) -> Result<usize> {
        let rows = rows.iter();
        let all = rows.map(|row| (sql, row.iter().map(Owned::value).collect()));
        self.send(all.collect())
    }

    /// Takes hold of what a verb decides on.
    pub(crate) fn hold(&self, mut locks: Vec<Lock>) -> Result<()> {
        locks.sort_unstable();
        locks.dedup();
        let all = locks.iter().map(|lock| (lock.sql(), lock.values()));
        self.send(all.collect()).map(drop)
    }

    /// The next numbers of a series.
    pub(crate) fn number(&self, series: Series, count: usize) -> Result<Vec<u64>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let sql = match series {
            Series::Mark => {
                "SELECT nextval('mark_series') FROM generate_series(1, CAST(?1 AS BIGINT))"
            }
            Series::Leg => {
                "SELECT nextval('leg_series') FROM generate_series(1, CAST(?1 AS BIGINT))"
            }
        };
        let count = Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        let rows = self.query(sql, &[count])?;
        let numbers = rows.iter().map(|row| match value_of(row, 0)? {
            Value::Integer(number) => Ok(number.cast_unsigned()),
            other @ (Value::Null | Value::Text(_) | Value::Bytes(_)) => {
                Err(StoreFault::Corrupt(format!("number of a series {other:?}")))
            }
        });
        numbers.collect()
    }

    /// Adds to a count, in the lane of this connection.
    pub(crate) fn add_to(&self, count: Count, by: i64) -> Result<()> {
        let sql = "INSERT INTO counters (name, lane, value) VALUES (?1, lane(), ?2)
             ON CONFLICT (name, lane) DO UPDATE SET value = counters.value + excluded.value";
        let values = [Value::Text(count.name()), Value::Integer(by)];
        self.send_ahead(sql, values.iter().map(Owned::from).collect())
    }

    /// Runs statements as they stand in a file, in a transaction of their own.
    pub(super) fn run_file(&self, sql: &str) -> Result<()> {
        self.run(self.client.batch_execute(sql))
    }

    /// Runs statements one after the other without waiting in between, and says how many rows all of
    /// them changed.
    fn send(&self, all: Vec<(&str, Vec<Value<'_>>)>) -> Result<usize> {
        if all.is_empty() {
            return Ok(0);
        }
        let changed = self.run(async {
            let mut prepared = Vec::with_capacity(all.len());
            for (sql, _) in &all {
                prepared.push(self.prepare(sql).await?);
            }
            let runs = prepared.iter().zip(&all);
            let runs = runs.map(|(statement, (_, values))| {
                Box::pin(self.client.execute_raw(statement, values)) as _
            });
            self.after_those_ahead(in_turn(runs.collect())).await
        })?;
        let changed: u64 = changed.iter().sum();
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// A statement the server knows. Parameters are numbered as they are in SQLite, and spelled
    /// otherwise.
    async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = self.statements.borrow().get(sql).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let statement = self.client.prepare(&sql.replace('?', "$")).await?;
        let mut statements = self.statements.borrow_mut();
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Runs statements together with those that wait to go ahead of them, the first of a transaction
    /// together with its beginning.
    async fn after_those_ahead<T>(
        &self,
        run: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        let ahead = self.ahead.take();
        let mut prepared = Vec::with_capacity(ahead.len());
        for (sql, _) in &ahead {
            prepared.push(self.prepare(sql).await?);
        }
        let ahead = prepared.iter().zip(&ahead);
        let ahead = ahead.map(|(statement, (_, values))| {
            Box::pin(
                self.client
                    .execute_raw(statement, values.iter().map(Owned::value)),
            ) as _
        });
        let begin = async {
            match self.beginning.take() {
                Some(begin) => self.client.batch_execute(begin).await,
                None => Ok(()),
            }
        };
        let (begun, went, ran) = tokio::join!(biased; begin, in_turn(ahead.collect()), run);
        begun?;
        went?;
        ran
    }

    /// Waits for the server, and remembers what went wrong.
    fn run<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
        self.runtime.block_on(answer).map_err(|fault| {
            self.note(&fault);
            StoreFault::engine(&open::words(&fault))
        })
    }

    fn note(&self, fault: &tokio_postgres::Error) {
        let failure = match fault.code() {
            Some(
                &SqlState::UNIQUE_VIOLATION
                | &SqlState::T_R_DEADLOCK_DETECTED
                | &SqlState::T_R_SERIALIZATION_FAILURE,
            ) => Failure::Rival,
            // The server ends connections so when it is shut down or told to.
            Some(
                &SqlState::ADMIN_SHUTDOWN
                | &SqlState::CRASH_SHUTDOWN
                | &SqlState::CANNOT_CONNECT_NOW,
            ) => Failure::Lost,
            Some(_) => Failure::Other,
            None if self.client.is_closed() || is_of_the_line(fault) => Failure::Lost,
            None => Failure::Other,
        };
        // What went wrong first is why everything after it did.
        if self.failure.get().is_none() {
            self.failure.set(Some(failure));
        }
        if failure == Failure::Lost {
            self.lost.set(true);
        }
    }

    /// Commits what a verb did, or undoes it.
    fn end<T>(&self, outcome: Result<T>) -> Run<T> {
        if outcome.is_err() || self.failure.get().is_some() {
            self.ahead.take();
        }
        if self.ahead.borrow().is_empty()
            && self.beginning.take().is_some()
            && self.failure.get().is_none()
        {
            // It never came to a statement.
            return Run::Done(outcome);
        }
        match (self.failure.take(), outcome) {
            (None, Ok(value)) => self.commit(value),
            (None, Err(fault)) => {
                self.undo();
                Run::Done(Err(fault))
            }
            (Some(Failure::Rival | Failure::Lost), outcome) => {
                self.undo();
                let fault = outcome.err();
                Run::Again(fault.unwrap_or_else(|| StoreFault::engine("a statement failed")))
            }
            (Some(Failure::Other), outcome) => {
                self.undo();
                // The server keeps nothing of a transaction in which a statement failed.
                Run::Done(outcome.and_then(|_| Err(StoreFault::engine("a statement failed"))))
            }
        }
    }

    fn commit<T>(&self, value: T) -> Run<T> {
        let handed_over = Cell::new(false);
        let commit = async {
            handed_over.set(!self.client.is_closed());
            self.client.batch_execute("COMMIT").await
        };
        let committed = self.run(self.after_those_ahead(commit));
        match (committed, self.failure.take()) {
            (Ok(()), _) => Run::Done(Ok(value)),
            (Err(fault), Some(Failure::Rival)) => Run::Again(fault),
            (Err(fault), Some(Failure::Lost)) if !handed_over.get() => Run::Again(fault),
            (Err(_), Some(Failure::Lost)) => Run::Done(Err(StoreFault::engine(
                "the connection was lost while it committed; ask what it holds, or try again",
            ))),
            (Err(fault), Some(Failure::Other) | None) => {
                self.undo();
                Run::Done(Err(fault))
            }
        }
    }

    fn undo(&self) {
        if self.lost.get() {
            return;
        }
        if let Err(fault) = self.run(self.client.batch_execute("ROLLBACK")) {
            tracing::error!(%fault, "a transaction could not be undone; its connection is closed");
            self.lost.set(true);
        }
        self.failure.set(None);
    }
}

/// Whether a fault is one of the socket and not of the server.
fn is_of_the_line(fault: &tokio_postgres::Error) -> bool {
    std::error::Error::source(fault).is_some_and(|source| source.is::<io::Error>())
}

type Sent<'f, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + 'f>>;

/// Sends everything, in order, and then waits for the answers, which come in the same order.
async fn in_turn<T>(mut runs: Vec<Sent<'_, T>>) -> Result<Vec<T>, tokio_postgres::Error> {
    let mut answers: Vec<Option<T>> = runs.iter().map(|_| None).collect();
    let (mut sent, mut next) = (false, 0);
    poll_fn(|context| {
        while let (Some(run), Some(answer)) = (runs.get_mut(next), answers.get_mut(next)) {
            if answer.is_none() {
                match run.as_mut().poll(context) {
                    Poll::Ready(Ok(given)) => *answer = Some(given),
                    Poll::Ready(Err(fault)) => return Poll::Ready(Err(fault)),
                    Poll::Pending if sent => return Poll::Pending,
                    Poll::Pending => {}
                }
            }
            next += 1;
            if next == answers.len() && !sent {
                (sent, next) = (true, 0);
            }
        }
        Poll::Ready(Ok(()))
    })
    .await?;
    Ok(answers.into_iter().flatten().collect())
}

/// How many statements wait to be taken along at most.
const AHEAD_MAX: usize = 1_000;

/// How often a verb is run before it is given up.
const RUNS_MAX: usize = 8;
