//! The validator's settings: flags over environment over file over defaults.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use ridecode_validator::{Passage, Place};
use ridecode_words::{LineId, Mode, OperatorId, StopId, VehicleId};
use serde::Deserialize;

use super::journal_files::{FullDisk, Keeping};
use super::uplink::Pace;
use super::validator::{Lamp, Rules};
use crate::config::Secret;

/// Options.
#[derive(clap::Args, Debug, Default)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Settings file (TOML); each option below can stand in it by its name.
    #[arg(long, value_name = "FILE", env = "RIDECODE_VALIDATOR_CONFIG")]
    pub config: Option<PathBuf>,
    /// Folder for key, registration, bundle and journal. Default: ridecode-validator.
    #[arg(long, value_name = "FOLDER", env = "RIDECODE_VALIDATOR_FOLDER")]
    pub folder: Option<PathBuf>,
    /// Base URL of the back office, such as http://127.0.0.1:8080.
    #[arg(long, value_name = "URL", env = "RIDECODE_VALIDATOR_SERVER")]
    pub server: Option<String>,
    /// One-time code; needed at the first start only.
    #[arg(
        long,
        value_name = "CODE",
        env = "RIDECODE_VALIDATOR_REGISTER",
        hide_env_values = true,
        value_parser = secret
    )]
    pub register: Option<Secret>,
    /// Where it stands: mode, passage (single, in or out), and where known line, stop (GTFS ids),
    /// direction (0 or 1), vehicle, fare_minor (the flat fare in fen). Stated as
    /// mode=metro,passage=in,stop=ID; laid over the file's [place].
    #[arg(long, value_name = "KEY=VALUE,…", env = "RIDECODE_VALIDATOR_PLACE")]
    pub place: Option<String>,
    /// stdin (a text code or a binary code in hex on each line) or image:FOLDER (PNG pictures
    /// that appear there). Default: stdin.
    #[arg(long, value_name = "SCANNER", env = "RIDECODE_VALIDATOR_SCANNER")]
    pub scanner: Option<String>,
    /// Decide about the code in one PNG picture and end: 0 admitted, 1 refused, 2 no decision.
    #[arg(long, value_name = "PICTURE", conflicts_with = "scanner")]
    pub once: Option<PathBuf>,
    /// Use no network at all, only what is in the folder.
    #[arg(long)]
    pub offline: bool,
    /// One JSON object a decision, in place of a line for people.
    #[arg(long)]
    pub json: bool,
    /// Ask for a newer bundle every so many seconds, 1 to 3600. Default: 5.
    #[arg(long, value_name = "SECONDS")]
    pub bundle_every_s: Option<u32>,
    /// At the end of the input, wait at most so many seconds for the last upload, 0 to 600.
    /// Default: 10.
    #[arg(long, value_name = "SECONDS")]
    pub last_upload_s: Option<u32>,
}

/// What the validator works by.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its folder.
    pub folder: PathBuf,
    /// The back office; `None` when offline.
    pub server: Option<String>,
    /// For the first start.
    pub one_time_code: Option<Secret>,
    /// Where it stands; whose it is tells the registration.
    pub place: Place,
    /// Where codes come from.
    pub source: Source,
    /// JSON in place of lines for people.
    pub json: bool,
    /// Pauses and sizes of the uplink.
    pub pace: Pace,
    /// How long the last upload may take.
    pub last_upload: Duration,
    /// How the journal is kept.
    pub rules: Rules,
}

/// Where codes come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Lines on the standard input.
    Lines,
    /// Pictures that appear in a folder.
    Pictures(PathBuf),
    /// One picture.
    Once(PathBuf),
}

impl Settings {
    /// Brings flags, environment and file together. Errors name the setting and what to write.
    pub fn load(args: Args) -> anyhow::Result<Self> {
        let file = match &args.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let mut place = file.place;
        for pair in args.place.iter().flat_map(|text| text.split(',')) {
            place.set(pair).context("--place")?;
        }
        let scanner = args.scanner.or(file.scanner);
        let source = match (args.once, scanner.as_deref()) {
            (Some(picture), _) => Source::Once(picture),
            (None, None | Some("stdin")) => Source::Lines,
            (None, Some(scanner)) => match scanner.strip_prefix("image:") {
                Some(folder) if !folder.is_empty() => Source::Pictures(folder.into()),
                Some(_) | None => {
                    bail!("scanner `{scanner}`: write stdin or image:FOLDER")
                }
            },
        };
        let server = args.server.or(file.server);
        if let Some(server) = &server {
            check_url(server)?;
        }
        let bundle_every_s = args.bundle_every_s.or(file.bundle_every_s).unwrap_or(5);
        let last_upload_s = args.last_upload_s.or(file.last_upload_s).unwrap_or(10);
        ensure!(
            (1..=3_600).contains(&bundle_every_s),
            "bundle_every_s: write a number from 1 to 3600"
        );
        ensure!(
            last_upload_s <= 600,
            "last_upload_s: write a number from 0 to 600"
        );
        Ok(Self {
            folder: args
                .folder
                .or(file.folder)
                .unwrap_or_else(|| "ridecode-validator".into()),
            server: server.filter(|_| !args.offline),
            one_time_code: args.register.or(file.register.as_deref().map(Secret::new)),
            place: place.read()?,
            source,
            json: args.json,
            pace: Pace {
                bundle_every: Duration::from_secs(bundle_every_s.into()),
                ..Pace::default()
            },
            last_upload: Duration::from_secs(last_upload_s.into()),
            rules: file.journal.read()?,
        })
    }
}

fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

fn read_file(path: &Path) -> anyhow::Result<File> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the settings file {shown} cannot be read; check --config"))?;
    toml::from_str(&text).with_context(|| format!("the settings file {shown}"))
}

fn check_url(url: &str) -> anyhow::Result<()> {
    let parsed = reqwest::Url::parse(url).ok();
    let fits = parsed.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.query().is_none()
    });
    ensure!(
        fits,
        "server `{url}`: write scheme, host and port, such as http://127.0.0.1:8080"
    );
    Ok(())
}

/// The settings file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    folder: Option<PathBuf>,
    server: Option<String>,
    register: Option<String>,
    scanner: Option<String>,
    bundle_every_s: Option<u32>,
    last_upload_s: Option<u32>,
    place: PlaceFile,
    journal: JournalFile,
}

/// How the journal is kept, as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct JournalFile {
    keep_days: Option<u32>,
    keep_entries: Option<u64>,
    lamp: Option<String>,
    full_disk: Option<String>,
    full_disk_entries: Option<u32>,
}

impl JournalFile {
    fn read(&self) -> anyhow::Result<Rules> {
        let keep_days = self.keep_days.unwrap_or(30);
        ensure!(
            (30..=3_650).contains(&keep_days),
            "journal: keep_days: write a number from 30 to 3650"
        );
        let keep_entries = self.keep_entries.unwrap_or(30_000);
        ensure!(
            (30_000..=10_000_000).contains(&keep_entries),
            "journal: keep_entries: write a number from 30000 to 10000000"
        );
        let lamp = match self.lamp.as_deref() {
            None | Some("after_sync") => Lamp::AfterSync,
            Some("before_sync") => Lamp::BeforeSync,
            Some(other) => bail!("journal: lamp `{other}`: write after_sync or before_sync"),
        };
        let entries = self.full_disk_entries.unwrap_or(1_000);
        ensure!(
            (1..=10_000).contains(&entries),
            "journal: full_disk_entries: write a number from 1 to 10000"
        );
        let full_disk = match self.full_disk.as_deref() {
            None | Some("refuse") => FullDisk::Refuse,
            Some("admit") => FullDisk::Admit {
                entries_max: usize::try_from(entries)?,
            },
            Some(other) => bail!("journal: full_disk `{other}`: write refuse or admit"),
        };
        Ok(Rules {
            keeping: Keeping {
                entries_min: keep_entries,
                age_min_s: i64::from(keep_days) * 86_400,
                full_disk,
                ..Keeping::default()
            },
            lamp,
            passage_ms: None,
        })
    }
}

/// The place as it is written: words.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PlaceFile {
    mode: Option<String>,
    passage: Option<String>,
    line: Option<String>,
    stop: Option<String>,
    direction: Option<u8>,
    vehicle: Option<String>,
    fare_minor: Option<u32>,
}

impl PlaceFile {
    fn set(&mut self, pair: &str) -> anyhow::Result<()> {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| anyhow!("`{pair}`: write key=value, such as mode=metro"))?;
        let text = Some(value.to_owned());
        match key {
            "mode" => self.mode = text,
            "passage" => self.passage = text,
            "line" => self.line = text,
            "stop" => self.stop = text,
            "vehicle" => self.vehicle = text,
            "direction" => {
                self.direction = Some(value.parse().map_err(|_| anyhow!(WRONG_DIRECTION))?);
            }
            "fare_minor" => {
                let number = value.parse();
                self.fare_minor = Some(number.map_err(|_| anyhow!(WRONG_FARE))?);
            }
            _ => bail!(
                "`{key}` is no part of a place; write mode, passage, line, stop, direction, \
                 vehicle or fare_minor"
            ),
        }
        Ok(())
    }

    /// The place, of an operator that is not known before the registration is read.
    fn read(&self) -> anyhow::Result<Place> {
        let missing = "is not set; write --place mode=metro,passage=in or a [place] in the file";
        let mode = self
            .mode
            .as_deref()
            .context(format!("place: mode {missing}"))?;
        let passage = self.passage.as_deref();
        let passage = passage.context(format!("place: passage {missing}"))?;
        ensure!(self.direction.is_none_or(|it| it <= 1), WRONG_DIRECTION);
        Ok(Place {
            operator: OperatorId(0),
            mode: mode.parse::<Mode>().context("place: mode")?,
            passage: passage.parse::<Passage>().context("place: passage")?,
            line: read_id("line", self.line.as_deref(), LineId::new)?,
            stop: read_id("stop", self.stop.as_deref(), StopId::new)?,
            direction: self.direction,
            vehicle: read_id("vehicle", self.vehicle.as_deref(), VehicleId::new)?,
            fare_minor: self.fare_minor,
        })
    }
}

fn read_id<T, E>(
    key: &str,
    text: Option<&str>,
    new: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<Option<T>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let id = text.map(new).transpose();
    id.with_context(|| format!("place: {key}"))
}

const WRONG_DIRECTION: &str = "place: direction: write 0 or 1";
const WRONG_FARE: &str = "place: fare_minor: write a whole number of fen";

const EXAMPLES: &str = "\
Examples:
  First start of a metro gate, codes on the standard input:
    ridecode validator --folder gate-3 --server http://127.0.0.1:8080 --register CODE \\
      --place mode=metro,passage=in,stop=gz-xilang,vehicle=gate-3
  Later, without any network:
    ridecode validator --folder gate-3 --offline --place mode=metro,passage=in,stop=gz-xilang
  A bus with a flat fare of 2.00, pictures of a camera:
    ridecode validator --folder bus-88 --scanner image:/run/camera \\
      --place mode=bus,passage=single,line=gz-b88,vehicle=88-12,fare_minor=200
  One picture, decided and ended:
    ridecode validator --folder gate-3 --offline --place mode=metro,passage=in --once code.png

Amounts are in fen, times in seconds. The lamp goes to the standard output, the log to the
standard error. See docs/validator.md.";

#[cfg(test)]
mod tests;
