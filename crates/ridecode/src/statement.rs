//! Operators' statements on the command line: written to files other programs read.

mod csv;
mod export;

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
    /// Write an operator's statements of a service day as CSV.
    #[command(after_help = export::EXAMPLES)]
    Export(export::Args),
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.task {
        Task::Export(args) => export::run(&args),
    }
}
