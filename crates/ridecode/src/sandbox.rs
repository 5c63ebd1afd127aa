//! The sandbox payment provider and SMS gateway: a program of its own (docs/sandbox-provider.md).
//!
//! It stands for a company Ridecode does not run: it has its own keys, its own message types and
//! its own idea of what is valid, and it never uses the connector that speaks to it. A request
//! comes to `api` (signed), `control` (tests and demos) or `pages` (people); all of them go to
//! the `desk`, which keeps the `books` and runs their errands.

mod api;
mod control;
mod pages;

mod desk;

mod books;
mod refusal;
mod wire;

mod folder;
mod seal;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use ridecode_words::UnixSeconds;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use desk::{Desk, Furniture};
use folder::Folder;
use refusal::Refusal;
use seal::Seal;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Listen on an address that others can reach. Pages and control have no password.
    #[arg(long)]
    reachable: bool,
    /// How riders' browsers reach this server. Default: the address.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Folder for key and books. Default: none, everything is forgotten at the end.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// A merchant and its Ed25519 public key, 64 hex digits; may be repeated.
    #[arg(long, value_name = "NAME=HEX", value_parser = parse_merchant)]
    merchant: Vec<(String, [u8; 32])>,
    /// A secret with which merchants may register by themselves.
    #[arg(long, value_name = "SECRET")]
    setup_secret: Option<String>,
    /// What a new wallet holds, in fen.
    #[arg(long, value_name = "FEN", default_value_t = 10_000)]
    opening_balance: u32,
    /// Seconds until an accepted order is finished.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    finish_after_s: u32,
    /// Seconds until a late callback is sent.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    late_after_s: u32,
}

/// Where the provider's time comes from.
pub type Clock = Arc<dyn Fn() -> UnixSeconds + Send + Sync>;

/// What a sandbox is started with.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How riders' browsers reach it. `None`: the address.
    pub public_url: Option<String>,
    /// Folder for key and books. `None`: everything is forgotten at the end.
    pub folder: Option<PathBuf>,
    /// Merchants' names and Ed25519 public keys.
    pub merchants: Vec<(String, [u8; 32])>,
    /// A secret with which merchants may register by themselves.
    pub setup_secret: Option<String>,
    /// What a new wallet holds, in fen.
    pub opening_balance_minor: i64,
    /// How long things take.
    pub pace: Pace,
    /// Where the time comes from.
    pub clock: Clock,
}

/// How long things take at the provider.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Until an accepted order is finished. `None`: when control says so.
    pub finish_after: Option<Duration>,
    /// Until a late callback is sent. `None`: when control says so.
    pub late_after: Option<Duration>,
    /// How long a silent provider holds a connection.
    pub hold: Duration,
    /// How long a merchant may take to answer a callback.
    pub callback_timeout: Duration,
    /// Pauses between attempts to send a callback; when they are used up it is given up.
    pub retry_after: Vec<Duration>,
}

/// A sandbox at work. Dropping it stops it without waiting.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The provider's Ed25519 public key.
    pub provider_key: [u8; 32],
    stop: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    keeper: JoinHandle<()>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            folder: None,
            merchants: Vec::new(),
            setup_secret: None,
            opening_balance_minor: 10_000,
            pace: Pace::default(),
            clock: Arc::new(crate::clock::now),
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            finish_after: Some(Duration::from_secs(5)),
            late_after: Some(Duration::from_secs(20)),
            hold: Duration::from_secs(60),
            callback_timeout: Duration::from_secs(5),
            retry_after: [1, 5, 15, 60, 300].map(Duration::from_secs).to_vec(),
        }
    }
}

/// Runs it until Ctrl-C or SIGTERM.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    if !args.listen.ip().is_loopback() && !args.reachable {
        anyhow::bail!(
            "the sandbox's pages have no password and {} can be reached by others; listen on \
             127.0.0.1, or add --reachable",
            args.listen
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    runtime.block_on(async {
        let running = start(args.into()).await?;
        anstream::println!("Ridecode sandbox serves at {}", running.url());
        anstream::println!("provider key  {}", hex::encode(running.provider_key));
        anstream::println!("messages      {}/sms", running.url());
        stop_signal().await?;
        running.stop().await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Starts a sandbox.
pub async fn start(config: Config) -> anyhow::Result<Running> {
    let folder = Folder::open(config.folder.as_deref())?;
    let seal = Seal::new(folder.key()?);
    let mut books = folder
        .books()?
        .unwrap_or_default()
        .opening_with(config.opening_balance_minor);
    for (merchant, key) in &config.merchants {
        books
            .register(merchant, *key)
            .map_err(|refusal| anyhow::anyhow!("merchant {merchant}: {}", refusal.message()))?;
    }
    let listen = config.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; choose a free address and port with --listen")
    })?;
    let address = listener.local_addr()?;
    let provider_key = seal.public_key();
    let (stop, stopped) = watch::channel(false);
    let url = config.public_url.unwrap_or(format!("http://{address}"));
    let desk = Desk::new(Furniture {
        books,
        folder,
        seal,
        stopped: stopped.clone(),
        clock: config.clock,
        public_url: url.trim_end_matches('/').to_owned(),
        setup_secret: config.setup_secret,
        pace: config.pace,
    })?;
    let keeper = tokio::spawn(Arc::clone(&desk).keep());
    let server = tokio::spawn(async move {
        axum::serve(listener, router(desk))
            .with_graceful_shutdown(wait_for(stopped))
            .await
    });
    Ok(Running {
        address,
        provider_key,
        stop,
        server,
        keeper,
    })
}

impl Running {
    /// Where it listens, as a URL without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops: finishes the requests that are here and puts the books away.
    pub async fn stop(self) -> anyhow::Result<()> {
        // Nobody listens any more only if the server has ended by itself.
        let _ = self.stop.send(true);
        let mut server = self.server;
        match tokio::time::timeout(PATIENCE, &mut server).await {
            Ok(ended) => ended.context("the sandbox fell over")??,
            Err(_) => server.abort(),
        }
        self.keeper
            .await
            .context("the sandbox's books were not kept")
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(control::routes())
        .merge(pages::routes())
        .fallback(|| async { api::plain_refusal(Refusal::NoSuchPage) })
        .with_state(desk)
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
    // An error means that `Running` was dropped, which is a stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn parse_merchant(text: &str) -> Result<(String, [u8; 32]), String> {
    let fault = "must be NAME=HEX, a name and 64 hex digits, such as guangzhou=9d61…";
    let (name, digits) = text.split_once('=').ok_or(fault)?;
    let mut key = [0; 32];
    hex::decode_to_slice(digits, &mut key).map_err(|_| fault)?;
    Ok((name.to_owned(), key))
}

impl From<Args> for Config {
    fn from(args: Args) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        Self {
            listen: args.listen,
            public_url: args.public_url,
            folder: args.folder,
            merchants: args.merchant,
            setup_secret: args.setup_secret,
            opening_balance_minor: i64::from(args.opening_balance),
            pace: Pace {
                finish_after: Some(seconds(args.finish_after_s)),
                late_after: Some(seconds(args.late_after_s)),
                ..Pace::default()
            },
            ..Self::default()
        }
    }
}

/// How long a stop waits for open connections.
const PATIENCE: Duration = Duration::from_secs(5);

const EXAMPLES: &str = "\
Examples:
  ridecode sandbox
      Everything in memory, at http://127.0.0.1:8090; messages at /sms.
  ridecode sandbox --folder sandbox-data --merchant guangzhou=<64 hex digits>
      Key and books outlive the process; one merchant may ask for deductions.
  ridecode sandbox --listen 127.0.0.1:0 --setup-secret s3same
      Any free port; merchants register themselves with POST /merchants.

Amounts are fen, times are seconds. The interface: docs/sandbox-provider.md.";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn check(line: &[&str], expected: Result<(), &str>) {
        let words = ["sandbox"].iter().chain(line);
        let found = Line::try_parse_from(words).map(drop);
        match (found, expected) {
            (Ok(()), Ok(())) => {}
            (Err(fault), Err(part)) => assert!(fault.to_string().contains(part), "{fault}"),
            (found, _) => panic!("{line:?}: {found:?}"),
        }
    }

    #[test]
    fn merchants_are_a_name_and_a_key() {
        let key = "ab".repeat(32);
        check(&["--merchant", &format!("guangzhou={key}")], Ok(()));
        let fault = "must be NAME=HEX";
        check(&["--merchant", "guangzhou"], Err(fault));
        check(&["--merchant", "guangzhou=ab"], Err(fault));
        check(&["--merchant", &format!("guangzhou={key}0")], Err(fault));
        check(&["--listen", "8090"], Err("--listen"));
    }

    #[test]
    fn others_are_let_in_on_purpose_only() {
        let line = Line::parse_from(["sandbox", "--listen", "0.0.0.0:0"]);
        let fault = run(line.args).unwrap_err().to_string();
        assert!(fault.contains("add --reachable"), "{fault}");
    }
}
