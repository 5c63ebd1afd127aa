//! The settings file: what stands in it beside what flags can say.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use ridecode_device::{FullDisk, Keeping, Lamp, Rules};
use ridecode_validator::array::{ArrayKey, PEERS_MAX};
use serde::Deserialize;

use super::{PlaceFrom, PlaceWords};
use crate::device::category::CategoryWords;
use crate::device::folder::read_secret;
use crate::device::neighbors::ArraySettings;
use crate::device::outputs::Commands;
use crate::device::sign::SignNames;

/// The settings file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) folder: Option<PathBuf>,
    pub(super) server: Option<String>,
    pub(super) register: Option<String>,
    pub(super) scanner: Option<Scanners>,
    pub(super) bundle_every_s: Option<u32>,
    pub(super) last_upload_s: Option<u32>,
    pub(super) place: PlaceWords,
    pub(super) place_from: Option<String>,
    pub(super) journal: JournalWords,
    pub(super) gate: GateWords,
    pub(super) outputs: OutputWords,
    pub(super) local: LocalWords,
    pub(super) array: Option<ArrayWords>,
    pub(super) names: SignNames,
    pub(super) category: Vec<CategoryWords>,
}

/// One scanner or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Scanners {
    One(String),
    Several(Vec<String>),
}

/// How the journal is kept.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct JournalWords {
    keep_days: Option<u32>,
    keep_entries: Option<u64>,
    lamp: Option<String>,
    full_disk: Option<String>,
    full_disk_entries: Option<u32>,
}

/// The second phase of a gate.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct GateWords {
    passage_s: Option<u32>,
    pub(super) sensor: Option<PathBuf>,
}

/// Commands.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OutputWords {
    admit: Vec<String>,
    refuse: Vec<String>,
    open: Vec<String>,
    close: Vec<String>,
}

/// The local page.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LocalWords {
    pub(super) listen: Option<SocketAddr>,
    origins: Vec<String>,
}

impl LocalWords {
    /// Where else browsers find the page.
    pub(super) fn origins(&self) -> anyhow::Result<Arc<[String]>> {
        for origin in &self.origins {
            let host = origin.strip_prefix("https://");
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let fits = host.is_some_and(|host| {
                !host.is_empty() && host.bytes().all(|it| plain(it) || b".-:".contains(&it))
            });
            ensure!(
                fits,
                "local: origins `{origin}`: write https:// and a host, such as \
                 https://bus-88.example, without a path"
            );
        }
        Ok(self.origins.clone().into())
    }
}

/// The array.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArrayWords {
    listen: SocketAddr,
    peers: Vec<SocketAddr>,
    key_file: PathBuf,
}

impl File {
    pub(super) fn rules(&self) -> anyhow::Result<Rules> {
        let passage_s = self.gate.passage_s;
        ensure!(
            passage_s.is_none_or(|passage_s| (1..=60).contains(&passage_s)),
            "gate: passage_s: write a number from 1 to 60"
        );
        ensure!(
            passage_s.is_none() || self.gate.sensor.is_some() || self.local.listen.is_some(),
            "gate: passage_s needs somebody who sees riders pass; write sensor = \"DEVICE\" or a \
             [local] listen"
        );
        let (keeping, lamp) = self.journal.read()?;
        Ok(Rules {
            keeping,
            lamp,
            passage_ms: passage_s.map(|passage_s| u64::from(passage_s) * 1_000),
        })
    }

    pub(super) fn place_from(&self) -> anyhow::Result<PlaceFrom> {
        let from = match self.place_from.as_deref() {
            None | Some("config") => PlaceFrom::Config,
            Some("driver") => PlaceFrom::Driver,
            Some("vehicle") => PlaceFrom::Vehicle,
            Some(other) => bail!("place_from `{other}`: write config, driver or vehicle"),
        };
        ensure!(
            from == PlaceFrom::Config || self.local.listen.is_some(),
            "place_from: the driver and the vehicle speak to the local page; write a [local] listen"
        );
        Ok(from)
    }
}

impl JournalWords {
    fn read(&self) -> anyhow::Result<(Keeping, Lamp)> {
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
        let keeping = Keeping {
            entries_min: keep_entries,
            age_min_s: i64::from(keep_days) * 86_400,
            full_disk,
            ..Keeping::default()
        };
        Ok((keeping, lamp))
    }
}

impl OutputWords {
    pub(super) fn read(self) -> Commands {
        Commands {
            admit: self.admit,
            refuse: self.refuse,
            open: self.open,
            close: self.close,
        }
    }
}

impl ArrayWords {
    pub(super) fn read(self) -> anyhow::Result<ArraySettings> {
        ensure!(
            (1..=PEERS_MAX).contains(&self.peers.len()),
            "array: peers: write 1 to {PEERS_MAX} addresses, such as \"10.1.0.4:7801\""
        );
        Ok(ArraySettings {
            listen: self.listen,
            peers: self.peers,
            key: read_key(&self.key_file).context("array: key_file")?,
        })
    }
}

/// The key all gates of an array share: 64 hex digits in a file for its owner alone.
fn read_key(path: &Path) -> anyhow::Result<ArrayKey> {
    let key = read_secret(path)?;
    let shown = path.display();
    let key = key.with_context(|| format!("{shown} is not there; {MAKE_ONE}"))?;
    key.map(ArrayKey)
        .with_context(|| format!("{shown} holds no key; {MAKE_ONE}"))
}

const MAKE_ONE: &str = "make one for all gates of the array with: openssl rand -hex 32";
