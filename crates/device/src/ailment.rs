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
    /// The clock is known to be wrong.
    ClockWrong,
    /// There is no room for the journal, and entries wait in memory.
    EntriesInMemory,
    /// The last record of the journal was changed before this start; it lies apart.
    RecordAltered,
    /// There will be no room soon.
    DiskNearlyFull,
    /// Somebody trusted says another time than this clock, and was not believed.
    ClockDisputed,
    /// The deny list is more than a day old.
    ListOld,
    /// The last bundle that came was not good; the one before stays in force.
    BundleRefused,
    /// A scanner or the passage sensor is gone.
    ScannerGone,
    /// Another gate of the array is not heard.
    NeighborSilent,
}

impl Ailment {
    /// All of them, in order of precedence.
    pub const ALL: [Self; 13] = [
        Self::JournalDamaged,
        Self::DiskFails,
        Self::DiskFull,
        Self::NoPlace,
        Self::ClockWrong,
        Self::EntriesInMemory,
        Self::RecordAltered,
        Self::DiskNearlyFull,
        Self::ClockDisputed,
        Self::ListOld,
        Self::BundleRefused,
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
            Self::ClockWrong => "clock_wrong",
            Self::EntriesInMemory => "entries_in_memory",
            Self::RecordAltered => "record_altered",
            Self::DiskNearlyFull => "disk_nearly_full",
            Self::ClockDisputed => "clock_disputed",
            Self::ListOld => "list_old",
            Self::BundleRefused => "bundle_refused",
            Self::ScannerGone => "scanner_gone",
            Self::NeighborSilent => "neighbor_silent",
        }
    }

    /// Whether nobody is let through because of it.
    pub fn stops(self) -> bool {
        match self {
            Self::JournalDamaged
            | Self::DiskFails
            | Self::DiskFull
            | Self::NoPlace
            | Self::ClockWrong => true,
            Self::EntriesInMemory
            | Self::RecordAltered
            | Self::DiskNearlyFull
            | Self::ClockDisputed
            | Self::ListOld
            | Self::BundleRefused
            | Self::ScannerGone
            | Self::NeighborSilent => false,
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
            Self::ClockWrong => ("时钟错误，停止验票", "The clock is wrong: out of order"),
            Self::EntriesInMemory => (
                "存储已满，记录暂存内存",
                "The disk is full: rides wait in memory",
            ),
            Self::RecordAltered => (
                "末条记录被改动，已另存",
                "The last record was altered and lies apart",
            ),
            Self::DiskNearlyFull => ("存储将满", "The disk is nearly full"),
            Self::ClockDisputed => ("时钟存疑", "The clock is in doubt"),
            Self::ListOld => ("名单超过一天未更新", "The lists are more than a day old"),
            Self::BundleRefused => (
                "新名单无效，沿用旧名单",
                "A new bundle is not good: the last one stays",
            ),
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
        let stopping = Ailment::ALL.map(Ailment::stops);
        assert!(
            stopping.is_sorted_by(|one, next| one >= next),
            "worst first"
        );
    }
}
