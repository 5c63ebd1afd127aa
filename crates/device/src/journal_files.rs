//! The journal on disk: each entry is written and synced before anything is shown.
//!
//! The journal is a row of files. Each is named by its first entry and begins with the hash it
//! follows; entries are only ever added to the last. Whole files are forgotten from the front, and
//! only what the database holds. After a failed write the next entry goes to the same place. After
//! a failed sync nobody knows what the disk holds, so the journal takes no more entries until it
//! is opened and checked again.

mod reader;
mod recovery;

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use ridecode_validator::journal::{Chained, Entry, Head, START_LENGTH, append, file_start};
use ridecode_validator::{Clock, ClockTrust};
use ridecode_words::UnixSeconds;

use super::disk::Disk;

pub use reader::{Batch, JournalReader};
pub use recovery::JournalDamaged;

/// An open journal.
#[derive(Debug)]
pub struct JournalFiles {
    disk: Arc<dyn Disk>,
    keeping: Keeping,
    /// The files, oldest first; the last one grows.
    files: VecDeque<KeptFile>,
    /// Behind everything written.
    head: Head,
    /// The last file's good length.
    length: u64,
    state: Sync,
    /// Entries that found no room on the disk, with their records. Only with [`FullDisk::Admit`].
    held_back: VecDeque<(Entry, Vec<u8>)>,
    /// Behind the entries held back.
    end: Head,
    /// A last record was found changed at a start, and lies apart for the operator.
    has_altered: bool,
}

/// When files are begun and forgotten, and what happens when there is no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keeping {
    /// A file takes no further entry once it is so long, in bytes.
    pub file_length_max: u64,
    /// So many entries are kept at least.
    pub entries_min: u64,
    /// Entries are kept at least so long, in seconds.
    pub age_min_s: i64,
    /// What happens when the disk is full.
    pub full_disk: FullDisk,
}

/// What happens when the disk is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FullDisk {
    /// Nobody is let through.
    Refuse,
    /// Up to so many entries are kept in memory until there is room. A power cut loses them.
    Admit {
        /// The most entries.
        entries_max: usize,
    },
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            file_length_max: 2 << 20,
            entries_min: 30_000,
            age_min_s: 30 * 86_400,
            full_disk: FullDisk::Refuse,
        }
    }
}

/// A file of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct KeptFile {
    /// The number of its first entry: its name.
    first: u64,
    /// The number of its last entry, `first - 1` if it has none.
    last: u64,
    /// The latest time among its entries.
    latest: UnixSeconds,
}

/// How the bytes written relate to what the disk holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sync {
    /// It holds all of them.
    Settled,
    /// The last entry is on its way.
    Pending,
    /// Nobody knows.
    Unknown,
}

/// How far a journal is written: the last entry on the disk, and where it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// The last entry's number.
    pub sequence: u64,
    /// The number of the first entry of the file it is in.
    pub file: u64,
    /// That file's good length, in bytes.
    pub length: u64,
}

/// Why an entry was not written. Nothing of it may be shown.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// There is no room; the next one may find some.
    #[error("the disk is full: the journal cannot be written; make room")]
    Full(#[source] io::Error),
    /// It was not written; the next one may be.
    #[error("the journal cannot be written")]
    NotWritten(#[source] io::Error),
    /// Nobody knows whether it is on the disk.
    #[error("the disk did not confirm the journal; it must be opened and checked again")]
    NotSynced(#[source] io::Error),
    /// The disk failed before.
    #[error("the disk failed before; the journal must be opened and checked again")]
    Distrusted,
}

impl JournalFiles {
    /// Writes an entry behind the last one and waits until the disk has it.
    pub fn append(&mut self, entry: Entry) -> Result<Entry, WriteFault> {
        let entry = self.write(entry)?;
        self.settle()?;
        Ok(entry)
    }

    /// Writes an entry behind the last one. It is on the disk after [`Self::settle`], unless there
    /// was no room and the rules allow to go on without.
    pub fn write(&mut self, entry: Entry) -> Result<Entry, WriteFault> {
        self.settle()?;
        match self.put_held_back().and_then(|()| self.put(&entry)) {
            Ok(entry) => Ok(entry),
            Err(fault @ WriteFault::Full(_)) => self.hold_back(entry).ok_or(fault),
            Err(fault) => Err(fault),
        }
    }

    /// Waits until the disk has everything written.
    pub fn settle(&mut self) -> Result<(), WriteFault> {
        match self.state {
            Sync::Settled => Ok(()),
            Sync::Unknown => Err(WriteFault::Distrusted),
            Sync::Pending => {
                self.state = Sync::Unknown;
                let name = name_of(self.last_file().first);
                self.disk.sync(&name).map_err(WriteFault::NotSynced)?;
                self.state = Sync::Settled;
                Ok(())
            }
        }
    }

    /// Forgets files from the front that the database holds through entry `held`, as far as the
    /// rules allow. A clock that is not trusted forgets nothing. Gives how many files went.
    pub fn forget(&mut self, held: u64, clock: Clock) -> usize {
        if clock.trust == ClockTrust::Distrusted {
            return 0;
        }
        let mut gone = 0;
        while let (Some(oldest), Some(next)) = (self.files.front(), self.files.get(1)) {
            let kept_behind = (self.head.sequence + 1).saturating_sub(next.first);
            let is_old = clock.now.since_s(oldest.latest) > self.keeping.age_min_s;
            if oldest.last > held || kept_behind < self.keeping.entries_min || !is_old {
                break;
            }
            if let Err(fault) = self.disk.remove(&name_of(oldest.first)) {
                tracing::warn!(%fault, first = oldest.first, "an old journal file stays");
                break;
            }
            self.files.pop_front();
            gone += 1;
        }
        gone
    }

    /// How far it is written.
    pub fn written(&self) -> Written {
        Written {
            sequence: self.head.sequence,
            file: self.last_file().first,
            length: self.length,
        }
    }

    /// The last entry's number, on the disk or held back.
    pub fn last_sequence(&self) -> u64 {
        self.end.sequence
    }

    /// How many entries wait in memory for room on the disk.
    pub fn held_back(&self) -> usize {
        self.held_back.len()
    }

    /// Whether a record that was changed lies apart, and nobody took it away yet.
    pub fn has_altered(&self) -> bool {
        self.has_altered
    }

    /// Bytes free on its disk; `None` if nobody can tell.
    pub fn free(&self) -> Option<u64> {
        self.disk.free().ok()
    }

    /// The number of the oldest entry kept.
    pub fn first_kept(&self) -> u64 {
        self.files.front().map_or(1, |file| file.first)
    }

    /// Where it is.
    pub(crate) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Its rules.
    pub(crate) fn keeping(&self) -> Keeping {
        self.keeping
    }

    /// Writes what waits for room, oldest first.
    fn put_held_back(&mut self) -> Result<(), WriteFault> {
        while let Some((entry, record)) = self.held_back.pop_front() {
            if let Err(fault) = self.put_record(&entry, &record) {
                self.held_back.push_front((entry, record));
                return Err(fault);
            }
            self.settle()?;
        }
        Ok(())
    }

    fn put(&mut self, entry: &Entry) -> Result<Entry, WriteFault> {
        assert!(self.held_back.is_empty(), "entries are written in order");
        let mut end = self.end;
        let (chained, record) = append(&mut end, entry.clone());
        self.put_record(&chained.entry, &record)?;
        self.end = end;
        Ok(chained.entry)
    }

    /// Writes the record of the next entry.
    fn put_record(&mut self, entry: &Entry, record: &[u8]) -> Result<(), WriteFault> {
        if self.length >= self.keeping.file_length_max {
            self.begin_file()?;
        }
        let name = name_of(self.last_file().first);
        if let Err(fault) = self.disk.write(&name, record, self.length) {
            // What was written of it lies behind the good length; whether it can be cut now or
            // is written over later makes no difference.
            let _ = self.disk.cut(&name, self.length);
            return Err(not_written(fault));
        }
        self.state = Sync::Pending;
        self.length += length_of(record);
        self.head = Head {
            sequence: entry.sequence,
            hash: *record.last_chunk().expect("a record ends with its hash"),
        };
        let file = self.files.back_mut().expect("a journal has a file");
        file.last = entry.sequence;
        file.latest = file.latest.max(entry.time);
        Ok(())
    }

    /// Begins the next file. The one before is settled and never written again.
    fn begin_file(&mut self) -> Result<(), WriteFault> {
        let first = self.head.sequence + 1;
        let start = file_start(&self.head);
        let placed = self.disk.replace(&name_of(first), &start);
        placed.map_err(not_written)?;
        self.files.push_back(KeptFile {
            first,
            last: self.head.sequence,
            latest: UnixSeconds(i64::MIN),
        });
        self.length = START;
        Ok(())
    }

    fn hold_back(&mut self, entry: Entry) -> Option<Entry> {
        let FullDisk::Admit { entries_max } = self.keeping.full_disk else {
            return None;
        };
        if self.held_back.len() >= entries_max {
            return None;
        }
        let (Chained { entry, .. }, record) = append(&mut self.end, entry);
        self.held_back.push_back((entry.clone(), record));
        Some(entry)
    }

    fn last_file(&self) -> &KeptFile {
        self.files.back().expect("a journal has a file")
    }
}

/// The name of the file whose first entry has that number.
fn name_of(first: u64) -> String {
    format!("{PREFIX}{first:020}{SUFFIX}")
}

/// The number of the first entry of a journal file of that name.
fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let first = (digits.len() == 20).then(|| digits.parse().ok())??;
    (name == name_of(first)).then_some(first)
}

fn not_written(fault: io::Error) -> WriteFault {
    let is_full = matches!(
        fault.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
    );
    if is_full {
        WriteFault::Full(fault)
    } else {
        WriteFault::NotWritten(fault)
    }
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("no more bytes than 2^64")
}

const PREFIX: &str = "journal-";
const SUFFIX: &str = ".ridecode";
const START: u64 = START_LENGTH as u64;
