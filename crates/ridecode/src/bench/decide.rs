//! Under construction.

use std::process::ExitCode;

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {}

/// Runs it.
pub(super) fn run(_args: Args) -> anyhow::Result<ExitCode> {
    todo!()
}
