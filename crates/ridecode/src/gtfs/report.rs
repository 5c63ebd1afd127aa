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
    pub(super) file: &'static str,
    /// From 1; 0 stands for the file as a whole.
    pub(super) line: u64,
    pub(super) what: String,
}

/// All of it, in the order it was met.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) notes: Vec<Note>,
    /// Notes beyond [`NOTES_MAX`], which are counted only.
    pub(super) more: usize,
}

impl Report {
    pub(super) fn add(&mut self, kind: Kind, (file, line): (&'static str, u64), what: String) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push(Note {
                kind,
                file,
                line,
                what,
            });
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
            let place = match note.line {
                0 => note.file.to_owned(),
                line => format!("{}, line {line}", note.file),
            };
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
                "file": note.file,
                "line": (note.line > 0).then_some(note.line),
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
