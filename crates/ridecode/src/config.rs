//! Configuration: file, environment and flags, converted once into one struct per concern.
//!
//! Layers are laid over each other (embedded defaults, `ridecode.toml`, `RIDECODE_*`, flags), each
//! checked by itself first so that an error can name its file, key and line. Nothing else in the
//! program reads the environment, and nothing reads it twice.

mod file;
mod layer;
mod provider;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use ridecode_account::{CredentialPolicy, CreditPolicy, EssentialRide, MandateLimits};
use ridecode_ledger::{Commission, Currency};
use ridecode_office::{ChargePer, CommissionRates, GoodwillLimits, Policy};
use ridecode_words::OperatorId;
use serde::{Deserialize, Serialize};

pub use file::{Engine, LogFormat};
pub use provider::{Alipay, Messages, Provider, ProviderKeys, WeChatPay};
pub use value::Secret;

use crate::payout::account::PayoutAccount;
use crate::staff::password::Password;
use crate::staff::totp::Totp;

use file::File;

/// Where settings come from, on the command line of every role that has an office.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Source {
    /// Settings file. Default: ridecode.toml in the working folder, if there is one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder for keys and database (`folder`). Default: ridecode-data.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Database: a file, relative to the folder (`store.file`), or a PostgreSQL server, such as
    /// postgres://ridecode@localhost/ridecode (`store.address`). Default: ridecode.db.
    #[arg(long, value_name = "FILE|URL")]
    pub database: Option<PathBuf>,
    /// Any other setting, such as `--set serve.request_timeout_s=10`; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// Everything that can be set, in refined form.
#[derive(Clone, Debug)]
pub struct Config {
    /// Keys and database live here.
    pub folder: PathBuf,
    /// The HTTP interface.
    pub serve: Serve,
    /// The memory.
    pub store: Store,
    /// A folder laid out like data/, in place of the embedded city.
    pub city: Option<PathBuf>,
    /// A brands file, in place of the embedded one.
    pub brands: Option<PathBuf>,
    /// The payment provider.
    pub provider: Provider,
    /// Who sends our short messages; `None` for the sandbox provider's own gateway.
    pub messages: Option<Messages>,
    /// What the issuer has decided.
    pub policy: Policy,
    /// The workers.
    pub work: Work,
    /// Who may look at and close an operator's days.
    pub staff: Vec<Staff>,
    /// Codes with which validators may register.
    pub validator_codes: Vec<ValidatorCode>,
    /// Bank accounts of operators and issuers, for payouts.
    pub payout_accounts: Vec<PayoutAccount>,
    /// The log.
    pub log: Log,
}

/// The HTTP interface.
#[derive(Clone, Debug)]
pub struct Serve {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How the outside reaches this server, without a slash at the end. `None`: the address
    /// listened on.
    pub public_url: Option<String>,
    /// After this a request is answered with a problem.
    pub request_timeout: Duration,
    /// The longest JSON body, in bytes.
    pub body_max: usize,
    /// Threads that check segments' signatures.
    pub audit_threads: usize,
    /// Credentials each of these threads remembers as checked.
    pub credentials_max: usize,
    /// After this long without a request staff is signed out, in seconds.
    pub staff_idle_s: i64,
    /// After this long staff is signed out whatever they do, in seconds.
    pub staff_session_s: i64,
    /// Whether callers' addresses are those that a proxy in front appends to X-Forwarded-For.
    pub behind_proxy: bool,
}

/// The memory.
#[derive(Clone, Debug)]
pub struct Store {
    /// Which engine.
    pub engine: Engine,
    /// Its file, where it has one.
    pub file: PathBuf,
    /// Its server, where it has one, without a password.
    pub address: Option<String>,
    /// File of the password for the server.
    pub password_file: Option<PathBuf>,
    /// Connections to the server.
    pub connections: u8,
}

/// The workers.
#[derive(Clone, Debug)]
pub struct Work {
    /// Whether `serve` works too.
    pub enabled: bool,
    /// The longest pause between rounds.
    pub tick: Duration,
    /// Months priced and charges tried in one step of a round.
    pub batch: usize,
    /// The local time at which the service day before is closed.
    pub close_at: Time,
    /// The zone of service days.
    pub zone: TimeZone,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The name in the log.
    pub name: String,
    /// The bearer token, for programs.
    pub token: Option<Secret>,
    /// How this person signs in at the console.
    pub sign_in: Option<StaffSignIn>,
    /// What this person may do.
    pub role: Role,
    /// The one operator this person sees; `None` for all.
    pub operator: Option<OperatorId>,
}

/// How a person signs in at the console: both are needed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaffSignIn {
    /// The password's hash.
    pub password: Password,
    /// The authenticator's secret.
    pub totp: Totp,
}

/// What a member of staff may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registers and looks after validators.
    Operator,
    /// Helps riders.
    Agent,
    /// Closes days, pays, reconciles.
    Accountant,
    /// Reads the books and changes nothing.
    Auditor,
    /// Everything the others may.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Operator,
        Self::Agent,
        Self::Accountant,
        Self::Auditor,
        Self::Admin,
    ];

    /// As the settings write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Agent => "agent",
            Self::Accountant => "accountant",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

/// A code with which one validator may register, once.
#[derive(Clone, Debug)]
pub struct ValidatorCode {
    /// The code.
    pub code: Secret,
    /// Whose validator it will be.
    pub operator: OperatorId,
}

/// The log.
#[derive(Clone, Debug)]
pub struct Log {
    /// What is logged, in the syntax of tracing-subscriber's `EnvFilter`.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

impl Default for Config {
    fn default() -> Self {
        Self::refine(&File::default()).expect("the defaults are complete")
    }
}

impl Config {
    /// Reads every layer. Errors name the file, key or variable and what to write instead.
    pub fn load(source: &Source, more: &[(String, String)]) -> anyhow::Result<Self> {
        Self::refine(&read(source, more)?)
    }

    /// The effective settings as a settings file, secrets hidden.
    pub fn print(source: &Source, more: &[(String, String)]) -> anyhow::Result<String> {
        toml::to_string(&read(source, more)?).context("the settings cannot be written as TOML")
    }

    /// The database file, in the folder unless it says otherwise.
    pub fn database(&self) -> PathBuf {
        self.folder.join(&self.store.file)
    }

    fn refine(file: &File) -> anyhow::Result<Self> {
        Ok(Self {
            folder: file.folder.clone(),
            serve: serve(&file.serve),
            store: Store {
                engine: file.store.engine,
                file: file.store.file.clone(),
                address: file.store.address.as_ref().map(|address| address.0.clone()),
                password_file: file.store.password_file.clone(),
                connections: file.store.connections.as_u8(),
            },
            city: file.city.folder.clone(),
            brands: file.desk.brands.clone(),
            provider: provider::provider(file)?,
            messages: provider::messages(file)?,
            policy: policy(&file.policy),
            work: work(&file.work),
            staff: staff(&file.staff)?,
            validator_codes: file.validator_code.iter().map(validator_code).collect(),
            payout_accounts: file.payout_account.clone(),
            log: Log {
                filter: file.log.filter.clone(),
                format: file.log.format,
            },
        })
    }
}

fn read(source: &Source, more: &[(String, String)]) -> anyhow::Result<File> {
    let mut layers = layer::Layers::default();
    match &source.config {
        Some(path) => layers.file(path)?,
        None if Path::new(FILE_NAME).exists() => layers.file(Path::new(FILE_NAME))?,
        None => {}
    }
    layers.environment(std::env::vars_os())?;
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    if let Some(folder) = &source.folder {
        layers.flag("folder", &path(folder))?;
    }
    if let Some(database) = &source.database {
        let database = path(database);
        if is_server(&database) {
            layers.flag("store.engine", "postgres")?;
            layers.flag("store.address", &database)?;
        } else {
            layers.flag("store.engine", "sqlite")?;
            layers.flag("store.file", &database)?;
        }
    }
    for (key, value) in more {
        layers.flag(key, value)?;
    }
    for setting in &source.set {
        let (key, value) = setting
            .split_once('=')
            .with_context(|| format!("--set {setting}: write it as --set KEY=VALUE"))?;
        layers.flag(key, value)?;
    }
    layers.merged()
}

/// Whether a database is named by a URL or by words such as `host=/run/postgresql dbname=ridecode`,
/// and not by a file.
fn is_server(database: &str) -> bool {
    let key = |word: &str| word.split_once('=').map(|(key, _)| key.to_owned());
    let mut keys = database.split_whitespace().filter_map(key);
    let is_word = |key: String| ["host", "hostaddr", "dbname", "user"].contains(&key.as_str());
    database.contains("://") || keys.any(is_word)
}

fn serve(file: &file::ServeFile) -> Serve {
    let threads = match file.audit_threads.as_usize() {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    Serve {
        listen: file.listen.0,
        public_url: file.public_url.as_ref().map(|url| url.as_str().to_owned()),
        request_timeout: Duration::from_secs(u64::from(file.request_timeout_s.as_u32())),
        body_max: file.body_max_bytes.as_usize(),
        audit_threads: threads,
        credentials_max: file.credentials_max.as_usize(),
        staff_idle_s: file.staff_idle_s.0,
        staff_session_s: file.staff_session_s.0,
        behind_proxy: file.behind_proxy,
    }
}

fn policy(file: &file::PolicyFile) -> Policy {
    Policy {
        credential: CredentialPolicy {
            lifetime_min: file.credential_lifetime_min.as_u32(),
            batch: file.credential_batch.as_u8(),
            fare_ceiling_minor: file.fare_ceiling_minor.as_u32(),
        },
        credit: CreditPolicy {
            unpaid_rides_max: file.unpaid_rides_max.as_u32(),
            retry_after_s: file
                .retry_after_s
                .iter()
                .map(|seconds| seconds.as_u32())
                .collect(),
            retry_until_s: file.retry_until_s.as_u32(),
            write_off_after_s: file.write_off_after_s.as_u32(),
            remind_every: file.remind_every.as_u32(),
            essential_ride: file.essential_ride.as_ref().map(|ride| EssentialRide {
                limit_minor: ride.limit_minor.as_u32(),
                valid_for_s: ride.valid_for_s.as_u32(),
            }),
        },
        charge_per: match file.charge_per {
            file::ChargePerFile::Ride => ChargePer::Ride,
            file::ChargePerFile::Day => ChargePer::Day {
                after_s: file.charge_day_after_s.as_u32(),
            },
        },
        limits: MandateLimits {
            ride_minor: file.mandate_ride_limit_minor.as_u32(),
            day_minor: file
                .mandate_day_limit_minor
                .as_u32()
                .max(file.mandate_ride_limit_minor.as_u32()),
        },
        commission: CommissionRates {
            first: Commission {
                basis_points: file.commission_basis_points.as_u16(),
            },
            changes: file.commission_change.rates(),
        },
        currency: Currency::CNY,
        session_s: file.session_s.as_u32(),
        ask_after_s: file.ask_after_s.as_u32(),
        riders_at_once: file.riders_at_once.as_u16(),
        goodwill: GoodwillLimits {
            agent_minor: i64::from(file.goodwill_agent_minor.as_u32()),
            admin_minor: i64::from(file.goodwill_admin_minor.as_u32()),
        },
    }
}

fn work(file: &file::WorkFile) -> Work {
    Work {
        enabled: file.enabled,
        tick: Duration::from_millis(u64::from(file.tick_ms.as_u32())),
        batch: file.batch.as_usize(),
        close_at: file.close_at.0,
        zone: file.zone.0.clone(),
    }
}

fn staff(files: &[file::StaffFile]) -> anyhow::Result<Vec<Staff>> {
    let mut all = Vec::new();
    for (place, file) in (1..).zip(files) {
        let name = &file.name;
        let what = format!("setting staff, entry {place} ({name})");
        let sign_in = match (&file.password, &file.totp) {
            (Some(password), Some(totp)) => Some(StaffSignIn {
                password: password.0.clone(),
                totp: totp.0.clone(),
            }),
            (None, None) => None,
            (Some(_), None) => {
                bail!("{what}: a password needs a totp; `ridecode staff add` makes both")
            }
            (None, Some(_)) => {
                bail!("{what}: a totp needs a password; `ridecode staff add` makes both")
            }
        };
        if file.token.is_none() && sign_in.is_none() {
            bail!("{what}: write a token, or a password with a totp (`ridecode staff add`)");
        }
        if !(1..=64).contains(&name.chars().count()) {
            bail!("{what}: a name has 1 to 64 characters");
        }
        if all.iter().any(|other: &Staff| other.name == *name) {
            bail!("{what}: another entry has this name; who did what must be told apart");
        }
        all.push(Staff {
            name: name.clone(),
            token: file.token.as_ref().map(|token| token.0.clone()),
            sign_in,
            role: file.role,
            operator: file.operator.map(|operator| OperatorId(operator.as_u32())),
        });
    }
    Ok(all)
}

fn validator_code(file: &file::ValidatorCodeFile) -> ValidatorCode {
    ValidatorCode {
        code: file.code.0.clone(),
        operator: OperatorId(file.operator.as_u32()),
    }
}

const FILE_NAME: &str = "ridecode.toml";

/// The token a load source calls with, if it is set. It is no setting of an office.
#[expect(
    clippy::disallowed_methods,
    reason = "the one reader of the environment"
)]
pub fn load_token() -> Option<String> {
    std::env::var(LOAD_TOKEN).ok()
}

/// The variable of [`load_token`].
const LOAD_TOKEN: &str = "RIDECODE_LOAD_TOKEN";

#[cfg(test)]
mod tests;
