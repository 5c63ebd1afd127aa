//! `ridecode staff password`: another password for somebody, as a line for the settings.

use std::process::ExitCode;

use super::ask;

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Whose password it is, as in the settings.
    #[arg(value_name = "NAME")]
    name: String,
}

/// Asks for the password and prints its hash.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let password = ask::new_password()?;
    anstream::eprintln!(
        "\nReplace `password` of {} in [[staff]] of the settings and start the server again:\n",
        args.name
    );
    let line = toml::Table::from_iter([("password".to_owned(), password.phc().into())]);
    anstream::print!("{line}");
    Ok(ExitCode::SUCCESS)
}

pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode staff password \"Chen Wei\"

The password is asked for on the terminal and not shown; without a terminal it is the first line of
the input. It has 12 to 128 characters.";
