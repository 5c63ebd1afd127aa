//! Reading the journal from another thread while it grows, segment by segment.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, ensure};
use ridecode_validator::journal::{Chained, Hash, Head, START_LENGTH, read_file_start, recover};
use ridecode_validator::segment::{ENTRIES_MAX, LENGTH_MAX, count_fitting};

use super::{START, Written, first_of, name_of};
use crate::disk::Disk;

/// Reads a journal's entries in order.
#[derive(Debug)]
pub struct JournalReader {
    disk: Arc<dyn Disk>,
    /// Before the last batch: where to go on if it did not arrive.
    before: Option<Position>,
    at: Option<Position>,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    /// The file, by its first entry.
    file: u64,
    offset: u64,
    head: Head,
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
    /// A reader of the journal on a disk.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self {
            disk,
            before: None,
            at: None,
        }
    }

    /// The entries behind `held`, as many as fit into one segment and no more than `most`.
    pub fn read(&mut self, held: u64, end: Written, most: usize) -> anyhow::Result<Batch> {
        let near = [self.at, self.before].into_iter().flatten();
        let mut at = match near.into_iter().find(|at| at.head.sequence <= held) {
            Some(at) => at,
            None => self.find_file(held, end)?,
        };
        loop {
            let entries = self.read_on(&at, end)?;
            let skipped = entries.partition_point(|chained| chained.entry.sequence <= held);
            let (skipped, rest) = entries.split_at(skipped);
            at.pass(skipped);
            if rest.is_empty() && at.head.sequence < end.sequence {
                if skipped.is_empty() {
                    at = self.start_of(at.head.sequence + 1)?;
                }
                continue;
            }
            let rest = &rest[..rest.len().min(most).min(ENTRIES_MAX)];
            let taken = &rest[..count_fitting(rest, LENGTH_MAX)];
            self.before = Some(at);
            let batch = Batch {
                previous: at.head.hash,
                entries: taken.to_vec(),
            };
            at.pass(taken);
            self.at = Some(at);
            return Ok(batch);
        }
    }

    /// The file the entry behind `held` is in.
    fn find_file(&self, held: u64, end: Written) -> anyhow::Result<Position> {
        let names = self.disk.names().context(CANNOT)?;
        let firsts = names.iter().filter_map(|name| first_of(name));
        let wanted = held.saturating_add(1).min(end.sequence);
        let first = firsts.filter(|first| *first <= wanted.max(1)).max();
        let first = first.ok_or_else(|| {
            anyhow!("entry {wanted} is wanted and no longer kept; tell the operator")
        })?;
        self.start_of(first)
    }

    fn start_of(&self, first: u64) -> anyhow::Result<Position> {
        let start = self.disk.read(&name_of(first), 0, START_LENGTH);
        let start = start.context(CANNOT)?;
        let head = start.first_chunk().and_then(read_file_start);
        let head = head.filter(|head| head.sequence.checked_add(1) == Some(first));
        Ok(Position {
            file: first,
            offset: START,
            head: head.with_context(|| format!("{} is altered", name_of(first)))?,
        })
    }

    /// The entries of the next chunk of the file. One that the chunk cuts in two is left for the
    /// next.
    fn read_on(&self, at: &Position, end: Written) -> anyhow::Result<Vec<Chained>> {
        let length = if at.file == end.file {
            end.length
        } else {
            self.disk.length(&name_of(at.file)).context(CANNOT)?
        };
        let left = usize::try_from(length.saturating_sub(at.offset)).unwrap_or(usize::MAX);
        let most = left.min(LENGTH_MAX);
        let chunk = self.disk.read(&name_of(at.file), at.offset, most);
        let chunk = chunk.context(CANNOT)?;
        ensure!(chunk.len() == most, "{} lost bytes", name_of(at.file));
        let recovered = recover(&chunk, at.head).with_context(|| name_of(at.file))?;
        Ok(recovered.entries)
    }
}

impl Position {
    fn pass(&mut self, entries: &[Chained]) {
        let lengths = entries.iter().map(Chained::record_length);
        self.offset += u64::try_from(lengths.sum::<usize>()).expect("a chunk is short");
        if let Some(last) = entries.last() {
            self.head = Head {
                sequence: last.entry.sequence,
                hash: last.hash,
            };
        }
    }
}

const CANNOT: &str = "the journal cannot be read; check the disk";
