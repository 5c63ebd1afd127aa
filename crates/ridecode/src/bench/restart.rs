//! A validator that starts again with a long journal: every record read and checked against the
//! chain, the codes used lately remembered.

use std::process::ExitCode;
use std::sync::Arc;

use ridecode_validator::journal::{Head, append, file_start};

use super::decide::place;
use super::figure::{Goal, print};
use super::rush::Crowd;
use crate::clock::Stopwatch;
use crate::device::{Disk as _, FolderDisk, Rules, Validator};

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Entries of the journal
    #[arg(long, value_name = "NUMBER", default_value_t = 30_000)]
    entries: u32,
    /// How many times it is started
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    turns: usize,
}

const EXAMPLES: &str = "\
Run a release build; a debug build measures the compiler.

  restart    the median start, in milliseconds; the goal holds for 30,000 entries

Example:
  cargo run --release --bin ridecode -- bench restart";

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(args.turns > 0, "--turns starts at 1");
    let folder = tempfile::tempdir()?;
    let disk = Arc::new(FolderDisk::new(folder.path()));
    let crowd = Crowd::new(400)?;
    let mut head = Head::EMPTY;
    let mut file = file_start(&head).to_vec();
    for number in 0..args.entries {
        file.extend_from_slice(&append(&mut head, crowd.entry(number)?).1);
    }
    disk.replace("journal-00000000000000000001.ridecode", &file)?;
    let mut times = Vec::new();
    for _ in 0..args.turns {
        let bundle = crowd.bundle(0)?;
        let watch = Stopwatch::start();
        let validator = Validator::start(disk.clone(), bundle, place(), Rules::default())?;
        times.push(watch.elapsed());
        anyhow::ensure!(
            validator.written().sequence == u64::from(args.entries),
            "the journal lost entries"
        );
    }
    times.sort_unstable();
    print(
        "restart",
        (times[times.len() / 2].as_secs_f64() * 1e3, "ms"),
        (None, Goal::AtMost(1_000.0)),
    );
    Ok(ExitCode::SUCCESS)
}
