//! Tariffs: rules as data.

use ridecode_words::Text;

/// Which table priced a fare: its name, version and the SHA-256 of its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TariffRef {
    /// Its name.
    pub name: Text,
    /// Its version.
    pub version: Text,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
}

/// One version of an operator's (or a city's) rules.
#[derive(Clone, Debug)]
pub struct Tariff {}

/// Every tariff and network in force, for the edge to build once and everyone to read.
#[derive(Clone, Debug, Default)]
pub struct TariffBook {}

/// A tariff that is refused, with the line it is wrong on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct TariffFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub what: alloc::string::String,
}
