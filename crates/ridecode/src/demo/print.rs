//! What the demo shows: well-set lines on a terminal, with CJK text in columns.
//!
//! Everything goes through `anstream`, so that a pipe gets plain text.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::output::pad;

/// Width of the text column, in terminal cells.
const WIDTH: usize = 96;

/// A plain heading over everything.
pub(super) fn title(text: &str) {
    let bold = Style::new().bold();
    anstream::println!(
        "\n{bold}{text}{bold:#}\n{}",
        "═".repeat(text.width().min(WIDTH))
    );
}

/// The heading of a scene.
pub(super) fn scene(number: usize, text: &str) {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    let rule = "─".repeat(WIDTH.saturating_sub(text.width() + 6));
    anstream::println!("\n{dim}──{dim:#} {number} {bold}{text}{bold:#} {dim}{rule}{dim:#}");
}

/// Something that happened: who, then what.
pub(super) fn line(who: &str, what: &str) {
    let dim = Style::new().dimmed();
    anstream::println!("  {dim}{}{dim:#} {what}", pad(who, 22));
}

/// A lamp: green with what it says.
pub(super) fn green(who: &str, what: &str) {
    lamp(who, what, ("●", AnsiColor::Green));
}

/// A lamp: red with what it says.
pub(super) fn red(who: &str, what: &str) {
    lamp(who, what, ("■", AnsiColor::Red));
}

/// Something to look out for that is not a lamp.
pub(super) fn note(who: &str, what: &str) {
    lamp(who, what, ("▲", AnsiColor::Yellow));
}

fn lamp(who: &str, what: &str, (shape, color): (&str, AnsiColor)) {
    let dim = Style::new().dimmed();
    let bright = Style::new().fg_color(Some(color.into())).bold();
    anstream::println!(
        "  {dim}{}{dim:#} {bright}{shape} {what}{bright:#}",
        pad(who, 22)
    );
}

/// A block of text, set off from the lines around it.
pub(super) fn block(text: &str) {
    for line in text.lines() {
        anstream::println!("  {} │ {line}", " ".repeat(20));
    }
}

/// A table with a heading row; columns named in `right` are set to the right.
pub(super) fn table(rows: &[Vec<String>], right: &[usize]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let bold = Style::new().bold();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                let gap = " ".repeat(width.saturating_sub(cell.width()));
                if right.contains(&column) {
                    format!("{gap}{cell}")
                } else {
                    format!("{cell}{gap}")
                }
            })
            .collect();
        let text = cells.join("  ");
        if number == 0 {
            anstream::println!("  {bold}{}{bold:#}", text.trim_end());
            let rule = widths
                .iter()
                .map(|width| "─".repeat(*width))
                .collect::<Vec<_>>();
            anstream::println!("  {}", rule.join("──"));
        } else {
            anstream::println!("  {}", text.trim_end());
        }
    }
}

/// A QR picture in half blocks: two modules a character, dark on light whatever the terminal.
pub(super) fn picture(modules: &[Vec<bool>]) {
    const QUIET: usize = 2;
    let size = modules.len();
    let dark = |row: usize, column: usize| {
        let inside =
            (QUIET..size + QUIET).contains(&row) && (QUIET..size + QUIET).contains(&column);
        inside && modules[row - QUIET][column - QUIET]
    };
    let paper = Style::new()
        .fg_color(Some(AnsiColor::Black.into()))
        .bg_color(Some(AnsiColor::BrightWhite.into()));
    for row in (0..size + 2 * QUIET).step_by(2) {
        let text: String = (0..size + 2 * QUIET)
            .map(|column| match (dark(row, column), dark(row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            })
            .collect();
        anstream::println!("  {}{paper}{text}{paper:#}", " ".repeat(23));
    }
}

/// An amount in fen as yuan.
pub(super) fn yuan(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}¥{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}
