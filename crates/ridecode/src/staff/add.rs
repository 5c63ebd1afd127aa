//! `ridecode staff add`: a new member of staff, as lines for the settings.

use std::process::ExitCode;

use anyhow::bail;

use super::ask;
use super::totp::Totp;
use crate::code::picture;
use crate::config::Role;
use crate::entropy::SystemEntropy;

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The name to sign in with, 1 to 64 characters; it stands in the trail of what was done.
    #[arg(value_name = "NAME")]
    name: String,
    /// What this person may do: operator, agent, accountant, auditor or admin.
    #[arg(long, value_parser = role)]
    role: Role,
    /// The one operator this person sees, by number. Default: all.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    operator: Option<u32>,
}

/// Asks for the password, draws the secret, prints both as settings and the secret as a QR symbol.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !(1..=64).contains(&args.name.chars().count()) || args.name.chars().any(char::is_control) {
        bail!("NAME: write 1 to 64 characters without control characters");
    }
    let password = ask::new_password()?;
    let totp = Totp::draw(&mut SystemEntropy);
    let uri = totp.uri(&args.name);
    anstream::eprintln!("\nScan this with an authenticator app:\n");
    anstream::eprint!("{}", symbol(&uri)?);
    anstream::eprintln!("\n{uri}\n\nAdd these lines to the settings and start the server again:\n");
    anstream::println!("[[staff]]");
    let mut lines = toml::Table::new();
    let mut put = |key: &str, value: toml::Value| lines.insert(key.to_owned(), value);
    put("name", args.name.as_str().into());
    put("role", args.role.word().into());
    if let Some(operator) = args.operator {
        put("operator", i64::from(operator).into());
    }
    put("password", password.phc().into());
    put("totp", totp.base32().into());
    anstream::print!("{lines}");
    Ok(ExitCode::SUCCESS)
}

fn role(text: &str) -> Result<Role, String> {
    let known = Role::ALL.into_iter().find(|role| role.word() == text);
    known.ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.into_iter().map(Role::word).collect();
        format!("write one of {}", words.join(", "))
    })
}

/// A QR symbol of half blocks, light on dark as terminals are, with its quiet zone.
fn symbol(text: &str) -> anyhow::Result<String> {
    let modules = picture::modules(text.as_bytes())?;
    let side = modules.len() + 2 * QUIET;
    let dark = |row: usize, column: usize| {
        let (row, column) = (row.checked_sub(QUIET), column.checked_sub(QUIET));
        let found = row
            .zip(column)
            .and_then(|(row, column)| modules.get(row)?.get(column));
        found.copied().unwrap_or(false)
    };
    let mut drawn = String::new();
    for row in (0..side).step_by(2) {
        for column in 0..side {
            let below = row + 1 < side && dark(row + 1, column);
            drawn.push(match (dark(row, column), below) {
                (true, true) => ' ',
                (true, false) => '▄',
                (false, true) => '▀',
                (false, false) => '█',
            });
        }
        drawn.push('\n');
    }
    Ok(drawn)
}

const QUIET: usize = 2;

pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode staff add \"Chen Wei\" --role accountant
  ridecode staff add metro-desk --role operator --operator 1 >> ridecode.toml

The password is asked for on the terminal and not shown; without a terminal it is the first line of
the input. It has 12 to 128 characters. What to scan goes to the error output, the settings to the
output.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_on_the_terminal_is_read_by_a_scanner() {
        let totp = Totp::draw(&mut SystemEntropy);
        let uri = totp.uri("Chen Wei");
        let drawn = symbol(&uri).expect("it fits");
        let rows: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
        let (scale, width) = (6, rows[0].len());
        let mut gray = Vec::new();
        for row in &rows {
            for half in ['▀', '▄'] {
                let light = |one: &char| *one == '█' || *one == half;
                let line: Vec<u8> = row
                    .iter()
                    .flat_map(|one| std::iter::repeat_n(if light(one) { 255 } else { 0 }, scale))
                    .collect();
                (0..scale).for_each(|_| gray.extend(&line));
            }
        }
        let side = |modules: usize| u32::try_from(modules * scale).expect("small");
        let read = picture::scan_gray(gray, side(width), side(rows.len() * 2));
        assert_eq!(read.as_deref(), Some(uri.as_bytes()));
    }
}
