//! Tables on the command line.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{Config, Engine, Source};
use crate::database;

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
    let shown = database::shown(&config);
    let before = database::version(&config)?;
    match config.store.engine {
        Engine::Sqlite => make_folder_of(&config.database())?,
        Engine::Memory | Engine::Postgres => {}
    }
    // Opening brings the tables up to date.
    drop(database::open(&config)?);
    let after = database::version(&config)?;
    if before == after {
        anstream::println!("{shown}: version {after} already, nothing to do");
    } else {
        anstream::println!("{shown}: version {before} before, version {after} now");
    }
    Ok(ExitCode::SUCCESS)
}

fn make_folder_of(path: &Path) -> anyhow::Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| {
            let shown = folder.display();
            format!("the folder {shown} cannot be made; choose another with --folder")
        })
}

const EXAMPLES: &str = "\
Examples:
  ridecode migrate
  ridecode migrate --folder /var/lib/ridecode
  ridecode migrate --database postgres://ridecode@localhost/ridecode

`ridecode serve` does the same when it starts. Tables only ever move forward: keep a copy of the
database before an upgrade.";
