//! A run: the days of a plan under faults, then everything heals and must converge.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ridecode_store::memory::MemoryStore;
use ridecode_store::postgres::{Address, Apart, OpenFault, PostgresSettings, PostgresStore};
use ridecode_store::sqlite::SqliteStore;
use ridecode_store::{Store, StoreFault};
use ridecode_words::{ServiceDay, UnixSeconds};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::check::kept::Facts;
use crate::check::log::Errors;
use crate::check::{self, Checked, Failure, Sight};
use crate::city::City;
use crate::plan::{DAY_S, FIRST_DAY, Layout, Plan};
use crate::profile::Profile;
use crate::report::{Day, Report, Tally};
use crate::seed::Seed;
use crate::shrink::shrink;
use crate::world::executor::finish;
use crate::world::{ROUND_S, World};

/// What to simulate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Gives everything else.
    pub seed: u64,
    /// Days under faults.
    pub days: u32,
    /// How many ride.
    pub riders: u32,
    /// What kind of time it is.
    pub profile: Profile,
    /// What remembers.
    pub engine: Engine,
}

/// What the back office remembers in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Engine {
    /// Maps.
    #[default]
    Memory,
    /// A database in a temporary folder.
    Sqlite,
    /// A server, in a schema that is gone afterwards.
    Postgres(&'static Address),
}

/// A run that broke a promise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// What was seen.
    pub failure: Failure,
    /// The shortest plan found that breaks it, a step a line.
    pub plan: Vec<String>,
}

/// Why a run gave no report.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Stopped {
    /// A promise was broken.
    #[error("{0}")]
    Broken(Box<Broken>),
    /// There was nothing for the back office to remember in: the machine's fault, or the caller's.
    #[error("the city has no database: {0}")]
    NoStore(String),
}

/// Runs a seed. Told are each day as it ends, and a broken promise as soon as it is seen: looking for
/// a shorter plan that breaks it takes many times as long as the run.
pub fn simulate(
    city: &City,
    settings: Settings,
    on_day: &mut dyn FnMut(&Day),
    on_failure: &mut dyn FnMut(&Failure),
) -> Result<Report, Stopped> {
    let seed = Seed(settings.seed);
    let layout = Layout::new(city, (settings.riders, settings.days));
    let plan = Plan::make(seed, layout, settings.profile);
    let stage = Stage {
        city,
        seed,
        layout,
        engine: settings.engine,
    };
    let played = stage.play(&plan, on_day).map_err(Stopped::NoStore)?;
    played.map_err(|failure| {
        on_failure(&failure);
        let (shortest, failure) = shrink(&stage, &plan, failure);
        Stopped::Broken(Box::new(Broken {
            failure,
            plan: shortest.steps.iter().map(ToString::to_string).collect(),
        }))
    })
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "broken: {}", self.failure)?;
        for step in &self.plan {
            writeln!(f, "  {step}")?;
        }
        Ok(())
    }
}

/// Where plans are played.
#[derive(Clone, Copy)]
pub(crate) struct Stage<'a> {
    pub(crate) city: &'a City,
    pub(crate) seed: Seed,
    pub(crate) layout: Layout,
    pub(crate) engine: Engine,
}

impl Stage<'_> {
    /// Plays a plan. What the product asserts of itself counts as a check. Fails with why there is
    /// nothing to remember in.
    pub(crate) fn play(
        &self,
        plan: &Plan,
        on_day: &mut dyn FnMut(&Day),
    ) -> Result<Result<Report, Failure>, String> {
        let memory = Memory::open(self.engine)?;
        let errors = Errors::default();
        let played = tracing::subscriber::with_default(errors.clone(), || {
            catch_unwind(AssertUnwindSafe(|| {
                self.play_on((plan, &memory.store), &errors, on_day)
            }))
        });
        Ok(played.unwrap_or_else(|panic| {
            Err(Failure {
                check: "panic",
                at: UnixSeconds(0),
                detail: words_of(panic.as_ref()),
            })
        }))
    }

    fn play_on(
        &self,
        (plan, store): (&Plan, &Store),
        errors: &Errors,
        on_day: &mut dyn FnMut(&Day),
    ) -> Result<Report, Failure> {
        let mut world = World::new(self.seed, (self.city, self.layout), store.clone());
        let mut steps = plan.steps.iter().peekable();
        for day in 0..self.layout.days {
            let before = world.tally.clone();
            let midnight = self.layout.midnight(day);
            let mut round = midnight;
            while round < midnight.plus_s(DAY_S) {
                let until = round.plus_s(ROUND_S);
                while let Some(step) = steps.next_if(|step| step.at < until) {
                    world.pass_until(step.at)?;
                    world.apply(step.what)?;
                }
                world.pass_until(until)?;
                world.round()?;
                round = until;
            }
            world.close(ServiceDay(FIRST_DAY.0 + day as i32))?;
            quiet(&world, errors)?;
            let sight = check::at_night(&world)?;
            on_day(&day_of(&sight, &before, day));
            let facts = Facts::of(&sight);
            world.facts = facts;
        }
        world.heal()?;
        converge(&mut world)?;
        quiet(&world, errors)?;
        let sight = check::healed(&world)?;
        let hash = hash(&sight).map_err(|fault| world.failure("store", fault.to_string()))?;
        Ok(Report::of(&sight, hash))
    }
}

/// What the back office remembers in, and where: that goes with it afterwards.
struct Memory {
    store: Store,
    _folder: Option<TempDir>,
    _schema: Option<Apart>,
}

impl Memory {
    /// Opens an empty one.
    fn open(engine: Engine) -> Result<Self, String> {
        match engine {
            Engine::Memory => Ok(Self {
                store: Store::Memory(MemoryStore::default()),
                _folder: None,
                _schema: None,
            }),
            Engine::Sqlite => {
                let folder = tempfile::tempdir().map_err(|fault| fault.to_string())?;
                let store = SqliteStore::open(&folder.path().join("city.db"));
                Ok(Self {
                    store: Store::Sqlite(store.map_err(|fault| fault.to_string())?),
                    _folder: Some(folder),
                    _schema: None,
                })
            }
            Engine::Postgres(address) => {
                Self::on_server(address).map_err(|fault| fault.to_string())
            }
        }
    }

    fn on_server(address: &Address) -> Result<Self, OpenFault> {
        let schema = Apart::make(address)?;
        // The city has one thread.
        let settings = PostgresSettings { connections: 1 };
        let store = PostgresStore::open_with(&schema.address(), settings)?;
        Ok(Self {
            store: Store::Postgres(store),
            _folder: None,
            _schema: Some(schema),
        })
    }
}

/// Rounds until nothing waits, within the time a healed world may take.
fn converge(world: &mut World) -> Checked {
    let limit = world.now.plus_s(CONVERGE_S);
    while world.now < limit {
        world.pass_until(world.now.plus_s(4 * 3_600))?;
        // A refund that was refused before may be heard of only now.
        world.retry_refunds()?;
        for _ in 0..3 {
            world.round()?;
        }
    }
    Ok(())
}

/// An error in the log ends the run.
fn quiet(world: &World, errors: &Errors) -> Checked {
    match errors.take_first() {
        Some(line) => Err(world.failure("log", line)),
        None => Ok(()),
    }
}

fn day_of(sight: &Sight<'_>, before: &Tally, day: u32) -> Day {
    let tally = &sight.world.tally;
    let refused = |tally: &Tally| tally.refused.values().sum::<u64>();
    Day {
        day: ServiceDay(FIRST_DAY.0 + day as i32),
        taps: tally.taps - before.taps,
        admitted: tally.admitted - before.admitted,
        refused: refused(tally) - refused(before),
        revenue_minor: sight.fares().iter().map(|fare| fare.amount_minor).sum(),
        owed_minor: sight.page.balances.iter().map(|(_, minor)| minor).sum(),
    }
}

/// SHA-256 over what the store, the validators and the provider hold in the end.
fn hash(sight: &Sight<'_>) -> Result<[u8; 32], StoreFault> {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", sight.page));
    let (store, now) = (&sight.world.office.store, sight.world.now);
    for rider in &sight.page.riders {
        hash.update(format!("{:?}", finish(store.load_rider(*rider, now))?));
        hash.update(format!("{:?}", finish(store.load_repairs(*rider))?));
        hash.update(format!("{:?}", finish(store.load_notices(*rider))?));
    }
    for reader in &sight.world.readers {
        hash.update(reader.hash());
    }
    let end = sight.world.line.end();
    hash.update(format!("{:?}", end.provider.orders));
    hash.update(format!("{:?}", end.provider.refunds));
    Ok(hash.finalize().into())
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "something panicked".to_owned())
}

/// How long a healed world may take until nothing waits: a missing tap waits a day, a declined
/// charge up to three.
const CONVERGE_S: i64 = 5 * DAY_S;
