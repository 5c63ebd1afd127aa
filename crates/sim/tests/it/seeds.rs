//! Fixed seeds, each run twice: checkers are quiet and hashes equal.
//!
//! `RIDECODE_RIDERS=2000` and `RIDECODE_DAYS=30` play larger cities than the ordinary run does;
//! `RIDECODE_PLAYS=1` plays each seed once, where only the checkers are of interest.

use ridecode_sim::{City, Engine, Profile, Report, Settings, simulate};
use ridecode_store::postgres::Address;
use ridecode_testing::number;
use ridecode_testing::postgres::Database;
use ridecode_words::{OperatorId, Text};

/// Days of an ordinary run.
const DAYS: u64 = 3;

/// Riders of an ordinary run.
const RIDERS: u64 = 12;

/// Plays a seed in the made-up city and expects quiet checkers.
fn play(seed: u64, profile: Profile, engine: Engine) -> Report {
    play_in(&City::example(), seed, (profile, engine))
}

/// Plays a seed and expects quiet checkers.
fn play_in(city: &City, seed: u64, (profile, engine): (Profile, Engine)) -> Report {
    let size =
        |name, ordinary| u32::try_from(number(name).unwrap_or(ordinary)).expect("a small number");
    let settings = Settings {
        seed,
        days: size("RIDECODE_DAYS", DAYS),
        riders: size("RIDECODE_RIDERS", RIDERS),
        profile,
        engine,
    };
    let played = simulate(city, settings, &mut |_| {}, &mut |_| {});
    played.unwrap_or_else(|broken| panic!("{profile}, seed {seed}: {broken}"))
}

/// Plays a seed twice and expects one world.
fn check(seed: u64, profile: Profile) {
    let first = play(seed, profile, Engine::Memory);
    assert!(first.admitted > 0, "somebody rides");
    for _ in 1..number("RIDECODE_PLAYS").unwrap_or(2) {
        let again = play(seed, profile, Engine::Memory);
        assert_eq!(first, again, "{profile}, seed {seed} gives one world");
    }
}

/// Ten seeds of each profile: a test each, so that they run side by side.
macro_rules! seeds {
    ($($name:ident: $profile:ident, $seeds:expr;)+) => {
        $(
            #[test]
            fn $name() {
                for seed in $seeds {
                    check(seed, Profile::$profile);
                }
            }
        )+
    };
}

seeds! {
    calm_days: Calm, 1..=10;
    days_of_rush: Rush, 11..=20;
    days_of_outage: Outage, 21..=30;
    days_of_fraud: Fraud, 31..=40;
    days_of_migration: Migration, 41..=50;
}

#[test]
fn a_database_gives_the_same_world_as_maps() {
    for (seed, profile) in [(61, Profile::Fraud), (62, Profile::Outage)] {
        let memory = play(seed, profile, Engine::Memory);
        let sqlite = play(seed, profile, Engine::Sqlite);
        assert_eq!(memory, sqlite, "{profile}, seed {seed}");
    }
}

/// The network of data/ with its tariffs, which change on the third day.
#[test]
fn guangzhou_and_foshan_in_a_time_of_migration() {
    let feed = ridecode_fare_oracle::feed::City::read("guangfo", &["guangzhou", "foshan"]);
    let text = |text| Text::new(text).expect("a short text");
    let names = (&text("guangzhou"), &text("guangfo-metro"));
    let city = City::of_feed(&feed, names, &[OperatorId(2), OperatorId(3)]).expect("a city");
    for seed in [81, 82] {
        play_in(&city, seed, (Profile::Migration, Engine::Memory));
    }
}

#[test]
fn a_server_gives_the_same_world_as_maps() {
    let database = Database::new();
    let address = Address::read(&database.address(), None).expect("an address");
    let engine = Engine::Postgres(Box::leak(Box::new(address)));
    let (seed, profile) = (63, Profile::Outage);
    let memory = play(seed, profile, Engine::Memory);
    assert_eq!(memory, play(seed, profile, engine), "seed {seed}");
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'ridecode%'";
    assert_eq!(database.tell(left), "0", "its schema is gone");
}

#[test]
fn other_seeds_give_other_worlds() {
    let one = play(71, Profile::Calm, Engine::Memory);
    let other = play(72, Profile::Calm, Engine::Memory);
    assert_ne!(one.hash, other.hash);
}
