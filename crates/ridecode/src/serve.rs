//! The back office over HTTP.
//!
//! A request passes the guard (request id, time limit, log), the check that no page of another site
//! writes, the role check of its route, and the idempotency gate; then a handler reads it, calls one verb of the office and maps the answer.
//! Segments' signatures are checked on threads of their own. Nothing here decides anything about
//! rides or money.

mod access;
mod auditors;
mod counters;
mod guard;
mod once;
mod origin;
mod pace;
mod problem;
mod route;
mod wire;

mod adjustments;
mod agents;
mod audits;
mod bills;
mod callbacks;
mod charges;
mod closing;
mod credentials;
mod debts;
mod devices;
mod fares;
mod fleet;
mod health;
mod heartbeats;
mod herd;
mod live;
mod mandates;
mod metrics;
mod notices;
mod openapi;
mod operators;
mod pages;
mod payouts;
mod plan;
mod problems;
mod provider_bills;
mod refunds;
mod repairs;
mod riders;
mod rides;
mod segments;
mod sessions;
mod staff;
mod statement_days;
mod statements;
mod trail;
mod validators;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use axum::http::HeaderValue;
use axum::serve::ListenerExt as _;
use ridecode_office::Office;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::carrier::HttpCarrier;
use crate::city::Plan;
use crate::config::{Config, Engine, LogFormat, Source, Staff, ValidatorCode};
use crate::desk::{self, Admission, Opened};
use crate::entropy::SystemEntropy;
use crate::payout::account::PayoutAccount;
use crate::work::{Doorbell, Worker};

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// Address and port to listen on (`serve.listen`). Default: 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// How the outside reaches this server (`serve.public_url`). Default: the address.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Where the payment provider listens (`provider.url`). Default: http://127.0.0.1:8090.
    #[arg(long, value_name = "URL")]
    provider_url: Option<String>,
    /// The provider's Ed25519 public key, 64 hex digits (`provider.public_key`).
    #[arg(long, value_name = "HEX")]
    provider_key: Option<String>,
    /// A code with which one validator may register once, and its operator's number; may be
    /// repeated (`validator_code`).
    #[arg(long, value_name = "CODE:OPERATOR")]
    validator_code: Vec<String>,
    /// Keep everything in memory: nothing outlives the process (`store.engine`).
    #[arg(long)]
    memory: bool,
    /// Only answer requests; price, charge and close elsewhere (`work.enabled`).
    #[arg(long)]
    no_work: bool,
    /// Print the effective settings, without secrets, and exit.
    #[arg(long)]
    print_config: bool,
    /// Print our public keys, one a line, and exit: `merchant` for the payment provider, `bundle`
    /// for validators. Makes them if there are none yet.
    #[arg(long)]
    print_keys: bool,
    /// Print the interface description, OpenAPI 3.1 in JSON, and exit.
    #[arg(long)]
    print_openapi: bool,
}

/// Runs it until Ctrl-C or SIGTERM.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    if args.print_openapi {
        anstream::print!("{}", openapi::document());
        return Ok(ExitCode::SUCCESS);
    }
    let settings = args.settings()?;
    if args.print_config {
        anstream::print!("{}", Config::print(&args.source, &settings)?);
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(&args.source, &settings)?;
    if args.print_keys {
        return print_keys(&config);
    }
    start_log(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    runtime.block_on(async {
        let running = start(&config).await?;
        anstream::println!("Ridecode serves at {}", running.url());
        stop_signal().await?;
        tracing::info!("stopping: no new requests, finishing those that are here");
        running.stop().await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A back office at work.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its office, for those in the same process.
    pub office: Office,
    url: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    worker: Option<thread::JoinHandle<()>>,
    app: App,
}

/// Opens the office of a configuration and serves it.
pub async fn start(config: &Config) -> anyhow::Result<Running> {
    let opened = desk::open(config, &mut SystemEntropy)?;
    start_office(config, opened).await
}

/// Serves an office that is open already.
pub async fn start_office(config: &Config, opened: Opened) -> anyhow::Result<Running> {
    let listen = config.serve.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; choose a free address and port with --listen")
    })?;
    let address = listener.local_addr()?;
    let url = match &config.serve.public_url {
        Some(url) => url.clone(),
        None => format!("http://{address}"),
    };
    let (stop, stopped) = watch::channel(false);
    let doorbell = Doorbell::default();
    let app = Inside::new(config, opened, (url.clone(), doorbell.clone()))?;
    let worker = config
        .work
        .enabled
        .then(|| {
            let worker = Worker {
                office: app.office.clone(),
                carrier: HttpCarrier::new(config)?,
                settings: config.work.clone(),
                doorbell,
            };
            worker.start(stopped.clone())
        })
        .transpose()?;
    let router = route::router(&app).into_make_service_with_connect_info::<SocketAddr>();
    // Answers are small: waiting to fill a packet would only delay them.
    let listener = listener.tap_io(|connection| {
        if let Err(fault) = connection.set_nodelay(true) {
            tracing::debug!(error = %fault, "a connection keeps its packets together");
        }
    });
    let server = tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(wait_for(stopped))
            .await
    });
    tracing::info!(%address, "serving");
    Ok(Running {
        address,
        office: app.office.clone(),
        url,
        stop,
        server,
        worker,
        app,
    })
}

impl Running {
    /// How the outside reaches it, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops: takes no new requests, finishes those that are here, then the workers.
    pub async fn stop(self) -> anyhow::Result<()> {
        // Nobody listens any more only if the server has ended by itself.
        let _ = self.stop.send(true);
        let mut server = self.server;
        match tokio::time::timeout(PATIENCE, &mut server).await {
            Ok(ended) => ended.context("the server fell over")??,
            Err(_) => {
                tracing::warn!("connections that stayed open were cut");
                server.abort();
            }
        }
        let Self { worker, app, .. } = self;
        let ended = tokio::task::spawn_blocking(move || {
            app.auditors.stop();
            worker.map_or(Ok(()), thread::JoinHandle::join)
        });
        if ended.await?.is_err() {
            anyhow::bail!("the worker fell over; its last words are in the log");
        }
        Ok(())
    }
}

/// What handlers share.
type App = Arc<Inside>;

/// See [`App`].
struct Inside {
    office: Office,
    carrier: HttpCarrier,
    admission: Admission,
    staff: Vec<Staff>,
    validator_codes: Vec<ValidatorCode>,
    payout_accounts: Vec<PayoutAccount>,
    public_url: String,
    request_timeout: Duration,
    body_max: usize,
    zone: jiff::tz::TimeZone,
    plan: Arc<Plan>,
    auditors: auditors::Auditors,
    audits: audits::Audits,
    once: once::InFlight,
    pace: pace::Pace,
    bundles: validators::Bundles,
    herd: herd::Herd,
    door: staff::Door,
    behind_proxy: bool,
    beats: heartbeats::Beats,
    counters: counters::Counters,
    doorbell: Doorbell,
}

impl Inside {
    fn new(
        config: &Config,
        opened: Opened,
        (public_url, doorbell): (String, Doorbell),
    ) -> anyhow::Result<App> {
        let serve = &config.serve;
        let auditors =
            auditors::Auditors::start(&opened.office, serve.audit_threads, serve.credentials_max)?;
        Ok(Arc::new(Self {
            carrier: HttpCarrier::new(config)?,
            admission: opened.admission,
            staff: config.staff.clone(),
            validator_codes: config.validator_codes.clone(),
            payout_accounts: config.payout_accounts.clone(),
            public_url,
            request_timeout: serve.request_timeout,
            body_max: serve.body_max,
            zone: config.work.zone.clone(),
            plan: opened.plan,
            auditors,
            audits: audits::Audits::default(),
            once: once::InFlight::default(),
            pace: pace::Pace::default(),
            bundles: validators::Bundles::default(),
            herd: herd::Herd::new(herd::IN_WORK_MAX),
            door: staff::Door::new(serve),
            behind_proxy: serve.behind_proxy,
            beats: heartbeats::Beats::default(),
            counters: counters::Counters::default(),
            doorbell,
            office: opened.office,
        }))
    }

    /// A session cookie: no script reads it, no other site sends it, and where the outside comes by
    /// https it never leaves without. An empty one that lives for 0 seconds ends it.
    fn cookie(&self, name: &str, token: &str, max_age_s: i64) -> problem::Result<HeaderValue> {
        let secure = if self.public_url.starts_with("https:") {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!(
            "{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}"
        );
        HeaderValue::from_str(&cookie).map_err(|_| problem::Problem::internal())
    }
}

impl Args {
    /// The flags as settings.
    fn settings(&self) -> anyhow::Result<Vec<(String, String)>> {
        let flags = [
            ("serve.listen", &self.listen),
            ("serve.public_url", &self.public_url),
            ("provider.url", &self.provider_url),
            ("provider.public_key", &self.provider_key),
        ];
        let mut settings: Vec<(String, String)> = flags
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)))
            .collect();
        if self.memory {
            settings.push(("store.engine".to_owned(), "memory".to_owned()));
        }
        if self.no_work {
            settings.push(("work.enabled".to_owned(), "false".to_owned()));
        }
        if !self.validator_code.is_empty() {
            settings.push(("validator_code".to_owned(), self.validator_codes()?));
        }
        Ok(settings)
    }

    /// The codes as the TOML list that the setting is.
    fn validator_codes(&self) -> anyhow::Result<String> {
        let mut list = Vec::new();
        for flag in &self.validator_code {
            let (code, operator) = flag
                .rsplit_once(':')
                .and_then(|(code, operator)| Some((code, operator.parse::<i64>().ok()?)))
                .context("--validator-code: write CODE:OPERATOR, such as gate-7f3a91c2:1")?;
            let entry = toml::Table::from_iter([
                ("code".to_owned(), toml::Value::from(code)),
                ("operator".to_owned(), toml::Value::from(operator)),
            ]);
            list.push(toml::Value::Table(entry));
        }
        Ok(toml::Value::Array(list).to_string())
    }
}

fn print_keys(config: &Config) -> anyhow::Result<ExitCode> {
    // Keys need no database: another process may be at work on it.
    let mut config = config.clone();
    config.store.engine = Engine::Memory;
    let opened = desk::open(&config, &mut SystemEntropy)?;
    let bundle = opened.office.desk.bundle_signer.public_key();
    anstream::println!("merchant {}", hex::encode(opened.merchant_key));
    anstream::println!("bundle {}", hex::encode(&bundle.bytes[..32]));
    Ok(ExitCode::SUCCESS)
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.filter).with_context(|| {
        let filter = &config.log.filter;
        format!(
            "setting log.filter: `{filter}` is no filter; write one such as info or ridecode=debug"
        )
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|fault| anyhow::anyhow!("the log cannot start: {fault}"))
}

async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

async fn wait_for(mut stopped: watch::Receiver<bool>) {
    // An error means that nobody can ask to stop any more: then stop.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// How long open connections are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(40);

const EXAMPLES: &str = "\
Examples:
  ridecode serve
  ridecode serve --folder /var/lib/ridecode --listen 0.0.0.0:8080 --public-url https://ride.example
  ridecode serve --validator-code gate-7f3a91c2:1 --validator-code bus-0b44d1e9:2
  ridecode serve --set work.tick_ms=500 --set log.filter=ridecode=debug
  ridecode serve --print-config
  ridecode serve --print-keys

Every setting can stand in ridecode.toml, in an environment variable such as RIDECODE_SERVE_LISTEN,
or in a flag; the later one wins. docs/operating.md lists them. Amounts are in fen, times in seconds
unless a name says otherwise.";
