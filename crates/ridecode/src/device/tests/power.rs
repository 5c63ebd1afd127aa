//! Power that goes at every step the journal takes on its disk, and disks that are full or dying.

use std::collections::BTreeMap;
use std::sync::Arc;

use ridecode_validator::Outcome;
use ridecode_validator::journal::{Chained, Event, chain};

use super::REFRESH;
use super::rig::{self, NOW, at, code};
use crate::device::{
    Ailment, FullDisk, JournalDamaged, Keeping, Lamp, Rules, Validator, WriteFault,
};
use ridecode_device::{Disk as _, JournalFiles, JournalReader, Refused, SimulatedDisk};

#[test]
fn wherever_the_power_goes_no_accept_is_lost_doubled_or_given_again() {
    let codes: Vec<Vec<u8>> = (1..=RIDERS).map(|rider| code(rider, NOW)).collect();
    let mut cut_anywhere = false;
    for seed in rig::seed()..rig::seed() + 6 {
        for step in 0.. {
            let mut day = Day::new(seed, &codes);
            day.disk.lose_power_at(Some(step));
            day.work();
            if !day.disk.is_dark() {
                assert!(step > 100, "the day has {step} steps");
                break;
            }
            cut_anywhere = true;
            // And once more while it starts again, wherever that is.
            day.disk.power_on();
            day.disk.lose_power_at(Some(step % 17));
            day.work();
            day.disk.power_on();
            day.check_after_all(step);
        }
    }
    assert!(cut_anywhere);
    let mut day = Day::new(rig::seed(), &codes);
    day.work();
    let first = journal_names(&day.disk).remove(0);
    assert_ne!(first, rig::FIRST_FILE, "something was forgotten");
}

#[test]
fn a_killed_process_loses_nothing_even_with_the_lamp_first() {
    let disk = rig::simulated(rig::seed());
    let rules = Rules {
        lamp: Lamp::BeforeSync,
        ..Rules::default()
    };
    let mut validator = rig::validator(disk.clone(), rules);
    assert_eq!(decided(&mut validator, 1, 1), Ok(Outcome::Admit));
    let steps = disk.steps();
    validator.settle().unwrap();
    assert_eq!(disk.steps(), steps + 1, "the sync comes behind the lamp");
    assert_eq!(decided(&mut validator, 2, 1), Ok(Outcome::Admit));
    drop(validator);
    let mut validator = rig::validator(disk.clone(), rules);
    assert_eq!(decided(&mut validator, 2, 9), Ok(REFRESH));
    validator.settle().unwrap();
    disk.power_on();
    let mut validator = rig::validator(disk, rules);
    assert_eq!(decided(&mut validator, 1, 9), Ok(REFRESH));
}

#[test]
fn a_disk_that_confirms_nothing_lets_nobody_through_and_is_tried_again() {
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), Rules::default());
    validator.note_start(at(0)).unwrap();
    disk.refuse(Some(Refused::Syncs));
    for rider in [1, 1, 2] {
        assert!(decided(&mut validator, rider, 1).is_err());
        assert_eq!(validator.ailments(), [Ailment::DiskFails].into());
    }
    disk.refuse(None);
    // Its entry was written, and nobody saw it: the code is not accepted a second time.
    assert_eq!(decided(&mut validator, 1, 9), Ok(REFRESH));
    assert_eq!(decided(&mut validator, 2, 9), Ok(Outcome::Admit));
    assert!(validator.ailments().is_empty());
    drop(validator);
    disk.power_on();
    let mut validator = rig::validator(disk, Rules::default());
    for rider in [1, 2] {
        assert_eq!(decided(&mut validator, rider, 20), Ok(REFRESH));
    }
}

#[test]
fn a_disk_that_takes_nothing_lets_nobody_through_until_it_does() {
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), Rules::default());
    disk.refuse(Some(Refused::Writes));
    for _ in 0..2 {
        let fault = validator.scan(&code(1, NOW), at(1)).unwrap_err();
        assert!(matches!(fault, WriteFault::NotWritten(_)), "{fault:?}");
        assert_eq!(validator.ailments(), [Ailment::DiskFails].into());
    }
    disk.refuse(None);
    assert_eq!(decided(&mut validator, 1, 1), Ok(Outcome::Admit));
}

#[test]
fn a_full_disk_refuses_or_admits_within_the_limit() {
    let check = |full_disk, admitted: u8| {
        let disk = rig::simulated(rig::seed());
        let mut rules = Rules::default();
        rules.keeping.full_disk = full_disk;
        let mut validator = rig::validator(disk.clone(), rules);
        disk.set_room(0);
        for rider in 1..=admitted {
            assert_eq!(decided(&mut validator, rider, 1), Ok(Outcome::Admit));
            assert_eq!(validator.ailments(), [Ailment::EntriesInMemory].into());
        }
        let fault = validator.scan(&code(9, NOW), at(1)).unwrap_err();
        assert!(matches!(fault, WriteFault::Full(_)), "{fault:?}");
        assert!(validator.ailments().contains(&Ailment::DiskFull));
        assert_eq!(validator.written().sequence, 0);
        disk.set_room(1 << 30);
        assert_eq!(decided(&mut validator, 9, 1), Ok(Outcome::Admit));
        assert!(validator.ailments().is_empty());
        assert_eq!(validator.written().sequence, u64::from(admitted) + 1);
        drop(validator);
        disk.power_on();
        let mut validator = rig::validator(disk, rules);
        for rider in (1..=admitted).chain([9]) {
            assert_eq!(decided(&mut validator, rider, 20), Ok(REFRESH));
        }
    };
    check(FullDisk::Refuse, 0);
    check(FullDisk::Admit { entries_max: 2 }, 2);
}

#[test]
fn little_room_is_told_before_there_is_none() {
    let disk = rig::simulated(rig::seed());
    let validator = rig::validator(disk.clone(), Rules::default());
    disk.set_room(10 << 20);
    assert_eq!(validator.ailments(), [Ailment::DiskNearlyFull].into());
}

#[test]
fn a_journal_edited_by_hand_is_not_gone_on_with() {
    let codes: Vec<Vec<u8>> = (1..=RIDERS).map(|rider| code(rider, NOW)).collect();
    let files = journal_names(&Day::kept_whole(&codes));
    let (last, earlier) = files.split_last().unwrap();
    assert!(earlier.len() > 2, "{files:?}");
    let check = |change: &dyn Fn(&SimulatedDisk)| {
        let disk = Day::kept_whole(&codes);
        change(&disk);
        let opened = JournalFiles::open(disk, Keeping::default(), |_| {});
        let fault = opened.unwrap_err();
        assert!(fault.is::<JournalDamaged>(), "{fault:#}");
        assert!(format!("{fault:#}").contains("--folder"), "{fault:#}");
    };
    for name in earlier {
        let length = Day::kept_whole(&codes).length(name).unwrap();
        for place in (0..usize::try_from(length).unwrap()).step_by(37) {
            check(&|disk| disk.edit(name, place));
        }
        check(&|disk| disk.cut(name, length - 1).unwrap());
    }
    check(&|disk| disk.remove(&earlier[1]).unwrap());
    check(&|disk| disk.edit(last, 3));
}

#[test]
fn only_what_is_held_old_and_beyond_the_number_is_forgotten() {
    let check = |held, seconds, entries_min, gone| {
        let disk = rig::simulated(rig::seed());
        let mut rules = small();
        rules.keeping.entries_min = entries_min;
        rules.keeping.age_min_s = 100;
        let mut validator = rig::validator(disk.clone(), rules);
        for _ in 0..40 {
            validator.note_start(at(0)).unwrap();
        }
        let before = journal_names(&disk).len();
        validator.forget(held, at(seconds));
        assert_eq!(before - journal_names(&disk).len(), gone);
        let mut validator = rig::validator(disk.clone(), rules);
        validator.note_start(at(0)).unwrap();
        assert_eq!(validator.written().sequence, 41);
    };
    let all = 41;
    let (old, young) = (101, 100);
    let files = {
        let disk = rig::simulated(rig::seed());
        let mut validator = rig::validator(disk.clone(), small());
        (0..40).for_each(|_| validator.note_start(at(0)).unwrap());
        journal_names(&disk)
    };
    assert!(files.len() > 3, "{files:?}");
    check(all, old, 0, files.len() - 1);
    check(all, young, 0, 0);
    check(0, old, 0, 0);
    check(all, old, 40, 0);
    check(all, old, 20, 1);
}

/// A validator's day on a simulated disk, and the back office it drains to.
struct Day<'a> {
    disk: Arc<SimulatedDisk>,
    rules: Rules,
    codes: &'a [Vec<u8>],
    /// The codes whose accept was shown.
    shown: Vec<Vec<u8>>,
    office: BTreeMap<u64, Chained>,
}

impl<'a> Day<'a> {
    fn new(seed: u64, codes: &'a [Vec<u8>]) -> Self {
        Self {
            disk: rig::simulated(seed),
            rules: small(),
            codes,
            shown: Vec::new(),
            office: BTreeMap::new(),
        }
    }

    /// The disk behind a day of which nothing was forgotten.
    fn kept_whole(codes: &'a [Vec<u8>]) -> Arc<SimulatedDisk> {
        let mut day = Self::new(rig::seed(), codes);
        day.rules.keeping.entries_min = u64::MAX;
        day.work();
        day.disk
    }

    /// Starts and scans each code; after every third the journal is drained and forgotten as far
    /// as that goes. Ends when the power does.
    fn work(&mut self) {
        let started = Validator::start(self.disk.clone(), rig::bundle(), rig::place(), self.rules);
        let Ok(mut validator) = started else {
            assert!(self.disk.is_dark(), "only for want of power");
            return;
        };
        // Yesterday's entries: the first files hold nothing else.
        let yesterday = (validator.written().sequence..YESTERDAY).map(|_| at(-86_400));
        for moment in yesterday.chain([at(1)]) {
            if validator.note_start(moment).is_err() {
                return;
            }
        }
        let mut reader = JournalReader::new(self.disk.clone());
        for (number, code) in self.codes.iter().enumerate() {
            let Ok(shown) = validator.scan(code, at(2)) else {
                assert!(self.disk.is_dark(), "only for want of power");
                return;
            };
            if shown.decision.outcome == Outcome::Admit {
                assert!(!self.shown.contains(code), "accepted twice");
                self.shown.push(code.clone());
            }
            if number % 3 == 2 {
                let held = self.drain(&mut reader, &validator);
                validator.forget(held, at(3));
            }
        }
    }

    /// Gives the office what is written. An entry it has already must be the same.
    fn drain(&mut self, reader: &mut JournalReader, validator: &Validator) -> u64 {
        loop {
            let held = self.office.keys().next_back().copied().unwrap_or(0);
            let batch = reader.read(held, validator.written(), 4).unwrap();
            if batch.entries.is_empty() {
                return held;
            }
            for chained in batch.entries {
                let sequence = chained.entry.sequence;
                let again = self.office.insert(sequence, chained.clone());
                assert!(again.is_none_or(|again| again == chained));
            }
        }
    }

    fn check_after_all(&mut self, step: u32) {
        let mut validator = rig::validator(self.disk.clone(), small());
        assert!(validator.ailments().is_empty(), "power went at {step}");
        for code in &self.shown {
            let shown = validator.scan(code, at(20)).unwrap();
            assert_eq!(shown.decision.outcome, REFRESH, "power went at {step}");
        }
        self.drain(&mut JournalReader::new(self.disk.clone()), &validator);
        let mut previous = [0; 32];
        let mut accepts = BTreeMap::<&[u8], u32>::new();
        for (number, (sequence, chained)) in (1..).zip(&self.office) {
            assert_eq!(*sequence, number, "no hole; power went at {step}");
            assert_eq!(chain(&previous, &chained.bytes), chained.hash);
            previous = chained.hash;
            if let Event::Decided {
                code,
                outcome: Outcome::Admit,
            } = &chained.entry.event
            {
                *accepts.entry(code).or_default() += 1;
            }
        }
        for code in &self.shown {
            let times = accepts.get(code.as_slice()).copied();
            assert_eq!(times, Some(1), "power went at {step}");
        }
        assert!(accepts.values().all(|times| *times == 1));
    }
}

/// Files of a few entries, forgotten an hour after they are held.
fn small() -> Rules {
    let mut rules = Rules::default();
    rules.keeping.file_length_max = 900;
    rules.keeping.entries_min = 0;
    rules.keeping.age_min_s = 3_600;
    rules
}

fn journal_names(disk: &SimulatedDisk) -> Vec<String> {
    disk.names().unwrap()
}

fn decided(validator: &mut Validator, rider: u8, seconds: i64) -> Result<Outcome, String> {
    let shown = validator.scan(&code(rider, NOW), at(seconds));
    let shown = shown.map_err(|fault| fault.to_string())?;
    Ok(shown.decision.outcome)
}

const RIDERS: u8 = 12;
const YESTERDAY: u64 = 26;
