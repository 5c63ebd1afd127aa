//! `kill -9` at any moment: what was answered is held, nothing is missing, nothing is double.
//!
//! The real program serves while validators upload and its worker prices and charges. Again and
//! again it is killed in the middle of requests and started anew on the same folder. In the end
//! every tap is there once, every ride was paid once, and the audit finds nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrand::Rng;
use reqwest::Method;
use ridecode::carrier::HttpCarrier;
use ridecode::clock::now;
use ridecode::config::Config;
use ridecode::desk;
use ridecode::entropy::SystemEntropy;
use ridecode::sandbox;
use ridecode_office::{Office, charge, price};
use ridecode_words::TapId;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::world::{Api, FOSHAN_BUS, Phone, Program, Reader, keys_of, seed, settings};

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_loses_nothing_and_doubles_nothing() {
    let seed = seed();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (config, sandbox) = provider(folder.path()).await;
    let flags: Vec<String> = (0..BUSES)
        .map(|bus| format!("--validator-code=bus-{bus:08}:3"))
        .collect();
    let mut program = Program::serve(&config, &flags).await;
    let readers = enrol_and_ride(&program.url, &sandbox.url()).await;
    let expected = taps(&readers);

    let upload = Upload::new(&program.url);
    let uploads: Vec<_> = readers
        .into_iter()
        .zip(seed..)
        .map(|(reader, seed)| tokio::spawn(upload.clone().run(reader, seed)))
        .collect();
    let mut rng = Rng::with_seed(seed);
    for _ in 0..KILLS {
        upload.started(rng.u64(1..8)).await;
        for _ in 0..rng.u32(0..3_000) {
            std::hint::spin_loop();
        }
        program.kill().await;
        program = Program::serve(&config, &flags).await;
        upload.server.send_replace(program.url.clone());
    }
    upload.last.store(1, Ordering::SeqCst);
    for upload in uploads {
        upload.await.expect("every entry was answered for");
    }
    program.kill().await;

    let office = finish(&config).await;
    check_books(&office, &sandbox, &expected).await;
    drop(office);
    let audit = Program::run(&config, &["audit", "--json"]).await;
    assert_eq!(audit.status, Some(0), "seed {seed}: {}", audit.errors);
    let audited: Value = serde_json::from_str(&audit.output).expect("one JSON object");
    assert_eq!(audited["findings"], json!([]), "seed {seed}");
    assert_eq!(audited["taps"], expected.len(), "seed {seed}");
    assert_eq!(audited["journal_gaps"], 0, "seed {seed}");
    sandbox.stop().await.expect("the sandbox stops");
}

/// Settings for an office, and a sandbox that knows it.
async fn provider(folder: &Path) -> (Config, sandbox::Running) {
    let mut config = settings(folder.join("office"));
    let merchant_key = keys_of(&config).merchant_key;
    let sandbox = sandbox::start(sandbox::Config {
        merchants: vec![(config.provider.merchant.clone(), merchant_key)],
        opening_balance_minor: OPENING_BALANCE,
        ..sandbox::Config::default()
    })
    .await
    .expect("the sandbox starts");
    config.provider.url = sandbox.url();
    config.provider.key = Some(sandbox.provider_key);
    (config, sandbox)
}

/// Riders enrol and ride; the buses' journals are written, and nothing is uploaded yet.
async fn enrol_and_ride(office: &str, sandbox: &str) -> Vec<Reader> {
    let mut readers = Vec::new();
    for bus in 0..BUSES {
        let number = format!("+861380013{bus:04}");
        let (api, provider) = (Api::new(office), Api::new(sandbox));
        let mut rider = Phone::sign_in(api.clone(), provider, &number).await;
        rider.sign_mandate().await;
        rider.register(FOSHAN_BUS).await;
        rider.fetch_credentials(FOSHAN_BUS).await;
        let mut reader = Reader::register(api, &format!("bus-{bus:08}")).await;
        let place = reader.bus("fs-bus-1");
        let start = now();
        for minute in 0..TAPS {
            let time = start.plus_s(60 * minute);
            reader.admit(&place, rider.show(time), time);
        }
        readers.push(reader);
    }
    readers
}

fn taps(readers: &[Reader]) -> BTreeSet<TapId> {
    let taps = readers.iter().flat_map(|reader| {
        reader.entries.iter().map(|chained| TapId {
            validator: reader.id,
            sequence: chained.entry.sequence,
        })
    });
    taps.collect()
}

/// What the uploading validators and the one who kills share.
#[derive(Clone)]
struct Upload {
    /// Where the program is now.
    server: watch::Sender<String>,
    /// Counts requests that were begun.
    begun: Arc<(AtomicU64, Notify)>,
    /// 1 once nobody kills any more.
    last: Arc<AtomicU64>,
}

impl Upload {
    fn new(url: &str) -> Self {
        Self {
            server: watch::Sender::new(url.to_owned()),
            begun: Arc::default(),
            last: Arc::default(),
        }
    }

    /// Waits until so many more requests have begun.
    async fn started(&self, more: u64) {
        let (count, ring) = &*self.begun;
        let goal = count.load(Ordering::SeqCst) + more;
        while count.load(Ordering::SeqCst) < goal {
            ring.notified().await;
        }
    }

    /// Uploads a whole journal in small segments, each again until it is answered; then old
    /// segments over and over, as long as the program is killed.
    async fn run(self, mut reader: Reader, seed: u64) {
        let mut rng = Rng::with_seed(seed);
        let end = reader.entries.len() as u64;
        let mut held = 0;
        while held < end || self.last.load(Ordering::SeqCst) == 0 {
            let first = if held < end {
                held + 1
            } else {
                rng.u64(1..=end)
            };
            let last = end.min(first + rng.u64(0..4));
            let sealed = reader.seal(first, last);
            let through = self.until_answered(&mut reader, sealed).await;
            assert!(through >= held, "what was answered for is gone");
            assert!(through >= last, "what was just answered for is not held");
            held = through;
        }
    }

    async fn until_answered(&self, reader: &mut Reader, sealed: Vec<u8>) -> u64 {
        let mut server = self.server.subscribe();
        let headers = [("content-type", "application/octet-stream")];
        loop {
            reader.api = Api::new(&server.borrow_and_update().clone());
            let (count, ring) = &*self.begun;
            count.fetch_add(1, Ordering::SeqCst);
            ring.notify_one();
            let path = reader.path();
            let line = (Method::POST, &*path);
            match reader.api.try_send(line, &headers, sealed.clone()).await {
                Ok(reply) => {
                    let receipt = reply.expect(200);
                    return receipt["held_through"].as_u64().expect("a number");
                }
                // It was killed: the next one says where it is.
                Err(_) => server.changed().await.expect("somebody starts it again"),
            }
        }
    }
}

/// Does what is still due, as the next start would.
async fn finish(config: &Config) -> Office {
    let opened = desk::open(config, &mut SystemEntropy).expect("it opens");
    let office = opened.office;
    let carrier = HttpCarrier::new(config).expect("a client");
    // Charges whose answer got lost are asked about after a while: it is later now.
    let later = now().plus_s(120);
    for _ in 0..100 {
        price::run(&office, later, 1_000).await.expect("it prices");
        let edge = (&carrier, &mut SystemEntropy);
        charge::run(&office, later, 1_000, edge)
            .await
            .expect("it charges");
        let state = office.store.office_state(later).await.expect("counters");
        if (state.bills_due, state.charges_open) == (0, 0) {
            return office;
        }
    }
    panic!("charges stay open");
}

/// Every tap once, every ride charged once, and the provider took exactly that.
async fn check_books(office: &Office, sandbox: &sandbox::Running, expected: &BTreeSet<TapId>) {
    let page = office.store.audit_page(None, 1_000).await.expect("a page");
    let taps: Vec<TapId> = page.taps.iter().map(|tap| tap.id).collect();
    let once: BTreeSet<TapId> = taps.iter().copied().collect();
    assert_eq!(once.len(), taps.len(), "a tap is there twice");
    assert_eq!(&once, expected, "taps are missing");
    let charged: i64 = page.charges.iter().map(|charge| charge.amount.minor).sum();
    assert_eq!(page.charges.len(), expected.len());
    assert_eq!(page.balances.iter().map(|(_, owed)| owed).sum::<i64>(), 0);

    let provider = Api::new(&sandbox.url());
    let wallets = provider.get("/control/wallets").await.expect(200);
    let wallets = wallets.as_array().expect("a list").clone();
    let spent: i64 = wallets
        .iter()
        .map(|wallet| OPENING_BALANCE - wallet["balance_minor"].as_i64().expect("fen"))
        .sum();
    assert_eq!(spent, charged, "riders paid something else");
    assert!(charged > 0);
}

const KILLS: u32 = 24;
const BUSES: u32 = 4;
/// Of each bus.
const TAPS: i64 = 80;
/// What each rider's wallet holds at first, in fen.
const OPENING_BALANCE: i64 = 10_000_000;
