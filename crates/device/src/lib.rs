//! A validator on a disk, without the machine around it.
//!
//! A code comes in, the decision is written and synced, and only then may it be shown. The disk is
//! a trait, the time an argument: the program puts a folder of files and a clock beneath, the C
//! library what the maker of a reader hands over, and tests a disk that loses power. Nothing here
//! opens a socket, reads a clock or draws randomness.
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

mod validator;

mod journal_files;

mod unfinished;

mod bundle_files;

mod disk;

mod ailment;
mod words;

#[cfg(test)]
mod testing;

pub use ailment::{Ailment, Ailments};
pub use bundle_files::BundleFiles;
#[cfg(feature = "simulated")]
pub use disk::simulated::{Refused, SimulatedDisk};
pub use disk::{DRAFT, Disk};
pub use journal_files::{
    Batch, FullDisk, JournalDamaged, JournalFiles, JournalReader, Keeping, WriteFault, Written,
};
pub use validator::{Lamp, Moment, Rules, Shown, Validator};
pub use words::{Words, words};
