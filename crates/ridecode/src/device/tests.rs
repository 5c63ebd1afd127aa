//! The device with its journal on disk, a clock that is told the time, and the power going off.

pub(super) mod rig;

mod gate;
mod power;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use ridecode_device::{JournalFiles, JournalReader};
use ridecode_validator::Outcome;
use ridecode_validator::journal::{Event, Head, START_LENGTH, recover};
use ridecode_words::UnixSeconds;

use super::*;
use crate::code::picture;
use crate::entropy::SystemEntropy;
use rig::{NOW, at, bundle, code, place};

const REFRESH: Outcome = Outcome::AlreadyUsed { silent: false };

#[test]
fn what_is_shown_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(rig::FIRST_FILE);
    let mut validator = start(folder.path());
    let shown = validator.scan(&code(1, NOW), at(1)).unwrap();
    assert_eq!(shown.decision.outcome, Outcome::Admit);
    assert_eq!(shown.sequence, Some(2));
    let file = fs::read(&path).unwrap();
    let recovered = recover(&file[START_LENGTH..], Head::EMPTY).unwrap();
    let Event::Decided { code: kept, .. } = &recovered.entries[1].entry.event else {
        panic!("{:?}", recovered.entries)
    };
    assert_eq!(*kept, code(1, NOW));
}

#[test]
fn silent_decisions_are_neither_shown_nor_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = start(folder.path());
    validator.scan(&code(1, NOW), at(1)).unwrap();
    let before = validator.written();
    let again = validator.scan(&code(1, NOW), at(2)).unwrap();
    assert_eq!(
        again.decision.outcome,
        Outcome::AlreadyUsed { silent: true }
    );
    assert_eq!(again.sequence, None);
    assert_eq!(validator.written(), before);
}

#[test]
fn wherever_the_power_goes_no_shown_accept_is_lost_or_given_twice() {
    let folder = rig::folder_in_memory();
    let path = folder.path().join(rig::FIRST_FILE);
    let mut validator = start(folder.path());
    let first_end = shown_end(&mut validator, &code(1, NOW), 1);
    let second_end = shown_end(&mut validator, &code(2, NOW), 1);
    drop(validator);
    let whole = fs::read(&path).unwrap();
    let codes = [(code(1, NOW), first_end), (code(2, NOW), second_end)];
    for length in START_LENGTH..=whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let mut validator = rig::validator(rig::disk(folder.path()), Rules::default());
        for (code, end) in &codes {
            let expected = if length >= *end {
                REFRESH
            } else {
                Outcome::Admit
            };
            let outcome = decided(&mut validator, code, 10);
            assert_eq!(outcome, expected, "cut at {length}, shown at {end}");
        }
        drop(validator);
        let mut validator = rig::validator(rig::disk(folder.path()), Rules::default());
        for (code, _) in &codes {
            assert_eq!(
                decided(&mut validator, code, 20),
                REFRESH,
                "cut at {length}"
            );
        }
    }
}

#[test]
fn a_started_again_validator_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = start(folder.path());
    validator.scan(&code(1, NOW), at(1)).unwrap();
    let before = validator.written();
    drop(validator);
    let mut validator = start(folder.path());
    assert_eq!(validator.written().sequence, before.sequence + 1);
    assert_eq!(decided(&mut validator, &code(1, NOW), 30), REFRESH);
    assert_eq!(validator.no_earlier_than(), NOW.plus_s(1));
}

#[test]
fn a_journal_of_thirty_thousand_entries_is_read_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let disk = rig::disk(folder.path());
    let head = rig::write_long_journal(disk.as_ref(), 30_000);
    let mut entries = 0;
    let journal = JournalFiles::open(Arc::clone(&disk), Keeping::default(), |_| entries += 1);
    let journal = journal.unwrap();
    assert_eq!(entries, 30_000);
    assert_eq!(journal.written().sequence, head.sequence);
    let mut reader = JournalReader::new(disk);
    let end = journal.written();
    for (held, most, expected) in [
        (0, 500, 1..501),
        (500, 500, 501..1_001),
        // Not acknowledged: the same again.
        (500, 500, 501..1_001),
        (29_900, 500, 29_901..30_001),
        (7, 2_000, 8..1_008),
        (30_000, 500, 0..0),
    ] {
        let batch = reader.read(held, end, most).unwrap();
        let found: Vec<u64> = batch.entries.iter().map(|it| it.entry.sequence).collect();
        assert_eq!(found, expected.collect::<Vec<_>>(), "behind {held}");
    }
}

#[test]
fn a_damaged_journal_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(rig::FIRST_FILE);
    let mut validator = start(folder.path());
    validator.scan(&code(1, NOW), at(1)).unwrap();
    validator.scan(&code(2, NOW), at(1)).unwrap();
    drop(validator);
    let check = |place: usize, expected: &str| {
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let open = JournalFiles::open(rig::disk(folder.path()), Keeping::default(), |_| {});
        let fault = open.unwrap_err();
        assert!(fault.is::<JournalDamaged>(), "{fault:#}");
        assert!(format!("{fault:#}").contains(expected), "{fault:#}");
        assert_eq!(fs::read(&path).unwrap(), damaged);
        fs::write(&path, &whole).unwrap();
    };
    check(0, "no journal of this version");
    check(START_LENGTH + 10, "damaged at entry 1");
    check(START_LENGTH - 1, "damaged at entry 1");
}

#[test]
fn a_key_is_made_once_and_kept_to_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Folder::open(folder.path()).unwrap();
    let first = open().device_key(&mut SystemEntropy).unwrap().public_key();
    let again = open().device_key(&mut SystemEntropy).unwrap().public_key();
    assert_eq!(first, again);
    let key = folder.path().join("device.key");
    let mode = fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let check = |expected: &str| {
        let fault = open().device_key(&mut SystemEntropy).err().unwrap();
        assert!(fault.to_string().contains(expected), "{fault:#}");
    };
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    check("chmod 600");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "no key").unwrap();
    check("holds no key");
}

#[test]
fn a_folder_has_one_validator_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = Folder::open(folder.path()).unwrap();
    let fault = Folder::open(folder.path()).unwrap_err();
    assert!(fault.to_string().contains("another validator"), "{fault:#}");
    drop(first);
    Folder::open(folder.path()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    for path in [&file, &file.join("below")] {
        let fault = Folder::open(path).unwrap_err();
        assert!(fault.to_string().contains("--folder"), "{fault:#}");
    }
}

#[test]
fn a_registration_reads_back_and_a_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let open = Folder::open(folder.path()).unwrap();
    assert_eq!(open.find_registration().unwrap(), None);
    open.keep_registration(&rig::registration()).unwrap();
    let found = open.find_registration().unwrap();
    assert_eq!(found, Some(rig::registration()));
    fs::write(folder.path().join("registration.toml"), "validator = 7").unwrap();
    let fault = open.find_registration().unwrap_err();
    assert!(fault.to_string().contains("damaged"), "{fault:#}");
}

#[test]
fn a_bundle_of_another_office_on_disk_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let open = Folder::open(folder.path()).unwrap();
    assert_eq!(rig::kept_bundle(&open), None);
    let kept = open.bundles().keep(&rig::sealed_bundle(&bundle()));
    kept.unwrap();
    assert_eq!(rig::kept_bundle(&open), Some(bundle()));
    let mut other = rig::registration();
    other.operator.0 += 1;
    let found = open.bundles().find(&other.expected(0), &Native);
    assert_eq!(found.unwrap(), None);
}

#[test]
fn a_picture_gives_its_code_or_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code.png");
    fs::write(&path, picture::draw(&code(1, NOW), 4).unwrap()).unwrap();
    assert_eq!(scanner::read_picture(&path).unwrap(), code(1, NOW));
    fs::write(&path, "text").unwrap();
    let fault = format!("{:#}", scanner::read_picture(&path).unwrap_err());
    assert!(
        fault.contains("code.png") && fault.contains("no PNG"),
        "{fault}"
    );
}

#[test]
fn every_answer_has_words_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = start(folder.path());
    let mut line = |code: &[u8], seconds| {
        let shown = validator.scan(code, at(seconds)).unwrap();
        lamp::line(&shown, place().passage, &Ailments::new())
    };
    let admitted = line(&code(1, NOW), 0);
    for part in ["请进站", "Please enter", "≤ ¥15.00", "#2"] {
        assert!(admitted.contains(part), "{admitted}");
    }
    let stale = line(&code(2, NOW), 61);
    assert!(stale.contains("请刷新二维码 / refresh the code"), "{stale}");
    let other = line(b"TX0123", 0);
    assert!(
        other.contains("This kind of code is not accepted"),
        "{other}"
    );
}

fn start(path: &std::path::Path) -> Validator {
    let mut validator = rig::validator(rig::disk(path), Rules::default());
    validator.note_start(at(0)).unwrap();
    validator
}

/// The file's length once an accept of the code is shown.
fn shown_end(validator: &mut Validator, code: &[u8], seconds: i64) -> usize {
    assert_eq!(decided(validator, code, seconds), Outcome::Admit);
    usize::try_from(validator.written().length).unwrap()
}

fn decided(validator: &mut Validator, code: &[u8], seconds: i64) -> Outcome {
    validator.scan(code, at(seconds)).unwrap().decision.outcome
}

#[test]
fn the_time_of_the_rig_is_a_whole_minute() {
    assert_eq!(NOW, UnixSeconds(NOW.0 / 60 * 60));
}
