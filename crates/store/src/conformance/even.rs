//! Charges against fares: what is asked for is what is owed, whatever fares and news come.

use std::collections::BTreeMap;

use fastrand::Rng;
use ridecode_account::{Block, RiderState};
use ridecode_ledger::{Account, Money};
use ridecode_words::{ChargeId, JourneyId};

use super::world::{
    NOW, Posting, bill, collected, credential, credential_id, declined, device, journey, mark,
    news, rider_id, rides, settle_in, upload, yuan_fen,
};
use crate::{Attempt, AttemptOutcome, BillSaved, Charge, ChargeState, RiderFile, Settled, Store};

/// A declined charge whose fare falls is never tried again: one that follows asks for what is
/// left, and the block goes with the debt.
pub async fn a_fare_that_falls_supersedes_a_declined_charge(store: &Store) {
    settle_in(store, 1, 1).await;
    let phone = store.register_device(device(1, 1)).await;
    phone.expect("a phone");
    let granted = store.grant_credentials(vec![credential(1, 1, 1)]).await;
    granted.expect("granted");
    let mut ride = Ride::new(store, 1).await;
    ride.costs(500).await;
    let first = ride.charge(1);
    assert!(open(store, first, 1).await);
    let mut decline = news(store, first, declined()).await;
    decline.next_attempt = Some(NOW.plus_s(3_600));
    decline.rider_state = Some(blocked(500));
    store.settle_charge(decline).await.expect("settled");

    ride.costs(400).await;
    let second = ride.charge(ChargeId::FOLLOW_UP);
    assert_eq!(held(store, first).await.state, ChargeState::Superseded);
    assert!(!open(store, first, 2).await, "never sent again");
    let late = news(store, first, declined()).await;
    let settled = store.settle_charge(late).await.expect("a straggler");
    assert_eq!(settled, Settled::NotWaiting);
    let follow_up = held(store, second).await;
    assert_eq!(follow_up.amount, yuan_fen(400));
    assert_eq!((follow_up.attempts, follow_up.declines), (0, 1));
    assert_eq!(follow_up.next_attempt, Some(NOW.plus_s(3_600)));
    let after = file(store).await;
    assert_eq!(after.rider.state, blocked(400));
    assert_eq!((after.unpaid, after.balance_minor), (vec![follow_up], 400));
    assert_eq!(
        store
            .office_state(NOW)
            .await
            .expect("counters")
            .charges_open,
        1
    );

    ride.costs(0).await;
    let after = file(store).await;
    assert_eq!(
        (after.rider.state, after.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(after.unpaid, []);
    assert_eq!(store.load_denied(NOW).await.expect("the list"), []);
    assert_eq!(after.credentials[0].id, credential_id(1));
    assert_eq!(
        store
            .office_state(NOW)
            .await
            .expect("counters")
            .charges_open,
        0
    );
}

/// A charge on its way is left alone until it is known, and then made right.
pub async fn a_charge_on_its_way_is_left_until_it_is_known(store: &Store) {
    settle_in(store, 1, 1).await;
    let check = async |sequence, outcome, balance, unpaid: &[i64]| {
        let before = file(store).await.balance_minor;
        let mut ride = Ride::new(store, sequence).await;
        ride.costs(500).await;
        assert!(open(store, ride.charge(1), 1).await);
        ride.costs(400).await;
        assert_eq!(
            held(store, ride.charge(1)).await.state,
            ChargeState::Submitted
        );
        let told = news(store, ride.charge(1), outcome).await;
        let settled = store.settle_charge(told).await.expect("news");
        assert_eq!(settled, Settled::Saved);
        let after = file(store).await;
        assert_eq!(after.balance_minor - before, balance);
        let of_ride = after.unpaid.iter();
        let of_ride = of_ride.filter(|charge| charge.id.journey == ride.journey);
        let amounts: Vec<i64> = of_ride.map(|charge| charge.amount.minor).collect();
        assert_eq!(amounts, unpaid);
    };
    check(1, collected(), -100, &[]).await;
    check(2, declined(), 400, &[400]).await;
    check(3, AttemptOutcome::Unknown, 400, &[500]).await;
}

/// Money that came in is booked as it came in, whatever was asked for, once and for all.
pub async fn another_amount_is_booked_as_it_came_in(store: &Store) {
    settle_in(store, 1, 1).await;
    let check = async |sequence, came_in, balance, unpaid: &[i64]| {
        let before = file(store).await;
        let mut ride = Ride::new(store, sequence).await;
        ride.costs(200).await;
        assert!(open(store, ride.charge(1), 1).await);
        let told = news(store, ride.charge(1), other(came_in)).await;
        let settled = store.settle_charge(told.clone()).await.expect("news");
        assert_eq!(settled, Settled::Saved);
        let repeat = store.settle_charge(told).await.expect("news");
        assert_eq!(repeat, Settled::AlreadyCollected);
        let paid = held(store, ride.charge(1)).await;
        assert_eq!(paid.find_paid(), Some(yuan_fen(came_in)));
        assert_eq!(paid.next_attempt, None);
        let after = file(store).await;
        assert_eq!(after.balance_minor - before.balance_minor, balance);
        let new = after
            .unpaid
            .iter()
            .filter(|charge| charge.id.journey == ride.journey);
        let amounts: Vec<_> = new
            .map(|charge| (charge.id.version, charge.amount.minor))
            .collect();
        let follow_up = |minor: &i64| (ChargeId::FOLLOW_UP, *minor);
        assert_eq!(amounts, unpaid.iter().map(follow_up).collect::<Vec<_>>());
    };
    check(1, 150, 50, &[50]).await;
    check(2, 250, -50, &[]).await;
}

/// Random fares and random news, on time, late, twice or never: after each, the open charges of
/// every journey ask for what it owes. Panics with the seed where they do not.
pub async fn charges_follow_fares(store: &Store, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    settle_in(store, 1, 1).await;
    let mut journeys = Vec::new();
    for sequence in 1..=3 {
        journeys.push(Ride::new(store, sequence).await);
    }
    for _ in 0..150 {
        if rng.u8(0..4) == 0 {
            let place = rng.usize(0..journeys.len());
            let amount = rng.i64(0..6) * 100;
            journeys[place].costs(amount).await;
        } else {
            something_is_heard(store, &mut rng).await;
        }
        assert_even(store, seed).await;
    }
    // Whatever is open is paid in the end; nothing more is asked for, and every fare is covered.
    while let Some(charge) = file(store).await.unpaid.first() {
        if charge.state.is_resting() {
            assert!(open(store, charge.id, charge.attempts + 1).await);
        }
        let paid = news(store, charge.id, collected()).await;
        store.settle_charge(paid).await.expect("news");
        assert_even(store, seed).await;
    }
    let left = file(store).await.balance_minor;
    assert!(left <= 0, "RIDECODE_SEED={seed}: {left} fen are owed still");
}

/// News of a random charge of the rider's, or an attempt at it, or both.
async fn something_is_heard(store: &Store, rng: &mut Rng) {
    let mut charges = store.load_rides(rider_id(1)).await.expect("a page").charges;
    rng.shuffle(&mut charges);
    let Some(charge) = charges.pop() else {
        return;
    };
    if charge.state.is_resting() && rng.u8(0..8) > 0 {
        assert!(open(store, charge.id, charge.attempts + 1).await);
    }
    let outcome = match rng.u8(0..12) {
        0..2 => return,
        2..4 => AttemptOutcome::Unknown,
        4 => AttemptOutcome::Accepted,
        5..9 => declined(),
        9 => other((charge.amount.minor + rng.i64(-99..99)).max(1)),
        _ => collected(),
    };
    let told = news(store, charge.id, outcome).await;
    for _ in 0..rng.u8(1..3) {
        store.settle_charge(told.clone()).await.expect("news");
    }
}

/// Open charges ask for what is owed, or for more with nothing but charges on their way.
async fn assert_even(store: &Store, seed: u64) {
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    let mut owed: BTreeMap<JourneyId, i64> = BTreeMap::new();
    for transfer in &page.transfers {
        *owed.entry(transfer.id.charge.journey).or_default() +=
            transfer.debit_less_credit_minor(Account::Rider(rider_id(1)));
    }
    for (journey, owed) in owed {
        let open = page.charges.iter();
        let open: Vec<&Charge> = open
            .filter(|charge| charge.id.journey == journey && !charge.state.is_closed())
            .collect();
        let asked: i64 = open.iter().map(|charge| charge.amount.minor).sum();
        let rest = open.iter().any(|charge| charge.state.is_resting());
        assert!(
            asked == owed || (asked > owed && !rest),
            "RIDECODE_SEED={seed}: {owed} fen are owed for {journey}, {open:#?} are open"
        );
    }
}

/// A ride of rider 1 whose fare changes.
struct Ride<'a> {
    store: &'a Store,
    journey: JourneyId,
    version: u32,
    fare: i64,
}

impl<'a> Ride<'a> {
    async fn new(store: &'a Store, sequence: u64) -> Self {
        upload(store, rides(1, sequence..=sequence, 1)).await;
        Self {
            store,
            journey: journey(1, sequence),
            version: 0,
            fare: 0,
        }
    }

    /// Posts the next version of the fare.
    async fn costs(&mut self, fare: i64) {
        self.version += 1;
        let posting = Posting {
            journey: self.journey,
            version: self.version,
            before: self.fare,
            after: fare,
        };
        let mut bill = bill(1, mark(self.store, 1).await, &[posting]);
        bill.due_again = Some(NOW);
        let saved = self.store.save_bills(vec![bill]).await.expect("a bill");
        assert_eq!(saved, [BillSaved::Saved]);
        self.fare = fare;
    }

    fn charge(&self, version: u32) -> ChargeId {
        ChargeId {
            journey: self.journey,
            version,
        }
    }
}

fn other(minor: i64) -> AttemptOutcome {
    AttemptOutcome::CollectedOther {
        transaction: "P-2".to_owned(),
        amount: yuan_fen(minor),
    }
}

fn blocked(minor: i64) -> RiderState {
    let amount: Money = yuan_fen(minor);
    RiderState::Blocked(Block {
        amount,
        rides: 1,
        since: NOW,
    })
}

async fn open(store: &Store, charge: ChargeId, number: u32) -> bool {
    let attempt = Attempt {
        charge,
        number,
        at: NOW,
        look_again: NOW.plus_s(60),
    };
    store.open_attempt(attempt).await.expect("an attempt")
}

async fn held(store: &Store, charge: ChargeId) -> Charge {
    let charge = store.find_charge(charge).await.expect("a verb");
    charge.expect("the charge")
}

async fn file(store: &Store) -> RiderFile {
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    file.expect("rider 1")
}
