//! The whole pipeline: sealed segments in, verified again, taps resolved, priced, transfers posted
//! and durable, on SQLite with a city's worth of accounts.
//!
//! Everything that is not the pipeline happens before the watch starts: accounts are opened, codes
//! made, journals written and sealed. Then examiners, saves and pricing run at once, as they do in
//! `ridecode serve`, until the last transfer is on disk. The bound is measured just before and
//! just after, on the same cores: signature checks and nothing else.

mod bound;
mod crowd;
mod office;
mod race;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;

use anstream::eprintln;
use anyhow::{Context as _, ensure};
use ridecode_codec::Scheme;

use self::crowd::Crowd;
use self::race::{Race, Run};
use self::traffic::Traffic;
use super::figure::{self, Goal};
use crate::clock::Stopwatch;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  ridecode bench pipeline
  ridecode bench pipeline --riders 100000 --taps 50000 --mot-taps 20000
  ridecode bench pipeline --folder /mnt/disk    # measures that disk")]
pub(super) struct Args {
    /// Rider accounts in the database.
    #[arg(long, default_value_t = 1_000_000, value_name = "COUNT")]
    riders: u32,
    /// Taps of the compact scheme: metro rides, two taps each, four taps a rider.
    #[arg(long, default_value_t = 200_000, value_name = "COUNT")]
    taps: u32,
    /// Taps of the mot scheme: bus rides, four taps a rider.
    #[arg(long, default_value_t = 80_000, value_name = "COUNT")]
    mot_taps: u32,
    /// Threads that check signatures. Default: one a core.
    #[arg(long, value_name = "COUNT")]
    threads: Option<usize>,
    /// Seed of riders and rides.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Folder for the database, which is removed again. Default: the system's temporary folder.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let threads = match args.threads {
        Some(threads) => threads,
        None => available_parallelism()
            .context("how many cores there are")?
            .get(),
    };
    ensure!(threads >= 1, "--threads must be at least 1");
    let active = (args.taps + args.mot_taps) / traffic::TAPS_PER_RIDER;
    ensure!(
        active <= args.riders,
        "--riders must be at least {active}: a rider taps {} times",
        traffic::TAPS_PER_RIDER
    );
    let folder = match &args.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.context("a folder for the database")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?;
    let office = office::open(folder.path())?;
    let mut rng = fastrand::Rng::with_seed(args.seed);

    let watch = Stopwatch::start();
    let compact_riders = args.taps / traffic::TAPS_PER_RIDER;
    let mot_riders = args.mot_taps / traffic::TAPS_PER_RIDER;
    let crowd = runtime.block_on(Crowd::open(
        &office,
        (args.riders, compact_riders, mot_riders),
        &mut rng,
    ))?;
    eprintln!("{} accounts opened in {:.1?}", args.riders, watch.elapsed());

    for (scheme, goal) in [(Scheme::Compact, 0.45), (Scheme::Mot, 0.6)] {
        let mut day = traffic::MORNING;
        for memory in [true, false] {
            let traffic = Traffic::make(&office, &crowd, (scheme, day), &mut rng);
            let traffic = runtime.block_on(traffic)?;
            day = traffic.end;
            if traffic.taps() == 0 {
                continue;
            }
            let race = Race {
                office: &office,
                runtime: &runtime,
                threads,
                memory,
            };
            eprintln!("{scheme:?}: {} taps, memory {memory}", traffic.taps());
            let before = bound::taps_per_s(scheme, threads, memory);
            let run = race.run(&traffic)?;
            let after = bound::taps_per_s(scheme, threads, memory);
            let goal = if memory {
                Goal::RatioAtLeast(goal)
            } else {
                Goal::None
            };
            report(scheme, (&run, goal), (before + after) / 2.0);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn report(scheme: Scheme, (run, goal): (&Run, Goal), bound: f64) {
    let scheme = match scheme {
        Scheme::Compact => "compact",
        Scheme::Mot => "mot",
    };
    // With memory a returning rider costs one signature; without it each tap costs all of them.
    let memory = if run.memory { "" } else { "_first_seen" };
    let print = |name: &str, measured, held| {
        figure::print(&format!("pipeline_{scheme}{memory}{name}"), measured, held);
    };
    print("", (run.taps_per_s, "taps/s"), (Some(bound), goal));
    print("_upload_p50", (run.upload_p50_ms, "ms"), (None, Goal::None));
    print(
        "_upload_p999",
        (run.upload_p999_ms, "ms"),
        (None, Goal::AtMost(50.0)),
    );
    print(
        "_bills_per_tap",
        (run.bills_per_tap, "bills"),
        (None, Goal::None),
    );
}

#[cfg(test)]
mod tests;
