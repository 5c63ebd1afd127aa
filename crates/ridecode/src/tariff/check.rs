//! `ridecode tariff check`.
//!
//! The reader of tariffs stops at the first fault. Here a rule (or a transfer, a concession, a cap
//! and so on) with a fault is taken out and the rest is read again, so that one call tells what
//! every one of them lacks. Nothing is ever priced by a text read so.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_fare::{Pays, Price, Tariff, TariffFault};

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode tariff check data/tariffs/guangzhou.toml
  ridecode tariff check new.toml && cp new.toml /srv/ridecode/tariffs/

Faults are written to standard error, one a line: FILE, line, rule, what is wrong and what to
write instead. Amounts are in minor units (fen), lengths in meters. Exit status: 0 good, 1 faults,
2 the file cannot be read.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Tariff file (TOML, fields: docs/tariffs.md).
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let shown = args.file.display();
    let bytes = read_capped(&args.file).with_context(|| format!("cannot read {shown}"))?;
    let faults = match std::str::from_utf8(&bytes) {
        Err(error) => vec![not_utf8(&bytes, error.valid_up_to())],
        Ok(text) => match check(text) {
            Ok(tariff) => {
                anstream::print!("{}", summary(&tariff));
                return Ok(ExitCode::SUCCESS);
            }
            Err(faults) => faults,
        },
    };
    for Found { fault, place } in &faults {
        let place = place.as_ref().map(|place| format!(", {place}"));
        anstream::eprintln!(
            "{shown}, line {}{}: {}",
            fault.line,
            place.unwrap_or_default(),
            fault.what
        );
    }
    Ok(ExitCode::FAILURE)
}

/// A fault and the rule, transfer and so on it lies in, if it lies in one.
#[derive(Debug)]
struct Found {
    fault: TariffFault,
    place: Option<String>,
}

/// One byte more than a tariff may have, so that one that is too long is seen as such.
fn read_capped(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = Tariff::TEXT_MAX as u64 + 1;
    File::open(file)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_utf8(bytes: &[u8], at: usize) -> Found {
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let what = "this is no UTF-8 text; save the file as UTF-8".to_owned();
    Found {
        fault: TariffFault { line, what },
        place: None,
    }
}

/// The tariff, or every fault that can be told: one for each rule, transfer and so on, in the order
/// they are read, then those after them.
fn check(text: &str) -> Result<Tariff, Vec<Found>> {
    let mut faults: Vec<Found> = Vec::new();
    let mut rest = text.to_owned();
    let mut left_out: Vec<String> = Vec::new();
    loop {
        let fault = match Tariff::parse(&rest) {
            Ok(tariff) if faults.is_empty() => return Ok(tariff),
            Ok(_) => return Err(faults),
            Err(fault) => fault,
        };
        let blocks = blocks(&rest);
        let block = blocks
            .iter()
            .find(|block| block.lines.contains(&fault.line));
        let place = block.map(|block| format!("{} {}", block.kind, block.name));
        let is_last_rule = |block: &&Block| {
            block.kind == "rule" && blocks.iter().filter(|block| block.kind == "rule").count() == 1
        };
        let recoverable = block.filter(|block| !is_last_rule(block) && left_out.len() < FAULTS_MAX);
        let next = recoverable.map(|block| (without(&rest, &block.lines), block.name.clone()));
        if !follows(&fault, &rest, &left_out) {
            faults.push(Found { fault, place });
        }
        match next {
            Some((text, name)) => {
                rest = text;
                left_out.push(name);
            }
            None => return Err(faults),
        }
    }
}

/// Whether a fault is only that a line names what was left out for a fault of its own.
fn follows(fault: &TariffFault, text: &str, left_out: &[String]) -> bool {
    let line = text.lines().nth(fault.line - 1).unwrap_or_default();
    fault.what.contains("names of") && left_out.iter().any(|name| line.contains(name.as_str()))
}

/// The lines of one `[[rule]]`, `[[transfer]]` and so on, and its name for people.
struct Block {
    /// From 1.
    lines: Range<usize>,
    kind: &'static str,
    name: String,
}

/// Where the rules and their like stand in a tariff: from their heading to the next table that is
/// not their own.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (line, written) in (1..).zip(text.lines()) {
        let written = written.trim();
        let kind = KINDS.iter().find(|kind| {
            let rest = written.strip_prefix("[[");
            rest.and_then(|rest| rest.strip_prefix(**kind))
                .is_some_and(|rest| rest.starts_with("]]"))
        });
        if let Some(kind) = kind {
            let count = blocks.iter().filter(|block| block.kind == *kind).count() + 1;
            inside = true;
            blocks.push(Block {
                lines: line..line,
                kind,
                name: format!("number {count}"),
            });
        } else if written.starts_with('[') && !is_part_of(written) {
            inside = false;
        }
        if let Some(block) = blocks.last_mut().filter(|_| inside) {
            block.lines.end = line + 1;
            if let Some(("name", name)) = written
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim()))
            {
                block.name = name.to_owned();
            }
        }
    }
    blocks
}

/// Whether a line that begins with a bracket goes on with a rule or its like: a table beneath it,
/// or a list written over several lines.
fn is_part_of(line: &str) -> bool {
    let heading = line.trim_start_matches('[').trim_start();
    let beneath = |kind: &&str| {
        let rest = heading.strip_prefix(*kind);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    KINDS.iter().any(beneath) || !heading.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The text with some lines emptied: every other line keeps its number.
fn without(text: &str, lines: &Range<usize>) -> String {
    let mut rest = String::with_capacity(text.len());
    for (line, written) in (1..).zip(text.split_inclusive('\n')) {
        if !lines.contains(&line) {
            rest.push_str(written);
        } else if written.ends_with('\n') {
            rest.push('\n');
        }
    }
    rest
}

/// What a good tariff holds.
fn summary(tariff: &Tariff) -> String {
    let reference = tariff.reference();
    let currency = String::from_utf8_lossy(&tariff.currency().0).into_owned();
    let until = tariff.valid_until();
    let until = until.map_or_else(|| "further notice".to_owned(), |day| day.to_string());
    let mut text = format!(
        "good: tariff {}, version {} ({})\n\
         city {}, amounts in minor units of {currency}\n\
         in force from {} until {until}\n\
         {} rules, in order of precedence:\n",
        reference.name,
        reference.version,
        reference.short_hash(),
        tariff.city(),
        tariff.valid_from(),
        tariff.rules().len(),
    );
    for rule in tariff.rules() {
        let network = rule.network().map(|network| format!(", network {network}"));
        let network = network.unwrap_or_default();
        let price = priced(rule.price());
        writeln!(text, "  {}: {price}{network}", rule.name()).expect("a text can be written to");
    }
    for concession in tariff.concessions() {
        let pays = match concession.pays() {
            Pays::Percent { percent, .. } => format!("{percent} % of the price"),
            Pays::Minor(minor) => format!("{minor} at most"),
        };
        let name = concession.names().own();
        writeln!(text, "concession {name}: {pays}").expect("a text can be written to");
    }
    if let Some(accumulation) = tariff.accumulation() {
        let bands = accumulation.bands().iter();
        let bands: Vec<String> = bands
            .map(|(from, percent)| format!("{percent} % from {from}"))
            .collect();
        writeln!(text, "accumulation: {}", bands.join(", ")).expect("a text can be written to");
    }
    for cap in tariff.caps() {
        let (name, period) = (cap.names().own(), cap.period().word());
        let at_most = cap.at_most();
        writeln!(text, "cap {name}: {at_most} a {period}").expect("a text can be written to");
    }
    text
}

fn priced(price: &Price) -> String {
    match price {
        Price::Flat(minor) => format!("flat {minor}"),
        Price::Ladder(ladder) => {
            let steps = ladder.steps().len();
            format!("ladder of {steps} steps from {}", ladder.lowest())
        }
        Price::Zones(zones) => {
            let (count, stops) = (zones.names().len(), zones.stops().count());
            format!("{count} zones of {stops} stops from {}", zones.lowest())
        }
    }
}

/// Tables a tariff may have several of, each with a name.
const KINDS: [&str; 7] = [
    "category",
    "day_kind",
    "window",
    "rule",
    "concession",
    "transfer",
    "cap",
];

/// A file with more faults is another kind of file.
const FAULTS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use ridecode_fare::example::TARIFF;

    use super::*;

    /// The lines and rules of the faults of the example with texts replaced.
    fn check_faults(replaced: &[(&str, &str)], expected: &[(usize, &str)]) {
        let mut text = TARIFF.to_owned();
        for (old, new) in replaced {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        let faults = check(&text).unwrap_err();
        let told: Vec<(usize, &str)> = faults
            .iter()
            .map(|found| (found.fault.line, found.place.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(told, expected, "{faults:?}");
    }

    #[test]
    fn every_faulty_rule_is_told_with_its_line() {
        check_faults(&[("flat = 200", "flat = -1")], &[(25, "rule \"bus\"")]);
        check_faults(
            &[("[8000, 300]", "[8000, 100]"), ("flat = 200", "flat = -1")],
            &[(15, "rule \"metro\""), (25, "rule \"bus\"")],
        );
        check_faults(
            &[
                ("flat = 200", "flat = -1"),
                ("round_to = 1", "round_to = 0"),
            ],
            &[(25, "rule \"bus\""), (38, "")],
        );
        check_faults(&[("name = \"bus\"\n", "")], &[(21, "rule number 2")]);
    }

    #[test]
    fn every_faulty_table_is_told_and_none_that_only_names_one() {
        let more = "\n[[window]]\nname = \"peak\"\ntimes = [[\"9\", \"10\"]]\n\n\
                    [[concession]]\nname = \"half\"\nwindows = [\"peak\"]\npercent = 50\n\n\
                    [[cap]]\nname = \"day\"\nperiod = \"day\"\nat_most = 900\nrules = [\"bus\"]\n\n\
                    [[cap]]\nname = \"week\"\nperiod = \"week\"\nat_most = 900\n";
        let text = format!("{}{more}", TARIFF.replacen("flat = 200", "flat = -1", 1));
        let faults = check(&text).unwrap_err();
        let places: Vec<&str> = faults
            .iter()
            .filter_map(|found| found.place.as_deref())
            .collect();
        assert_eq!(
            places,
            ["window \"peak\"", "rule \"bus\"", "cap \"week\""],
            "{faults:?}"
        );
    }

    #[test]
    fn a_fault_outside_the_rules_is_told_alone() {
        check_faults(&[("\"CNY\"", "\"yuan\"")], &[(6, "")]);
        check_faults(
            &[("\"CNY\"", "\"yuan\""), ("flat = 200", "flat = -1")],
            &[(6, "")],
        );
        check_faults(&[("city = \"example\"", "city = \"exam")], &[(4, "")]);
        let all_broken = TARIFF.replace("operators", "operator");
        let faults = check(&all_broken).unwrap_err();
        assert!(
            faults.iter().all(|found| found.place.is_some()),
            "{faults:?}"
        );
    }

    #[test]
    fn any_text_ends_the_check() {
        let check_any = |text: &str| assert!(check(text).is_err());
        check_any("");
        check_any(&"[[rule]]\n".repeat(1_000));
        check_any(&"[[rule]]\nname = \"\"\"\n".repeat(50));
        check_any("source = \"\"\"\n[[rule]]\n\"\"\"");
        check_any(&" ".repeat(Tariff::TEXT_MAX + 1));
        assert_eq!(not_utf8(b"a\nb\n\xff", 4).fault.line, 3);
    }

    #[test]
    fn a_good_tariff_is_summed_up() {
        let text = summary(&check(TARIFF).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("good: tariff example, version 1 ("));
        assert_eq!(lines[1], "city example, amounts in minor units of CNY");
        assert_eq!(lines[2], "in force from 2020-01-01 until further notice");
        let metro = "  metro: ladder of 3 steps from 200, network example-metro";
        assert!(lines.contains(&metro), "{text}");
        assert!(text.contains("accumulation: 100 % from 0"), "{text}");
    }
}
