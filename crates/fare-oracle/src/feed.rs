//! Data of a city for both implementations: its feed as rows, its tariffs as text, and the
//! engine's book made of the same rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ridecode_fare::{
    Interchange, LineRecord, Names, NetworkBuilder, Section, StopRecord, Tariff, TariffBook,
};
use ridecode_words::{LineId, Mode, OperatorId, StopId, Text};

/// A line.
#[derive(Clone)]
pub struct Line {
    /// Its `route_id`.
    pub id: String,
    /// Who runs it.
    pub operator: u32,
    /// Bus, metro and so on.
    pub mode: Mode,
    /// The network it belongs to.
    pub network: String,
}

/// A ride from a stop to the next, in meters.
#[derive(Clone)]
pub struct Hop {
    /// The line's `route_id`.
    pub line: String,
    /// The stop it begins at.
    pub from: String,
    /// The stop it ends at.
    pub to: String,
    /// How long it is, in meters.
    pub length_m: u32,
}

/// A feed and the texts of the tariffs that price it.
pub struct City {
    /// Every line.
    pub lines: Vec<Line>,
    /// Every ride from a stop to the next.
    pub hops: Vec<Hop>,
    /// The tariffs' texts.
    pub tariffs: Vec<String>,
}

impl City {
    /// Reads a feed of `data/gtfs` and some of `data/tariffs`.
    pub fn read(feed: &str, tariffs: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
        let text = |path: String| fs::read_to_string(folder.join(path)).expect("a file of data/");
        let tariffs = tariffs
            .iter()
            .map(|name| text(format!("tariffs/{name}.toml")));
        Self::of(
            |file| text(format!("gtfs/{feed}/{file}")),
            tariffs.collect(),
        )
    }

    /// The feed of files without quotes, by their names, and tariffs.
    pub fn of(file: impl Fn(&str) -> String, tariffs: Vec<String>) -> Self {
        let rows = |name: &str| rows(name, &file(name));
        let networks: BTreeMap<String, String> = rows("route_networks.txt")
            .into_iter()
            .map(|row| (row["route_id"].clone(), row["network_id"].clone()))
            .collect();
        let lines = rows("routes.txt").into_iter().map(|row| Line {
            operator: row["agency_id"].parse().expect("a number"),
            mode: match row["route_type"].as_str() {
                "0" => Mode::Tram,
                "1" => Mode::Metro,
                "702" => Mode::Brt,
                "4" => Mode::Ferry,
                "6" => Mode::Cableway,
                _ => Mode::Bus,
            },
            network: networks[&row["route_id"]].clone(),
            id: row["route_id"].clone(),
        });
        let lines = lines.collect();
        let line_of_trip: BTreeMap<String, String> = rows("trips.txt")
            .into_iter()
            .map(|row| (row["trip_id"].clone(), row["route_id"].clone()))
            .collect();
        let calls = rows("stop_times.txt");
        let hops = calls.windows(2).filter_map(|pair| {
            let [from, to] = pair else { return None };
            (from["trip_id"] == to["trip_id"]).then(|| Hop {
                line: line_of_trip[&from["trip_id"]].clone(),
                from: from["stop_id"].clone(),
                to: to["stop_id"].clone(),
                length_m: meters(to) - meters(from),
            })
        });
        Self {
            lines,
            hops: hops.collect(),
            tariffs,
        }
    }

    /// The engine's networks and tariffs.
    pub fn book(&self) -> TariffBook {
        let networks: BTreeSet<&str> = self.lines.iter().map(|line| &*line.network).collect();
        let networks = networks.into_iter().map(|name| {
            let mut builder = NetworkBuilder::new(text(name), self.interchange(name));
            let lines = self.lines.iter().filter(|line| line.network == name);
            let mut stops = BTreeSet::new();
            for line in lines {
                builder.line(LineRecord {
                    line: LineId(text(&line.id)),
                    operator: OperatorId(line.operator),
                    mode: line.mode,
                    names: Names::new(text(&line.id)),
                });
                for hop in self.hops.iter().filter(|hop| hop.line == line.id) {
                    stops.extend([hop.from.as_str(), hop.to.as_str()]);
                    builder.section(Section {
                        line: LineId(text(&hop.line)),
                        from: StopId(text(&hop.from)),
                        to: StopId(text(&hop.to)),
                        length_m: hop.length_m,
                        estimated: false,
                    });
                }
            }
            for stop in stops {
                builder.stop(StopRecord {
                    stop: StopId(text(stop)),
                    names: Names::new(text(stop)),
                });
            }
            builder.build().expect("the feed holds together")
        });
        let tariffs = self.tariffs.iter().map(|text| Tariff::parse(text));
        TariffBook::new(
            networks.collect(),
            tariffs.collect::<Result<_, _>>().expect("tariffs"),
        )
        .expect("tariffs fit the feed")
    }

    /// Inside the gates of metro and BRT a rider changes lines for nothing.
    pub fn interchange(&self, network: &str) -> Interchange {
        let mut lines = self.lines.iter().filter(|line| line.network == network);
        if lines.all(|line| matches!(line.mode, Mode::Metro | Mode::Brt)) {
            Interchange::Free
        } else {
            Interchange::None
        }
    }
}

/// A short text.
pub fn text(text: &str) -> Text {
    Text::new(text).expect("a short text")
}

type Row = BTreeMap<String, String>;

/// The rows of a file without quotes.
fn rows(name: &str, text: &str) -> Vec<Row> {
    assert!(!text.contains('"'), "{name}: quoted");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| {
        let cells = header.iter().zip(line.split(','));
        cells
            .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
            .collect()
    };
    lines.map(row).collect()
}

/// Meters from kilometers such as 12.345.
fn meters(row: &Row) -> u32 {
    let digits: String = row["shape_dist_traveled"].split('.').collect();
    digits.parse().expect("kilometers with three decimals")
}
