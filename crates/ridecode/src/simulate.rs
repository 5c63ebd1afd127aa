//! The simulation on the command line: a city in one thread from a seed, or as a load source.

mod load;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Duration;

use anstream::{eprint, eprintln, println};
use anyhow::Context as _;
use ridecode_fare::Language;
use ridecode_sim::{
    Broken, City, Day, Engine, Failure, Profile, Settings, Soak, Stopped, feed, simulate,
};
use ridecode_words::{OperatorId, Text};

use crate::city::embedded;
use crate::clock::Stopwatch;
use crate::database;
use crate::fare::language;

use self::load::{Asked, LoadArgs};

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The number everything follows from: the same one gives the same world.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Simulated days, 1 to 366. Afterwards everything heals and must converge in five more.
    /// Default: 7.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=366))]
    days: Option<u32>,
    /// Riders, 1 to 1000000. Default: 200; with --against ten for each ride a second, at least 20.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    riders: Option<u32>,
    /// What kind of time the city has: calm, rush, outage, fraud or migration.
    #[arg(long, default_value_t = Profile::Calm, value_name = "PROFILE")]
    profile: Profile,
    /// What the back office remembers in: memory, which is the default, sqlite or postgres.
    #[arg(long, value_name = "ENGINE", hide_possible_values = true)]
    store: Option<Store>,
    /// PostgreSQL server for --store postgres, such as postgres://ridecode@localhost/ridecode. The
    /// city has a schema of its own there, which is dropped at the end; a run that is interrupted
    /// leaves it.
    #[arg(long, value_name = "URL", required_if_eq("store", "postgres"))]
    database: Option<String>,
    /// File of the password for --database.
    #[arg(long, value_name = "FILE", requires = "database")]
    password_file: Option<PathBuf>,
    /// Guangzhou and Foshan, or a made-up city of four stations.
    #[arg(long, default_value = "guangfo", value_name = "CITY")]
    city: Place,
    /// Play seed after seed on every core for so many minutes, all profiles in turn.
    #[arg(long, value_name = "MINUTES", conflicts_with = "profile")]
    soak: Option<u32>,
    /// Folder of failing seeds for --soak: those are played first, and leave it once they hold.
    /// Default: target/soak.
    #[arg(long, value_name = "FOLDER")]
    bugs: Option<PathBuf>,
    /// Language of the lines, en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "zh", value_parser = language)]
    language: Language,
    #[command(flatten, next_help_heading = "As a load source")]
    load: LoadArgs,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Store {
    Memory,
    Sqlite,
    Postgres,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Guangfo,
    Example,
}

/// Runs it. Exits with 1 if a promise was broken.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let city = match args.city {
        Place::Guangfo => guangfo()?,
        Place::Example => City::example(),
    };
    check_together(&args)?;
    if args.load.is_wanted() {
        let asked = Asked {
            seed: args.seed,
            riders: args.riders,
            profile: args.profile,
            language: args.language,
        };
        return load::run(&args.load, asked, &city);
    }
    let settings = Settings {
        seed: args.seed,
        days: args.days.unwrap_or(DAYS),
        riders: args.riders.unwrap_or(RIDERS),
        profile: args.profile,
        engine: engine(&args)?,
    };
    // What a run asserts ends it as a failure, told once, after it was made smaller.
    std::panic::set_hook(Box::new(|_| {}));
    match args.soak {
        Some(minutes) => soak(&args, (&city, settings), minutes),
        None => once(&args, (&city, settings)),
    }
}

/// Options that have nothing to do with each other are not given together.
fn check_together(args: &Args) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.bugs.is_none() || args.soak.is_some(),
        "--bugs is for --soak alone; leave it out, or say for how many minutes to soak"
    );
    if !args.load.is_wanted() {
        return Ok(());
    }
    anyhow::ensure!(
        args.city == Place::Guangfo,
        "--city example is known to no running system; leave it out with --against"
    );
    let simulated = [
        ("--days", args.days.is_some()),
        ("--soak", args.soak.is_some()),
        ("--store", args.store.is_some()),
        ("--database", args.database.is_some()),
    ];
    let given = simulated.iter().find(|(_, is_given)| *is_given);
    given.map_or(Ok(()), |(option, _)| {
        anyhow::bail!("{option} is for a simulated back office; leave it out with --against")
    })
}

fn engine(args: &Args) -> anyhow::Result<Engine> {
    match (
        args.store.unwrap_or(Store::Memory),
        args.database.as_deref(),
    ) {
        (Store::Memory, None) => Ok(Engine::Memory),
        (Store::Sqlite, None) => Ok(Engine::Sqlite),
        (Store::Memory | Store::Sqlite, Some(_)) => {
            anyhow::bail!("--database is for --store postgres alone; leave one of them out")
        }
        (Store::Postgres, address) => {
            let address = address.context("--store postgres needs --database URL")?;
            let address = database::with_password(address, args.password_file.as_deref());
            // One for a run of the program, and plans are copied freely.
            Ok(Engine::Postgres(Box::leak(Box::new(address?))))
        }
    }
}

fn once(args: &Args, (city, settings): (&City, Settings)) -> anyhow::Result<ExitCode> {
    let stopwatch = Stopwatch::start();
    // A reader that went away is no reason for the city to stop; it is told in the end.
    let mut out = anstream::stdout();
    let mut told = Ok(());
    let mut on_day = |day: &Day| {
        let line = writeln!(out, "{}", day.line(args.language));
        told = std::mem::replace(&mut told, Ok(())).and(line);
    };
    let mut on_failure = |failure: &Failure| match args.language {
        Language::English => {
            eprintln!(
                "a promise was broken; now a shorter plan that breaks it is looked for: {failure}"
            );
        }
        Language::SimplifiedChinese | Language::TraditionalChinese => {
            eprintln!("发现违反承诺，正在寻找更短的重现步骤：{failure}");
        }
    };
    let played = simulate(city, settings, &mut on_day, &mut on_failure);
    match played {
        Ok(report) => {
            let table = report.table(args.language);
            let pace = pace((report.rides, args.language), &stopwatch);
            told.and_then(|()| writeln!(out, "{table}\n{pace}"))
                .context("the lines cannot be written to standard output")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(Stopped::Broken(broken)) => {
            eprint!("{}", words_of(args, settings, &broken));
            Ok(ExitCode::FAILURE)
        }
        Err(stopped @ Stopped::NoStore(_)) => Err(stopped.into()),
    }
}

fn soak(args: &Args, (city, like): (&City, Settings), minutes: u32) -> anyhow::Result<ExitCode> {
    let place = format!("{}-{}", city_word(args), store_word(args));
    let folder = args.bugs.clone();
    let folder = folder.unwrap_or_else(|| PathBuf::from("target/soak"));
    let soak = Soak {
        city,
        place: &place,
        like,
        folder,
        threads: available_parallelism().map_or(1, |threads| threads.get()),
    };
    let stopwatch = Stopwatch::start();
    let end = Duration::from_secs(u64::from(minutes) * 60);
    let more = || stopwatch.elapsed() < end;
    let soaked = soak.run(&more, &|settings, broken| {
        let words = words_of(args, settings, broken);
        eprint!("{words}");
        words
    });
    let soaked = soaked.with_context(|| format!("the folder {}", soak.folder.display()))?;
    let (seeds, broken) = (soaked.seeds, soaked.broken);
    let pace = pace((soaked.rides, args.language), &stopwatch);
    match args.language {
        Language::English => println!("{seeds} seeds, {broken} broken, {pace}"),
        Language::SimplifiedChinese | Language::TraditionalChinese => {
            println!("{seeds} 个种子，{broken} 个违反承诺，{pace}");
        }
    }
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn pace((rides, language): (u64, Language), stopwatch: &Stopwatch) -> String {
    let elapsed_s = stopwatch.elapsed().as_secs_f64();
    let rides_per_s = rides as f64 / elapsed_s;
    match language {
        Language::English => {
            format!("{rides} rides in {elapsed_s:.1} s, {rides_per_s:.0} rides/s")
        }
        Language::SimplifiedChinese | Language::TraditionalChinese => {
            format!("{rides} 次乘车用时 {elapsed_s:.1} 秒，每秒 {rides_per_s:.0} 次")
        }
    }
}

/// What broke, and what is needed to see it again.
fn words_of(args: &Args, settings: Settings, broken: &Broken) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (seed, days) = (settings.seed, settings.days);
    let (riders, profile) = (settings.riders, settings.profile);
    let mut again = format!(
        "ridecode simulate --seed {seed} --days {days} --riders {riders} --profile {profile} \
         --store {} --city {}",
        store_word(args),
        city_word(args)
    );
    if let Some(database) = &args.database {
        again += &format!(" --database {database}");
    }
    if let Some(file) = &args.password_file {
        again += &format!(" --password-file {}", file.display());
    }
    match args.language {
        Language::English => format!("{broken}version {version}; again: {again}\n"),
        Language::SimplifiedChinese | Language::TraditionalChinese => {
            format!("{broken}版本 {version}；重现：{again}\n")
        }
    }
}

fn store_word(args: &Args) -> &'static str {
    match args.store {
        None | Some(Store::Memory) => "memory",
        Some(Store::Sqlite) => "sqlite",
        Some(Store::Postgres) => "postgres",
    }
}

fn city_word(args: &Args) -> &'static str {
    match args.city {
        Place::Guangfo => "guangfo",
        Place::Example => "example",
    }
}

/// Guangzhou and Foshan as the program carries them.
fn guangfo() -> anyhow::Result<City> {
    let file = |name: &str| {
        let text = embedded::find_file("guangfo", name);
        text.expect("the program carries the whole feed").to_owned()
    };
    let tariffs = ["guangzhou.toml", "foshan.toml"].into_iter();
    let tariffs = tariffs.filter_map(embedded::find_tariff).map(str::to_owned);
    let feed = feed::City::of(file, tariffs.collect());
    let (name, network) = (Text::new("guangzhou")?, Text::new("guangfo-metro")?);
    let buses = [OperatorId(2), OperatorId(3)];
    Ok(City::of_feed(&feed, (&name, &network), &buses)?)
}

/// Days of a simulation unless told.
const DAYS: u32 = 7;

/// Riders of a simulation unless told.
const RIDERS: u32 = 200;

const EXAMPLES: &str = "\
Examples:
  ridecode simulate
  ridecode simulate --seed 1 --days 30 --riders 2000 --profile outage
  ridecode simulate --seed 7 --store sqlite --language en
  ridecode simulate --seed 7 --store postgres --database postgres://ridecode@localhost/ridecode
  ridecode simulate --soak 60 --days 3 --riders 40
  ridecode simulate --against http://127.0.0.1:8080 --rate 200 --token-file token
  ridecode simulate --against http://127.0.0.1:8080 --rate 50 --for 10m --json
  ridecode simulate --against http://127.0.0.1:8080 --rate max --profile outage --seed 2

A line a simulated day, then a closing table with amounts in yuan and a hash over everything that is
held in the end: the same seed gives the same hash. A broken promise is printed with the shortest
plan found that breaks it and the command to see it again, and the exit code is 1.

With --against the same riders and validators drive a running back office over HTTP. A line a
second: rides begun of those due, taps held of those admitted, and for what was asked the
median, all but one in a hundred, and the longest time since it was due. In the end every ride
is looked for; if taps or rides were lost or doubled, or amounts do not add up, the exit code is
1. docs/simulation.md says how to prepare the system.";
