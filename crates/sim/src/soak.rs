//! Soaking: seed after seed on every core, for as long as one likes, with a base of what broke.
//!
//! The base is a folder with one file a failing seed, named by everything that makes its world. Those
//! of the same city and store are played first, as large as they were; a file whose seed holds by now
//! is removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::city::City;
use crate::profile::Profile;
use crate::report::Report;
use crate::run::{Broken, Settings, Stopped, simulate};

/// What to soak.
#[derive(Clone, Debug)]
pub struct Soak<'a> {
    /// Where.
    pub city: &'a City,
    /// City and store in one word, without dots: worlds that differ in it are not each other's.
    pub place: &'a str,
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
    /// Plays seeds until `more` says no. Each that breaks is told, and what `on_broken` says of it is
    /// written to the base. Fails where the folder takes no files, or the city gets no database.
    pub fn run(
        &self,
        more: &(dyn Fn() -> bool + Sync),
        on_broken: &(dyn Fn(Settings, &Broken) -> String + Sync),
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
                let kept = match &played {
                    Ok(_) => self.forget(settings),
                    Err(Stopped::Broken(broken)) => {
                        fs::write(self.file(settings), on_broken(settings, broken))
                    }
                    Err(stopped @ Stopped::NoStore(_)) => Err(io::Error::other(stopped.clone())),
                };
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

    /// The worlds of the base first, then one after the other.
    fn settings(&self, known: &[Settings], number: u64) -> Settings {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        known.get(place).copied().unwrap_or_else(|| {
            let fresh = number - known.len() as u64;
            let profiles = Profile::ALL.len() as u64;
            Settings {
                seed: self.like.seed.wrapping_add(fresh),
                profile: Profile::ALL[(fresh % profiles) as usize],
                ..self.like
            }
        })
    }

    /// The worlds of the base that are of this city and store.
    fn known(&self) -> io::Result<Vec<Settings>> {
        let mut known = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            known.extend(self.read_name(&file?.path()));
        }
        known.sort_unstable_by_key(|one| (one.profile.word(), one.seed, one.days, one.riders));
        Ok(known)
    }

    fn forget(&self, settings: Settings) -> io::Result<()> {
        match fs::remove_file(self.file(settings)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The file of a world, such as `guangfo-memory.outage.21.5d.60r.txt`.
    fn file(&self, settings: Settings) -> PathBuf {
        let (place, profile, seed) = (self.place, settings.profile, settings.seed);
        let (days, riders) = (settings.days, settings.riders);
        let name = format!("{place}.{profile}.{seed}.{days}d.{riders}r.txt");
        self.folder.join(name)
    }

    /// The world of a file; `None` for any other file.
    fn read_name(&self, path: &Path) -> Option<Settings> {
        let name: Vec<&str> = path.file_name()?.to_str()?.split('.').collect();
        let [place, profile, seed, days, riders, "txt"] = name.as_slice() else {
            return None;
        };
        let settings = Settings {
            seed: seed.parse().ok()?,
            days: days.strip_suffix('d')?.parse().ok()?,
            riders: riders.strip_suffix('r')?.parse().ok()?,
            profile: profile.parse().ok()?,
            engine: self.like.engine,
        };
        (*place == self.place).then_some(settings)
    }
}

impl Soaked {
    fn count(&mut self, played: &Result<Report, Stopped>) {
        self.seeds += 1;
        match played {
            Ok(report) => self.rides += report.rides,
            Err(_) => self.broken += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;
    use crate::run::Engine;

    #[test]
    fn seeds_of_the_base_come_first_and_leave_it_once_they_hold() {
        let folder = tempfile::tempdir().expect("a folder");
        let others = [
            "notes.txt",
            "example-memory.calm.x.2d.3r.txt",
            "guangfo-memory.calm.7.2d.3r.txt",
        ];
        for name in others.iter().chain(&["example-memory.calm.7.2d.3r.txt"]) {
            fs::write(folder.path().join(name), "").expect("written");
        }
        let city = City::example();
        let soak = Soak {
            city: &city,
            place: "example-memory",
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
        // As large as it was when it broke.
        let known = Settings {
            seed: 7,
            days: 2,
            riders: 3,
            ..soak.like
        };
        assert_eq!(soak.known().expect("read"), [known]);
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
        for name in others {
            assert!(folder.path().join(name).exists(), "{name} is none of ours");
        }
    }
}
