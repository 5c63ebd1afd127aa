//! Whole feeds against what is expected of them: `crates/ridecode/tests/feeds/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use ridecode_fare::Tariff;

use super::super::archive;
use super::super::import::import;

#[test]
fn the_feeds_the_crate_ships_become_what_is_expected() {
    check("gtfs-structures", 13);
}

#[test]
fn good_feeds_become_what_is_expected() {
    check("made", 11);
}

#[test]
fn broken_feeds_become_what_is_expected() {
    check("broken", 47);
}

/// Imports every feed of a folder and holds what is told and made of it against the file beside.
fn check(group: &str, feeds: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    let found = feeds_in(&folder.join(group));
    assert_eq!(found.len(), feeds, "feeds of {group}");
    for feed in found {
        let outcome = outcome(&feed);
        let expected = feed.with_extension("expected");
        if super::is_blessed() {
            fs::write(&expected, &outcome).unwrap();
        }
        let known = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(
            outcome,
            known,
            "{}: if this is meant, run with RIDECODE_BLESS=1",
            feed.display()
        );
    }
}

/// Folders and zips, in the order of their names.
pub(super) fn feeds_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_zip = |path: &Path| path.extension().is_some_and(|extension| extension == "zip");
    let mut feeds: Vec<PathBuf> = paths.filter(|path| path.is_dir() || is_zip(path)).collect();
    feeds.sort();
    feeds
}

/// The report, whether there is a tariff, its fares as `ridecode fare matrix --csv` gives them, and
/// its text; of a big feed only the first fares.
fn outcome(feed: &Path) -> String {
    let files = match archive::open(feed) {
        Ok(files) => files,
        Err(error) => {
            let told = format!("{error:#}");
            // Of the path only its end is the same everywhere.
            let told = told.rsplit_once("tests/feeds/").map(|end| end.1.to_owned());
            return format!("error: {}\n", told.unwrap_or_default());
        }
    };
    let imported = import(&files, "feed");
    let mut outcome = imported.report.text();
    let text = match imported.tariff {
        Ok(text) => text,
        Err(why) => return outcome + &format!("error: {why}\n"),
    };
    let tariff = Tariff::parse(&text).expect("a tariff that is written can be read");
    outcome.push_str(&format!("rules: {}\nfrom,to,fare\n", tariff.rules().len()));
    let mut fares = tariff.zone_fares();
    for (from, to, fare) in fares.by_ref().take(40) {
        outcome.push_str(&format!("{from},{to},{}\n", fare.minor));
    }
    let more = fares.count();
    if more > 0 {
        outcome.push_str(&format!("and {more} more\n"));
    }
    if text.len() < SHOWN_MAX {
        outcome.push_str(&format!("\n{text}"));
    }
    outcome
}

/// A longer tariff is not shown.
const SHOWN_MAX: usize = 8_000;
