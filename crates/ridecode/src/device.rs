//! The validator device: scanner in, lamp and journal out, network optional.
//!
//! One thread takes codes, decides, writes and shows, in that order and with no network. Beside
//! it the uplink sends the journal and fetches bundles; the two share the journal file and two
//! channels. Nothing is shown that is not on the disk, and nothing waits for the back office
//! after the first start.

pub mod scanner;

mod validator;

mod journal_files;

mod disk;

mod neighbors;

mod ailment;

pub mod lamp;

pub mod timekeeping;

mod uplink;

mod back_office;

mod folder;

mod settings;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_validator::bundle::Bundle;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::clock::{Stopwatch, now};
use crate::config::Secret;
use crate::entropy::SystemEntropy;
use scanner::{Lines, Pictures, Scanner, Seen};
use settings::Source;
use timekeeping::Timekeeper;

pub use ailment::{Ailment, Ailments};
pub use back_office::{BackOffice, Receipt, Trouble};
pub use disk::{Disk, FolderDisk};
pub use folder::{Folder, Registration};
pub use journal_files::{
    Batch, FullDisk, JournalDamaged, JournalFiles, JournalReader, Keeping, WriteFault, Written,
};
pub use neighbors::{ArraySettings, Neighbors, Talk};
pub use settings::{Args, Settings};
pub use uplink::{Pace, Uplink};
pub use validator::{Lamp, Moment, Rules, Shown, Validator};

/// Runs it until the input ends.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    start_log();
    let settings = Settings::load(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    let mut device = Device::start(settings, &runtime)?;
    let code = device.work()?;
    device.finish(&runtime);
    Ok(code)
}

/// A validator at work, with its ways up and down.
struct Device {
    settings: Settings,
    validator: Validator,
    timekeeper: Arc<Mutex<Timekeeper>>,
    bundles: mpsc::Receiver<Bundle>,
    written: watch::Sender<Written>,
    held: Option<watch::Receiver<u64>>,
    running: Stopwatch,
}

impl Device {
    fn start(settings: Settings, runtime: &Runtime) -> anyhow::Result<Self> {
        let folder = Arc::new(Folder::open(&settings.folder)?);
        let key = Arc::new(folder.device_key(&mut SystemEntropy)?);
        let office = settings
            .server
            .as_deref()
            .map(BackOffice::new)
            .transpose()?;
        let registration = match folder.find_registration()? {
            Some(registration) => registration,
            None => {
                let code = settings.one_time_code.as_ref();
                let office = office
                    .as_ref()
                    .zip(code)
                    .ok_or_else(|| anyhow!(NOT_REGISTERED))?;
                let registration = runtime.block_on(register(office, &key))?;
                folder.keep_registration(&registration)?;
                registration
            }
        };
        let uplink = office.map(|office| Uplink {
            office,
            registration,
            key,
            folder: Arc::clone(&folder),
            pace: settings.pace,
        });
        let timekeeper = Arc::new(Mutex::new(Timekeeper::new(now())));
        let kept = folder.find_bundle(&registration)?;
        let newest = uplink
            .as_ref()
            .map(|uplink| runtime.block_on(first_bundle(uplink, kept.as_ref(), &timekeeper)))
            .transpose()?
            .flatten();
        let bundle = newest.or(kept).ok_or_else(|| anyhow!(NO_BUNDLE))?;
        let mut place = settings.place.clone();
        place.operator = registration.operator;
        let mut validator = Validator::start(folder.disk(), bundle, place, settings.rules)?;
        lock(&timekeeper).remember(validator.no_earlier_than());
        let running = Stopwatch::start();
        validator.note_start(moment(&timekeeper, &running))?;
        let version = validator.bundle().version;
        tracing::info!(
            "validator {} of operator {}: bundle {version}, journal at entry {}",
            registration.validator,
            registration.operator,
            validator.written().sequence,
        );
        let (written, written_seen) = watch::channel(validator.written());
        let (bundles_sent, bundles) = mpsc::channel();
        let held = uplink.map(|uplink| {
            let (held_sent, held) = watch::channel(0);
            let timekeeper = Arc::clone(&timekeeper);
            runtime.spawn(uplink.clone().send_journal(written_seen, held_sent));
            runtime.spawn(uplink.fetch_bundles(version, bundles_sent, timekeeper));
            held
        });
        Ok(Self {
            settings,
            validator,
            timekeeper,
            bundles,
            written,
            held,
            running,
        })
    }

    /// Takes codes until there are no more.
    fn work(&mut self) -> anyhow::Result<ExitCode> {
        // Pictures are watched until the process ends: nothing is ever sent here.
        let (_watching, stop) = mpsc::channel();
        let mut scanner: Box<dyn Scanner> = match &self.settings.source {
            Source::Lines => Box::new(Lines::new(std::io::stdin().lock())),
            Source::Pictures(folder) => Box::new(Pictures::watch(folder, stop)?),
            Source::Once(path) => {
                let code = scanner::read_picture(path)?;
                return self.show(&code).map(ExitCode::from);
            }
        };
        if self.settings.json {
            let ready = lamp::ready(self.validator.bundle().version, self.validator.written());
            self.light(&ready)?;
        }
        while let Some(seen) = scanner.next()? {
            match seen {
                Seen::Code(code) => {
                    self.show(&code)?;
                }
                Seen::NoCode(fault) => tracing::warn!("{fault:#}"),
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Decides about a code and lights the lamp. Gives the status a single decision ends with:
    /// 0 admitted, 1 refused, 2 out of order.
    fn show(&mut self, code: &[u8]) -> anyhow::Result<u8> {
        while let Ok(bundle) = self.bundles.try_recv() {
            tracing::info!(version = bundle.version, "a newer bundle is in force");
            self.validator.apply(bundle);
        }
        let moment = moment(&self.timekeeper, &self.running);
        let passage = self.validator.place().passage;
        let json = self.settings.json;
        let answer = self.validator.scan(code, moment);
        let ailments = self.validator.ailments();
        let (line, status) = match answer {
            Ok(shown) => {
                let line = if json {
                    lamp::json(&shown, passage, &ailments)
                } else {
                    lamp::line(&shown, passage, &ailments)
                };
                (line, u8::from(!shown.decision.outcome.admits()))
            }
            Err(fault) => {
                tracing::error!("{:#}", anyhow!(fault));
                (lamp::out_of_order(json, &ailments), OUT_OF_ORDER)
            }
        };
        self.light(&line)?;
        if let Err(fault) = self.validator.settle() {
            tracing::error!("what was shown may be lost: {:#}", anyhow!(fault));
        }
        self.written.send_replace(self.validator.written());
        if let Some(held) = &self.held {
            self.validator.forget(*held.borrow(), moment);
        }
        Ok(status)
    }

    /// Puts a line out, at once.
    fn light(&self, line: &str) -> anyhow::Result<()> {
        let mut lamp = anstream::stdout();
        writeln!(lamp, "{line}")
            .and_then(|()| lamp.flush())
            .context("the lamp's output is closed")
    }

    /// Gives the last upload its time.
    fn finish(mut self, runtime: &Runtime) {
        let end = self.validator.written().sequence;
        let Some(held) = &mut self.held else {
            return;
        };
        let all = held.wait_for(|held| *held >= end);
        let done =
            runtime.block_on(async { tokio::time::timeout(self.settings.last_upload, all).await });
        if !matches!(done, Ok(Ok(_))) {
            tracing::warn!("some entries are not uploaded yet; they go up at the next start");
        }
    }
}

/// Registers at the back office, which must be there for this once.
async fn register(
    (office, code): (&BackOffice, &Secret),
    key: &SecretKey,
) -> anyhow::Result<Registration> {
    let mut patience = Patience::new();
    loop {
        match office.register(code, &key.public_key()).await {
            Ok(registration) => return Ok(registration),
            Err(trouble) => patience.wait_after(trouble.into()).await.with_context(|| {
                format!("the validator is not registered at {}", office.base_url())
            })?,
        }
    }
}

/// The newest bundle before the first code. With one on disk a look must do; without one there
/// is no deciding, so the back office is given some time.
async fn first_bundle(
    uplink: &Uplink,
    kept: Option<&Bundle>,
    timekeeper: &Mutex<Timekeeper>,
) -> anyhow::Result<Option<Bundle>> {
    let have = kept.map_or(0, |bundle| bundle.version);
    let fetch = || uplink.fetch_bundle(have, timekeeper);
    if kept.is_some() {
        let looked = tokio::time::timeout(LOOK, fetch()).await;
        return Ok(match looked {
            Ok(Ok(newest)) => newest,
            Ok(Err(fault)) => {
                tracing::warn!("{fault:#}; the last good bundle stays in force");
                None
            }
            Err(_) => {
                tracing::warn!("no answer yet; the last good bundle stays in force");
                None
            }
        });
    }
    let mut patience = Patience::new();
    loop {
        match fetch().await {
            Ok(newest) => return Ok(newest),
            Err(fault) => patience.wait_after(fault).await.context("no bundle came")?,
        }
    }
}

/// Half a minute of trying again, for the steps nothing can be done without.
struct Patience {
    pauses_left: u32,
}

impl Patience {
    fn new() -> Self {
        Self { pauses_left: 30 }
    }

    /// Waits a second, unless the trouble will not go away or the half minute is over.
    async fn wait_after(&mut self, fault: anyhow::Error) -> anyhow::Result<()> {
        let passing = matches!(
            fault.downcast_ref(),
            Some(Trouble::Unreachable(_) | Trouble::Busy { .. })
        );
        if !passing || self.pauses_left == 0 {
            return Err(fault);
        }
        if self.pauses_left == 30 {
            tracing::warn!("{fault:#}; trying for half a minute");
        }
        self.pauses_left -= 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

fn moment(timekeeper: &Mutex<Timekeeper>, running: &Stopwatch) -> Moment {
    Moment {
        clock: lock(timekeeper).clock(now()),
        ms: u64::try_from(running.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

fn lock(timekeeper: &Mutex<Timekeeper>) -> MutexGuard<'_, Timekeeper> {
    timekeeper.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The log goes to the standard error; the standard output is the lamp.
fn start_log() {
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_max_level(tracing::Level::INFO)
        .with_target(false);
    // Somebody else's log, in a test, is as good.
    let _ = log.try_init();
}

const OUT_OF_ORDER: u8 = 2;
const LOOK: Duration = Duration::from_secs(2);
const NOT_REGISTERED: &str = "this folder has no registration; start once with --server URL \
     --register CODE, the operator's staff give out codes";
const NO_BUNDLE: &str = "this folder has no bundle, so no code can be checked; start once with \
     --server URL and the network up";

#[cfg(test)]
mod tests;
