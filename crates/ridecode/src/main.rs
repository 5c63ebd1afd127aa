//! The command line.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    ridecode::command::run(ridecode::command::Command::parse())
}
