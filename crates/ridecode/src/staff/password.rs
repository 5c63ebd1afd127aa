//! Passwords as they are kept: argon2id in the PHC string format.
//!
//! Parameters are at least those that OWASP's Password Storage Cheat Sheet gives for argon2id
//! (19 MiB, 2 passes, 1 lane), and at most what a sign-in may cost this server.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{ARGON2ID_IDENT, Argon2, Params, PasswordHasher as _, PasswordVerifier as _};
use ridecode_office::Entropy;

/// The hash of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(PasswordHash);

impl Password {
    /// Reads a PHC string, such as `$argon2id$v=19$m=19456,t=2,p=1$…$…`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| {
            format!("{what}; write the line that `ridecode staff password NAME` prints")
        };
        let hash = PasswordHash::new(text).map_err(|_| wrong("no hash of a password"))?;
        if hash.algorithm != ARGON2ID_IDENT {
            return Err(wrong("the hash is not argon2id"));
        }
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(wrong("the hash is cut off"));
        }
        let params = Params::try_from(&hash).map_err(|_| wrong("the hash has no parameters"))?;
        let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
        if memory < MEMORY_KIB_MIN || passes < PASSES_MIN {
            return Err(wrong("the hash is too cheap to guess"));
        }
        if memory > MEMORY_KIB_MAX || passes > PASSES_MAX || lanes > LANES_MAX {
            return Err(wrong("the hash would cost a sign-in too much"));
        }
        Ok(Self(hash))
    }

    /// Hashes a password of 12 to 128 characters with a salt of its own.
    pub fn make(password: &str, entropy: &mut impl Entropy) -> Result<Self, String> {
        let length = password.chars().count();
        if !(LENGTH_MIN..=LENGTH_MAX).contains(&length) {
            return Err(format!(
                "a password has {LENGTH_MIN} to {LENGTH_MAX} characters, not {length}"
            ));
        }
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(Self).map_err(|fault| fault.to_string())
    }

    /// A hash that no password has, to be compared with where nobody has the name: the answer
    /// comes after the same time.
    pub fn of_nobody() -> Self {
        Self::parse(NOBODY).expect("the hash is whole")
    }

    /// Whether it is the hash of this password. Takes tens of milliseconds.
    pub fn matches(&self, password: &str) -> bool {
        password.chars().count() <= LENGTH_MAX
            && Argon2::default()
                .verify_password(password.as_bytes(), &self.0)
                .is_ok()
    }

    /// The PHC string.
    pub fn phc(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The shortest password, in characters.
pub const LENGTH_MIN: usize = 12;
/// The longest password, in characters.
pub const LENGTH_MAX: usize = 128;

const MEMORY_KIB_MIN: u32 = 19_456;
const PASSES_MIN: u32 = 2;
const MEMORY_KIB_MAX: u32 = 262_144;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// Salt and hash are zeros.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn hashes_that_are_none_or_too_cheap_or_too_dear_are_refused() {
        let rest = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let check = |text: &str, expected: Result<(), &str>| {
            let parsed = Password::parse(text).map(|_| ());
            match (parsed, expected) {
                (Ok(()), Ok(())) => {}
                (Err(told), Err(expected)) => assert!(told.contains(expected), "{text}: {told}"),
                (parsed, _) => panic!("{text}: {parsed:?}"),
            }
        };
        check("", Err("no hash"));
        check("correct horse battery", Err("no hash"));
        check(
            &format!("$argon2i$v=19$m=19456,t=2,p=1${rest}"),
            Err("not argon2id"),
        );
        check("$argon2id$v=19$m=19456,t=2,p=1", Err("cut off"));
        check(
            &format!("$argon2id$v=19$m=4096,t=2,p=1${rest}"),
            Err("too cheap"),
        );
        check(
            &format!("$argon2id$v=19$m=19456,t=1,p=1${rest}"),
            Err("too cheap"),
        );
        check(
            &format!("$argon2id$v=19$m=1048576,t=2,p=1${rest}"),
            Err("too much"),
        );
        check(&format!("$argon2id$v=19$m=19456,t=2,p=1${rest}"), Ok(()));
    }

    #[test]
    fn a_password_opens_its_own_hash_alone() {
        let entropy = &mut SystemEntropy;
        let hash = Password::make("correct horse battery", entropy).expect("long enough");
        let again = Password::make("correct horse battery", entropy).expect("long enough");
        assert_ne!(hash, again, "salts differ");
        assert_eq!(Password::parse(&hash.phc()).as_ref(), Ok(&hash));
        assert!(hash.matches("correct horse battery"));
        for other in [
            "",
            "correct horse batterz",
            "Correct horse battery",
            &"x".repeat(200),
        ] {
            assert!(!hash.matches(other), "{other}");
            assert!(!Password::of_nobody().matches(other), "{other}");
        }
        assert!(!format!("{hash:?}").contains("argon2id"));
        for length in [0, 11, 129] {
            let made = Password::make(&"字".repeat(length), entropy);
            assert!(made.is_err(), "{length} characters");
        }
    }
}
