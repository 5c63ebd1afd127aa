//! Profiles: what kind of time the city has.

use std::fmt;
use std::str::FromStr;

/// What kind of time the city has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Profile {
    /// Nothing breaks.
    Calm,
    /// Everyone at once: crowds at gates, codes read twice, barriers that stick.
    Rush,
    /// Networks, disks, power and provider fail.
    Outage,
    /// Riders copy codes, forge them, owe and claim what is not so.
    Fraud,
    /// Phones, keys, tariffs and places change.
    Migration,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 5] = [
        Self::Calm,
        Self::Rush,
        Self::Outage,
        Self::Fraud,
        Self::Migration,
    ];

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Rush => "rush",
            Self::Outage => "outage",
            Self::Fraud => "fraud",
            Self::Migration => "migration",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that is no profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be one of calm, rush, outage, fraud, migration")]
pub struct UnknownProfile;

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(word: &str) -> Result<Self, UnknownProfile> {
        let found = Self::ALL.into_iter().find(|profile| profile.word() == word);
        found.ok_or(UnknownProfile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_read_by_its_word_and_the_fault_names_them_all() {
        let fault = "stormy".parse::<Profile>().unwrap_err().to_string();
        for profile in Profile::ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
            assert!(fault.contains(profile.word()));
        }
    }
}
