//! Tables on the command line.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_store::sqlite::SqliteStore;

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
    let path = config.database();
    let shown = path.display();
    let before = if path.exists() {
        SqliteStore::version(&path).with_context(|| format!("database {shown}"))?
    } else {
        make_folder_of(&path)?;
        0
    };
    // Opening brings the tables up to date.
    drop(SqliteStore::open(&path).with_context(|| format!("database {shown}"))?);
    let after = SqliteStore::version(&path).with_context(|| format!("database {shown}"))?;
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

`ridecode serve` does the same when it starts. Tables only ever move forward: keep a copy of the
database file before an upgrade.";
