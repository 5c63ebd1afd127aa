//! Opening a journal: every file read and checked against the chain, the torn tail cut.
//!
//! Only the last file can end in the middle of a record, because a file is synced before the next
//! is begun. A last record that was written to its end and changed afterwards is kept apart for the
//! operator, and told; the journal goes on. Anything else that does not check was changed by the
//! disk or by a hand, and the journal is left as it is.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use ridecode_validator::journal::{
    Chained, Head, START_LENGTH, Tail, file_start, read_file_start, recover,
};
use ridecode_words::UnixSeconds;

use super::{JournalFiles, Keeping, KeptFile, SUFFIX, Sync, first_of, length_of, name_of};
use crate::disk::{DRAFT, Disk};

/// Why a journal is not gone on with. The files are left as they are.
#[derive(Debug, thiserror::Error)]
#[error("keep the files journal-* for the operator and start with another --folder")]
pub struct JournalDamaged;

impl JournalFiles {
    /// Opens the journal of a folder, makes it if there is none, and cuts a torn tail. Every entry
    /// is shown to `visit`, in order.
    pub fn open(
        disk: Arc<dyn Disk>,
        keeping: Keeping,
        mut visit: impl FnMut(&Chained),
    ) -> anyhow::Result<Self> {
        let cannot = "the journal cannot be opened; check the disk";
        let names = prepare(disk.as_ref()).context(cannot)?;
        let kept_apart = disk.names().context(cannot)?;
        let has_altered = kept_apart.iter().any(|name| name.starts_with(ALTERED));
        let mut journal = Self {
            disk,
            keeping,
            files: VecDeque::new(),
            head: Head::EMPTY,
            length: 0,
            state: Sync::Settled,
            held_back: VecDeque::new(),
            end: Head::EMPTY,
            has_altered,
        };
        for (place, first) in names.iter().enumerate() {
            let is_last = place + 1 == names.len();
            journal.read_file(*first, is_last, &mut visit)?;
        }
        journal.end = journal.head;
        Ok(journal)
    }

    /// Reads the next file.
    fn read_file(
        &mut self,
        first: u64,
        is_last: bool,
        visit: &mut impl FnMut(&Chained),
    ) -> anyhow::Result<()> {
        let name = name_of(first);
        let bytes = self.disk.read(&name, 0, usize::MAX);
        let bytes = bytes.with_context(|| format!("{name} cannot be read; check the disk"))?;
        let (start, records) = bytes
            .split_first_chunk::<START_LENGTH>()
            .and_then(|(start, records)| Some((read_file_start(start)?, records)))
            .ok_or_else(|| damaged(format!("{name} is no journal of this version")))?;
        let follows = self.files.is_empty() || start == self.head;
        if !follows || start.sequence.checked_add(1) != Some(first) {
            let last = self.head.sequence;
            let what = format!("{name} does not follow entry {last}: a file is missing or altered");
            return Err(damaged(what));
        }
        let recovered =
            recover(records, start).map_err(|fault| damaged(format!("{name}: {fault}")))?;
        if !is_last && recovered.good_length < records.len() {
            let behind = recovered.head.sequence;
            return Err(damaged(format!(
                "{name}: the journal is damaged behind entry {behind}"
            )));
        }
        recovered.entries.iter().for_each(visit);
        let latest = recovered.entries.iter().map(|chained| chained.entry.time);
        self.files.push_back(KeptFile {
            first,
            last: recovered.head.sequence,
            latest: latest.max().unwrap_or(UnixSeconds(i64::MIN)),
        });
        self.head = recovered.head;
        if recovered.tail == Tail::Altered {
            self.keep_apart(&records[recovered.good_length..])?;
        }
        if is_last {
            self.length = length_of(&bytes[..START_LENGTH + recovered.good_length]);
            let last_record = recovered.entries.last().map_or(0, Chained::record_length);
            self.settle_tail(&bytes, last_record, recovered.tail)
                .with_context(|| format!("{name} cannot be written; check the disk"))?;
        }
        Ok(())
    }

    /// Keeps a last record that was changed, before it is cut.
    fn keep_apart(&mut self, record: &[u8]) -> anyhow::Result<()> {
        let sequence = self.head.sequence.saturating_add(1);
        let name = format!("{ALTERED}{sequence:020}{SUFFIX}");
        tracing::error!(name, "the last record was changed after it was written");
        self.has_altered = true;
        let kept = self.disk.replace(&name, record);
        kept.with_context(|| format!("{name} cannot be written; check the disk"))
    }

    /// Cuts a tail, and writes the last record once more. After a sync that failed the system may
    /// show what the disk does not hold; written again, it is held or the fault is told.
    fn settle_tail(&self, bytes: &[u8], last_record: usize, tail: Tail) -> io::Result<()> {
        let name = name_of(self.last_file().first);
        if self.length < length_of(bytes) {
            if tail == Tail::Torn {
                let length = self.length;
                tracing::warn!(length, "a torn entry at the end of the journal was cut");
            }
            self.disk.cut(&name, self.length)?;
        }
        let good = &bytes[..usize::try_from(self.length).unwrap_or(bytes.len())];
        let from = good.len() - last_record;
        self.disk
            .write(&name, &good[from..], length_of(&good[..from]))?;
        self.disk.sync(&name)
    }
}

/// The first entries' numbers of the files there, at least one, in order.
fn prepare(disk: &dyn Disk) -> io::Result<Vec<u64>> {
    let mut names = disk.names()?;
    for draft in names.iter().filter(|name| name.ends_with(DRAFT)) {
        disk.remove(draft)?;
    }
    if names.iter().any(|name| name == UNROTATED) {
        disk.rename(UNROTATED, &name_of(1))?;
        disk.sync_names()?;
        names = disk.names()?;
    }
    let firsts: Vec<u64> = names.iter().filter_map(|name| first_of(name)).collect();
    if !firsts.is_empty() {
        return Ok(firsts);
    }
    disk.replace(&name_of(1), &file_start(&Head::EMPTY))?;
    Ok(vec![1])
}

fn damaged(what: String) -> anyhow::Error {
    anyhow!(JournalDamaged).context(what)
}

/// The whole journal of a folder made before journals were rows of files.
const UNROTATED: &str = "journal.ridecode";

/// The beginning of the name of a record that was changed, kept for the operator.
const ALTERED: &str = "altered-";

#[cfg(all(test, feature = "simulated"))]
mod tests {
    use super::*;
    use crate::disk::simulated::SimulatedDisk;
    use crate::testing::entry;

    fn open(disk: &Arc<SimulatedDisk>) -> JournalFiles {
        let disk: Arc<dyn Disk> = Arc::<SimulatedDisk>::clone(disk);
        JournalFiles::open(disk, Keeping::default(), |_| {}).expect("a journal")
    }

    #[test]
    fn a_last_record_that_was_changed_lies_apart_and_is_told_until_it_is_taken_away() {
        let disk = Arc::new(SimulatedDisk::new(1));
        let mut journal = open(&disk);
        journal.append(entry()).unwrap();
        journal.append(entry()).unwrap();
        let length = usize::try_from(journal.written().length).unwrap();
        drop(journal);
        disk.edit(&name_of(1), length - 2);
        let journal = open(&disk);
        assert_eq!(journal.last_sequence(), 1, "it counts for nothing");
        assert!(journal.has_altered());
        let name = "altered-00000000000000000002.ridecode";
        assert!(disk.length(name).unwrap() > 60);
        assert!(open(&disk).has_altered(), "told at every start");
        disk.remove(name).unwrap();
        assert!(!open(&disk).has_altered());
    }

    #[test]
    fn a_torn_record_is_cut_and_not_told() {
        let disk = Arc::new(SimulatedDisk::new(1));
        let mut journal = open(&disk);
        journal.append(entry()).unwrap();
        journal.append(entry()).unwrap();
        let length = journal.written().length;
        drop(journal);
        disk.cut(&name_of(1), length - 2).unwrap();
        let journal = open(&disk);
        assert_eq!(journal.last_sequence(), 1);
        assert!(!journal.has_altered());
    }
}
