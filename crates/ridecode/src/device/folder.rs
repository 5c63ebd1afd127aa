//! The validator's folder: its key, its registration, its last good bundle and its journal.
//!
//! One process at a time. What is replaced survives a power cut as the old or the new file, never
//! as half of one. The key never leaves the folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail, ensure};
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_device::{BundleFiles, Disk};
use ridecode_office::Entropy;
use ridecode_validator::bundle::Expected;
use ridecode_words::{OperatorId, ValidatorId};
use serde::{Deserialize, Serialize};

use super::disk::FolderDisk;
use super::settings::PlaceWords;

/// An open folder. Held by this process until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    disk: Arc<FolderDisk>,
    _lock: File,
}

/// Who a validator is, since it registered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registration {
    /// Its number.
    pub validator: ValidatorId,
    /// Who runs it.
    pub operator: OperatorId,
    /// The key of the back office whose bundles it believes.
    pub office: PublicKey,
}

impl Registration {
    /// What it expects of a bundle while that version is in force.
    pub fn expected(&self, in_force: u64) -> Expected {
        Expected {
            office: self.office,
            operator: self.operator,
            in_force,
        }
    }
}

impl Folder {
    /// Opens a folder, makes it if need be, and keeps other processes out of it.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| {
                format!("the folder {shown} cannot be made; choose another with --folder")
            })?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join("lock"))
            .with_context(|| {
                format!("the folder {shown} cannot be written; check its owner and its disk")
            })?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another validator works in the folder {shown}; stop it or use --folder")
            }
            Err(TryLockError::Error(fault)) => {
                return Err(fault).with_context(|| format!("the folder {shown} cannot be locked"));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            disk: Arc::new(FolderDisk::new(path)),
            _lock: lock,
        })
    }

    /// Its files, the journal's among them.
    pub fn disk(&self) -> Arc<dyn Disk> {
        Arc::<FolderDisk>::clone(&self.disk)
    }

    /// The validator's own Ed25519 key, made now if there is none.
    pub fn device_key(&self, entropy: &mut impl Entropy) -> anyhow::Result<SecretKey> {
        let path = self.path.join(KEY);
        let shown = path.display();
        let damaged = || anyhow!("{shown} holds no key; restore it, or register this folder anew");
        if let Some(found) = read_secret(&path)? {
            let secret = found.ok_or_else(damaged)?;
            return SecretKey::new(Algorithm::EdDsa, &secret).ok_or_else(damaged);
        }
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        self.replace(KEY, format!("{}\n", hex::encode(secret)).as_bytes())?;
        SecretKey::new(Algorithm::EdDsa, &secret).ok_or_else(damaged)
    }

    /// The registration, once there was one.
    pub fn find_registration(&self) -> anyhow::Result<Option<Registration>> {
        let path = self.path.join(REGISTRATION);
        let Some(text) = find(&path)? else {
            return Ok(None);
        };
        let read = || {
            let file: RegistrationFile = toml::from_slice(&text).ok()?;
            Some(Registration {
                validator: file.validator.parse().ok()?,
                operator: OperatorId(file.operator),
                office: file.office_key.read()?,
            })
        };
        read().map(Some).ok_or_else(|| {
            anyhow!(
                "{} is damaged; restore it, or register this folder anew",
                path.display()
            )
        })
    }

    /// Keeps the registration.
    pub fn keep_registration(&self, registration: &Registration) -> anyhow::Result<()> {
        let file = RegistrationFile {
            validator: registration.validator.to_string(),
            operator: registration.operator.0,
            office_key: KeyText::of(&registration.office),
        };
        let text = toml::to_string(&file).context("the registration cannot be written as TOML")?;
        self.replace(REGISTRATION, text.as_bytes())
    }

    /// Its bundle.
    pub fn bundles(&self) -> BundleFiles {
        BundleFiles::new(self.disk())
    }

    /// Through which entry the back office holds the journal, as far as is known: a hint that
    /// saves repeats, worth nothing else. 0 if nothing is known.
    pub fn held_through(&self) -> u64 {
        let text = fs::read_to_string(self.path.join(HELD));
        text.ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0)
    }

    /// Notes the hint. A power cut may lose it, so nothing is synced, and a disk that refuses
    /// it is reported by the journal soon enough.
    pub fn note_held_through(&self, sequence: u64) {
        let written = fs::write(self.path.join(HELD), format!("{sequence}\n"));
        if let Err(fault) = written {
            tracing::warn!(%fault, "the upload mark was not written");
        }
    }

    /// Where the driver or the vehicle last said it stands.
    pub fn find_place(&self) -> anyhow::Result<Option<PlaceWords>> {
        let path = self.path.join(PLACE);
        let text = find(&path)?;
        // A damaged one is as none: the driver signs on again.
        Ok(text.and_then(|text| toml::from_slice(&text).ok()))
    }

    /// Keeps where it stands.
    pub fn keep_place(&self, place: &PlaceWords) -> anyhow::Result<()> {
        let text = toml::to_string(place).context("the place cannot be written as TOML")?;
        self.replace(PLACE, text.as_bytes())
    }

    /// Puts a whole file in place, durably.
    fn replace(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.disk.replace(name, bytes).with_context(|| {
            format!(
                "{} cannot be written; check the folder's owner and free space",
                self.path.join(name).display()
            )
        })
    }
}

fn find(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault)
            .with_context(|| format!("{} cannot be read; check its owner", path.display())),
    }
}

/// A secret of 64 hex digits in a file for its owner alone: `None` if there is no file, and within
/// it if the file holds something else.
pub(super) fn read_secret(path: &Path) -> anyhow::Result<Option<Option<[u8; 32]>>> {
    let Some(text) = find(path)? else {
        return Ok(None);
    };
    let shown = path.display();
    let mode = fs::metadata(path)?.permissions().mode();
    ensure!(
        mode & 0o077 == 0,
        "{shown} may be read by others (mode {:03o}); run: chmod 600 {shown}",
        mode & 0o777
    );
    let mut secret = [0; 32];
    let read = hex::decode_to_slice(text.trim_ascii(), &mut secret);
    Ok(Some(read.ok().map(|()| secret)))
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistrationFile {
    validator: String,
    operator: u32,
    office_key: KeyText,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    algorithm: String,
    hex: String,
}

impl KeyText {
    fn of(key: &PublicKey) -> Self {
        let algorithm = match key.algorithm {
            Algorithm::Es256 => "es256",
            Algorithm::EdDsa => "eddsa",
            Algorithm::Sm2 => "sm2",
        };
        Self {
            algorithm: algorithm.to_owned(),
            hex: hex::encode(key.bytes),
        }
    }

    fn read(&self) -> Option<PublicKey> {
        let mut bytes = [0; 33];
        hex::decode_to_slice(&self.hex, &mut bytes).ok()?;
        let algorithm = match self.algorithm.as_str() {
            "es256" => Algorithm::Es256,
            "eddsa" => Algorithm::EdDsa,
            "sm2" => Algorithm::Sm2,
            _ => return None,
        };
        Some(PublicKey { algorithm, bytes })
    }
}

const KEY: &str = "device.key";
const REGISTRATION: &str = "registration.toml";
const PLACE: &str = "place.toml";
const HELD: &str = "held-through";
