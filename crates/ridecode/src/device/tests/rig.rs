//! An issuer, an office and riders for the tests of the device.

use std::path::Path;
use std::sync::Arc;

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_codec::key::{CompactProfile, IssuerKey};
use ridecode_codec::{Services, compact};
use ridecode_validator::bundle::{BrandRule, Bundle, Delta, DenyEntry, seal, seal_delta};
use ridecode_validator::journal::{Entry, Event, Head, append, file_start};
use ridecode_validator::{Clock, ClockTrust, DenyList, DenyReason, Passage, Place};
use ridecode_words::{
    BrandId, CredentialId, CredentialRef, IssuerId, Mode, OperatorId, UnixSeconds, ValidatorId,
};

use crate::device::{Disk, Folder, FolderDisk, Moment, Registration, Rules, Validator};
use ridecode_device::SimulatedDisk;

/// 2026-11-21T08:00:00+08:00.
pub(in crate::device) const NOW: UnixSeconds = UnixSeconds(1_795_219_200);

const ISSUER: IssuerId = IssuerId(4401);
const OPERATOR: OperatorId = OperatorId(1);

/// A moment by a clock that is right, so many seconds after [`NOW`].
pub(in crate::device) fn at(seconds: i64) -> Moment {
    Moment {
        clock: Clock {
            now: NOW.plus_s(seconds),
            trust: ClockTrust::Synced,
        },
        ms: u64::try_from(seconds).unwrap_or_default() * 1_000,
    }
}

/// The key with that number.
pub(in crate::device) fn key(algorithm: Algorithm, number: u8) -> SecretKey {
    SecretKey::new(algorithm, &[number; 32]).expect("a number that is a key")
}

/// The key bundles are signed with.
pub(in crate::device) fn office() -> SecretKey {
    key(Algorithm::EdDsa, 200)
}

/// The validator's key.
pub(in crate::device) fn device() -> SecretKey {
    key(Algorithm::EdDsa, 50)
}

/// The registered validator.
pub(in crate::device) fn registration() -> Registration {
    Registration {
        validator: ValidatorId(0x2001),
        operator: OPERATOR,
        office: office().public_key(),
    }
}

/// A gate of the metro, way in.
pub(in crate::device) fn place() -> Place {
    Place::new(OPERATOR, Mode::Metro, Passage::In)
}

/// A bundle that accepts one issuer's codes on the metro.
pub(in crate::device) fn bundle() -> Bundle {
    let mut bundle = Bundle::new(7, OPERATOR, NOW);
    bundle.keys.issuer_keys.push(IssuerKey {
        issuer: ISSUER,
        key_id: 1,
        profile: CompactProfile::Es256,
        key: key(Algorithm::Es256, 1).public_key(),
        expires: NOW.plus_s(1_000_000_000),
    });
    bundle.brands.push(BrandRule {
        brand: BrandId(2),
        issuer: ISSUER,
        product: None,
        operator: OPERATOR,
        modes: vec![Mode::Metro],
        lines: Vec::new(),
        fare_ceiling_minor: None,
    });
    bundle
}

/// The bundle of a later version, with some more riders denied.
pub(in crate::device) fn later_bundle(version: u64) -> Bundle {
    let denied = (100..100 + version).map(|rider| DenyEntry {
        credential: CredentialRef {
            issuer: ISSUER,
            credential: CredentialId([rider.to_le_bytes()[0]; 10]),
        },
        reason: DenyReason::Overdue,
    });
    Bundle {
        version,
        denied: DenyList::from_ascending(denied).unwrap(),
        ..bundle()
    }
}

/// What leads from one bundle to another, as it comes from the office.
pub(in crate::device) fn sealed_delta(before: &Bundle, after: &Bundle) -> Vec<u8> {
    let delta = Delta {
        from: before.version,
        bundle: after,
        change: &before.denied.change_to(&after.denied),
    };
    seal_delta(&delta, &office())
}

/// The bundle as it comes from the office.
pub(in crate::device) fn sealed_bundle(bundle: &Bundle) -> Vec<u8> {
    seal(bundle, &office())
}

/// A rider's code, made at that time. Signed by the portable library, whose signatures are the
/// same each time.
pub(in crate::device) fn code(rider: u8, made: UnixSeconds) -> Vec<u8> {
    use ridecode_codec::crypto::portable::SecretKey;
    let phone = SecretKey::new(Algorithm::Es256, &[100 + rider; 32]).expect("a key");
    let issuer = SecretKey::new(Algorithm::Es256, &[1; 32]).expect("a key");
    let grant = compact::Grant {
        profile: CompactProfile::Es256,
        issuer: ISSUER,
        key_id: 1,
        credential: CredentialId([rider, 7, 7, 7, 7, 7, 7, 7, 0, 0]),
        not_before: NOW,
        lifetime_min: 1_440,
        services: Services::ALL,
        category: 0,
        product: 0,
        fare_ceiling_minor: 1_500,
        device_key: phone.public_key(),
    };
    let credential = compact::grant(&grant, &issuer).expect("a grant of the scheme");
    let text = compact::present(&credential, made, &phone);
    text.expect("a credential").into_bytes()
}

/// An entry of no importance.
pub(in crate::device) fn entry() -> Entry {
    Entry {
        sequence: 0,
        time: NOW,
        trust: ClockTrust::Synced,
        place: place(),
        event: Event::Started,
        bundle_version: 7,
    }
}

/// The files of a folder.
pub(in crate::device) fn disk(folder: &Path) -> Arc<dyn Disk> {
    Arc::new(FolderDisk::new(folder))
}

/// The bundle a folder holds for the registered validator.
pub(in crate::device) fn kept_bundle(folder: &Folder) -> Option<Bundle> {
    let expected = registration().expected(0);
    folder.bundles().find(&expected, &Native).unwrap()
}

/// A simulated disk, empty. Its faults follow from the seed.
pub(in crate::device) fn simulated(seed: u64) -> Arc<SimulatedDisk> {
    Arc::new(SimulatedDisk::new(seed))
}

/// A validator on a disk, not yet at work.
pub(in crate::device) fn validator(disk: Arc<dyn Disk>, rules: Rules) -> Validator {
    Validator::start(disk, bundle(), place(), rules).unwrap()
}

/// The seed of this run: `RIDECODE_SEED`, or the one that is always the same. Printed, so that a
/// failing run can be repeated.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is repeated by its seed from the environment"
)]
pub(in crate::device) fn seed() -> u64 {
    let seed = std::env::var("RIDECODE_SEED");
    let seed = seed.ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(20_261_121);
    println!("RIDECODE_SEED={seed}");
    seed
}

/// Writes a journal of so many entries of a real size at once.
pub(in crate::device) fn write_long_journal(disk: &dyn Disk, entries: usize) -> Head {
    let mut head = Head::EMPTY;
    let mut file = file_start(&head).to_vec();
    for number in 0..entries {
        let mut entry = entry();
        entry.event = Event::Decided {
            code: vec![number.to_le_bytes()[0]; 309],
            outcome: ridecode_validator::Outcome::UnknownIssuer,
        };
        file.extend_from_slice(&append(&mut head, entry).1);
    }
    disk.replace(FIRST_FILE, &file).unwrap();
    head
}

/// The name of a journal's first file.
pub(in crate::device) const FIRST_FILE: &str = "journal-00000000000000000001.ridecode";

/// A folder that syncs fast, where there is one: for tests that write thousands of times.
pub(in crate::device) fn folder_in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}
