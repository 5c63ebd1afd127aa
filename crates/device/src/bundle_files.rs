//! The last good bundle on disk: the last whole one, and the deltas that follow it.
//!
//! A sealed bundle is opened first and kept second, so that nothing stands on the disk that was
//! not good once. What does not open any more is as none: the next whole one takes its place.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use anyhow::Context as _;
use ridecode_codec::crypto::Crypto;
use ridecode_validator::bundle::{self, Bundle, BundleFault, Expected};

use crate::disk::Disk;

/// A validator's bundle on its disk.
#[derive(Clone, Debug)]
pub struct BundleFiles {
    disk: Arc<dyn Disk>,
}

impl BundleFiles {
    /// The bundle on a disk.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk }
    }

    /// The last good bundle; `None` if there is none, or none that opens. `expected.in_force` is
    /// not looked at.
    pub fn find<C: Crypto>(
        &self,
        expected: &Expected,
        crypto: &C,
    ) -> anyhow::Result<Option<Bundle>> {
        let Some(sealed) = self.read(BUNDLE)? else {
            return Ok(None);
        };
        let expected = Expected {
            in_force: 0,
            ..*expected
        };
        let mut bundle = match bundle::open(&sealed, &expected, crypto) {
            Ok(bundle) => bundle,
            Err(fault) => {
                tracing::warn!(%fault, "the bundle on disk is not used");
                return Ok(None);
            }
        };
        for name in self.deltas()? {
            let sealed = self.read(&name)?.unwrap_or_default();
            match bundle::open_delta(&sealed, &expected, &bundle, crypto) {
                Ok(next) => bundle = next,
                // Left over from before the whole one.
                Err(BundleFault::NotNewer { .. }) => {}
                Err(fault) => {
                    tracing::warn!(%fault, name, "a delta on disk is not used");
                    break;
                }
            }
        }
        Ok(Some(bundle))
    }

    /// Opens a sealed bundle, or a delta on the one in force, and keeps it. The fault of one that
    /// is not good is a [`BundleFault`]; nothing is changed by it.
    pub fn take<C: Crypto>(
        &self,
        sealed: &[u8],
        expected: &Expected,
        (in_force, crypto): (Option<&Bundle>, &C),
    ) -> anyhow::Result<Bundle> {
        match in_force.filter(|_| bundle::is_delta(sealed)) {
            Some(in_force) => {
                let bundle = bundle::open_delta(sealed, expected, in_force, crypto)?;
                self.keep_delta(bundle.version, sealed)?;
                Ok(bundle)
            }
            None => {
                let bundle = bundle::open(sealed, expected, crypto)?;
                self.keep(sealed)?;
                Ok(bundle)
            }
        }
    }

    /// Keeps a sealed bundle that was opened. The deltas before it are not needed any more.
    pub fn keep(&self, sealed: &[u8]) -> anyhow::Result<()> {
        let old = self.deltas()?;
        self.disk.replace(BUNDLE, sealed).context(CANNOT_WRITE)?;
        for name in old {
            if let Err(fault) = self.disk.remove(&name) {
                tracing::warn!(%fault, name, "an old delta stays");
            }
        }
        Ok(())
    }

    /// The names of the deltas kept, in order of version.
    pub fn deltas(&self) -> anyhow::Result<Vec<String>> {
        let mut names = self.disk.names().context(CANNOT_READ)?;
        names.retain(|name| name.starts_with(DELTA) && name.ends_with(BUNDLE_END));
        names.sort();
        Ok(names)
    }

    /// Keeps a sealed delta that was opened and leads to that version.
    fn keep_delta(&self, version: u64, sealed: &[u8]) -> anyhow::Result<()> {
        let name = format!("{DELTA}{version:020}{BUNDLE_END}");
        self.disk.replace(&name, sealed).context(CANNOT_WRITE)
    }

    fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let read: io::Result<Vec<u8>> = self.disk.read(name, 0, usize::MAX);
        match read {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault).context(CANNOT_READ),
        }
    }
}

const CANNOT_READ: &str = "the bundle on disk cannot be read; check the disk";
const CANNOT_WRITE: &str = "the bundle cannot be kept; check the disk and its free space";
const BUNDLE: &str = "bundle.ridecode";
const DELTA: &str = "bundle-delta-";
const BUNDLE_END: &str = ".ridecode";
