//! The sandbox payment provider and SMS gateway: a program of its own.

use std::process::ExitCode;

/// Options.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Runs it.
pub fn run(_args: Args) -> anyhow::Result<ExitCode> {
    todo!()
}
