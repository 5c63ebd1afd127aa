//! A storm: thousands of charges and refunds through a provider that answers late, twice, in HTML
//! or never, with workers that die before a request leaves or before its reply is heard, fares that
//! fall meanwhile, debts written off and paid after all. In the end each ride is collected once or
//! advanced, what was collected too much is given back once, on both sides' books, and the books do
//! not tell how many workers made them.
//!
//! `RIDECODE_RIDERS=100` asks for more riders, of a hundred rides each, than the ordinary run has,
//! `RIDECODE_SEED` for the weather of one run.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use fastrand::Rng;
use ridecode_ledger::{Account, TransferId};
use ridecode_office::charge::{self, told};
use ridecode_office::{Carrier, audit, refund, write_off};
use ridecode_pay::{HttpReply, HttpRequest, Outcome, RefundOutcome};
use ridecode_store::conformance::world::{
    NOW, Posting, bill, first, journey, mandate, mark, rider_id, rides, settle_in, upload,
};
use ridecode_store::memory::MemoryStore;
use ridecode_store::sqlite::SqliteStore;
use ridecode_store::{AuditPage, ChargeState, Store};
use ridecode_words::{ChargeId, JourneyId, ProviderId, UnixSeconds};
use tokio::sync::Notify;

use crate::order::seed;
use crate::provider::{Mood, Provider};
use crate::world::{Chance, World};

/// Riders of an ordinary run.
const RIDERS: u32 = 12;

/// Rides of each of them.
const RIDES: u64 = 100;

#[test]
fn each_ride_is_collected_or_advanced_exactly_once() {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let riders = riders(RIDERS);
    let storm = Storm {
        seed,
        riders,
        rides: RIDES,
        workers: 3,
        falls_in_the_storm: true,
    };
    let page = storm.rage(Store::Memory(MemoryStore::default()));
    assert!(page.charges.len() as u64 >= u64::from(riders) * RIDES);
}

#[test]
fn each_ride_is_collected_or_advanced_exactly_once_on_a_database() {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let riders = riders(1);
    let (store, _folder) = database();
    let storm = Storm {
        seed,
        riders,
        rides: RIDES,
        workers: 8,
        falls_in_the_storm: true,
    };
    let page = storm.rage(store);
    assert!(page.charges.len() as u64 >= u64::from(riders) * RIDES);
}

#[test]
fn the_number_of_workers_does_not_show_in_the_books() {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let books = |store: Store, workers: usize| {
        let storm = Storm {
            seed,
            riders: 6,
            rides: 15,
            workers,
            falls_in_the_storm: false,
        };
        let page = storm.rage(store);
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
        (transfers, states, page.balances)
    };
    let memory = || Store::Memory(MemoryStore::default());
    let one = books(memory(), 1);
    let (store, _folder) = database();
    for (store, workers) in [(memory(), 2), (memory(), 8), (store, 8)] {
        assert!(books(store, workers) == one, "RIDECODE_SEED={seed}");
    }
}

/// A run: how many ride how often, and how many workers, on threads of their own, do the rest.
#[derive(Clone, Copy)]
struct Storm {
    seed: u64,
    riders: u32,
    rides: u64,
    workers: usize,
    /// Whether fares fall while charges are on their way, or once all are known.
    falls_in_the_storm: bool,
}

impl Storm {
    /// Charges everyone in bad weather, and holds both sides' books against each other. Gives what
    /// is held in the end.
    fn rage(self, store: Store) -> AuditPage {
        let world = World::with_store(self.seed, store);
        let fares = block_on(open_books(&world, self.riders, self.rides));
        let weather = Weather::new(&world.provider, self.seed);
        let mut rng = Rng::with_seed(self.seed ^ 1);
        let mut fallen = BTreeMap::new();
        let mut now = NOW;
        // Twenty days: attempts end after fourteen, and what is unknown then is still asked about.
        for round in 0..20 * 4 {
            // However often a request was lost, or its worker died with it, before: whoever has
            // money is asked for it in fair weather once before attempts end.
            let fair = (12 * 4..14 * 4 + 1).contains(&round);
            weather.calm.store(fair, Ordering::Relaxed);
            self.work(&world, &weather, now);
            world.provider.pay_accepted();
            world.provider.give_accepted();
            block_on(call_back(&world, &mut rng, now));
            if round == 3 && self.falls_in_the_storm {
                fallen = block_on(fares_fall(&world, &fares));
            }
            now = now.plus_s(6 * 3_600);
        }
        now = self.calm(&world, &weather, now);
        if !self.falls_in_the_storm {
            fallen = block_on(fares_fall(&world, &fares));
            weather.calm.store(false, Ordering::Relaxed);
            for _ in 0..6 {
                self.work(&world, &weather, now);
                world.provider.give_accepted();
                now = now.plus_s(6 * 3_600);
            }
            now = self.calm(&world, &weather, now);
        }
        let debts = block_on(give_up(&world, now));
        let paid_after_all = block_on(pay_after_all(&world, &debts, now));
        let now = self.calm(&world, &weather, now.plus_s(200 * 86_400));
        let fares = fares.into_iter();
        let fares = fares.map(|(id, fare)| (id, fallen.get(&id).copied().unwrap_or(fare)));
        let page = block_on(check_books(&world, &fares.collect(), self.seed));
        assert!(!debts.is_empty() && !paid_after_all.is_empty());
        block_on(check_audit(&world, now, self.seed));
        page
    }

    /// Workers, each on its own thread, until nothing is due.
    fn work(&self, world: &World, weather: &Weather, now: UnixSeconds) {
        std::thread::scope(|scope| {
            for worker in 0..self.workers {
                let chance = Chance(Rng::with_seed(self.seed.wrapping_add(worker as u64)));
                scope.spawn(move || block_on(work(world, weather, (now, chance))));
            }
        });
    }

    /// Good weather, until all is known.
    fn calm(&self, world: &World, weather: &Weather, now: UnixSeconds) -> UnixSeconds {
        weather.calm.store(true, Ordering::Relaxed);
        for hours in [0, 2, 4] {
            self.work(world, weather, now.plus_s(hours * 3_600));
            world.provider.pay_accepted();
            world.provider.give_accepted();
        }
        now.plus_s(6 * 3_600)
    }
}

/// Takes back all or part of every seventh fare. Gives the fares that fell.
async fn fares_fall(world: &World, fares: &BTreeMap<JourneyId, i64>) -> BTreeMap<JourneyId, i64> {
    let store = &world.office.store;
    let mut fallen = BTreeMap::new();
    for (place, (journey, before)) in fares.iter().enumerate() {
        if place % 7 != 0 {
            continue;
        }
        let after = if place % 2 == 0 { 0 } else { before / 2 };
        let rider = u64::from(journey.0.validator.0);
        let posting = Posting {
            journey: *journey,
            version: 2,
            before: *before,
            after,
        };
        let mut bill = bill(rider, mark(store, rider).await, &[posting]);
        bill.due_again = Some(NOW);
        store.save_bills(vec![bill]).await.unwrap();
        fallen.insert(*journey, after);
    }
    fallen
}

/// Writes off what was given up. Gives the charges.
async fn give_up(world: &World, now: UnixSeconds) -> Vec<ChargeId> {
    let much_later = now.plus_s(200 * 86_400);
    while write_off::run(&world.office, much_later, 50).await.unwrap() > 0 {}
    let page = world.office.store.audit_page(None, 100_000).await.unwrap();
    let charges = page.charges.iter();
    let written_off = charges.filter(|charge| charge.written_off_minor() > 0);
    written_off.map(|charge| charge.id).collect()
}

/// Every third debt is paid after it was written off, and the provider says so, twice.
async fn pay_after_all(world: &World, debts: &[ChargeId], now: UnixSeconds) -> Vec<ChargeId> {
    let orders = world.provider.orders();
    let sent = debts
        .iter()
        .filter(|id| orders.contains_key(&id.to_string()));
    let late: Vec<ChargeId> = sent.copied().step_by(3).collect();
    for id in &late {
        let number = id.to_string();
        world.provider.pay_late(&number);
        let (_, amount, _) = world.provider.orders()[&number];
        let paid = Outcome::Collected {
            transaction: format!("t-{number}"),
            amount: ridecode_ledger::Money::fen(amount),
        };
        for _ in 0..2 {
            told(&world.office, *id, paid.clone(), now).await.unwrap();
        }
    }
    late
}

/// Both sides' books, ride by ride and in all.
async fn check_books(world: &World, fares: &BTreeMap<JourneyId, i64>, seed: u64) -> AuditPage {
    let page = world.office.store.audit_page(None, 100_000).await.unwrap();
    let orders = world.provider.orders();
    let mut rides: BTreeMap<JourneyId, i64> = BTreeMap::new();
    let mut collected = 0;
    for charge in &page.charges {
        let number = charge.id.to_string();
        let times = orders.get(&number).map_or(0, |(_, _, times)| *times);
        let context = format!("RIDECODE_SEED={seed}: {charge:?}");
        assert_eq!(charge.next_attempt, None, "{context}");
        assert_eq!(u32::from(charge.state.is_paid()), times, "{context}");
        let ride = rides.entry(charge.id.journey).or_default();
        if charge.state.is_paid() {
            collected += charge.amount.minor;
            *ride += charge.amount.minor;
        } else if charge.state != ChargeState::Superseded {
            // What followed on a debt that was given up was never sent.
            let unpaid = is_poor(&number) || charge.attempts == 0;
            assert!(charge.written_off.is_some() && unpaid, "{context}");
            *ride += charge.amount.minor;
        }
    }
    let mut back = 0;
    for refund in &page.refunds {
        let context = format!("RIDECODE_SEED={seed}: {refund:?}");
        assert_eq!(refund.state, ridecode_store::RefundState::Done, "{context}");
        back += refund.amount.minor;
        *rides.entry(refund.id.charge.journey).or_default() -= refund.amount.minor;
    }
    for (journey, fare) in fares {
        let settled = rides.get(journey).copied().unwrap_or(0);
        assert_eq!(settled, *fare, "RIDECODE_SEED={seed}: {journey}");
    }
    assert!(collected > 0 && back > 0, "RIDECODE_SEED={seed}");
    let provider = (world.provider.taken(), world.provider.given_back());
    assert_eq!(provider, (collected, back), "RIDECODE_SEED={seed}");
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
    let at_provider = sum(|account| matches!(account, Account::ProviderClearing(_)));
    let operators = sum(|account| matches!(account, Account::OperatorPayable(_)));
    let bad_debt = sum(|account| account == Account::BadDebt);
    let owed = sum(|account| matches!(account, Account::Rider(_)));
    let total: i64 = fares.values().sum();
    let books = (at_provider, -operators, owed);
    assert_eq!(books, (collected - back, total, 0), "RIDECODE_SEED={seed}");
    assert_eq!(at_provider + bad_debt, total, "RIDECODE_SEED={seed}");
    assert!(bad_debt > 0, "RIDECODE_SEED={seed}");
    page
}

/// The audit agrees, but for the fares, which no tap and no tariff gave.
async fn check_audit(world: &World, now: UnixSeconds, seed: u64) {
    let audited = audit::run(&world.office, now).await.unwrap();
    let findings = audited.findings.iter();
    let of_money = ["charge", "charges", "refund", "balance"];
    let of_money: Vec<_> = findings
        .filter(|finding| of_money.contains(&finding.what))
        .collect();
    assert_eq!(
        of_money,
        Vec::<&audit::Finding>::new(),
        "RIDECODE_SEED={seed}"
    );
    assert_eq!(audited.debits_less_credits_minor, 0);
}

/// Riders with mandates and priced rides. Gives what each ride costs.
async fn open_books(world: &World, riders: u32, rides_each: u64) -> BTreeMap<JourneyId, i64> {
    let store = &world.office.store;
    settle_in(store, u64::from(riders), riders).await;
    let mut fares = BTreeMap::new();
    for rider in 1..=riders {
        let (validator, number) = (rider, u64::from(rider));
        store.save_mandate(mandate(number, number)).await.unwrap();
        upload(store, rides(validator, 1..=rides_each, number)).await;
        let postings: Vec<_> = (1..=rides_each)
            .map(|sequence| {
                let amount = 100 + i64::try_from(sequence % 9).unwrap() * 50;
                fares.insert(journey(validator, sequence), amount);
                first(journey(validator, sequence), amount)
            })
            .collect();
        let mut bill = bill(number, mark(store, number).await, &postings);
        bill.due_again = Some(NOW);
        store.save_bills(vec![bill]).await.unwrap();
        assert_eq!(
            world.file(rider_id(number), NOW).await.unpaid.len(),
            postings.len()
        );
    }
    fares
}

/// A worker: does what is due in small batches, dies whenever the weather says so, and is started
/// again.
async fn work(world: &World, weather: &Weather, (now, mut chance): (UnixSeconds, Chance)) {
    let way = Way {
        weather,
        crash: Notify::new(),
    };
    loop {
        tokio::select! {
            biased;
            tried = work_once(world, &way, (now, &mut chance)) => {
                if tried == 0 {
                    return;
                }
            }
            () = way.crash.notified() => {}
        }
    }
}

async fn work_once(
    world: &World,
    way: &Way<'_>,
    (now, chance): (UnixSeconds, &mut Chance),
) -> usize {
    let charged = charge::run(&world.office, now, 50, (way, &mut *chance)).await;
    let refunded = refund::run(&world.office, now, 50, (way, chance)).await;
    charged.unwrap().tried + refunded.unwrap().tried
}

/// Runs a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

pub(crate) fn database() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("ridecode.db")).unwrap();
    (Store::Sqlite(store), folder)
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
    let page = world.office.store.audit_page(None, 100_000).await.unwrap();
    for refund in page.refunds {
        let done = world.provider.has_given_back(&refund.id.to_string());
        if done && rng.u8(0..4) == 0 {
            let outcome = RefundOutcome::Done {
                amount: refund.amount,
            };
            let told = refund::told(&world.office, refund.id, outcome, now);
            told.await.unwrap();
        }
    }
}

/// The riders of `RIDECODE_RIDERS`, or so many.
#[expect(
    clippy::disallowed_methods,
    reason = "tests take their size from the environment"
)]
fn riders(ordinary: u32) -> u32 {
    let given = std::env::var("RIDECODE_RIDERS").ok();
    given.map_or(ordinary, |riders| {
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
        let giving_back = body["refund"].is_string();
        let poor = !giving_back && body["order"].as_str().is_some_and(is_poor);
        let mood = match rng.u8(0..10) {
            _ if poor => Mood::Empty,
            _ if calm => Mood::Pays,
            // A refund that is refused waits for an agent, and there is none in this storm.
            0 | 1 if !giving_back => Mood::Empty,
            2 | 3 => Mood::Slow,
            _ => Mood::Pays,
        };
        (if calm { 99 } else { rng.u8(0..100) }, mood)
    }
}

impl Carrier for Way<'_> {
    async fn carry(&self, _: ProviderId, request: HttpRequest) -> Option<HttpReply> {
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
        if fate < 18 {
            // It arrives twice.
            weather.provider.take(mood, &request);
        }
        let reply = weather.provider.take(mood, &request);
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
