//! Stories in text: taps in, fares and statements out, through pricing, ledger and clearing over the
//! memory store.
//!
//! A story is a file of `vectors/stories`. Lines that begin with two spaces are what the program
//! said; the others are told to it, one deed a line ([`deed`]). A run forgets what was said, plays
//! the deeds and compares. `RIDECODE_STORIES=write` writes what is said now into the files instead:
//! read the difference before it is committed. At the end of each story the audit finds nothing.

mod charges;
mod deed;
mod said;
mod stage;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ridecode_fare::{Ending, Mend, TapKind};

use self::deed::Deed;
use self::stage::Stage;

#[tokio::test]
async fn stories_end_as_they_are_told() {
    let (mut stale, mut seen) = (Vec::new(), Seen::default());
    for path in stories() {
        let text = fs::read_to_string(&path).expect("a story is text");
        let (told, own) = play(&text, &path).await;
        seen.endings.extend(own.endings);
        seen.kinds.extend(own.kinds);
        if told == text {
            continue;
        }
        if writes() {
            fs::write(&path, told).expect("a story can be written");
        } else {
            stale.push(format!("{}\n{told}", path.display()));
        }
    }
    assert!(
        stale.is_empty(),
        "these stories end differently now; if that is right, run with RIDECODE_STORIES=write:\n{}",
        stale.join("\n")
    );
    seen.assert_complete();
}

#[test]
fn a_line_that_is_no_deed_is_told_with_its_remedy() {
    let check = |line: &str, part: &str| {
        let fault = Deed::read(line).expect_err("no deed");
        assert!(fault.contains(part), "{line}: {fault}");
    };
    check("sing", "sing");
    check("08:00:00", "who");
    check("08:00:00 chen in 1", "mode");
    check("08:00:00 chen in one metro", "operator");
    check("08:00:00 chen in 1 rocket", "mode");
    check("08:00:00 chen up 1 metro", "in, out, single");
    check("08:00:00 chen in 1 metro xilang shoes=2", "shoes");
    check("08:00:00 repair e1 rider unridden", "agent");
    check("day tomorrow", "day");
    check("again many", "again");
}

/// What a story had in it.
#[derive(Default)]
struct Seen {
    endings: BTreeSet<&'static str>,
    kinds: BTreeSet<String>,
}

impl Seen {
    /// Every ending and every kind of tap has a story.
    fn assert_complete(&self) {
        for ending in Ending::ALL.map(Ending::word) {
            assert!(self.endings.contains(ending), "no story ends {ending}");
        }
        let taps = [TapKind::Single, TapKind::In, TapKind::Out].map(TapKind::word);
        let taps = taps.into_iter().chain(["void"]).map(str::to_owned);
        let mends = Mend::ALL.map(|mend| format!("{} by {}", mend.word(), mend.by().word()));
        for kind in taps.chain(mends) {
            assert!(self.kinds.contains(&kind), "no story has a tap: {kind}");
        }
    }
}

/// Plays a story and gives it with what is said now.
async fn play(text: &str, path: &Path) -> (String, Seen) {
    let mut stage = Stage::new(path.parent().expect("stories lie in a folder"));
    let mut told = String::new();
    let deeds = text.lines().filter(|line| !line.starts_with("  "));
    for (number, line) in deeds.enumerate() {
        told.push_str(line);
        told.push('\n');
        let deed = Deed::read(line)
            .unwrap_or_else(|fault| panic!("{}, deed {}: {fault}", path.display(), number + 1));
        for said in stage.act(deed).await {
            let line = format!("  {said}");
            told.push_str(line.trim_end());
            told.push('\n');
        }
    }
    stage.end().await;
    (told, stage.seen)
}

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/stories");
    let entries = fs::read_dir(&folder).expect("there are stories");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "stories are found");
    paths
}

fn writes() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "whether to write is told to the test run, not to the program"
    )]
    let told = std::env::var("RIDECODE_STORIES").ok();
    told.as_deref() == Some("write")
}
