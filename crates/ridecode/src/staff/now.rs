//! `ridecode staff totp`: the one-time code that is good now, for demos and for lost phones.

use std::process::ExitCode;

use anyhow::Context as _;

use super::totp::{STEP_S, step_at};
use crate::clock::now;
use crate::config::{Config, Source};

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Whose code, as in the settings.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    source: Source,
}

/// Prints the code, and to the error output for how long it is shown.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let found = config.staff.iter().find(|staff| staff.name == args.name);
    let staff = found.with_context(|| {
        let name = &args.name;
        format!("nobody in [[staff]] has the name {name}; name the settings with --config")
    })?;
    let sign_in = staff.sign_in.as_ref().with_context(|| {
        let name = &args.name;
        format!("{name} has a token alone; `ridecode staff add` makes a password and a secret")
    })?;
    let time = now();
    anstream::println!("{}", sign_in.totp.code(step_at(time)));
    anstream::eprintln!("good for {} seconds", STEP_S - time.0.rem_euclid(STEP_S));
    Ok(ExitCode::SUCCESS)
}

pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode staff totp \"Chen Wei\"
  ridecode staff totp demo-admin --config demo-data/ridecode.toml

A code is shown for 30 seconds and opens one session.";
