//! A GTFS feed becomes networks. Strict: what fares depend on must be there and fit together,
//! else the fault names file, line and remedy.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::{
    Interchange, Language, LineRecord, Names, Network, NetworkBuilder, NetworkFault, Section,
    StopRecord,
};
use ridecode_words::{LineId, Mode, OperatorId, StopId, Text};
use serde::de::DeserializeOwned;

use super::plan::{Plan, Spot};
use super::row;

/// A feed that is refused.
#[derive(Debug, thiserror::Error)]
pub enum FeedFault {
    /// A file that fares cannot do without.
    #[error("{file} is missing; add it to the feed")]
    NoFile {
        /// The file.
        file: &'static str,
    },
    /// A row that does not have the form of its file.
    #[error("{file} cannot be read")]
    Row {
        /// The file.
        file: &'static str,
        /// What is wrong, with its line.
        source: csv::Error,
    },
    /// A value that does not fit.
    #[error("{file}, line {line}: {what}")]
    Value {
        /// The file.
        file: &'static str,
        /// The line, from 1.
        line: u64,
        /// What is wrong and what to write instead.
        what: String,
    },
    /// Stops, lines and lengths that do not hold together.
    #[error("network {network} does not hold together")]
    Network {
        /// The network.
        network: String,
        /// What is wrong.
        source: NetworkFault,
    },
}

/// What a feed says.
pub(super) struct Feed {
    pub(super) networks: Vec<Network>,
    pub(super) operators: BTreeMap<OperatorId, Names>,
    pub(super) plan: Plan,
}

type Files = BTreeMap<String, String>;

/// Reads a feed from its files.
pub(super) fn read(files: &Files) -> Result<Feed, FeedFault> {
    let translations = Translations::read(files)?;
    let mut operators = BTreeMap::new();
    for agency in rows::<row::Agency>(files, "agency.txt")? {
        let number = agency.operator(&agency.row.agency_id)?;
        let names = translations.names("agency", &agency.row.agency_id, &agency)?;
        operators.insert(number, names);
    }
    let mut stops = BTreeMap::new();
    let mut plan = Plan::default();
    for stop in rows::<row::Stop>(files, "stops.txt")? {
        let record = StopRecord {
            stop: StopId(stop.text("stop_id", &stop.row.stop_id)?),
            names: translations.names("stops", &stop.row.stop_id, &stop)?,
        };
        let spot = Spot::read(&stop.row.stop_lat, &stop.row.stop_lon);
        plan.spots
            .extend(spot.map(|spot| (record.stop.clone(), spot)));
        if stops.insert(stop.row.stop_id.clone(), record).is_some() {
            return Err(stop.fault("this stop_id stands twice; give each stop its own"));
        }
    }
    let lines = Lines::read(files, &operators, &translations)?;
    let sections = sections(files, &lines, &stops)?;
    let mut networks = Vec::new();
    for (name, lines_of_it) in &lines.by_network {
        let fault = |source| FeedFault::Network {
            network: name.as_str().to_owned(),
            source,
        };
        for line in lines_of_it {
            let sections = sections.get(&line.line).map_or(&[][..], Vec::as_slice);
            plan.add_line((name, &line.line), sections);
        }
        let network = network(name.clone(), lines_of_it, (&sections, &stops));
        networks.push(network.build().map_err(fault)?);
    }
    Ok(Feed {
        networks,
        operators,
        plan,
    })
}

/// The sections of each line, by line.
type Sections = BTreeMap<LineId, Vec<Section>>;

fn network(
    name: Text,
    lines: &[LineRecord],
    (sections, stops): (&Sections, &BTreeMap<String, StopRecord>),
) -> NetworkBuilder {
    // Inside the gates of metro and BRT a rider changes for nothing; other lines are each a ride.
    let gated = |line: &LineRecord| matches!(line.mode, Mode::Metro | Mode::Brt);
    let interchange = if lines.iter().all(gated) {
        Interchange::Free
    } else {
        Interchange::None
    };
    let mut builder = NetworkBuilder::new(name, interchange);
    let mut called_at = BTreeSet::new();
    for line in lines {
        builder.line(line.clone());
        for section in sections.get(&line.line).into_iter().flatten() {
            called_at.extend([section.from.as_str(), section.to.as_str()]);
            builder.section(section.clone());
        }
    }
    for stop in called_at {
        builder.stop(stops[stop].clone());
    }
    builder
}

/// The lines of a feed.
struct Lines {
    by_network: BTreeMap<Text, Vec<LineRecord>>,
    /// By `route_id`.
    ids: BTreeMap<String, LineId>,
}

impl Lines {
    fn read(
        files: &Files,
        operators: &BTreeMap<OperatorId, Names>,
        translations: &Translations,
    ) -> Result<Self, FeedFault> {
        let mut networks: BTreeMap<String, Text> = BTreeMap::new();
        for row in rows::<row::RouteNetwork>(files, "route_networks.txt")? {
            let network = row.text("network_id", &row.row.network_id)?;
            if networks.insert(row.row.route_id.clone(), network).is_some() {
                return Err(row.fault("this route_id stands twice; a route is in one network"));
            }
        }
        let mut lines = Self {
            by_network: BTreeMap::new(),
            ids: BTreeMap::new(),
        };
        for route in rows::<row::Route>(files, "routes.txt")? {
            let id = &route.row.route_id;
            let network = networks.get(id).ok_or_else(|| {
                route.fault("this route is in no network; add it to route_networks.txt")
            })?;
            let operator = route.operator(&route.row.agency_id)?;
            if !operators.contains_key(&operator) {
                return Err(route.fault("there is no such agency_id in agency.txt"));
            }
            let record = LineRecord {
                line: LineId(route.text("route_id", id)?),
                operator,
                mode: route.mode()?,
                names: translations.names("routes", id, &route)?,
            };
            if lines.ids.insert(id.clone(), record.line.clone()).is_some() {
                return Err(route.fault("this route_id stands twice; give each route its own"));
            }
            let of_network = lines.by_network.entry(network.clone()).or_default();
            of_network.push(record);
        }
        Ok(lines)
    }
}

fn sections(
    files: &Files,
    lines: &Lines,
    stops: &BTreeMap<String, StopRecord>,
) -> Result<Sections, FeedFault> {
    let mut line_of_trip = BTreeMap::new();
    for trip in rows::<row::Trip>(files, "trips.txt")? {
        let line = lines.ids.get(&trip.row.route_id).ok_or_else(|| {
            trip.fault("there is no such route_id in routes.txt; add it or drop the trip")
        })?;
        line_of_trip.insert(trip.row.trip_id.clone(), line.clone());
    }
    let mut calls = Vec::new();
    for call in rows::<row::StopTime>(files, "stop_times.txt")? {
        let line = line_of_trip.get(&call.row.trip_id).ok_or_else(|| {
            call.fault("there is no such trip_id in trips.txt; add it or drop the row")
        })?;
        let stop = stops.get(&call.row.stop_id).ok_or_else(|| {
            call.fault("there is no such stop_id in stops.txt; add it or drop the row")
        })?;
        calls.push((call.distance_m()?, line.clone(), stop.stop.clone(), call));
    }
    calls.sort_by(|a, b| {
        let key = |call: &Row<row::StopTime>| (call.row.trip_id.clone(), call.row.stop_sequence);
        key(&a.3).cmp(&key(&b.3))
    });
    let mut sections = Sections::new();
    for pair in calls.windows(2) {
        let ((from_m, line, from, earlier), (to_m, _, to, later)) = (&pair[0], &pair[1]);
        if earlier.row.trip_id != later.row.trip_id {
            continue;
        }
        if earlier.row.stop_sequence == later.row.stop_sequence {
            return Err(later.fault("this stop_sequence stands twice in the trip"));
        }
        let length_m = to_m.checked_sub(*from_m).filter(|length_m| *length_m > 0);
        let length_m = length_m
            .ok_or_else(|| later.fault("shape_dist_traveled must grow from stop to stop"))?;
        sections.entry(line.clone()).or_default().push(Section {
            line: line.clone(),
            from: from.clone(),
            to: to.clone(),
            length_m,
            estimated: later.is_estimated()?,
        });
    }
    Ok(sections)
}

/// Translations by table and record, then by language.
struct Translations(BTreeMap<(String, String), Vec<(Language, Text)>>);

impl Translations {
    fn read(files: &Files) -> Result<Self, FeedFault> {
        let mut translations = Self(BTreeMap::new());
        if !files.contains_key("translations.txt") {
            return Ok(translations);
        }
        for row in rows::<row::Translation>(files, "translations.txt")? {
            let names = ["agency_name", "stop_name", "route_short_name"];
            let language = Language::find(&row.row.language);
            if let Some(language) = language
                && names.contains(&row.row.field_name.as_str())
                && !row.row.record_id.is_empty()
            {
                let text = row.text("translation", &row.row.translation)?;
                let key = (row.row.table_name.clone(), row.row.record_id.clone());
                translations
                    .0
                    .entry(key)
                    .or_default()
                    .push((language, text));
            }
        }
        Ok(translations)
    }

    fn names<R: Named>(&self, table: &str, id: &str, row: &Row<R>) -> Result<Names, FeedFault> {
        let names = Names::new(row.text("the name", row.row.name())?);
        let key = (table.to_owned(), id.to_owned());
        let translations = self.0.get(&key).into_iter().flatten();
        Ok(translations.fold(names, |names, (language, text)| {
            names.with(*language, text.clone())
        }))
    }
}

/// Rows that have a name riders know.
trait Named {
    fn name(&self) -> &str;
}

impl Named for row::Agency {
    fn name(&self) -> &str {
        &self.agency_name
    }
}

impl Named for row::Stop {
    fn name(&self) -> &str {
        &self.stop_name
    }
}

impl Named for row::Route {
    fn name(&self) -> &str {
        &self.route_short_name
    }
}

/// A row and where it stands.
struct Row<R> {
    file: &'static str,
    line: u64,
    row: R,
}

fn rows<R: DeserializeOwned>(files: &Files, file: &'static str) -> Result<Vec<Row<R>>, FeedFault> {
    let text = files.get(file).ok_or(FeedFault::NoFile { file })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fault = |source| FeedFault::Row { file, source };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(fault)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        rows.push(Row {
            file,
            line: record.position().map_or(0, csv::Position::line),
            row: record.deserialize(Some(&header)).map_err(fault)?,
        });
    }
    Ok(rows)
}

impl<R> Row<R> {
    fn fault(&self, what: &str) -> FeedFault {
        FeedFault::Value {
            file: self.file,
            line: self.line,
            what: what.to_owned(),
        }
    }

    fn text(&self, column: &str, text: &str) -> Result<Text, FeedFault> {
        Text::new(text).map_err(|fault| self.fault(&format!("{column} {fault}")))
    }

    fn operator(&self, agency_id: &str) -> Result<OperatorId, FeedFault> {
        agency_id
            .parse()
            .map_err(|_| self.fault("agency_id must be the operator's number, such as 1"))
    }
}

impl Row<row::Route> {
    fn mode(&self) -> Result<Mode, FeedFault> {
        match self.row.route_type {
            0 | 900..=999 => Ok(Mode::Tram),
            1 | 400..=499 => Ok(Mode::Metro),
            702 => Ok(Mode::Brt),
            3 | 700..=799 => Ok(Mode::Bus),
            4 | 1_000..=1_099 => Ok(Mode::Ferry),
            6 | 1_300..=1_399 => Ok(Mode::Cableway),
            _ => Err(self.fault(
                "route_type must be tram 0, metro 1, bus 3, ferry 4, cableway 6, BRT 702 or an \
                 extended type of these",
            )),
        }
    }
}

impl Row<row::StopTime> {
    /// Meters from the first stop, from kilometers of at most three decimals.
    fn distance_m(&self) -> Result<u32, FeedFault> {
        let fault = || self.fault("shape_dist_traveled must be kilometers such as 12.345");
        let (whole, part) = match self.row.shape_dist_traveled.split_once('.') {
            Some((whole, part)) => (whole, part),
            None => (self.row.shape_dist_traveled.as_str(), ""),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > 3 || !digits(whole) || !digits(part) {
            return Err(fault());
        }
        format!("{whole}{part:0<3}").parse().map_err(|_| fault())
    }

    fn is_estimated(&self) -> Result<bool, FeedFault> {
        match self.row.dist_source.as_str() {
            "" | "published" => Ok(false),
            "estimated" => Ok(true),
            _ => Err(self.fault("dist_source must be published or estimated")),
        }
    }
}
