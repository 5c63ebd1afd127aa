//! Who works in the demo: one person for each role, with one password for all of them.

use ridecode_office::Entropy as _;

use crate::config::Role;
use crate::entropy::SystemEntropy;
use crate::staff::password::Password;
use crate::staff::totp::Totp;

/// The staff of a demo.
pub(super) struct DemoStaff {
    /// The password of every one of them.
    pub(super) password: String,
    hash: Password,
}

impl DemoStaff {
    /// Draws the password.
    pub(super) fn draw() -> anyhow::Result<Self> {
        let password = format!("demo-{:016x}", SystemEntropy.number());
        let hash = Password::make(&password, &mut SystemEntropy).map_err(anyhow::Error::msg)?;
        Ok(Self { password, hash })
    }

    /// The names, and what each is for.
    pub(super) fn names() -> impl Iterator<Item = String> {
        Role::ALL.into_iter().rev().map(name_of)
    }

    /// Their lines of the settings.
    pub(super) fn settings(&self) -> String {
        let entry = |role: Role| {
            format!(
                "\n[[staff]]\nname = \"{}\"\nrole = \"{}\"\npassword = \"{}\"\ntotp = \"{}\"\n",
                name_of(role),
                role.word(),
                self.hash.phc(),
                Totp::draw(&mut SystemEntropy).base32()
            )
        };
        Role::ALL.into_iter().map(entry).collect()
    }
}

fn name_of(role: Role) -> String {
    format!("demo-{}", role.word())
}
