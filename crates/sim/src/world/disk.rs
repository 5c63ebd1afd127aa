//! A validator's disk: what is synced stays, what is not may be gone after a power cut, wholly or
//! in part. It can be full, and it can lie about having synced.

use ridecode_validator::journal::Head;

use crate::seed::Chances;

/// The file of a journal.
pub(crate) struct Disk {
    /// What its first record follows.
    start: Head,
    bytes: Vec<u8>,
    /// So many of the bytes survive a power cut.
    synced: usize,
    pub(crate) full: bool,
    pub(crate) lies: bool,
    /// The power goes in the middle of the next write.
    pub(crate) cut_next: bool,
}

/// Why a record was not written and synced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DiskFault {
    /// There is no room. Nothing was written.
    Full,
    /// The power went.
    PowerCut,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            start: Head::EMPTY,
            bytes: Vec::new(),
            synced: 0,
            full: false,
            lies: false,
            cut_next: false,
        }
    }

    /// Writes a record and syncs it.
    pub(crate) fn write(&mut self, record: &[u8]) -> Result<(), DiskFault> {
        if self.full {
            return Err(DiskFault::Full);
        }
        self.bytes.extend_from_slice(record);
        if std::mem::take(&mut self.cut_next) {
            return Err(DiskFault::PowerCut);
        }
        if !self.lies {
            self.synced = self.bytes.len();
        }
        Ok(())
    }

    /// The power goes: of what is not synced any part from the front may be left.
    pub(crate) fn cut(&mut self, chances: &mut Chances) {
        let kept = chances.0.usize(self.synced..=self.bytes.len());
        self.bytes.truncate(kept);
    }

    /// Cuts a torn tail away: so many bytes of records are good.
    pub(crate) fn cut_tail(&mut self, good: usize) {
        self.bytes.truncate(good);
        self.synced = good;
    }

    /// Drops records from the front: so many bytes, up to the entry the rest follows.
    pub(crate) fn forget(&mut self, bytes: usize, start: Head) {
        self.bytes.drain(..bytes);
        self.synced = self.synced.saturating_sub(bytes);
        self.start = start;
    }

    pub(crate) fn start(&self) -> Head {
        self.start
    }

    pub(crate) fn records(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    /// What is left of two records of four bytes after a power cut, over many chances.
    fn left(prepare: impl Fn(&mut Disk)) -> (usize, usize) {
        let lengths = (0..200).map(|number| {
            let mut disk = Disk::new();
            disk.write(b"abcd").expect("room");
            prepare(&mut disk);
            let _ = disk.write(b"efgh");
            disk.cut(&mut Seed(1).chances("disk", number));
            disk.records().len()
        });
        let lengths: Vec<usize> = lengths.collect();
        let ends = (lengths.iter().min(), lengths.iter().max());
        (*ends.0.expect("some"), *ends.1.expect("some"))
    }

    #[test]
    fn a_power_cut_takes_what_was_not_synced() {
        assert_eq!(left(|_| {}), (8, 8));
        assert_eq!(left(|disk| disk.full = true), (4, 4));
        assert_eq!(left(|disk| disk.lies = true), (4, 8));
        assert_eq!(left(|disk| disk.cut_next = true), (4, 8));
    }
}
