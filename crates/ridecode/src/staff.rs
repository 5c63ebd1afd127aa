//! Who works here: passwords, one-time codes of an authenticator, and the commands that make them.
//!
//! A password is kept as its argon2id hash, a one-time code follows from a secret and the time
//! (TOTP, RFC 6238). Both stand in `[[staff]]` of the settings; signing in is in `serve`. Nothing
//! here prints a password, or takes one from the command line, where others could read it.

pub mod password;
pub mod totp;

mod add;
mod ask;
mod change;
mod now;

use crate::command::tasks;

tasks! {
    /// Make a member of staff who signs in at the console: asks for a password, draws the
    /// authenticator's secret and prints the lines for the settings.
    Add => add;
    /// Hash another password for somebody: prints the line for the settings.
    Password => change;
    /// Print the one-time code that is good now, from the secret in the settings.
    Totp => now;
}
