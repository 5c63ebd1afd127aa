//! GTFS feeds as they are in the wild become tariffs.
//!
//! `archive` takes the files out of a folder or zip, `sheet` reads rows however they are written,
//! `feed` holds what fares need, `fares_v1` and `fares_v2` say what `legs` cost, `rules` puts equal
//! ones together, `text` writes the tariff, `report` tells what was left out. Nothing is dropped
//! silently, no feed panics.

mod archive;
mod encoding;
mod sheet;

mod amount;
mod feed;

mod fares_v1;
mod fares_v2;
mod legs;

mod rules;
mod text;

mod report;

mod import;

use std::process::ExitCode;

use clap::Subcommand;

pub use import::{Imported, convert};

/// Options.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    /// Make a tariff of a feed's fares, and tell what could not be taken over.
    #[command(after_help = import::EXAMPLES)]
    Import(import::Args),
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.task {
        Task::Import(args) => import::run(&args),
    }
}

#[cfg(test)]
mod tests;
