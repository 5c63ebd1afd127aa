//! What the rider sees: one line a decision, green or red, with what to do; or one JSON object.

mod words;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use ridecode_validator::Passage;
use serde::Serialize;

use super::ailment::{Ailment, Ailments};
use super::journal_files::Written;
use super::validator::Shown;

pub use words::{Words, words};

/// The line for a person, with terminal colors.
pub fn line(shown: &Shown, passage: Passage, ailments: &Ailments) -> String {
    let outcome = shown.decision.outcome;
    let words = words(outcome, passage);
    let (color, mark) = if outcome.admits() {
        (AnsiColor::Green, "●")
    } else if outcome.is_silent() {
        (AnsiColor::BrightBlack, "·")
    } else {
        (AnsiColor::Red, "✖")
    };
    let style = Style::new().fg_color(Some(color.into()));
    let bold = style.bold();
    let mut line = format!(
        "{bold}{mark} {}{bold:#}  {style}{}{style:#}",
        words.shown_zh, words.shown
    );
    if let (Some(zh), Some(remedy)) = (words.remedy_zh, words.remedy) {
        let _ = write!(line, " — {zh} / {remedy}");
    }
    if let Some(ceiling) = shown.decision.fare_ceiling_minor {
        let _ = write!(line, " · ≤ ¥{}.{:02}", ceiling / 100, ceiling % 100);
    }
    if let Some(sequence) = shown.sequence {
        let _ = write!(line, " · #{sequence}");
    }
    for ailment in ailments {
        let (zh, en) = ailment.line();
        let _ = write!(line, " · {zh} {en}");
    }
    line
}

/// The same for a machine, as one line of JSON.
pub fn json(shown: &Shown, passage: Passage, ailments: &Ailments) -> String {
    let outcome = shown.decision.outcome;
    let words = words(outcome, passage);
    let scan = shown.decision.scan.as_ref().map(|verified| verified.scan());
    let object = Object {
        sequence: shown.sequence,
        time: shown.time.to_string(),
        admit: outcome.admits(),
        silent: outcome.is_silent(),
        outcome: outcome.word(),
        detail: outcome.detail(),
        issuer: scan.map(|scan| scan.credential.issuer.to_string()),
        brand: shown.decision.brand.map(|brand| brand.0),
        fare_ceiling_minor: shown.decision.fare_ceiling_minor,
        shown: words.shown,
        shown_zh: words.shown_zh,
        remedy: words.remedy,
        remedy_zh: words.remedy_zh,
        ailments: ailments.iter().map(|ailment| ailment.word()).collect(),
    };
    serde_json::to_string(&object).expect("texts and numbers are JSON")
}

/// What is shown when nothing could be written down: nobody is let through, and why.
pub fn out_of_order(json: bool, ailments: &Ailments) -> String {
    if json {
        let object = OutOfOrder {
            admit: false,
            outcome: "out_of_order",
            ailments: ailments.iter().map(|ailment| ailment.word()).collect(),
        };
        return serde_json::to_string(&object).expect("texts are JSON");
    }
    let (zh, en) = ailments
        .first()
        .map_or(("终端故障", "Out of order"), |worst: &Ailment| {
            worst.line()
        });
    let style = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    format!("{style}✖ {zh}{style:#}  {en} — 请走其他通道 / use another gate")
}

/// That codes are looked at from now on, for a machine.
pub fn ready(bundle_version: u64, written: Written) -> String {
    let object = ReadyObject {
        ready: true,
        bundle_version,
        sequence: written.sequence,
    };
    serde_json::to_string(&object).expect("texts and numbers are JSON")
}

#[derive(Serialize)]
struct OutOfOrder {
    admit: bool,
    outcome: &'static str,
    ailments: Vec<&'static str>,
}

#[derive(Serialize)]
struct ReadyObject {
    ready: bool,
    bundle_version: u64,
    sequence: u64,
}

#[derive(Serialize)]
struct Object {
    sequence: Option<u64>,
    time: String,
    admit: bool,
    silent: bool,
    outcome: &'static str,
    detail: Option<&'static str>,
    issuer: Option<String>,
    brand: Option<u32>,
    fare_ceiling_minor: Option<u32>,
    shown: &'static str,
    shown_zh: &'static str,
    remedy: Option<&'static str>,
    remedy_zh: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ailments: Vec<&'static str>,
}
