//! Actors: a provider on a loopback port, a merchant with the connector, and the merchant's door
//! where callbacks arrive. Everyone reads one clock that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::redirect::Policy;
use ridecode::sandbox::{self, Config, Pace, Running};
use ridecode_ledger::Money;
use ridecode_pay::sandbox::{Connector, Settings};
use ridecode_pay::{
    ContractAnswer, ContractNews, ContractOrder, HttpReply, HttpRequest, Method, Order, Outcome,
    RefundOrder, RefundOutcome, RequestTime, Ride,
};
use ridecode_words::{ChargeId, MandateId, RefundId, RiderId, UnixSeconds};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// 2026-11-21, 08:41 in Guangzhou.
pub(crate) const MORNING: UnixSeconds = UnixSeconds(1_795_221_660);

/// Everyone.
pub(crate) struct World {
    pub(crate) sandbox: Running,
    pub(crate) merchant: Merchant,
    pub(crate) door: Door,
    pub(crate) clock: Arc<AtomicI64>,
}

/// A merchant.
pub(crate) struct Merchant {
    pub(crate) connector: Connector,
    pub(crate) client: reqwest::Client,
    url: String,
    clock: Arc<AtomicI64>,
    nonces: AtomicU64,
}

/// Where callbacks arrive.
pub(crate) struct Door {
    url: String,
    /// What is answered.
    pub(crate) status: Arc<AtomicU16>,
    calls: mpsc::UnboundedReceiver<Call>,
    server: JoinHandle<std::io::Result<()>>,
}

/// A callback as it arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A config whose provider answers at once, retries at once, and does the rest when it is told.
pub(crate) fn config(clock: &Arc<AtomicI64>) -> Config {
    let time = Arc::clone(clock);
    Config {
        merchants: vec![("guangzhou".to_owned(), connector([0; 32]).merchant_key())],
        pace: Pace {
            finish_after: None,
            late_after: None,
            hold: Duration::ZERO,
            callback_timeout: Duration::from_secs(5),
            retry_after: vec![Duration::ZERO; 2],
        },
        clock: Arc::new(move || UnixSeconds(time.load(Ordering::Relaxed))),
        ..Config::default()
    }
}

/// The merchant's connector to the provider of a key; zeros stand for a key not known yet.
pub(crate) fn connector(provider_key: [u8; 32]) -> Connector {
    let known = provider_key != [0; 32];
    let any = ed25519_base_point();
    Connector::new(&Settings {
        merchant: "guangzhou".to_owned(),
        secret: [7; 32],
        provider_key: if known { provider_key } else { any },
    })
    .expect("good settings")
}

/// A valid key nobody uses: the base point of RFC 8032, section 5.1.
fn ed25519_base_point() -> [u8; 32] {
    let mut point = [0x66; 32];
    point[0] = 0x58;
    point
}

impl World {
    /// A provider that does as it is told.
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(MORNING.0));
        Self::with(config(&clock), clock).await
    }

    /// A provider of a config.
    pub(crate) async fn with(config: Config, clock: Arc<AtomicI64>) -> Self {
        let sandbox = sandbox::start(config).await.expect("the sandbox starts");
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .expect("a client");
        let merchant = Merchant {
            connector: connector(sandbox.provider_key),
            client,
            url: sandbox.url(),
            clock: Arc::clone(&clock),
            nonces: AtomicU64::new(1),
        };
        Self {
            sandbox,
            merchant,
            door: Door::open().await,
            clock,
        }
    }

    /// Moves the clock.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Now.
    pub(crate) fn now(&self) -> UnixSeconds {
        UnixSeconds(self.clock.load(Ordering::Relaxed))
    }

    /// Asks for a contract.
    pub(crate) async fn open_contract(&self, mandate: u64) -> ContractNews {
        let order = self.contract_order(mandate);
        match self.merchant.open_contract(&order).await {
            ContractAnswer::Known(news) => news,
            answer => panic!("no contract was opened: {answer:?}"),
        }
    }

    /// What is asked for with [`World::open_contract`]: contracts of one rider, `0xef`.
    pub(crate) fn contract_order(&self, mandate: u64) -> ContractOrder {
        ContractOrder {
            mandate: MandateId(mandate),
            rider: RiderId(0xef),
            return_url: "https://ride.example/done".to_owned(),
            callback_url: self.door.url.clone(),
        }
    }

    /// A contract that was signed; its callback is taken.
    pub(crate) async fn signed_contract(&mut self) -> String {
        let contract = self.open_contract(1).await.contract;
        let moved = format!("/control/contracts/{contract}");
        self.control(&moved, json!({ "state": "active" })).await;
        self.door.next().await;
        contract
    }

    /// Uses control; the answer must be good.
    pub(crate) async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let reply = self.merchant.client.post(url).json(&body).send().await;
        let reply = reply.expect("control answers");
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        reply.json().await.expect("control answers in JSON")
    }

    /// Looks something up in control.
    pub(crate) async fn look(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let reply = self.merchant.client.get(url).send().await;
        reply.expect("control answers").json().await.expect("JSON")
    }

    /// Sets the rider's wallet.
    pub(crate) async fn set_wallet(&self, change: Value) {
        self.control(&format!("/control/wallets/{WALLET}"), change)
            .await;
    }

    /// What the rider's wallet holds, in fen.
    pub(crate) async fn balance(&self) -> i64 {
        let wallets = self.look("/control/wallets").await;
        let wallet = wallets
            .as_array()
            .and_then(|all| all.iter().find(|one| one["wallet"] == WALLET));
        wallet.expect("the wallet")["balance_minor"]
            .as_i64()
            .expect("fen")
    }

    /// Posts a page's form, whose values need no escapes; the answer is not followed.
    pub(crate) async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let fields: Vec<_> = form
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self
            .merchant
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.join("&"));
        request.send().await.expect("the page answers")
    }

    /// Stops everyone.
    pub(crate) async fn stop(self) {
        self.door.server.abort();
        self.sandbox.stop().await.expect("the sandbox stops");
    }
}

impl Merchant {
    /// Time and nonce for the next request.
    pub(crate) fn time(&self) -> RequestTime {
        RequestTime {
            now: UnixSeconds(self.clock.load(Ordering::Relaxed)),
            nonce: self.nonces.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Carries a request; `None` without a whole reply.
    pub(crate) async fn carry(&self, request: HttpRequest) -> Option<HttpReply> {
        let url = format!("{}{}", self.url, request.target);
        let builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
        };
        let builder = request
            .headers
            .iter()
            .fold(builder, |builder, (name, value)| {
                builder.header(name.as_str(), value.as_str())
            });
        let reply = builder.body(request.body).send().await.ok()?;
        Some(HttpReply {
            status: reply.status().as_u16(),
            headers: to_pairs(reply.headers()),
            body: reply.bytes().await.ok()?.to_vec(),
        })
    }

    pub(crate) async fn open_contract(&self, order: &ContractOrder) -> ContractAnswer {
        let time = self.time();
        let request = self.connector.open_contract(order, time);
        let reply = self.carry(request).await;
        self.connector
            .read_contract(order.mandate, time, reply.as_ref())
    }

    pub(crate) async fn query_contract(&self, mandate: u64) -> ContractAnswer {
        let (mandate, time) = (MandateId(mandate), self.time());
        let reply = self
            .carry(self.connector.query_contract(mandate, time))
            .await;
        self.connector.read_contract(mandate, time, reply.as_ref())
    }

    pub(crate) async fn end_contract(&self, mandate: u64) -> ContractAnswer {
        let (mandate, time) = (MandateId(mandate), self.time());
        let reply = self.carry(self.connector.end_contract(mandate, time)).await;
        self.connector.read_contract(mandate, time, reply.as_ref())
    }

    pub(crate) async fn deduct(&self, order: &Order) -> Outcome {
        let time = self.time();
        let reply = self.carry(self.connector.deduct(order, time)).await;
        self.connector
            .read_order(order.charge, time, reply.as_ref())
    }

    pub(crate) async fn refund(&self, order: &RefundOrder) -> RefundOutcome {
        let time = self.time();
        let reply = self.carry(self.connector.refund(order, time)).await;
        self.connector
            .read_refund(order.refund, time, reply.as_ref())
    }

    pub(crate) async fn query_refund(&self, refund: RefundId) -> RefundOutcome {
        let time = self.time();
        let reply = self.carry(self.connector.query_refund(refund, time)).await;
        self.connector.read_refund(refund, time, reply.as_ref())
    }

    pub(crate) async fn query_order(&self, charge: ChargeId) -> Outcome {
        let time = self.time();
        let reply = self.carry(self.connector.query_order(charge, time)).await;
        self.connector.read_order(charge, time, reply.as_ref())
    }
}

impl Door {
    async fn open() -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, calls) = mpsc::unbounded_channel();
        let status = Arc::new(AtomicU16::new(204));
        let answer = Arc::clone(&status);
        let router = Router::new().route(
            "/callback",
            post(move |headers: HeaderMap, body: Bytes| async move {
                let call = Call {
                    headers: to_pairs(&headers),
                    body: body.to_vec(),
                };
                sender.send(call).expect("the test listens");
                StatusCode::from_u16(answer.load(Ordering::Relaxed)).expect("a status")
            }),
        );
        let server = tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            url: format!("http://{address}/callback"),
            status,
            calls,
            server,
        }
    }

    /// The next callback; fails the test if none comes.
    pub(crate) async fn next(&mut self) -> Call {
        tokio::time::timeout(Duration::from_secs(20), self.calls.recv())
            .await
            .expect("a callback comes")
            .expect("the door is open")
    }

    /// Whether callbacks wait that nobody has looked at.
    pub(crate) fn is_quiet(&self) -> bool {
        self.calls.is_empty()
    }
}

/// An order of 4 yuan, by its number in the test.
pub(crate) fn order(sequence: u64, contract: &str) -> Order {
    Order {
        charge: format!("00002001-{sequence}-1").parse().expect("a charge"),
        contract: contract.to_owned(),
        amount: Money::fen(400),
        description: "地铁 西塱 → 体育西路".to_owned(),
        ride: Ride::Bus {
            boarded: MORNING,
            line: String::new(),
            plate: String::new(),
        },
    }
}

pub(crate) fn declined(reason: &str) -> Outcome {
    Outcome::Declined {
        reason: reason.to_owned(),
    }
}

fn to_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// The rider's wallet.
const WALLET: &str = "guangzhou-00000000000000ef";
