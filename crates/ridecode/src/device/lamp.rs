//! What the rider sees: one line a decision, green or red, with what to do; or one JSON object.

use std::fmt::Write as _;
use std::net::SocketAddr;

use anstyle::{AnsiColor, Style};
use ridecode_device::{Ailment, Ailments, Shown, Written, words};
use ridecode_validator::journal::VoidReason;
use ridecode_validator::{Passage, Place};
use serde::Serialize;

use super::category::{CategoryWords, category_word};
use crate::city::Sign;

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

/// The same for a machine and for the screen, as one line of JSON.
pub fn json(
    shown: &Shown,
    place: &Place,
    categories: &[CategoryWords],
    ailments: &Ailments,
) -> String {
    let outcome = shown.decision.outcome;
    let words = words(outcome, place.passage);
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
        fare_minor: shown.decision.fare_minor,
        category: scan
            .filter(|_| outcome.admits())
            .map(|scan| category_word(categories, &scan.credential, scan.category)),
        shown: words.shown,
        shown_zh: words.shown_zh,
        remedy: words.remedy,
        remedy_zh: words.remedy_zh,
        ailments: Told::of(ailments),
    };
    serde_json::to_string(&object).expect("texts and numbers are JSON")
}

/// What is shown when nothing could be written down: nobody is let through, and why. For people,
/// and as JSON.
pub fn out_of_order(ailments: &Ailments) -> (String, String) {
    let (zh, en) = ailments
        .first()
        .map_or(("终端故障", "Out of order"), |worst: &Ailment| {
            worst.line()
        });
    let object = OutOfOrder {
        admit: false,
        outcome: "out_of_order",
        shown: en,
        shown_zh: zh,
        remedy: "use another gate",
        remedy_zh: "请走其他通道",
        ailments: Told::of(ailments),
    };
    let style = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let line = format!("{style}✖ {zh}{style:#}  {en} — 请走其他通道 / use another gate");
    (
        line,
        serde_json::to_string(&object).expect("texts are JSON"),
    )
}

/// That an accepted rider passed. For people, and as JSON.
pub fn passed(accepted: u64) -> (String, String) {
    let line = format!("→ 已通行  Passed · #{accepted}");
    (line, format!(r#"{{"passed":{accepted}}}"#))
}

/// That an accept was taken back. For people, and as JSON.
pub fn voided(accepted: u64, reason: VoidReason) -> (String, String) {
    let (zh, en) = match reason {
        VoidReason::NobodyPassed => ("未通行，请重新刷码", "Nobody passed: please try again"),
        VoidReason::Driver
        | VoidReason::RiderLeft
        | VoidReason::AcceptedTwice
        | VoidReason::WrongPlace => ("已撤销", "Taken back"),
    };
    let object = Voided {
        voided: accepted,
        reason: reason.word(),
        shown: en,
        shown_zh: zh,
    };
    let json = serde_json::to_string(&object).expect("texts and numbers are JSON");
    (format!("↺ {zh}  {en} · #{accepted}"), json)
}

/// That codes are looked at from now on, and where the page is, for a machine.
pub fn ready(bundle_version: u64, written: Written, page: Option<SocketAddr>) -> String {
    let object = ReadyObject {
        ready: true,
        bundle_version,
        sequence: written.sequence,
        page: page.map(|address| format!("http://{address}")),
    };
    serde_json::to_string(&object).expect("texts and numbers are JSON")
}

/// What is wrong: words for machines, lines for the screen. Left out while nothing is.
#[derive(Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ailments: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ailment_lines: Vec<String>,
}

impl Told {
    fn of(ailments: &Ailments) -> Self {
        let line = |ailment: &Ailment| {
            let (zh, en) = ailment.line();
            format!("{zh} {en}")
        };
        Self {
            ailments: ailments.iter().map(|ailment| ailment.word()).collect(),
            ailment_lines: ailments.iter().map(line).collect(),
        }
    }
}

#[derive(Serialize)]
struct OutOfOrder {
    admit: bool,
    outcome: &'static str,
    shown: &'static str,
    shown_zh: &'static str,
    remedy: &'static str,
    remedy_zh: &'static str,
    #[serde(flatten)]
    ailments: Told,
}

#[derive(Serialize)]
struct Voided {
    voided: u64,
    reason: &'static str,
    shown: &'static str,
    shown_zh: &'static str,
}

#[derive(Serialize)]
struct ReadyObject {
    ready: bool,
    bundle_version: u64,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    fare_minor: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<Sign>,
    shown: &'static str,
    shown_zh: &'static str,
    remedy: Option<&'static str>,
    remedy_zh: Option<&'static str>,
    #[serde(flatten)]
    ailments: Told,
}
