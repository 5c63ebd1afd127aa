//! Codes on the command line.

use std::process::ExitCode;

/// Options.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Runs it.
pub fn run(_args: Args) -> anyhow::Result<ExitCode> {
    todo!()
}
