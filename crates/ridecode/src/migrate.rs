//! Tables on the command line.

use std::process::ExitCode;

use crate::config::{Config, Engine, Source};

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    match config.store.engine {
        Engine::Memory => anyhow::bail!("the memory engine has no tables; set store.engine=sqlite"),
        Engine::Sqlite => {}
    }
    todo!()
}

const EXAMPLES: &str = "\
Examples:
  ridecode migrate
  ridecode migrate --folder /var/lib/ridecode

`ridecode serve` does the same when it starts. Tables only ever move forward: keep a copy of the
database file before an upgrade.";
