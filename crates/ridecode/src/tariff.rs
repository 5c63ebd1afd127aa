//! Tariff files on the command line.

mod check;

use std::process::ExitCode;

use clap::Subcommand;

/// Options.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    /// Tell every fault of a tariff file with its line, or what the file holds.
    #[command(after_help = check::EXAMPLES)]
    Check(check::Args),
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.task {
        Task::Check(args) => check::run(&args),
    }
}
