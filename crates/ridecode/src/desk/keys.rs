//! The key file: every private key of this office, in a folder of its own, readable by its owner
//! only. Keys are made on first need and never replaced.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer};
use ridecode_office::Entropy;
use serde::{Deserialize, Serialize};

/// A signer that threads can share.
pub(super) type SharedSigner = Arc<dyn Signer + Send + Sync>;

/// The key file, open.
pub(super) struct KeyFile {
    path: PathBuf,
    entries: BTreeMap<String, Entry>,
    changed: bool,
}

impl KeyFile {
    /// Opens the key file of a folder; makes the folder if need be.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| {
                let shown = folder.display();
                format!("the folder {shown} cannot be made; choose another with --folder")
            })?;
        let path = folder.join(FILE_NAME);
        let entries = match fs::metadata(&path) {
            Ok(metadata) => {
                guard(&path, metadata.permissions().mode())?;
                read(&path)?
            }
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(fault) => {
                return Err(fault)
                    .with_context(|| format!("the key file {} cannot be read", path.display()));
            }
        };
        Ok(Self {
            path,
            entries,
            changed: false,
        })
    }

    /// The signer of that name, made now if there is none.
    pub(super) fn signer(
        &mut self,
        name: &str,
        algorithm: Algorithm,
        entropy: &mut impl Entropy,
    ) -> anyhow::Result<SharedSigner> {
        let word = word(algorithm);
        if let Some(entry) = self.entries.get(name) {
            ensure!(
                entry.algorithm == word,
                "{}: the key \"{name}\" is for {}, and {word} is needed; give the key another \
                 key_id in the brands file, or move the key file away",
                self.path.display(),
                entry.algorithm
            );
            let secret = self.decode(name, &entry.bytes)?;
            let signer = SecretKey::new(algorithm, &secret).with_context(|| {
                format!(
                    "{}: the key \"{name}\" is no {word} key; restore the file from a backup",
                    self.path.display()
                )
            })?;
            return Ok(Arc::new(signer));
        }
        // About one number in four thousand million is no key of these curves.
        loop {
            let mut secret = [0; 32];
            entropy.fill(&mut secret);
            if let Some(signer) = SecretKey::new(algorithm, &secret) {
                self.keep(name, word, &secret);
                return Ok(Arc::new(signer));
            }
        }
    }

    /// 32 secret bytes of that name, drawn now if there are none.
    pub(super) fn secret(
        &mut self,
        name: &str,
        entropy: &mut impl Entropy,
    ) -> anyhow::Result<[u8; 32]> {
        match self.entries.get(name) {
            Some(entry) => self.decode(name, &entry.bytes),
            None => {
                let mut secret = [0; 32];
                entropy.fill(&mut secret);
                self.keep(name, "secret", &secret);
                Ok(secret)
            }
        }
    }

    /// The certificate of that name, made now if there is none.
    pub(super) fn certificate<const N: usize>(
        &mut self,
        name: &str,
        make: impl FnOnce() -> anyhow::Result<[u8; N]>,
    ) -> anyhow::Result<[u8; N]> {
        match self.entries.get(name) {
            Some(entry) => self.decode(name, &entry.bytes),
            None => {
                let bytes = make()?;
                self.keep(name, "certificate", &bytes);
                Ok(bytes)
            }
        }
    }

    /// Writes new keys down: whole and synced under another name first, then in place.
    pub(super) fn save(&mut self) -> anyhow::Result<()> {
        if !self.changed {
            return Ok(());
        }
        let file = RawFile {
            key: self.entries.values().cloned().collect(),
        };
        let text = format!(
            "{HEADER}{}",
            toml::to_string(&file).context("the key file cannot be written as TOML")?
        );
        let draft = self.path.with_extension("draft");
        write(&draft, &text)
            .and_then(|()| fs::rename(&draft, &self.path))
            .and_then(|()| sync_folder(&self.path))
            .with_context(|| {
                format!(
                    "the key file {} cannot be written; check the folder's owner and free space",
                    self.path.display()
                )
            })?;
        self.changed = false;
        Ok(())
    }

    fn keep(&mut self, name: &str, algorithm: &str, bytes: &[u8]) {
        self.changed = true;
        let entry = Entry {
            name: name.to_owned(),
            algorithm: algorithm.to_owned(),
            bytes: hex::encode(bytes),
        };
        self.entries.insert(name.to_owned(), entry);
    }

    fn decode<const N: usize>(&self, name: &str, digits: &str) -> anyhow::Result<[u8; N]> {
        let mut bytes = [0; N];
        if hex::decode_to_slice(digits, &mut bytes).is_err() {
            bail!(
                "{}: the key \"{name}\" does not have {} hex digits; restore the file from a backup",
                self.path.display(),
                2 * N
            );
        }
        Ok(bytes)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    key: Vec<Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    algorithm: String,
    bytes: String,
}

fn guard(path: &Path, mode: u32) -> anyhow::Result<()> {
    ensure!(
        mode & 0o077 == 0,
        "the key file {shown} may be read by others (mode {:03o}); run: chmod 600 {shown}",
        mode & 0o777,
        shown = path.display()
    );
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<String, Entry>> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("the key file {shown} cannot be read; check its owner"))?;
    // The parser's own words quote the line, and the line may hold a key.
    let file: RawFile = toml::from_str(&text).map_err(|fault: toml::de::Error| {
        let before = fault.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        anyhow::anyhow!("the key file {shown} is damaged at line {line}; restore it from a backup")
    })?;
    let mut entries = BTreeMap::new();
    for entry in file.key {
        let name = entry.name.clone();
        ensure!(
            entries.insert(name.clone(), entry).is_none(),
            "the key file {shown} has the key \"{name}\" twice; restore it from a backup"
        );
    }
    Ok(entries)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn word(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Es256 => "es256",
        Algorithm::EdDsa => "eddsa",
        Algorithm::Sm2 => "sm2",
    }
}

const FILE_NAME: &str = "keys.toml";

const HEADER: &str = "\
# The private keys of this office. Whoever reads this file can issue codes and sign bundles.
# Keep its mode at 600, keep a backup offline, and never edit it by hand.

";
