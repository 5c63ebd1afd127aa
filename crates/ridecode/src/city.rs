//! Cities: the networks and tariffs of data/, carried inside the program, or a folder laid out
//! like it.
//!
//! Feeds are read by a small strict reader of our own on the `csv` crate: gtfs-structures reads
//! files only, and lengths as floating point numbers, which money may not depend on. A test holds
//! the feed against gtfs-structures all the same.

pub(crate) mod embedded;
mod feed;
mod plan;
mod row;
mod sign;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use ridecode_fare::{Names, Network, Tariff, TariffBook};
use ridecode_words::OperatorId;

pub use feed::FeedFault;
pub use plan::{Plan, Spot, Track};
pub use sign::{Sign, find_headsign, find_line, find_stop};

/// Everything known about places and fares.
#[derive(Clone, Debug)]
pub struct Cities {
    /// Networks and tariffs; stops and lines by id and name are found through it.
    pub book: Arc<TariffBook>,
    /// The operators of all feeds and their names, ascending by number.
    pub operators: BTreeMap<OperatorId, Names>,
    /// Where stops lie and how lines join them.
    pub plan: Plan,
}

/// Texts of feeds and tariffs, not read yet.
#[derive(Clone, Debug, Default)]
struct Sources {
    /// By feed: its files by name.
    feeds: BTreeMap<String, BTreeMap<String, String>>,
    /// By file name.
    tariffs: BTreeMap<String, String>,
}

impl Cities {
    /// The cities carried inside the program.
    pub fn embedded() -> Self {
        Self::read(&embedded::sources()).expect("the program carries cities that hold together")
    }

    /// The cities of a folder with `gtfs/*/*.txt` and `tariffs/*.toml`, or those carried inside
    /// the program if there is none. Errors name the file, the line and the remedy.
    pub fn load(folder: Option<&Path>) -> anyhow::Result<Self> {
        match folder {
            Some(folder) => Self::read(&sources_of(folder)?),
            None => Ok(Self::embedded()),
        }
    }

    fn read(sources: &Sources) -> anyhow::Result<Self> {
        let mut networks: Vec<Network> = Vec::new();
        let mut operators = BTreeMap::new();
        let mut plan = Plan::default();
        for (name, files) in &sources.feeds {
            let feed = feed::read(files).with_context(|| format!("feed gtfs/{name}"))?;
            networks.extend(feed.networks);
            operators.extend(feed.operators);
            plan.spots.extend(feed.plan.spots);
            plan.tracks.extend(feed.plan.tracks);
        }
        let mut tariffs = Vec::new();
        for (name, text) in &sources.tariffs {
            let tariff = Tariff::parse(text).with_context(|| format!("tariffs/{name}"))?;
            tariffs.push(tariff);
        }
        ensure!(
            !tariffs.is_empty(),
            "there is no tariff: add at least one .toml file to tariffs/"
        );
        Ok(Self {
            book: Arc::new(TariffBook::new(networks, tariffs)?),
            operators,
            plan,
        })
    }

    /// The names of an operator; its number where no feed knows it.
    pub fn operator_names(&self, operator: OperatorId) -> Names {
        self.operators.get(&operator).cloned().unwrap_or_else(|| {
            let number = ridecode_words::Text::new(&operator.to_string());
            Names::new(number.expect("a number is a short text"))
        })
    }
}

fn sources_of(folder: &Path) -> anyhow::Result<Sources> {
    let mut sources = Sources::default();
    for feed in entries(&folder.join("gtfs"))? {
        if feed.is_dir() {
            sources.feeds.insert(name_of(&feed), texts(&feed, "txt")?);
        }
    }
    sources.tariffs = texts(&folder.join("tariffs"), "toml")?;
    Ok(sources)
}

/// The texts of the files in a folder whose name ends so, by name.
fn texts(folder: &Path, extension: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for path in entries(folder)? {
        if path.extension().is_some_and(|end| end == extension) {
            let shown = path.display();
            let length = fs::metadata(&path)
                .with_context(|| format!("cannot read {shown}"))?
                .len();
            ensure!(
                length <= FILE_BYTES_MAX,
                "{shown} is longer than {FILE_BYTES_MAX} bytes; split the feed"
            );
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {shown} as UTF-8 text"))?;
            texts.insert(name_of(&path), text);
        }
    }
    Ok(texts)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).with_context(|| {
        format!("cannot read the folder {shown}; a data folder has gtfs/ and tariffs/")
    })?;
    entries
        .map(|entry| {
            entry
                .map(|entry| entry.path())
                .with_context(|| format!("cannot read the folder {shown}"))
        })
        .collect()
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The longest file of a feed or tariff: 64 MiB.
const FILE_BYTES_MAX: u64 = 64 << 20;

#[cfg(test)]
mod tests;
