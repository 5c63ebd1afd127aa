//! A storm: thousands of charges through a provider that answers late, twice, in HTML or never,
//! with workers that die before a request leaves or before its reply is heard. In the end each ride
//! is collected once or advanced, on both sides' books, and the books do not tell how many workers
//! made them.
//!
//! `RIDECODE_RIDERS=100` asks for more riders, of a hundred rides each, than the ordinary run has,
//! `RIDECODE_SEED` for the weather of one run.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use fastrand::Rng;
use ridecode_ledger::{Account, TransferId};
use ridecode_office::Carrier;
use ridecode_office::charge::{self, told};
use ridecode_pay::{HttpReply, HttpRequest, Outcome};
use ridecode_store::conformance::world::{
    NOW, bill, first, journey, mandate, mark, rider_id, rides, settle_in, upload,
};
use ridecode_store::{AuditPage, ChargeState};
use ridecode_words::{ChargeId, ProviderId, UnixSeconds};
use tokio::sync::Notify;

use crate::order::seed;
use crate::provider::{Mood, Provider};
use crate::world::{Chance, World};

/// Riders of an ordinary run.
const RIDERS: u32 = 30;

/// Rides of each of them.
const RIDES: u64 = 100;

#[tokio::test]
async fn each_ride_is_collected_or_advanced_exactly_once() {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let riders = riders();
    let page = storm(seed, (riders, RIDES), 3).await;
    assert_eq!(page.charges.len() as u64, u64::from(riders) * RIDES);
}

#[tokio::test]
async fn the_number_of_workers_does_not_show_in_the_books() {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let mut books = Vec::new();
    for workers in [1, 2, 8] {
        let page = storm(seed, (20, 15), workers).await;
        // The day of a payment follows from when a worker came to it; nothing else does.
        let transfers: BTreeMap<TransferId, (Account, Account, i64)> = page
            .transfers
            .iter()
            .map(|one| (one.id, (one.debit, one.credit, one.amount.minor)))
            .collect();
        let states: Vec<(ChargeId, bool)> = page
            .charges
            .iter()
            .map(|charge| (charge.id, charge.state.is_paid()))
            .collect();
        books.push((transfers, states, page.balances));
    }
    assert_eq!(books[0], books[1], "RIDECODE_SEED={seed}");
    assert_eq!(books[0], books[2], "RIDECODE_SEED={seed}");
}

/// Charges `riders` with so many rides each in bad weather, and holds both sides' books against
/// each other. Gives what is held in the end.
async fn storm(seed: u64, (riders, rides_each): (u32, u64), workers: usize) -> AuditPage {
    let world = World::new(seed);
    let store = &world.office.store;
    let fares = open_books(&world, riders, rides_each).await;
    let weather = Weather::new(&world.provider, seed);
    let mut rng = Rng::with_seed(seed ^ 1);
    let mut now = NOW;
    // Twenty days: attempts end after fourteen, and what is unknown then is still asked about.
    for _ in 0..20 * 4 {
        let teams = (0..workers).map(|worker| {
            let chance = Chance(Rng::with_seed(seed.wrapping_add(worker as u64)));
            work(&world, &weather, (now, chance))
        });
        join_all(teams).await;
        world.provider.pay_accepted();
        call_back(&world, &mut rng, now).await;
        now = now.plus_s(6 * 3_600);
    }
    weather.calm.store(true, Ordering::Relaxed);
    work(&world, &weather, (now, Chance(Rng::with_seed(seed)))).await;
    world.provider.pay_accepted();
    work(
        &world,
        &weather,
        (now.plus_s(3_600), Chance(Rng::with_seed(seed))),
    )
    .await;

    let page = store.audit_page(None, riders as usize).await.unwrap();
    let orders = world.provider.orders();
    let (mut collected, mut advanced) = (0, 0);
    for charge in &page.charges {
        let number = charge.id.to_string();
        let times = orders.get(&number).map_or(0, |(_, _, times)| *times);
        let context = format!("RIDECODE_SEED={seed}: {charge:?}");
        if charge.state.is_paid() {
            assert_eq!(times, 1, "{context}");
            collected += charge.amount.minor;
        } else {
            let declined = matches!(charge.state, ChargeState::Declined { .. });
            assert!(declined && is_poor(&number), "{context}");
            assert_eq!((times, charge.next_attempt), (0, None), "{context}");
            advanced += charge.amount.minor;
        }
    }
    assert!(collected > 0 && advanced > 0, "RIDECODE_SEED={seed}");
    assert_eq!(world.provider.taken(), collected, "RIDECODE_SEED={seed}");
    assert_eq!(collected + advanced, fares, "RIDECODE_SEED={seed}");
    let sum = |of: fn(Account) -> bool| -> i64 {
        let sides = page.transfers.iter().flat_map(|one| {
            let minor = one.amount.minor;
            [(one.debit, minor), (one.credit, -minor)]
        });
        sides
            .filter(|(account, _)| of(*account))
            .map(|(_, minor)| minor)
            .sum()
    };
    let provider = sum(|account| matches!(account, Account::ProviderClearing(_)));
    let operators = sum(|account| matches!(account, Account::OperatorPayable(_)));
    let owed = sum(|account| matches!(account, Account::Rider(_)));
    let books = (provider, -operators, owed);
    assert_eq!(books, (collected, fares, advanced), "RIDECODE_SEED={seed}");
    page
}

/// Riders with mandates and priced rides. Gives the sum of the fares.
async fn open_books(world: &World, riders: u32, rides_each: u64) -> i64 {
    let store = &world.office.store;
    settle_in(store, u64::from(riders), riders).await;
    let mut fares = 0;
    for rider in 1..=riders {
        let (validator, number) = (rider, u64::from(rider));
        store.save_mandate(mandate(number, number)).await.unwrap();
        upload(store, rides(validator, 1..=rides_each, number)).await;
        let postings: Vec<_> = (1..=rides_each)
            .map(|sequence| {
                let amount = 100 + i64::try_from(sequence % 9).unwrap() * 50;
                fares += amount;
                first(journey(validator, sequence), amount)
            })
            .collect();
        let bill = bill(number, mark(store, number).await, &postings);
        store.save_bills(vec![bill]).await.unwrap();
        assert_eq!(
            world.file(rider_id(number), NOW).await.unpaid.len(),
            postings.len()
        );
    }
    fares
}

/// A worker: charges what is due in small batches, dies whenever the weather says so, and is
/// started again.
async fn work(world: &World, weather: &Weather, (now, mut chance): (UnixSeconds, Chance)) {
    let way = Way {
        weather,
        crash: Notify::new(),
    };
    loop {
        tokio::select! {
            biased;
            charged = charge::run(&world.office, now, 50, (&way, &mut chance)) => {
                if charged.unwrap().tried == 0 {
                    return;
                }
            }
            () = way.crash.notified() => {}
        }
    }
}

async fn join_all(workers: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut workers: Vec<_> = workers.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        workers.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
        if workers.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// Callbacks about some orders, twice some of them, as they stand at the provider.
async fn call_back(world: &World, rng: &mut Rng, now: UnixSeconds) {
    for (number, (state, amount, _)) in world.provider.orders() {
        let outcome = match state {
            "collected" => Outcome::Collected {
                transaction: format!("t-{number}"),
                amount: ridecode_ledger::Money::fen(amount),
            },
            "declined" => Outcome::Declined {
                reason: "insufficient_balance".to_owned(),
            },
            _ => Outcome::Accepted,
        };
        let id: ChargeId = number.parse().unwrap();
        for _ in 0..rng.u8(0..40).saturating_sub(37) {
            told(&world.office, id, outcome.clone(), now).await.unwrap();
        }
    }
}

/// The riders of `RIDECODE_RIDERS`, or of an ordinary run.
#[expect(
    clippy::disallowed_methods,
    reason = "tests take their size from the environment"
)]
fn riders() -> u32 {
    let given = std::env::var("RIDECODE_RIDERS").ok();
    given.map_or(RIDERS, |riders| {
        riders.parse().expect("RIDECODE_RIDERS must be a number")
    })
}

/// One order in ten is never paid.
fn is_poor(number: &str) -> bool {
    number.bytes().map(u32::from).sum::<u32>() % 10 == 0
}

/// What stands between the workers and the provider.
struct Weather {
    provider: Provider,
    rng: Mutex<Rng>,
    calm: AtomicBool,
}

/// One worker's way to the provider.
struct Way<'a> {
    weather: &'a Weather,
    crash: Notify,
}

impl Weather {
    fn new(provider: &Provider, seed: u64) -> Self {
        Self {
            provider: provider.clone(),
            rng: Mutex::new(Rng::with_seed(seed)),
            calm: AtomicBool::new(false),
        }
    }

    fn draw(&self, request: &HttpRequest) -> (u8, Mood) {
        let mut rng = self.rng.lock().unwrap();
        let calm = self.calm.load(Ordering::Relaxed);
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let poor = body["order"].as_str().is_some_and(is_poor);
        let mood = match rng.u8(0..10) {
            _ if poor => Mood::Empty,
            _ if calm => Mood::Pays,
            0 | 1 => Mood::Empty,
            2 | 3 => Mood::Slow,
            _ => Mood::Pays,
        };
        (if calm { 99 } else { rng.u8(0..100) }, mood)
    }
}

impl Carrier for Way<'_> {
    async fn carry(&self, to: ProviderId, request: HttpRequest) -> Option<HttpReply> {
        // The other workers go on while this one waits.
        tokio::task::yield_now().await;
        let weather = self.weather;
        let (fate, mood) = weather.draw(&request);
        if fate < 5 {
            // The worker dies before the request leaves.
            self.crash.notify_one();
            std::future::pending::<()>().await;
        }
        if fate < 12 {
            return None;
        }
        weather.provider.set_mood(mood);
        if fate < 18 {
            // It arrives twice.
            weather.provider.carry(to, request.clone()).await;
        }
        let reply = weather.provider.carry(to, request).await;
        if fate < 23 {
            // The worker dies before it hears the reply.
            self.crash.notify_one();
            std::future::pending::<()>().await;
        }
        match fate {
            23..30 => None,
            30..36 => reply.map(|reply| HttpReply {
                status: 502,
                body: b"<!doctype html><h1>502</h1>".to_vec(),
                ..reply
            }),
            _ => reply,
        }
    }
}
