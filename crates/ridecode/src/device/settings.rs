//! The validator's settings: flags over environment over file over defaults.

mod file;
mod place;
mod source;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use ridecode_device::Rules;

use super::category::CategoryWords;
use super::neighbors::ArraySettings;
use super::outputs::Commands;
use super::scanner::{Wire, WireKind};
use super::sign::SignNames;
use super::uplink::Pace;
use crate::config::Secret;
use file::{File, Scanners};

pub use place::PlaceWords;
pub(super) use source::Source;

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
    /// stdin (a text code or a binary code in hex on each line), image:FOLDER (PNG pictures that
    /// appear there), serial:DEVICE,baud=115200,frame=lines (or frame=pause, frame=length),
    /// keyboard:DEVICE or http (the local page alone). May be repeated. Default: stdin.
    #[arg(long, value_name = "SCANNER", env = "RIDECODE_VALIDATOR_SCANNER")]
    pub scanner: Vec<String>,
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
    /// Where it stands, in words; checked to be a place.
    pub place: PlaceWords,
    /// Who says where it stands.
    pub place_from: PlaceFrom,
    /// Where codes come from.
    pub sources: Vec<Source>,
    /// A single picture to decide about, and end.
    pub once: Option<PathBuf>,
    /// The passage sensor.
    pub sensor: Option<Wire>,
    /// Sounds, relays, the barrier.
    pub commands: Commands,
    /// The local page.
    pub listen: Option<SocketAddr>,
    /// Where else browsers find the local page, behind a proxy with TLS: `https://` and a host.
    pub origins: Arc<[String]>,
    /// Names of lines and stops on the sign.
    pub names: SignNames,
    /// Words for rider categories.
    pub categories: Vec<CategoryWords>,
    /// The other gates of an array.
    pub array: Option<ArraySettings>,
    /// JSON in place of lines for people.
    pub json: bool,
    /// Pauses and sizes of the uplink.
    pub pace: Pace,
    /// How long the last upload may take.
    pub last_upload: Duration,
    /// How the journal is kept.
    pub rules: Rules,
}

/// Who says where a validator stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaceFrom {
    /// The settings.
    Config,
    /// The driver, who signs on at the local page; the settings say the rest.
    Driver,
    /// The vehicle, over HTTP; the settings say the rest.
    Vehicle,
}

impl Settings {
    /// Brings flags, environment and file together. Errors name the setting and what to write.
    pub fn load(args: Args) -> anyhow::Result<Self> {
        let file = match &args.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let rules = file.rules()?;
        file.category.iter().try_for_each(CategoryWords::check)?;
        let place_from = file.place_from()?;
        let mut place = file.place;
        for pair in args.place.iter().flat_map(|text| text.split(',')) {
            place.set(pair).context("--place")?;
        }
        place.read()?;
        let scanners = match (args.scanner.is_empty(), file.scanner) {
            (false, _) => args.scanner,
            (true, Some(Scanners::One(scanner))) => vec![scanner],
            (true, Some(Scanners::Several(scanners))) => scanners,
            (true, None) => vec!["stdin".to_owned()],
        };
        let sources: Vec<Source> = scanners
            .iter()
            .map(|scanner| Source::read(scanner))
            .collect::<anyhow::Result<_>>()?;
        ensure!(!sources.is_empty(), "scanner: write at least one");
        ensure!(
            file.local.listen.is_some() || !sources.contains(&Source::Http),
            "scanner `http` is the local page; write a [local] listen"
        );
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
            place,
            place_from,
            sources,
            once: args.once,
            sensor: file.gate.sensor.map(|path| Wire {
                path,
                kind: WireKind::Sensor,
            }),
            commands: file.outputs.read(),
            listen: file.local.listen,
            origins: file.local.origins()?,
            names: file.names,
            categories: file.category,
            array: file.array.map(file::ArrayWords::read).transpose()?,
            json: args.json,
            pace: Pace {
                bundle_every: Duration::from_secs(bundle_every_s.into()),
                ..Pace::default()
            },
            last_upload: Duration::from_secs(last_upload_s.into()),
            rules,
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
