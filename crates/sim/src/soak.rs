//! Soaking: seed after seed on every core, for as long as one likes, with a base of what broke.
//!
//! The base is a folder with one file a failing seed, named by profile and seed. Those are played
//! first; a file whose seed holds by now is removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::city::City;
use crate::profile::Profile;
use crate::report::Report;
use crate::run::{Broken, Settings, simulate};

/// What to soak.
#[derive(Clone, Debug)]
pub struct Soak<'a> {
    /// Where.
    pub city: &'a City,
    /// Days, riders and engine of each run, and the seed of the first; profiles take turns.
    pub like: Settings,
    /// The base.
    pub folder: PathBuf,
    /// Runs at once, at least one.
    pub threads: usize,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Soaked {
    /// Seeds played.
    pub seeds: u64,
    /// Of those, seeds that broke a promise.
    pub broken: u64,
    /// Journeys that cost something, in all of them.
    pub rides: u64,
}

impl Soak<'_> {
    /// Plays seeds until `more` says no. Each that breaks is told as it is written to the base.
    pub fn run(
        &self,
        more: &(dyn Fn() -> bool + Sync),
        on_broken: &(dyn Fn(Settings, &Broken) + Sync),
    ) -> io::Result<Soaked> {
        fs::create_dir_all(&self.folder)?;
        let known = self.known()?;
        let next = AtomicU64::new(0);
        let soaked = Mutex::new(Ok(Soaked::default()));
        let work = || {
            while more() {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let settings = self.settings(&known, number);
                let played = simulate(self.city, settings, &mut |_| {}, &mut |_| {});
                let kept = self.keep(settings, &played);
                if let Err(broken) = &played {
                    on_broken(settings, broken);
                }
                let mut soaked = soaked.lock().unwrap_or_else(PoisonError::into_inner);
                match (kept, soaked.as_mut()) {
                    (Ok(()), Ok(soaked)) => soaked.count(&played),
                    (Err(fault), Ok(_)) => *soaked = Err(fault),
                    (_, Err(_)) => return,
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(work);
            }
        });
        soaked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The seeds of the base first, then one after the other.
    fn settings(&self, known: &[(Profile, u64)], number: u64) -> Settings {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let (profile, seed) = known.get(place).copied().unwrap_or_else(|| {
            let fresh = number - known.len() as u64;
            let profiles = Profile::ALL.len() as u64;
            let profile = Profile::ALL[(fresh % profiles) as usize];
            (profile, self.like.seed.wrapping_add(fresh))
        });
        Settings {
            seed,
            profile,
            ..self.like
        }
    }

    /// The seeds of the base.
    fn known(&self) -> io::Result<Vec<(Profile, u64)>> {
        let mut known = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            known.extend(read_name(&file?.path()));
        }
        known.sort_unstable();
        Ok(known)
    }

    fn keep(&self, settings: Settings, played: &Result<Report, Box<Broken>>) -> io::Result<()> {
        let name = format!("{}-{}.txt", settings.profile, settings.seed);
        let path = self.folder.join(name);
        match played {
            Err(broken) => fs::write(path, broken.to_string()),
            Ok(_) => match fs::remove_file(path) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }
}

impl Soaked {
    fn count(&mut self, played: &Result<Report, Box<Broken>>) {
        self.seeds += 1;
        match played {
            Ok(report) => self.rides += report.rides,
            Err(_) => self.broken += 1,
        }
    }
}

/// Profile and seed of a file of the base; `None` for any other file.
fn read_name(path: &Path) -> Option<(Profile, u64)> {
    let (profile, seed) = path
        .file_name()?
        .to_str()?
        .strip_suffix(".txt")?
        .split_once('-')?;
    Some((profile.parse().ok()?, seed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;
    use crate::run::Engine;

    #[test]
    fn seeds_of_the_base_come_first_and_leave_it_once_they_hold() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["calm-7.txt", "notes.txt", "calm-x.txt"] {
            fs::write(folder.path().join(name), "").expect("written");
        }
        let city = City::example();
        let soak = Soak {
            city: &city,
            like: Settings {
                seed: 100,
                days: 1,
                riders: 4,
                profile: Profile::Calm,
                engine: Engine::Memory,
            },
            folder: folder.path().to_owned(),
            threads: 1,
        };
        assert_eq!(soak.known().expect("read"), [(Profile::Calm, 7)]);
        let left = AtomicU32::new(2);
        let more = || {
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok()
        };
        let soaked = soak.run(&more, &|_, broken| panic!("{broken}"));
        let soaked = soaked.expect("the folder takes files");
        assert_eq!((soaked.seeds, soaked.broken), (2, 0));
        assert_eq!(soak.known().expect("read"), []);
    }
}
