//! What an import left out, changed or assumed, with file and line.

use serde_json::{Value, json};

/// Why something stands in the report, the gravest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    /// A row or file that cannot be read; it was left out.
    Unreadable,
    /// A fare the engine cannot express; it was left out.
    NotExpressed,
    /// A gap in the feed that was filled, or a text that was changed.
    Assumed,
}

/// One thing to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Note {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) what: String,
}

/// A row, or a file as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) file: &'static str,
    /// From 1; `None` of a file as a whole.
    pub(super) line: Option<u64>,
}

impl From<&'static str> for Place {
    fn from(file: &'static str) -> Self {
        Self { file, line: None }
    }
}

impl From<(&'static str, u64)> for Place {
    fn from((file, line): (&'static str, u64)) -> Self {
        let line = Some(line);
        Self { file, line }
    }
}

/// All of it, in the order it was met.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) notes: Vec<Note>,
    /// Notes beyond [`NOTES_MAX`], which are counted only.
    pub(super) more: usize,
}

impl Report {
    pub(super) fn add(&mut self, kind: Kind, place: impl Into<Place>, what: String) {
        if self.notes.len() < NOTES_MAX {
            let place = place.into();
            self.notes.push(Note { kind, place, what });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn count(&self, kind: Kind) -> usize {
        self.notes.iter().filter(|note| note.kind == kind).count()
    }

    /// The first notes, one a line, and what there is beyond them.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for note in self.notes.iter().take(SHOWN_MAX) {
            let Place { file, line } = note.place;
            let place = line.map_or(file.to_owned(), |line| format!("{file}, line {line}"));
            let kind = note.kind.word();
            text.push_str(&format!("{place}: {kind}: {}\n", note.what));
        }
        let beyond = self.notes.len().saturating_sub(SHOWN_MAX) + self.more;
        if beyond > 0 {
            text.push_str(&format!("and {beyond} more; --report FILE writes them\n"));
        }
        text.push_str(&format!(
            "{} unreadable, {} not expressed, {} assumed\n",
            self.count(Kind::Unreadable),
            self.count(Kind::NotExpressed),
            self.count(Kind::Assumed),
        ));
        text
    }

    pub(super) fn json(&self) -> Value {
        let notes = self.notes.iter().map(|note| {
            json!({
                "kind": note.kind.word(),
                "file": note.place.file,
                "line": note.place.line,
                "what": note.what,
            })
        });
        json!({
            "unreadable": self.count(Kind::Unreadable),
            "not_expressed": self.count(Kind::NotExpressed),
            "assumed": self.count(Kind::Assumed),
            "not_listed": self.more,
            "notes": notes.collect::<Vec<_>>(),
        })
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotExpressed => "not expressed",
            Self::Assumed => "assumed",
        }
    }
}

/// More notes than this are counted only.
const NOTES_MAX: usize = 100_000;
/// More notes than this are not written to the terminal.
const SHOWN_MAX: usize = 40;
