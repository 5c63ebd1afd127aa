//! The simulation on the command line: a city in one thread from a seed.

use std::process::ExitCode;

use anstream::{eprintln, println};
use ridecode_fare::Language;
use ridecode_sim::{Broken, City, Engine, Profile, Settings, simulate};
use ridecode_words::{OperatorId, Text};

use crate::city::Cities;
use crate::clock::Stopwatch;
use crate::fare::language;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The number everything follows from: the same one gives the same world.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Simulated days, 1 to 366. Afterwards everything heals and must converge in five more.
    #[arg(long, default_value_t = 7, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// Riders, 1 to 1000000.
    #[arg(long, default_value_t = 200, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    riders: u32,
    /// What kind of time the city has: calm, rush, outage, fraud or migration.
    #[arg(long, default_value_t = Profile::Calm, value_name = "PROFILE")]
    profile: Profile,
    /// What the back office remembers in: memory or sqlite.
    #[arg(long, default_value = "memory", value_name = "ENGINE")]
    store: Store,
    /// Language of the lines, en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "zh", value_parser = language)]
    language: Language,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Store {
    Memory,
    Sqlite,
}

/// Runs it. Exits with 1 if a promise was broken.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let city = guangfo()?;
    let settings = Settings {
        seed: args.seed,
        days: args.days,
        riders: args.riders,
        profile: args.profile,
        engine: match args.store {
            Store::Memory => Engine::Memory,
            Store::Sqlite => Engine::Sqlite,
        },
    };
    let stopwatch = Stopwatch::start();
    match simulate(&city, settings, &mut |day| {
        println!("{}", day.line(args.language));
    }) {
        Ok(report) => {
            let elapsed_s = stopwatch.elapsed().as_secs_f64();
            println!("{}", report.table(args.language));
            let rides_per_s = report.rides as f64 / elapsed_s;
            println!("{elapsed_s:.1} s, {rides_per_s:.0} rides/s");
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            tell(&broken, &args);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What is needed to see it again.
fn tell(broken: &Broken, args: &Args) {
    eprintln!("broken: {}", broken.failure);
    for step in &broken.plan {
        eprintln!("  {step}");
    }
    let version = env!("CARGO_PKG_VERSION");
    let (seed, days, riders, profile) = (args.seed, args.days, args.riders, args.profile);
    let store = match args.store {
        Store::Memory => "memory",
        Store::Sqlite => "sqlite",
    };
    eprintln!(
        "version {version}; again: ridecode simulate --seed {seed} --days {days} \
         --riders {riders} --profile {profile} --store {store}"
    );
}

/// Guangzhou and Foshan as the program carries them.
fn guangfo() -> anyhow::Result<City> {
    let (name, network) = (Text::new("guangzhou")?, Text::new("guangfo-metro")?);
    let buses = [OperatorId(2), OperatorId(3)];
    Ok(City::new(Cities::embedded().book, &name, &network, &buses)?)
}

const EXAMPLES: &str = "\
Examples:
  ridecode simulate
  ridecode simulate --seed 1 --days 30 --riders 2000 --profile outage
  ridecode simulate --seed 7 --store sqlite --language en

A line a simulated day, then a closing table with amounts in yuan and a hash over everything that is
held in the end: the same seed gives the same hash. A broken promise is printed with the steps that
break it and the command to see it again, and the exit code is 1.";
