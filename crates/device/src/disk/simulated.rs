//! A disk in memory that forgets like a real one.
//!
//! What is written is seen at once, and held only once it is synced. When the power goes, each
//! write that was not synced is lost, kept, or kept in some of its sectors, whatever became of the
//! writes before it; names go back to some moment since they were last synced. A disk can be
//! told to lose power at a step, to be full, or to refuse.
#![expect(
    clippy::unwrap_used,
    reason = "part of tests: what goes wrong here shall end one"
)]

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Mutex, MutexGuard};

use super::Disk;

/// A simulated disk.
#[derive(Debug)]
pub struct SimulatedDisk(Mutex<Content>);

#[derive(Debug)]
struct Content {
    files: Vec<Inode>,
    names: BTreeMap<String, usize>,
    /// The names as they were at each step since they were last synced, the synced ones first.
    names_since: Vec<BTreeMap<String, usize>>,
    chance: fastrand::Rng,
    /// Steps until the power goes.
    steps_left: Option<u32>,
    steps: u32,
    room: u64,
    refused: Option<Refused>,
    lies: bool,
}

/// Which steps fail, as on a disk that is dying.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// Nothing can be written.
    Writes,
    /// Nothing can be synced. What was written meanwhile is seen, and not on the disk.
    Syncs,
}

#[derive(Debug, Default)]
struct Inode {
    seen: Vec<u8>,
    held: Vec<u8>,
    /// What was done since the last sync.
    since: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { bytes: Vec<u8>, at: usize },
    Cut(usize),
}

impl SimulatedDisk {
    /// An empty disk with all the room in the world.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Content {
            files: Vec::new(),
            names: BTreeMap::new(),
            names_since: vec![BTreeMap::new()],
            chance: fastrand::Rng::with_seed(seed),
            steps_left: None,
            steps: 0,
            room: u64::MAX,
            refused: None,
            lies: false,
        }))
    }

    /// Loses power at that step from now on, counted from 0; never if `None`.
    pub fn lose_power_at(&self, step: Option<u32>) {
        let mut content = self.content();
        content.steps_left = step;
        content.steps = 0;
    }

    /// Steps taken since [`Self::lose_power_at`].
    pub fn steps(&self) -> u32 {
        self.content().steps
    }

    /// Whether the power is gone.
    pub fn is_dark(&self) -> bool {
        self.content().steps_left == Some(0)
    }

    /// The power comes back: what the disk holds now is what it held, and part of the rest.
    pub fn power_on(&self) {
        let mut content = self.content();
        content.steps_left = None;
        let Content {
            files,
            names,
            names_since,
            chance,
            ..
        } = &mut *content;
        *names = names_since[chance.usize(..names_since.len())].clone();
        *names_since = vec![names.clone()];
        for file in files {
            file.lose(chance);
        }
    }

    /// Room for so many bytes from now on.
    pub fn set_room(&self, bytes: u64) {
        self.content().room = bytes;
    }

    /// Fails some steps from now on, or none.
    pub fn refuse(&self, refused: Option<Refused>) {
        self.content().refused = refused;
    }

    /// Says from now on that it synced and does not, as disks do whose cache has no battery.
    pub fn lie(&self) {
        self.content().lies = true;
    }

    /// Changes a byte behind the validator's back.
    pub fn edit(&self, name: &str, place: usize) {
        let mut content = self.content();
        let file = content.names[name];
        content.files[file].seen[place] ^= 1;
        content.files[file].held[place] ^= 1;
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap()
    }

    /// One step that changes something: it happens, wholly or as the power goes.
    fn step(&self, refused: Option<Refused>) -> io::Result<MutexGuard<'_, Content>> {
        let mut content = self.content();
        if refused.is_some() && content.refused == refused {
            return Err(io::Error::other("the disk returns errors"));
        }
        content.steps += 1;
        match &mut content.steps_left {
            None => Ok(content),
            Some(0) => Err(dark()),
            Some(left) => {
                *left -= 1;
                Ok(content)
            }
        }
    }

    fn change(&self, name: &str, change: Change) -> io::Result<()> {
        let mut content = self.step(Some(Refused::Writes))?;
        let file = *content.names.get(name).ok_or(ErrorKind::NotFound)?;
        if let Change::Write { bytes, at } = &change {
            let grown = (at + bytes.len()).saturating_sub(content.files[file].seen.len());
            let grown = u64::try_from(grown).unwrap();
            content.room = content
                .room
                .checked_sub(grown)
                .ok_or(ErrorKind::StorageFull)?;
        }
        change.apply(&mut content.files[file].seen);
        content.files[file].since.push(change);
        content.dark_now()
    }
}

impl Content {
    /// The step was begun, and the power went before it could answer.
    fn dark_now(&self) -> io::Result<()> {
        if self.steps_left == Some(0) {
            return Err(dark());
        }
        Ok(())
    }

    fn rename(&mut self, change: impl FnOnce(&mut BTreeMap<String, usize>)) -> io::Result<()> {
        change(&mut self.names);
        self.names_since.push(self.names.clone());
        self.dark_now()
    }
}

impl Inode {
    fn lose(&mut self, chance: &mut fastrand::Rng) {
        let mut held = std::mem::take(&mut self.held);
        for change in self.since.drain(..) {
            match (chance.u8(..4), change) {
                (0, _) => {}
                (1, Change::Write { bytes, at }) => {
                    for (number, sector) in bytes.chunks(SECTOR).enumerate() {
                        if chance.bool() {
                            write(&mut held, sector, at + number * SECTOR);
                        }
                    }
                }
                (2, Change::Write { bytes, at }) => {
                    let length = chance.usize(..=bytes.len());
                    write(&mut held, &bytes[..length], at);
                }
                (_, change) => change.apply(&mut held),
            }
        }
        self.held.clone_from(&held);
        self.seen = held;
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { bytes: new, at } => write(bytes, new, *at),
            Self::Cut(length) => bytes.resize(*length, 0),
        }
    }
}

fn write(file: &mut Vec<u8>, bytes: &[u8], at: usize) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}

fn dark() -> io::Error {
    io::Error::other("the power is gone")
}

impl Disk for SimulatedDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.content().names.keys().cloned().collect())
    }

    fn read(&self, name: &str, from: u64, most: usize) -> io::Result<Vec<u8>> {
        let content = self.content();
        let file = *content.names.get(name).ok_or(ErrorKind::NotFound)?;
        let seen = &content.files[file].seen;
        let from = usize::try_from(from).unwrap().min(seen.len());
        Ok(seen[from..seen.len().min(from.saturating_add(most))].to_vec())
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        let content = self.content();
        let file = *content.names.get(name).ok_or(ErrorKind::NotFound)?;
        Ok(u64::try_from(content.files[file].seen.len()).unwrap())
    }

    fn create(&self, name: &str) -> io::Result<()> {
        let mut content = self.step(Some(Refused::Writes))?;
        let file = content.files.len();
        content.files.push(Inode::default());
        content.rename(|names| {
            names.insert(name.to_owned(), file);
        })
    }

    fn write(&self, name: &str, bytes: &[u8], at: u64) -> io::Result<()> {
        let change = Change::Write {
            bytes: bytes.to_vec(),
            at: usize::try_from(at).unwrap(),
        };
        self.change(name, change)
    }

    fn cut(&self, name: &str, length: u64) -> io::Result<()> {
        self.change(name, Change::Cut(usize::try_from(length).unwrap()))
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        let refused = self.content().refused == Some(Refused::Syncs);
        let mut content = self.step(None)?;
        content.dark_now()?;
        if content.lies {
            return Ok(());
        }
        let file = *content.names.get(name).ok_or(ErrorKind::NotFound)?;
        let Inode { held, since, .. } = &mut content.files[file];
        for change in since.drain(..) {
            // After a sync that failed the system takes the writes before it for done: a later
            // sync that succeeds says nothing about them.
            if !refused {
                change.apply(held);
            }
        }
        if refused {
            return Err(io::Error::other("the disk returns errors"));
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut content = self.step(Some(Refused::Writes))?;
        let file = *content.names.get(from).ok_or(ErrorKind::NotFound)?;
        content.rename(|names| {
            names.remove(from);
            names.insert(to.to_owned(), file);
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut content = self.step(Some(Refused::Writes))?;
        content.rename(|names| {
            names.remove(name);
        })
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut content = self.step(Some(Refused::Syncs))?;
        content.dark_now()?;
        content.names_since = vec![content.names.clone()];
        Ok(())
    }

    fn free(&self) -> io::Result<u64> {
        Ok(self.content().room)
    }
}

/// Small, so that an entry is many of them.
const SECTOR: usize = 64;
