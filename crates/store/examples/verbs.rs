//! Measures the verbs of the way of a ride: uploads, owners, windows, bills.
//!
//! `cargo run --release -p ridecode-store --features conformance,postgres --example verbs -- PLACE
//! RIDERS TAPS`. PLACE is a folder for SQLite, or the address of an empty PostgreSQL database, such
//! as `postgres://ridecode@localhost/bench`. Makes a database of so many riders there, uploads so many taps in segments of
//! 100 from 20 000 validators, and prices them; first one after the other, then both at once. The
//! folder must be on the disk to be measured.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a measurement reads the clock and stops at the first fault"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ridecode_fare::{Period, Tap};
use ridecode_store::conformance::world::{
    MONTH, NOW, Posting, admitted, bill, credential, device, first, journey, rider, rider_id, tap,
    tap_id, validator,
};
use ridecode_store::postgres::{Address, PostgresStore};
use ridecode_store::sqlite::{SqliteSettings, SqliteStore};
use ridecode_store::{Acceptance, BillSave, BillSaved, BillWindow, Store, StoredEntry};
use ridecode_words::{CredentialId, CredentialRef, IssuerId, ValidatorId};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().expect("PLACE RIDERS TAPS");
    let mut number = || arguments.next().unwrap().parse::<u64>().unwrap();
    let (riders, taps) = (number(), number());
    let is_server = place.starts_with("postgres://") || place.starts_with("host=");
    let folder = (!is_server).then(|| PathBuf::from(&place));
    let store = match &folder {
        None => {
            let address = Address::read(&place, None).unwrap();
            Store::Postgres(PostgresStore::open(&address).unwrap())
        }
        Some(folder) => {
            let path = folder.join("verbs.db");
            Store::Sqlite(SqliteStore::open_with(&path, SqliteSettings::default()).unwrap())
        }
    };

    let start = Spent::start();
    settle_in(&store, riders).await;
    rate("riders with a phone and a credential", riders, &start);

    let city = Arc::new(City {
        store,
        riders,
        segment: AtomicU64::new(0),
    });
    for round in 1..=2 {
        let start = Spent::start();
        let latencies = upload(&city, taps).await;
        rate(&format!("uploads {round}, taps"), taps, &start);
        tails("upload", latencies);
        let start = Spent::start();
        let (fares, latencies) = price(&city, None).await;
        rate(&format!("pricing {round}, fares"), fares, &start);
        tails("save_bills", latencies);
    }

    let start = Spent::start();
    let uploading = tokio::spawn({
        let city = Arc::clone(&city);
        async move { upload(&city, taps).await }
    });
    let (fares, bills) = price(&city, Some(taps)).await;
    rate("uploads and pricing at once, taps", fares, &start);
    tails("upload", uploading.await.unwrap());
    tails("save_bills", bills);

    owners(&city).await;
    let Some(folder) = folder else { return };
    let size = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    println!(
        "database {} MB, log {} MB",
        size("verbs.db") / 1_000_000,
        size("verbs.db-wal") / 1_000_000
    );
}

struct City {
    store: Store,
    riders: u64,
    segment: AtomicU64,
}

const VALIDATORS: u64 = 20_000;
const SEGMENT: u64 = 100;
const UPLOADERS: u64 = 16;
const BATCH: usize = 256;

async fn settle_in(store: &Store, riders: u64) {
    for number in 1..=VALIDATORS {
        let number = u32::try_from(number).unwrap();
        store.register_validator(validator(number)).await.unwrap();
    }
    let tasks: Vec<_> = (0..500)
        .map(|lane| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in (1 + lane..=riders).step_by(500) {
                    store.open_rider(rider(number)).await.unwrap();
                    store.register_device(device(number, number)).await.unwrap();
                    let mut one = credential(1, number, number);
                    one.id = credential_of(number);
                    one.bytes = vec![7; 150];
                    store.grant_credentials(vec![one]).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn credential_of(number: u64) -> CredentialRef {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&rider_id(number).0.to_be_bytes());
    CredentialRef {
        issuer: IssuerId(0x4401),
        credential: CredentialId(bytes),
    }
}

async fn upload(city: &Arc<City>, taps: u64) -> Vec<Duration> {
    let segments = taps / SEGMENT;
    let end = city.segment.load(Ordering::Relaxed) + segments;
    let tasks: Vec<_> = (0..UPLOADERS)
        .map(|_| {
            let city = Arc::clone(city);
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                loop {
                    let number = city.segment.fetch_add(1, Ordering::Relaxed);
                    if number >= end {
                        return latencies;
                    }
                    let acceptance = segment(&city, number);
                    let start = Instant::now();
                    let receipt = city.store.accept_segment(acceptance).await.unwrap();
                    latencies.push(start.elapsed());
                    assert_eq!(receipt.unwrap().new, 100);
                }
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    city.segment.store(end, Ordering::Relaxed);
    latencies
}

/// A segment of 100 taps of random riders. Hashes chain without being any digest, which the store
/// does not recompute.
fn segment(city: &City, number: u64) -> Acceptance {
    let validator = u32::try_from(1 + number % VALIDATORS).unwrap();
    let first = 1 + number / VALIDATORS * SEGMENT;
    let hash = |sequence: u64| {
        let mut hash = [u8::try_from(validator % 256).unwrap(); 32];
        hash[..8].copy_from_slice(&sequence.to_be_bytes());
        if sequence == 0 { [0; 32] } else { hash }
    };
    let mut rng = fastrand::Rng::with_seed(number);
    let taps = (first..first + SEGMENT).map(|sequence| {
        let rider = rng.u64(1..=city.riders);
        let mut tap: Tap = tap(validator, sequence, rider);
        tap.time = NOW.plus_s(i64::try_from(number / 100).unwrap());
        tap
    });
    let taps: Vec<Tap> = taps.collect();
    let entries = (first..first + SEGMENT).map(|sequence| StoredEntry {
        sequence,
        previous: hash(sequence - 1),
        hash: hash(sequence),
        bytes: vec![u8::try_from(sequence % 256).unwrap(); 260],
    });
    Acceptance {
        validator: ValidatorId(validator),
        entries: entries.collect(),
        seen: taps.iter().map(admitted).collect(),
        taps,
        voids: Vec::new(),
        disagreements: Vec::new(),
        rides_home: Vec::new(),
        sealed: NOW,
        journal_end: first + SEGMENT - 1,
        received: NOW.plus_s(i64::try_from(number / 100).unwrap()),
    }
}

/// Prices what is due until nothing is, or until so many fares are posted.
async fn price(city: &City, fares_max: Option<u64>) -> (u64, Vec<Duration>) {
    let mut fares = 0;
    let mut latencies = Vec::new();
    let far = NOW.plus_s(100_000_000);
    loop {
        let due = city.store.due_bills(far, BATCH * 8).await.unwrap();
        if due.is_empty() && fares_max.is_none_or(|max| fares >= max) {
            return (fares, latencies);
        }
        if due.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for due in due.chunks(BATCH) {
            let periods: Vec<Period> = due.iter().map(|due| due.period).collect();
            let windows = city.store.load_windows(periods, 86_400).await.unwrap();
            let bills: Vec<BillSave> = due
                .iter()
                .zip(&windows)
                .map(|(due, window)| plan(due.period, window))
                .collect();
            let new: Vec<u64> = bills.iter().map(|bill| bill.fares.len() as u64).collect();
            let start = Instant::now();
            let saved = city.store.save_bills(bills).await.unwrap();
            latencies.push(start.elapsed());
            let saved = saved.iter().zip(new);
            fares += saved
                .map(|(saved, new)| if *saved == BillSaved::Saved { new } else { 0 })
                .sum::<u64>();
        }
    }
}

/// A fare of 200 fen for each tap that has none.
fn plan(period: Period, window: &BillWindow) -> BillSave {
    let billed = |tap: &&Tap| !window.fares.iter().any(|fare| fare.journey.0 == tap.id);
    let new = window.taps.iter().filter(billed);
    let postings: Vec<Posting> = new
        .map(|tap| first(journey(tap.id.validator.0, tap.id.sequence), 200))
        .collect();
    assert_eq!(period.month, MONTH);
    assert_eq!(tap_id(1, 1).sequence, 1);
    let mut save = bill(1, window.mark, &postings);
    save.period = period;
    let account = ridecode_ledger::Account::Rider(period.rider);
    for transfer in &mut save.transfers {
        transfer.rider = period.rider;
        transfer.debit = account;
    }
    for charge in &mut save.charges {
        charge.rider = period.rider;
    }
    save
}

async fn owners(city: &City) {
    let mut rng = fastrand::Rng::with_seed(1);
    let start = Spent::start();
    for _ in 0..2_000 {
        let asked = (0..100).map(|_| credential_of(rng.u64(1..=city.riders)));
        let owners = city.store.find_owners(asked.collect()).await.unwrap();
        assert!(owners.iter().all(Option::is_some));
    }
    rate("find_owners, credentials", 200_000, &start);
}

/// Time passed and processor time used since a moment. On a shared machine only the second says
/// what a verb costs.
struct Spent {
    start: Instant,
    ticks: u64,
}

impl Spent {
    fn start() -> Self {
        Self {
            start: Instant::now(),
            ticks: ticks(),
        }
    }
}

/// Processor time of this process so far, user and system, in hundredths of a second.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(") ").next().unwrap().split(' ');
    let times = fields.skip(11).take(2);
    times.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

fn rate(what: &str, count: u64, spent: &Spent) {
    let seconds = spent.start.elapsed().as_secs_f64();
    let processor = (ticks() - spent.ticks) as f64 / 100.0;
    let each = processor * 1e6 / count as f64;
    println!(
        "{what}: {count} in {seconds:.1} s, {:.0}/s; {each:.1} us of processor time each",
        count as f64 / seconds
    );
}

fn tails(what: &str, mut latencies: Vec<Duration>) {
    latencies.sort_unstable();
    let at = |part: f64| {
        let place = (latencies.len() as f64 * part) as usize;
        let latency = latencies[place.min(latencies.len() - 1)];
        latency.as_secs_f64() * 1e3
    };
    println!(
        "  {what} latency ms: p50 {:.1}, p99 {:.1}, p99.9 {:.1}, max {:.1}",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}
