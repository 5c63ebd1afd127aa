//! The validator device: scanner in, lamp and journal out, network optional.
//!
//! One thread takes codes, decides, writes and shows, in that order and with no network. Beside
//! it the uplink sends the journal and fetches bundles, and the other gates of an array are told
//! what was accepted; they share the journal's files and channels. Nothing is shown that is not on
//! the disk, and nothing waits for the back office after the first start.

pub mod scanner;

mod input;

mod at_work;

mod disk;

mod neighbors;

mod category;

mod sign;

pub mod lamp;

mod outputs;

mod local;

mod trace;

pub mod timekeeping;

mod uplink;

mod back_office;

mod folder;

mod settings;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_validator::ClockTrust;
use ridecode_validator::array::Shared;
use ridecode_validator::bundle::Bundle;
use ridecode_validator::heartbeat::{self, Heartbeat, Waits};
use ridecode_words::{Text, UnixSeconds, ValidatorId};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::client::Trouble;
use crate::clock::{Stopwatch, now, since_boot};
use crate::config::Secret;
use crate::entropy::SystemEntropy;
use at_work::Post;
use scanner::{Lines, Pictures, feed};
use settings::{PlaceFrom, Source};
use timekeeping::Timekeeper;

pub use back_office::{BackOffice, Receipt};
pub use category::CategoryWords;
pub use disk::FolderDisk;
pub use folder::{Folder, Registration};
pub use input::{Input, Inputs, Scanned};
pub use neighbors::{ArraySettings, Neighbors, Talk};
pub use outputs::{Commands, Outputs};
pub use ridecode_device::{
    Ailment, Ailments, Disk, FullDisk, JournalDamaged, Keeping, Lamp, Moment, Rules, Shown,
    WriteFault, Written,
};
pub use settings::{Args, PlaceWords, Settings};
pub use sign::SignNames;
pub use trace::{Percentiles, Steps, Trace};
pub use uplink::{Health, Pace, Uplink, Vitals};

/// A validator whose signatures AWS-LC checks.
pub type Validator = ridecode_device::Validator<Native>;

/// Runs it until the input ends.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    start_log();
    let settings = Settings::load(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    let (inputs, received) = Inputs::channel();
    let told = (
        settings.json,
        settings.folder.clone(),
        settings.server.clone(),
    );
    let mut device = match Device::start(settings, received, &runtime) {
        Err(fault) if fault.is::<JournalDamaged>() => {
            tell_damage(told, &runtime);
            return Err(fault);
        }
        started => started?,
    };
    let code = match &device.settings.once {
        Some(path) => {
            let code = scanner::read_picture(path)?;
            device.show(Scanned::now(code)).map(ExitCode::from)?
        }
        None => {
            device.open(&inputs, &runtime)?;
            drop(inputs);
            device.work()?;
            ExitCode::SUCCESS
        }
    };
    device.finish(&runtime);
    Ok(code)
}

/// A journal that was altered is not gone on with, and the validator cannot work: the lamp says so,
/// and the back office is told once, so that somebody comes.
fn tell_damage((json, path, server): (bool, PathBuf, Option<String>), runtime: &Runtime) {
    let ailment = Ailment::JournalDamaged;
    let (text, object) = lamp::out_of_order(&Ailments::from([ailment]));
    anstream::println!("{}", if json { object } else { text });
    let tell = || {
        let folder = Folder::open(&path)?;
        let registration = folder.find_registration()?.context(NOT_REGISTERED)?;
        let heartbeat = Heartbeat {
            validator: registration.validator,
            sealed: now(),
            trust: ClockTrust::FreeRunning { bound_s: 2 },
            journal_end: 0,
            held_through: 0,
            complete_to: UnixSeconds(0),
            bundle_version: 0,
            free_bytes: folder.disk().free().ok(),
            waits: Waits::default(),
            ailments: vec![Text::new(ailment.word())?],
            place: None,
            software: Text::new(env!("CARGO_PKG_VERSION")).ok(),
        };
        let key = folder.device_key(&mut SystemEntropy)?;
        let sealed = heartbeat::seal(&heartbeat, &key);
        let office = BackOffice::new(server.as_deref().context("there is no --server")?)?;
        let beat = office.beat(registration.validator, sealed);
        let told = runtime.block_on(async { tokio::time::timeout(TELL, beat).await });
        told.context("no answer in time")??;
        anyhow::Ok(())
    };
    if let Err(fault) = tell() {
        tracing::warn!("nobody could be told: {fault:#}");
    }
}

/// A validator at work, with its ways up, down and sideways.
struct Device {
    settings: Settings,
    folder: Arc<Folder>,
    validator: Validator,
    timekeeper: Arc<Mutex<Timekeeper>>,
    bundles: mpsc::Receiver<Bundle>,
    written: watch::Sender<Written>,
    held: Option<watch::Receiver<u64>>,
    health: Option<Arc<Health>>,
    array: Option<ArrayWays>,
    running: Stopwatch,
    post: Post,
}

/// The ways to and from the other gates of an array.
struct ArrayWays {
    /// How many there are.
    peers: usize,
    told: UnboundedSender<Shared>,
    learned: mpsc::Receiver<Shared>,
    heard: watch::Receiver<usize>,
}

impl Device {
    fn start(
        settings: Settings,
        inputs: mpsc::Receiver<Input>,
        runtime: &Runtime,
    ) -> anyhow::Result<Self> {
        let folder = Arc::new(Folder::open(&settings.folder)?);
        let key = Arc::new(folder.device_key(&mut SystemEntropy)?);
        let office = settings
            .server
            .as_deref()
            .map(BackOffice::new)
            .transpose()?;
        let registration = find_registration(&settings, &folder, (office.as_ref(), &key), runtime)?;
        let timekeeper = Arc::new(Mutex::new(Timekeeper::new(now(), since_boot())));
        let uplink = office.map(|office| Uplink {
            office,
            registration,
            key,
            folder: Arc::clone(&folder),
            pace: settings.pace,
            health: Arc::default(),
            timekeeper: Arc::clone(&timekeeper),
        });
        let health = uplink.as_ref().map(|uplink| Arc::clone(&uplink.health));
        let kept = folder.bundles().find(&registration.expected(0), &Native)?;
        let newest = uplink
            .as_ref()
            .map(|uplink| runtime.block_on(first_bundle(uplink, kept.as_ref())))
            .transpose()?
            .flatten();
        let bundle = newest.or(kept).ok_or_else(|| anyhow!(NO_BUNDLE))?;
        let place_words = find_place(&settings, &folder)?;
        let mut place = place_words.as_ref().unwrap_or(&settings.place).read()?;
        place.operator = registration.operator;
        let mut validator = Validator::start(folder.disk(), bundle, place, settings.rules)?;
        lock(&timekeeper).remember(validator.no_earlier_than());
        lock(&timekeeper).remember_surely(validator.bundle().made);
        let running = Stopwatch::start();
        validator.note_start(moment(&timekeeper, &running))?;
        tell_start(&registration, &validator);
        let array = settings.array.as_ref();
        let array = array.map(|array| open_array(array, registration.validator, runtime));
        let array = array.transpose()?;
        let (written, written_seen) = watch::channel(validator.written());
        let (bundles_sent, bundles) = mpsc::channel();
        let post = Post::new(inputs, settings.commands.clone(), place_words);
        let held = uplink.map(|uplink| {
            let (held_sent, held) = watch::channel(0);
            runtime.spawn(uplink.clone().send_journal(written_seen, held_sent));
            runtime.spawn(uplink.clone().send_heartbeats(post.vitals.subscribe()));
            let in_force = validator.bundle().clone();
            runtime.spawn(uplink.fetch_bundles(in_force, bundles_sent));
            held
        });
        Ok(Self {
            settings,
            folder,
            validator,
            timekeeper,
            bundles,
            written,
            held,
            health,
            array,
            running,
            post,
        })
    }

    /// Opens its scanners, its sensor and its page.
    fn open(&mut self, inputs: &Inputs, runtime: &Runtime) -> anyhow::Result<()> {
        self.settle();
        let mut page = None;
        if let Some(address) = self.settings.listen {
            let listener = runtime.block_on(local::listen(address))?;
            let address = listener.local_addr()?;
            let origins = self.settings.origins.clone();
            let local = self.post.page(inputs.clone(), address, origins);
            page = Some(address);
            tracing::info!("the screen is at http://{address}, the camera page at /camera");
            runtime.spawn(local::serve(listener, local));
        }
        for source in &self.settings.sources {
            let inputs = inputs.clone();
            match source.clone() {
                Source::Lines => {
                    let read = move || feed(Lines::new(std::io::stdin().lock()), &inputs);
                    std::thread::spawn(read);
                }
                Source::Pictures(folder) => {
                    // Pictures are watched until the process ends: nothing is ever sent here.
                    let (watching, stop) = mpsc::channel::<()>();
                    let pictures = Pictures::watch(&folder, stop)?;
                    std::thread::spawn(move || {
                        let _watching = watching;
                        feed(pictures, &inputs);
                    });
                }
                Source::Wire(wire) => {
                    std::thread::spawn(move || wire.read(&inputs));
                }
                Source::Http => {}
            }
            self.post.scanners += 1;
        }
        if let Some(sensor) = self.settings.sensor.clone() {
            let inputs = inputs.clone();
            std::thread::spawn(move || sensor.read(&inputs));
        }
        if self.settings.json {
            let version = self.validator.bundle().version;
            let ready = lamp::ready(version, self.validator.written(), page);
            self.light("", &ready)?;
        }
        Ok(())
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

/// Where it stands, in words; `None` until the driver or the vehicle said so.
fn find_place(settings: &Settings, folder: &Folder) -> anyhow::Result<Option<PlaceWords>> {
    match settings.place_from {
        PlaceFrom::Config => Ok(Some(settings.place.clone())),
        PlaceFrom::Driver | PlaceFrom::Vehicle => folder.find_place(),
    }
}

fn tell_start(registration: &Registration, validator: &Validator) {
    tracing::info!(
        "validator {} of operator {}: bundle {}, journal at entry {}",
        registration.validator,
        registration.operator,
        validator.bundle().version,
        validator.written().sequence,
    );
}

/// Begins to talk with the other gates.
fn open_array(
    settings: &ArraySettings,
    me: ValidatorId,
    runtime: &Runtime,
) -> anyhow::Result<ArrayWays> {
    let neighbors = runtime.block_on(Neighbors::open(settings, me))?;
    let (told, told_there) = unbounded_channel();
    let (learned_there, learned) = mpsc::channel();
    let (heard_there, heard) = watch::channel(0);
    runtime.spawn(neighbors.talk(Talk {
        told: told_there,
        learned: learned_there,
        heard: heard_there,
    }));
    Ok(ArrayWays {
        peers: settings.peers.len(),
        told,
        learned,
        heard,
    })
}

/// Who this validator is: as the folder says, or by registering now.
fn find_registration(
    settings: &Settings,
    folder: &Folder,
    (office, key): (Option<&BackOffice>, &SecretKey),
    runtime: &Runtime,
) -> anyhow::Result<Registration> {
    if let Some(registration) = folder.find_registration()? {
        return Ok(registration);
    }
    let office = office
        .zip(settings.one_time_code.as_ref())
        .ok_or_else(|| anyhow!(NOT_REGISTERED))?;
    let registration = runtime.block_on(register(office, key))?;
    folder.keep_registration(&registration)?;
    Ok(registration)
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
async fn first_bundle(uplink: &Uplink, kept: Option<&Bundle>) -> anyhow::Result<Option<Bundle>> {
    let fetch = || uplink.fetch_bundle(kept);
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
        let passing = fault.downcast_ref().is_some_and(Trouble::passes);
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
        clock: lock(timekeeper).clock(since_boot()),
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

const LOOK: Duration = Duration::from_secs(2);
const TELL: Duration = Duration::from_secs(5);
const NOT_REGISTERED: &str = "this folder has no registration; start once with --server URL \
     --register CODE, the operator's staff give out codes";
const NO_BUNDLE: &str = "this folder has no bundle, so no code can be checked; start once with \
     --server URL and the network up";

#[cfg(test)]
mod tests;
