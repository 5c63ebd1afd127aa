//! Charges on SQLite: planned and posted with their fares, then attempted and settled, beside what
//! the same engine does with plain rows.
//!
//! Riders, journals and taps are there before the watch starts. Then fares with their transfers,
//! legs and charges are saved; then every charge has an attempt and a payment; then the fares'
//! transfers are posted once more to an empty ledger, and nothing with them. The bounds are measured
//! just before and just after, on a file beside: rows inserted in batches and nothing else, and
//! transfers inserted with the balances of both their accounts and nothing else.

mod bare;
mod rides;

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::eprintln;
use anyhow::{Context as _, ensure};

use self::rides::Rides;
use super::figure::{self, Goal};
use crate::clock::Stopwatch;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  ridecode bench charge
  ridecode bench charge --riders 1000 --rides 10
  ridecode bench charge --folder /mnt/disk    # measures that disk")]
pub(super) struct Args {
    /// Riders.
    #[arg(long, default_value_t = 5_000, value_name = "COUNT")]
    riders: u32,
    /// Rides of each, one charge a ride.
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    rides: u32,
    /// Folder for the databases, which are removed again. Default: the system's temporary folder.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ensure!(
        (1..=1_000_000).contains(&args.riders),
        "--riders is 1 to 1000000"
    );
    ensure!((1..=100).contains(&args.rides), "--rides is 1 to 100");
    let folder = match &args.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.context("a folder for the database")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let watch = Stopwatch::start();
    let size = (args.riders, args.rides);
    let rides = runtime.block_on(Rides::open(&folder.path().join("rides.db"), size))?;
    let ledger = runtime.block_on(Rides::open_ledger(&folder.path().join("ledger.db"), size))?;
    let count = f64::from(args.riders) * f64::from(args.rides);
    eprintln!("{count} rides taken in, {:.1?}", watch.elapsed());

    let before = bare::measure(folder.path(), &rides)?;
    let watch = Stopwatch::start();
    runtime.block_on(rides.plan())?;
    let planned = count / watch.elapsed().as_secs_f64();
    let watch = Stopwatch::start();
    runtime.block_on(rides.settle())?;
    let settled = count / watch.elapsed().as_secs_f64();
    let watch = Stopwatch::start();
    runtime.block_on(ledger.post())?;
    let posted = count / watch.elapsed().as_secs_f64();
    let after = bare::measure(folder.path(), &rides)?;

    let rows = f64::midpoint(before.rows_per_s, after.rows_per_s);
    let transfers = f64::midpoint(before.transfers_per_s, after.transfers_per_s);
    let beside = |bound| (Some(bound), Goal::None);
    figure::print("charge_planned", (planned, "charges/s"), beside(rows));
    figure::print("charge_settled", (settled, "charges/s"), beside(rows));
    let goal = (Some(transfers), Goal::RatioAtLeast(0.7));
    figure::print("charge_posted", (posted, "transfers/s"), goal);
    Ok(ExitCode::SUCCESS)
}
