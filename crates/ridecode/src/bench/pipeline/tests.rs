//! The bill is a function of the set of taps, on the network of Guangzhou and Foshan: whatever the
//! order, the repeats and the cuts of the uploads, the same bills come out to the byte.

use ridecode_codec::crypto::native::Native;
use ridecode_fare::{Period, bill};
use ridecode_office::upload::{self, Auditor};
use ridecode_office::{Office, audit, price};
use ridecode_store::Store;
use ridecode_store::memory::MemoryStore;
use ridecode_words::{Month, RiderId, UnixSeconds};

use super::crowd::Crowd;
use super::traffic::{MORNING, Traffic};
use super::*;

/// A city of twenty riders, the same for every call with one seed.
async fn city(seed: u64) -> (Office, Crowd) {
    let store = Store::Memory(MemoryStore::default());
    let office = office::with_store(store).unwrap();
    let mut rng = fastrand::Rng::with_seed(seed);
    let crowd = Crowd::open(&office, (20, 14, 6), &mut rng).await.unwrap();
    (office, crowd)
}

/// Every journal cut at random, some pieces twice, all in any order.
fn pieces(traffic: &[Traffic], rng: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    for journal in traffic.iter().flat_map(|traffic| &traffic.journals) {
        let mut first = 0;
        while first < journal.entries.len() {
            let last = (first + rng.usize(1..=3)).min(journal.entries.len());
            let sealed = journal.seal(first..last, END).sealed;
            pieces.extend(vec![sealed; rng.usize(1..=2)]);
            first = last;
        }
    }
    rng.shuffle(&mut pieces);
    pieces
}

/// Prices until nothing is due.
async fn price_all(office: &Office, now: UnixSeconds) {
    loop {
        let priced = price::run(office, now, 100).await.unwrap();
        assert_eq!((priced.failed, priced.unpriced), (0, 0));
        if priced.bills == 0 {
            return;
        }
    }
}

/// Uploads, pricing now and then, and gives each rider's bill as bytes and balance.
async fn outcome(
    office: &Office,
    riders: &[RiderId],
    (pieces, rng): (Vec<Vec<u8>>, &mut fastrand::Rng),
) -> Vec<(Vec<u8>, i64)> {
    let mut auditor = Auditor::new(office, Native, 100);
    for piece in pieces {
        upload::accept(office, &piece, &mut auditor, END)
            .await
            .unwrap();
        if rng.u8(..4) == 0 {
            price_all(office, MORNING.plus_s(rng.i64(0..2 * 86_400))).await;
        }
    }
    price_all(office, END).await;
    let audited = audit::run(office, END).await.unwrap();
    assert_eq!(audited.findings, []);
    let month = Month {
        year: 2026,
        month: 11,
    };
    let mut outcome = Vec::new();
    for rider in riders {
        let rides = office.store.load_rides(*rider).await.unwrap();
        let period = Period {
            rider: *rider,
            month,
        };
        let bytes = bill(period, &rides.taps, &office.book, END).to_bytes();
        outcome.push((bytes, rides.balances[0].1));
    }
    outcome
}

#[tokio::test]
async fn uploads_in_any_order_give_the_same_bills_on_the_real_network() {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let (office, crowd) = city(seed).await;
    let mut traffic = Vec::new();
    for scheme in [Scheme::Compact, Scheme::Mot] {
        let made = Traffic::make(&office, &crowd, (scheme, MORNING), &mut rng).await;
        traffic.push(made.unwrap());
    }
    let riders: Vec<RiderId> = crowd
        .compact
        .iter()
        .chain(&crowd.mot)
        .map(|active| active.rider)
        .collect();
    let in_order = traffic.iter().flat_map(|traffic| &traffic.segments);
    let in_order = in_order.map(|segment| segment.sealed.clone()).collect();
    let expected = outcome(&office, &riders, (in_order, &mut rng)).await;
    assert!(expected.iter().all(|(_, owed)| *owed > 0), "everybody rode");

    for round in 0..4 {
        let (office, _) = city(seed).await;
        for journal in traffic.iter().flat_map(|traffic| &traffic.journals) {
            office
                .store
                .register_validator(journal.record())
                .await
                .unwrap();
        }
        let pieces = pieces(&traffic, &mut rng);
        let found = outcome(&office, &riders, (pieces, &mut rng)).await;
        assert_eq!(found, expected, "seed {seed} round {round}");
    }
}

/// The seed of `RIDECODE_SEED`, or one that differs from run to run.
#[expect(
    clippy::disallowed_methods,
    reason = "tests take their seed from the environment"
)]
fn seed() -> u64 {
    let given = std::env::var("RIDECODE_SEED").ok();
    given.map_or_else(
        || {
            std::time::UNIX_EPOCH
                .elapsed()
                .unwrap()
                .subsec_nanos()
                .into()
        },
        |seed| seed.parse().expect("RIDECODE_SEED must be a number"),
    )
}

/// When everything has been waited for.
const END: UnixSeconds = UnixSeconds(MORNING.0 + 3 * 86_400);
