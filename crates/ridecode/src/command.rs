//! One program, many roles.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Ridecode: an open ride-code (乘车码) system. One program, many roles.
#[derive(Parser, Debug)]
#[command(name = "ridecode", version, about, max_term_width = 100)]
pub struct Command {
    /// What to do.
    #[command(subcommand)]
    pub role: Role,
}

/// What the program can be.
#[derive(Subcommand, Debug)]
pub enum Role {
    /// Play a morning in Guangzhou and Foshan: the whole system at work, then left running.
    Demo(crate::demo::Args),
    /// Run the back office: HTTP interface and workers.
    Serve(crate::serve::Args),
    /// Run a validator: scanner in, lamp and journal out, network optional.
    Validator(crate::device::Args),
    /// Run the sandbox payment provider and SMS gateway.
    Sandbox(crate::sandbox::Args),
    /// Make, inspect and verify codes.
    Code(crate::code::Args),
    /// Ask what a trip costs, and why.
    Fare(crate::fare::Args),
    /// Make tariffs of GTFS feeds.
    Gtfs(crate::gtfs::Args),
    /// Check tariff files.
    Tariff(crate::tariff::Args),
    /// Write operators' statements to files.
    Statement(crate::statement::Args),
    /// Plan, approve, write and take down payouts to operators.
    Payout(crate::payout::Args),
    /// Hold a provider's bill against our books, line by line.
    Reconcile(crate::reconcile::Args),
    /// Recompute everything and print what does not add up.
    Audit(crate::audit::Args),
    /// Make passwords and one-time codes of staff.
    Staff(crate::staff::Args),
    /// Make a database, or bring its tables up to date.
    Migrate(crate::migrate::Args),
    /// Simulate a city from a seed, with everything that breaks, and check every promise.
    Simulate(crate::simulate::Args),
    /// Measure, side by side with the bound: one JSON line per figure.
    Bench(crate::bench::Args),
}

/// Runs a command. Errors are printed once, here, with their causes.
pub fn run(command: Command) -> ExitCode {
    let result = match command.role {
        Role::Demo(args) => crate::demo::run(args),
        Role::Serve(args) => crate::serve::run(args),
        Role::Validator(args) => crate::device::run(args),
        Role::Sandbox(args) => crate::sandbox::run(args),
        Role::Code(args) => crate::code::run(args),
        Role::Fare(args) => crate::fare::run(args),
        Role::Gtfs(args) => crate::gtfs::run(args),
        Role::Tariff(args) => crate::tariff::run(args),
        Role::Statement(args) => crate::statement::run(args),
        Role::Payout(args) => crate::payout::run(args),
        Role::Reconcile(args) => crate::reconcile::run(args),
        Role::Audit(args) => crate::audit::run(args),
        Role::Staff(args) => crate::staff::run(args),
        Role::Migrate(args) => crate::migrate::run(args),
        Role::Simulate(args) => crate::simulate::run(args),
        Role::Bench(args) => crate::bench::run(args),
    };
    result.unwrap_or_else(|error| {
        anstream::eprintln!("error: {}", one_line(&error));
        ExitCode::from(2)
    })
}

/// A command of several tasks: its options, and how each is run. A task is a module with `Args`,
/// `EXAMPLES` for its help, and `run`.
macro_rules! tasks {
    ($($(#[$about:meta])+ $task:ident => $module:ident;)+) => {
        /// Options.
        #[derive(clap::Args, Debug)]
        pub struct Args {
            /// What to do.
            #[command(subcommand)]
            task: Task,
        }

        #[derive(clap::Subcommand, Debug)]
        enum Task {
            $(
                $(#[$about])+
                #[command(after_help = $module::EXAMPLES)]
                $task($module::Args),
            )+
        }

        /// Runs it.
        pub fn run(args: Args) -> anyhow::Result<std::process::ExitCode> {
            match args.task {
                $(Task::$task(args) => $module::run(&args),)+
            }
        }
    };
}

pub(crate) use tasks;

/// An error with its causes, outermost first. A cause that was said already is left out.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn no_cause_is_said_twice() {
        let check = |error: anyhow::Error, expected| assert_eq!(one_line(&error), expected);
        let cause = || Err::<(), _>(std::io::Error::other("the disk is full"));
        let plain = cause()
            .context("keys.toml")
            .map_err(|error| check(error, "keys.toml: the disk is full"));
        assert!(plain.is_err());
        let said = cause()
            .context("cannot write: the disk is full")
            .context("keys.toml");
        let said = said.map_err(|error| check(error, "keys.toml: cannot write: the disk is full"));
        assert!(said.is_err());
    }
}
