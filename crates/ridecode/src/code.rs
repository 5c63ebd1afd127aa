//! Codes on the command line: make one, look into one, check one.
//!
//! Bytes come from an option, a file, a picture or standard input and pass through the same reader,
//! verifier and time ladder as in a validator; what is printed is that, in words.

mod demo_keys;
mod fields;
mod make;
mod options;
pub mod picture;
mod source;
mod trust;
mod verify;
mod words;

use std::process::ExitCode;

pub use words::Language;

/// Options.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    role: Role,
}

#[derive(clap::Subcommand, Debug)]
enum Role {
    /// Make a code as a phone would show it now, with made-up issuer and rider.
    Make(make::Args),
    /// Print what a code says, without checking any signature.
    Inspect(verify::InspectArgs),
    /// Check a code: layout, signatures from the root down to the phone, and time.
    Verify(verify::VerifyArgs),
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.role {
        Role::Make(args) => make::run(&args),
        Role::Inspect(args) => verify::inspect(&args),
        Role::Verify(args) => verify::verify(&args),
    }
}
