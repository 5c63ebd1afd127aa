//! Payouts on the command line: plan, approve, write for the bank, take down what it paid.
//!
//! These change the database and so run while the office is stopped; beside a running office the
//! interface does the same (docs/operating.md). Listing runs beside a running office.

pub mod account;
pub(crate) mod pain001;
mod xml;

mod step;

use std::process::ExitCode;

use clap::Subcommand;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = step::EXAMPLES)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    /// Net every statement that stands in no payout into payments.
    Plan(step::Plan),
    /// List payouts, beside a running office.
    List(step::List),
    /// Approve a payout: another person than planned it.
    Approve(step::Named),
    /// Take back a payout that was not written for the bank; its statements are free again.
    Withdraw(step::Named),
    /// Write a payout for the bank as ISO 20022 pain.001.001.09.
    Export(step::Export),
    /// Take down that the bank made a payment, and book it.
    Paid(step::Paid),
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.task {
        Task::Plan(args) => step::plan(&args),
        Task::List(args) => step::list(&args),
        Task::Approve(args) => step::approve(&args),
        Task::Withdraw(args) => step::withdraw(&args),
        Task::Export(args) => step::export(&args),
        Task::Paid(args) => step::paid(&args),
    }
}
