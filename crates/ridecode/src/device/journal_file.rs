//! The journal on disk: each entry is written and synced before anything is shown.
//!
//! After a failed write the next entry goes to the same place. After a failed sync nobody knows
//! what the disk holds, so the file takes no more entries until it is opened and checked again.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use ridecode_validator::journal::{
    Chained, Entry, Hash, Head, START_LENGTH, append, file_start, read_file_start, recover,
};
use ridecode_validator::segment::{ENTRIES_MAX, LENGTH_MAX, count_fitting};

use super::folder::replace;

/// An open journal.
#[derive(Debug)]
pub struct JournalFile {
    file: File,
    head: Head,
    length: u64,
    synced: bool,
}

/// How far a journal is written: the last entry, and the file's length behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// The last entry's number.
    pub sequence: u64,
    /// The file's good length, in bytes.
    pub length: u64,
}

/// Why an entry was not written. Nothing of it may be shown.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// It was not written; the next one may be.
    #[error("the journal cannot be written")]
    NotWritten(#[source] std::io::Error),
    /// Nobody knows whether it is on the disk.
    #[error("the disk did not confirm the journal; the validator must be started again")]
    NotSynced(#[source] std::io::Error),
    /// The disk failed before.
    #[error("the disk failed before; the validator must be started again")]
    Distrusted,
}

impl JournalFile {
    /// Opens a journal, makes it if there is none, and cuts a torn tail. Gives its entries.
    pub fn open(path: &Path) -> anyhow::Result<(Self, Vec<Chained>)> {
        let mut file = match open(path) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => {
                replace(path, &file_start(&Head::EMPTY)).and_then(|()| open(path))
            }
            opened => opened,
        }
        .with_context(|| cannot(path, "opened"))?;
        let start = read_start(&file, path)?;
        let mut records = Vec::new();
        file.read_to_end(&mut records)
            .with_context(|| cannot(path, "read"))?;
        let records = records.get(START_LENGTH..).unwrap_or_default();
        let recovered = recover(records, start).with_context(|| {
            format!(
                "{}: keep the file for the operator and start with another --folder",
                path.display()
            )
        })?;
        let length = START_LENGTH + recovered.good_length;
        let length = u64::try_from(length).context("the journal is too long for this machine")?;
        if recovered.good_length < records.len() {
            tracing::warn!(length, "a torn entry at the end of the journal was cut");
            file.set_len(length)
                .and_then(|()| file.sync_all())
                .with_context(|| cannot(path, "written"))?;
        }
        let opened = Self {
            file,
            head: recovered.head,
            length,
            synced: true,
        };
        Ok((opened, recovered.entries))
    }

    /// Writes an entry behind the last one and waits until the disk has it.
    pub fn append(&mut self, entry: Entry) -> Result<Chained, WriteFault> {
        if !self.synced {
            return Err(WriteFault::Distrusted);
        }
        let mut head = self.head;
        let (chained, record) = append(&mut head, entry);
        if let Err(fault) = self.file.write_all_at(&record, self.length) {
            // What was written of it lies behind the good length; whether it can be cut now or
            // is written over later makes no difference.
            let _ = self.file.set_len(self.length);
            return Err(WriteFault::NotWritten(fault));
        }
        if let Err(fault) = self.file.sync_data() {
            self.synced = false;
            return Err(WriteFault::NotSynced(fault));
        }
        self.head = head;
        self.length += u64::try_from(record.len()).expect("a record is short");
        Ok(chained)
    }

    /// An empty journal on whatever file it is given.
    #[cfg(test)]
    pub(super) fn on(file: File) -> Self {
        Self {
            file,
            head: Head::EMPTY,
            length: START,
            synced: true,
        }
    }

    /// How far it is written.
    pub fn written(&self) -> Written {
        Written {
            sequence: self.head.sequence,
            length: self.length,
        }
    }
}

/// Reads a journal from another thread while it grows, segment by segment.
#[derive(Debug)]
pub struct JournalReader {
    path: PathBuf,
    file: File,
    start: Position,
    /// Before the last batch: where to go on if it did not arrive.
    before: Position,
    at: Position,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    head: Head,
    offset: u64,
}

/// Consecutive entries, and the hash they follow.
#[derive(Debug)]
pub struct Batch {
    /// The hash before the first.
    pub previous: Hash,
    /// The entries; none if there are none yet.
    pub entries: Vec<Chained>,
}

impl JournalReader {
    /// A reader at the start of a journal.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| cannot(path, "opened"))?;
        let start = Position {
            head: read_start(&file, path)?,
            offset: START,
        };
        Ok(Self {
            path: path.to_owned(),
            file,
            start,
            before: start,
            at: start,
        })
    }

    /// The entries behind `held`, as many as fit into one segment and no more than `most`.
    pub fn read(&mut self, held: u64, end: Written, most: usize) -> anyhow::Result<Batch> {
        if held < self.at.head.sequence {
            self.at = self.before;
        }
        if held < self.at.head.sequence {
            self.at = self.start;
        }
        loop {
            let entries = self.read_on(end)?;
            let skipped = entries.partition_point(|chained| chained.entry.sequence <= held);
            let (skipped, rest) = entries.split_at(skipped);
            self.pass(skipped);
            if rest.is_empty() && !skipped.is_empty() {
                continue;
            }
            let rest = &rest[..rest.len().min(most).min(ENTRIES_MAX)];
            let taken = &rest[..count_fitting(rest)];
            self.before = self.at;
            let batch = Batch {
                previous: self.at.head.hash,
                entries: taken.to_vec(),
            };
            self.pass(taken);
            return Ok(batch);
        }
    }

    /// The entries of the next chunk. One that the chunk cuts in two is left for the next.
    fn read_on(&self, end: Written) -> anyhow::Result<Vec<Chained>> {
        let left = usize::try_from(end.length.saturating_sub(self.at.offset)).unwrap_or(usize::MAX);
        let mut chunk = vec![0; left.min(LENGTH_MAX)];
        self.file
            .read_exact_at(&mut chunk, self.at.offset)
            .with_context(|| cannot(&self.path, "read"))?;
        let recovered =
            recover(&chunk, self.at.head).with_context(|| cannot(&self.path, "read"))?;
        Ok(recovered.entries)
    }

    fn pass(&mut self, entries: &[Chained]) {
        let lengths = entries.iter().map(Chained::record_length);
        self.at.offset += u64::try_from(lengths.sum::<usize>()).expect("a chunk is short");
        if let Some(last) = entries.last() {
            self.at.head = Head {
                sequence: last.entry.sequence,
                hash: last.hash,
            };
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
}

fn read_start(file: &File, path: &Path) -> anyhow::Result<Head> {
    let mut bytes = [0; START_LENGTH];
    file.read_exact_at(&mut bytes, 0)
        .ok()
        .and_then(|()| read_file_start(&bytes))
        .ok_or_else(|| {
            anyhow!(
                "{} is no journal of this version; keep the file for the operator and start with \
                 another --folder",
                path.display()
            )
        })
}

fn cannot(path: &Path, what: &str) -> String {
    format!(
        "the journal {} cannot be {what}; check the disk",
        path.display()
    )
}

const START: u64 = START_LENGTH as u64;
