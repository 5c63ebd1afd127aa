//! Benches that print ratios: each figure beside its bound, measured in the same run on the same
//! machine, one JSON line each.

mod figure;

mod charge;
mod decide;
mod feed;
mod pipeline;
mod price;
mod restart;
mod rush;

use std::process::ExitCode;

use clap::Subcommand;

/// Options.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to measure.
    #[command(subcommand)]
    bench: Bench,
}

/// What can be measured.
#[derive(Subcommand, Debug)]
enum Bench {
    /// Charges planned, posted and settled on SQLite, beside plain rows.
    Charge(charge::Args),
    /// A validator's decision, beside the cost of its signature checks alone.
    Decide(decide::Args),
    /// Uploaded taps in to transfers posted, on SQLite, beside signature checks alone.
    Pipeline(pipeline::Args),
    /// A validator's start with a long journal, as after a power cut.
    Restart(restart::Args),
    /// An hour of rush at a validator: waits, codes a second, memory.
    Rush(rush::Args),
    /// A month of taps, every fare of a network, a feed of 20 MB, a city of riders.
    Price(price::Args),
}

/// Runs it. A goal not met is printed as such and is no failure of the command.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.bench {
        Bench::Charge(args) => charge::run(&args),
        Bench::Decide(args) => decide::run(args),
        Bench::Pipeline(args) => pipeline::run(args),
        Bench::Price(args) => price::run(&args),
        Bench::Restart(args) => restart::run(&args),
        Bench::Rush(args) => rush::run(&args),
    }
}
