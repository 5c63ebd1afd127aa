//! What is wrong with a validator: a closed list, each with a word for machines and a plain line
//! for the screen, in Chinese and English.

use std::collections::BTreeSet;

/// Something that is wrong now. In order of precedence: the screen shows the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ailment {
    /// The journal was changed by the disk or by a hand.
    JournalDamaged,
    /// The disk returns errors.
    DiskFails,
    /// There is no room for the journal, and nobody is let through.
    DiskFull,
    /// The driver has not signed on, or the vehicle has not said where it is.
    NoPlace,
    /// There is no room for the journal, and entries wait in memory.
    EntriesInMemory,
    /// There will be no room soon.
    DiskNearlyFull,
    /// A scanner or the passage sensor is gone.
    ScannerGone,
    /// Another gate of the array is not heard.
    NeighborSilent,
}

impl Ailment {
    /// All of them, in order of precedence.
    pub const ALL: [Self; 8] = [
        Self::JournalDamaged,
        Self::DiskFails,
        Self::DiskFull,
        Self::NoPlace,
        Self::EntriesInMemory,
        Self::DiskNearlyFull,
        Self::ScannerGone,
        Self::NeighborSilent,
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::JournalDamaged => "journal_damaged",
            Self::DiskFails => "disk_fails",
            Self::DiskFull => "disk_full",
            Self::NoPlace => "no_place",
            Self::EntriesInMemory => "entries_in_memory",
            Self::DiskNearlyFull => "disk_nearly_full",
            Self::ScannerGone => "scanner_gone",
            Self::NeighborSilent => "neighbor_silent",
        }
    }

    /// What the screen says of it, Chinese and English.
    pub fn line(self) -> (&'static str, &'static str) {
        match self {
            Self::JournalDamaged => (
                "记录被改动，停止验票",
                "The journal was altered: out of order",
            ),
            Self::DiskFails => ("存储故障，停止验票", "The disk fails: out of order"),
            Self::DiskFull => ("存储已满，停止验票", "The disk is full: out of order"),
            Self::NoPlace => ("司机请先签到", "The driver has to sign on first"),
            Self::EntriesInMemory => (
                "存储已满，记录暂存内存",
                "The disk is full: rides wait in memory",
            ),
            Self::DiskNearlyFull => ("存储将满", "The disk is nearly full"),
            Self::ScannerGone => ("扫码器已断开", "A scanner is disconnected"),
            Self::NeighborSilent => ("相邻闸机失联", "Another gate is not heard"),
        }
    }
}

/// What is wrong, each once.
pub type Ailments = BTreeSet<Ailment>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ailment_has_its_own_word_and_lines() {
        let words: BTreeSet<_> = Ailment::ALL.map(Ailment::word).into();
        let lines: BTreeSet<_> = Ailment::ALL.map(Ailment::line).into();
        assert_eq!(words.len(), Ailment::ALL.len());
        assert_eq!(lines.len(), Ailment::ALL.len());
        assert!(Ailment::ALL.is_sorted());
    }
}
