//! Asking for a password: not shown on a terminal, one line where there is none.

use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};

use crate::entropy::SystemEntropy;
use crate::staff::password::Password;

/// Asks for a new password and hashes it. On a terminal it is asked for twice.
pub(super) fn new_password() -> anyhow::Result<Password> {
    let password = if io::stdin().is_terminal() {
        typed_twice()?
    } else {
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .context("no password came in")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    Password::make(&password, &mut SystemEntropy)
        .map_err(|what| anyhow::anyhow!("{what}; choose another"))
}

fn typed_twice() -> anyhow::Result<String> {
    let ask = |prompt| rpassword::prompt_password(prompt).context("no password was typed");
    let first = ask("Password (12 to 128 characters, not shown): ")?;
    if ask("The same again: ")? != first {
        bail!("the two differ; start again");
    }
    Ok(first)
}
