//! An hour of rush: two hundred codes a second, each decided and written, with a million denied
//! credentials in force.
//!
//! First some codes go to a real disk, each waited for until the disk has it: how long a rider
//! waits. Then the hour itself, by a clock that is told the time, on files in memory, so that the
//! figure is the program's and not the disk's; and how much memory it took, at a quarter and at
//! the end.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::{CompactProfile, IssuerKey};
use ridecode_codec::{Services, compact};
use ridecode_validator::bundle::{BrandRule, Bundle, DenyEntry};
use ridecode_validator::journal::{Entry, Event};
use ridecode_validator::{Clock, ClockTrust, DenyList, DenyReason, Outcome};
use ridecode_words::{BrandId, CredentialRef, IssuerId, Mode, UnixSeconds};

use super::decide::{OPERATOR, place, pseudonym, secret, stranger};
use super::figure::{Goal, print};
use crate::clock::Stopwatch;
use crate::device::{FolderDisk, Moment, Rules, Validator};

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Codes of the hour
    #[arg(long, value_name = "NUMBER", default_value_t = 720_000)]
    codes: u32,
    /// Codes that go to a real disk
    #[arg(long, value_name = "NUMBER", default_value_t = 3_000)]
    synced: u32,
    /// Entries of the deny list
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000)]
    deny: u32,
    /// Where the real disk is; default: the folder the command is run in
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    disk: PathBuf,
}

const EXAMPLES: &str = "\
Run a release build; a debug build measures the compiler.

  rush_wait_p50, rush_wait_p99    from the code's last byte until the disk has its entry
  rush_rate                       codes a second on one core, through the whole hour
  rush_memory_growth              resident memory at the end, beside that after a quarter
  rush_memory                     resident memory at the end without the riders' phones, in MB

Example:
  cargo run --release --bin ridecode -- bench rush";

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(args.codes >= 4, "--codes starts at 4");
    anyhow::ensure!(args.synced > 0, "--synced starts at 1");
    anyhow::ensure!(args.deny <= 1_000_000, "--deny: at most 1000000");
    let before = resident_bytes()?;
    let crowd = Crowd::new(RIDERS)?;
    let phones = resident_bytes()?.saturating_sub(before);
    waits(args, &crowd)?;
    hour(args, &crowd, phones)?;
    Ok(ExitCode::SUCCESS)
}

/// How long a rider waits for the disk.
fn waits(args: &Args, crowd: &Crowd) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(&args.disk)?;
    let mut validator = crowd.validator(folder.path(), 0)?;
    let mut times = Vec::new();
    for number in 0..args.synced {
        let code = crowd.code(number)?;
        let watch = Stopwatch::start();
        admit(&mut validator, &code, number)?;
        times.push(watch.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1];
    let milliseconds = |percent| (at(percent).as_secs_f64() * 1e3, "ms");
    print("rush_wait_p50", milliseconds(50), (None, Goal::None));
    print("rush_wait_p99", milliseconds(99), (None, Goal::AtMost(5.0)));
    Ok(())
}

/// The hour. What the riders' phones take is not the validator's.
fn hour(args: &Args, crowd: &Crowd, phones: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
    let mut validator = crowd.validator(folder.path(), args.deny)?;
    let mut worked = Duration::ZERO;
    let mut quarter = 0;
    for number in 0..args.codes {
        let code = crowd.code(number)?;
        let watch = Stopwatch::start();
        admit(&mut validator, &code, number)?;
        if number % 1_000 == 0 {
            validator.forget(validator.written().sequence, moment(number));
        }
        worked += watch.elapsed();
        if number == args.codes / 4 {
            quarter = resident_bytes()?.saturating_sub(phones);
        }
    }
    let end = resident_bytes()?.saturating_sub(phones);
    let megabytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    print(
        "rush_rate",
        (f64::from(args.codes) / worked.as_secs_f64(), "1/s"),
        (Some(200.0), Goal::RatioAtLeast(1.0)),
    );
    print(
        "rush_memory_growth",
        (megabytes(end), "MB"),
        (Some(megabytes(quarter)), Goal::RatioAtMost(1.05)),
    );
    print(
        "rush_memory",
        (megabytes(end), "MB"),
        (None, Goal::AtMost(64.0)),
    );
    Ok(())
}

fn admit(validator: &mut Validator, code: &[u8], number: u32) -> anyhow::Result<()> {
    let shown = validator.scan(code, moment(number))?;
    let outcome = shown.decision.outcome;
    // A gate tells its neighbors after every code; there are none here.
    drop(validator.take_outbox());
    anyhow::ensure!(
        outcome == Outcome::Admit,
        "code {number}: {}",
        outcome.word()
    );
    Ok(())
}

/// When a code is shown: two hundred a second.
fn moment(number: u32) -> Moment {
    let ms = u64::from(number) * 5;
    Moment {
        clock: Clock {
            now: START.plus_s(i64::from(number / 200)),
            trust: ClockTrust::Synced,
        },
        ms,
    }
}

/// Resident memory of this process.
fn resident_bytes() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kilobytes.context("this system tells no resident memory")? * 1_024)
}

/// Riders with phones, who come by one after the other.
pub(super) struct Crowd {
    issuer: SecretKey,
    riders: Vec<(Vec<u8>, SecretKey)>,
}

impl Crowd {
    /// So many of them.
    pub(super) fn new(riders: u32) -> anyhow::Result<Self> {
        let issuer = secret(Algorithm::Es256, 0)?;
        let make = |rider| {
            let device = secret(Algorithm::Es256, rider)?;
            let grant = compact::Grant {
                profile: CompactProfile::Es256,
                issuer: ISSUER,
                key_id: 1,
                credential: pseudonym(rider),
                not_before: START,
                lifetime_min: 1_440,
                services: Services::ALL,
                category: 0,
                product: 0,
                fare_ceiling_minor: 2_000,
                device_key: device.public_key(),
            };
            anyhow::Ok((compact::grant(&grant, &issuer)?, device))
        };
        let riders = (1..=riders).map(make).collect::<anyhow::Result<_>>()?;
        Ok(Self { issuer, riders })
    }

    /// The code of the rider who comes by as number so and so.
    pub(super) fn code(&self, number: u32) -> anyhow::Result<Vec<u8>> {
        let (credential, device) = &self.riders[number as usize % self.riders.len()];
        let made = moment(number).clock.now;
        let code = compact::present(credential, made, device);
        Ok(code.context("a credential")?.into_bytes())
    }

    /// The entry that admits that rider.
    pub(super) fn entry(&self, number: u32) -> anyhow::Result<Entry> {
        let Clock { now, trust } = moment(number).clock;
        Ok(Entry {
            sequence: 0,
            time: now,
            trust,
            place: place(),
            event: Event::Decided {
                code: self.code(number)?,
                outcome: Outcome::Admit,
            },
            bundle_version: 1,
        })
    }

    /// A bundle that accepts them, with so many others denied.
    pub(super) fn bundle(&self, deny: u32) -> anyhow::Result<Bundle> {
        let mut bundle = Bundle::new(1, OPERATOR, START);
        bundle.keys.issuer_keys.push(IssuerKey {
            issuer: ISSUER,
            key_id: 1,
            profile: CompactProfile::Es256,
            key: self.issuer.public_key(),
            expires: UnixSeconds(i64::MAX),
        });
        bundle.brands.push(BrandRule {
            brand: BrandId(1),
            issuer: ISSUER,
            product: None,
            operator: OPERATOR,
            modes: vec![Mode::Bus],
            lines: Vec::new(),
            fare_ceiling_minor: None,
        });
        let denied = (0..deny).map(|number| DenyEntry {
            credential: CredentialRef {
                issuer: ISSUER,
                credential: stranger(number),
            },
            reason: DenyReason::Overdue,
        });
        bundle.denied = DenyList::from_ascending(denied).context("numbers ascend")?;
        Ok(bundle)
    }

    fn validator(&self, folder: &Path, deny: u32) -> anyhow::Result<Validator> {
        let mut rules = Rules::default();
        rules.keeping.age_min_s = 60;
        let disk = Arc::new(FolderDisk::new(folder));
        Validator::start(disk, self.bundle(deny)?, place(), rules)
    }
}

/// Enough that nobody comes by twice within a minute.
const RIDERS: u32 = 20_000;
const ISSUER: IssuerId = IssuerId(4401);
/// 2026-11-21T08:00:00+08:00.
const START: UnixSeconds = UnixSeconds(1_795_219_200);
