//! A day of a gate in C: what it sends up is what the back office takes.

use std::fs;
use std::path::Path;

use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_validator::journal::{Event, Hash, VoidReason};
use ridecode_validator::{Outcome, heartbeat, segment};
use ridecode_words::ValidatorId;

use crate::programs::{Linked, Program};
use crate::vectors::Ladder;

#[test]
fn a_gate_in_c_survives_its_day_and_sends_it_up_whole() {
    let ladder = Ladder::read();
    let sources = [
        "tests/c/day.c",
        "examples/folder_storage.c",
        "tests/c/input.c",
    ];
    let check = |linked, watched| {
        let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (now, first) = ladder.shown("a compact code");
        let (_, second) = ladder.shown("a mot code");
        let (key, now) = (ladder.office_key(), now.to_string());
        let (folder_text, out_text) = (text(folder.path()), text(out.path()));
        let arguments = [
            folder_text,
            out_text,
            &key,
            ladder.bundle(),
            &now,
            first,
            second,
        ];
        let program = Program::build(&sources, linked);
        let shown = match watched {
            false => program.run(&arguments, ""),
            true => program.run_watched(&arguments, ""),
        };
        assert_eq!(shown, SHOWN);
        check_sent(out.path());
    };
    check(Linked::Shared, false);
    check(Linked::Static, true);
}

const SHOWN: &str = "\
admit 请进站 Please enter \n\
admit 请进站 Please enter \n\
admit 请进站 Please enter \n\
already_used 此码已使用 This code was used refresh the code\n\
admit 请进站 Please enter \n";

/// The segments follow one another and hold what happened; the heartbeat says that all is held.
fn check_sent(out: &Path) {
    let key = device();
    let mut names: Vec<_> = fs::read_dir(out)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| text(path).contains("segment"))
        .collect();
    names.sort();
    let mut previous: Hash = [0; 32];
    let mut events = Vec::new();
    let mut stops = Vec::new();
    for name in names {
        let sealed = fs::read(name).unwrap();
        let segment = segment::check(&sealed, &key, &Portable).unwrap();
        assert_eq!(segment.validator, ValidatorId(0x2001));
        assert_eq!(segment.previous, previous);
        previous = segment.entries.last().unwrap().hash;
        for chained in segment.entries {
            stops.extend(chained.entry.place.stop.map(|stop| stop.0.to_string()));
            events.push(chained.entry.event);
        }
    }
    let word = |event: &Event| match event {
        Event::Started => "started".to_owned(),
        Event::Decided { outcome, .. } => outcome.word().to_owned(),
        Event::Passed { accepted } => format!("passed {accepted}"),
        Event::Voided { accepted, reason } => format!("voided {accepted} {}", reason.word()),
    };
    let found: Vec<String> = events.iter().map(word).collect();
    let undone = VoidReason::RiderLeft.word();
    let expected = [
        "started",
        Outcome::Admit.word(),
        "passed 2",
        "admit",
        "voided 4 nobody_passed",
        "admit",
        &format!("voided 6 {undone}"),
        "started",
        "already_used",
        "admit",
    ];
    assert_eq!(found, expected);
    assert_eq!(stops.first().map(String::as_str), Some("gz-xilang"));
    assert_eq!(stops.last().map(String::as_str), Some("gz-tiyuxilu"));

    let sealed = fs::read(out.join("heartbeat")).unwrap();
    let beat = heartbeat::check(&sealed, &key, &Portable).unwrap();
    assert_eq!((beat.journal_end, beat.held_through), (10, 10));
    assert_eq!(beat.complete_to, beat.sealed);
    assert_eq!((beat.waits.scans, beat.waits.p99_us), (4, 1_200));
    assert!(beat.free_bytes.is_some());
}

/// The key that `tests/c/day.c` makes.
fn device() -> PublicKey {
    let key = SecretKey::new(Algorithm::EdDsa, &[50; 32]);
    key.expect("a seed").public_key()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
