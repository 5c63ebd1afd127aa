//! Charges against fares: what is asked for is what is owed, whatever fares and news come.

use std::collections::BTreeMap;

use fastrand::Rng;
use ridecode_account::{Block, RiderState};
use ridecode_ledger::{Account, Money};
use ridecode_words::{ChargeId, JourneyId};

use super::steps::{charges_open, file, held, held_refund, open, open_refund, refund_news, settle};
use super::world::{
    NOW, Posting, bill, collected, credential, credential_id, declined, device, journey, mark,
    news, rider_id, rides, settle_in, upload, write_off_of, yuan_fen,
};
use crate::{
    AttemptOutcome, BillSaved, Charge, ChargeState, RefundHeard, RefundState, RiderFile, Settled,
    Store, WriteOff,
};

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
    let straggler = settle(store, first, declined()).await;
    assert_eq!(straggler, Settled::NotWaiting);
    let follow_up = held(store, second).await;
    assert_eq!(follow_up.amount, yuan_fen(400));
    assert_eq!((follow_up.attempts, follow_up.declines), (0, 1));
    assert_eq!(follow_up.next_attempt, Some(NOW.plus_s(3_600)));
    let after = file(store).await;
    assert_eq!(after.rider.state, blocked(400));
    assert_eq!((after.unpaid, after.balance_minor), (vec![follow_up], 400));
    assert_eq!(charges_open(store).await, 1);

    ride.costs(0).await;
    let after = file(store).await;
    assert_eq!(
        (after.rider.state, after.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(after.unpaid, []);
    assert_eq!(store.load_denied(NOW).await.expect("the list").1, []);
    assert_eq!(after.credentials[0].id, credential_id(1));
    assert_eq!(charges_open(store).await, 0);
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
        let settled = settle(store, ride.charge(1), outcome).await;
        assert_eq!(settled, Settled::Saved);
        let after = file(store).await;
        assert_eq!(after.balance_minor - before, balance);
        let open = ride.open_charges(&after);
        let amounts: Vec<i64> = open.map(|charge| charge.amount.minor).collect();
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
        let open = ride.open_charges(&after);
        let amounts: Vec<_> = open
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
        match rng.u8(0..8) {
            0 | 1 => {
                let place = rng.usize(0..journeys.len());
                let amount = rng.i64(0..6) * 100;
                journeys[place].costs(amount).await;
            }
            2 => a_refund_goes_on(store, &mut rng).await,
            3 => something_is_written_off(store, &mut rng).await,
            _ => something_is_heard(store, &mut rng).await,
        }
        assert_even(store, seed).await;
    }
    // Whatever is open is paid in the end, and what came in too much is given back; nothing more
    // is asked for, every fare is covered, and only what was refused is left in credit.
    while let Some(charge) = file(store).await.unpaid.first() {
        if charge.state.is_resting() {
            assert!(open(store, charge.id, charge.attempts + 1).await);
        }
        settle(store, charge.id, collected()).await;
        assert_even(store, seed).await;
    }
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    let mut refused = 0;
    for refund in page.refunds {
        if refund.state.is_open() {
            let done = refund_news(store, refund.id, RefundHeard::Done).await;
            store.settle_refund(done).await.expect("news");
            assert_even(store, seed).await;
        }
        if matches!(refund.state, RefundState::Refused { .. }) {
            refused += refund.amount.minor;
        }
    }
    let left = file(store).await.balance_minor;
    assert!(
        (-refused..=0).contains(&left),
        "RIDECODE_SEED={seed}: {left} fen are left, {refused} were refused"
    );
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

/// An attempt at a random refund of the rider's, or news of it, or both, or an agent's retry.
async fn a_refund_goes_on(store: &Store, rng: &mut Rng) {
    let mut refunds = store.load_rides(rider_id(1)).await.expect("a page").refunds;
    rng.shuffle(&mut refunds);
    let Some(mut refund) = refunds.pop() else {
        return;
    };
    if rng.u8(0..4) == 0 {
        store.revive_refund(refund.id, NOW).await.expect("a verb");
        refund = held_refund(store, refund.id).await;
    }
    if refund.state.is_open() && rng.u8(0..8) > 0 {
        assert!(open_refund(store, refund.id, refund.attempts + 1).await);
    }
    let heard = match rng.u8(0..6) {
        0 => return,
        1 => RefundHeard::Unknown,
        2 => RefundHeard::Accepted,
        3 => RefundHeard::Refused {
            reason: "account_closed".to_owned(),
        },
        // No provider gives back more than came in.
        _ if refund.state == RefundState::Superseded => return,
        _ => RefundHeard::Done,
    };
    let told = refund_news(store, refund.id, heard).await;
    for _ in 0..rng.u8(1..3) {
        store.settle_refund(told.clone()).await.expect("news");
    }
}

/// What was given up is written off, if anything was.
async fn something_is_written_off(store: &Store, rng: &mut Rng) {
    let mut due = store.due_write_offs(NOW, 9).await.expect("a verb");
    rng.shuffle(&mut due);
    let Some(charge) = due.pop() else {
        return;
    };
    let write_off = WriteOff {
        charge: charge.id,
        at: NOW,
        transfer: write_off_of(&charge),
    };
    for expected in [true, false] {
        let written_off = store.write_off(write_off).await;
        assert_eq!(written_off.expect("a verb"), expected);
    }
}

/// Open charges ask for what is owed or written off, or for more with nothing but charges on their
/// way; money on its way back counts as given back. What is in credit beyond that was refused, and no charge was
/// given back more than came in for it.
async fn assert_even(store: &Store, seed: u64) {
    let page = store.load_rides(rider_id(1)).await.expect("a page");
    let mut owed: BTreeMap<JourneyId, i64> = BTreeMap::new();
    for transfer in &page.transfers {
        *owed.entry(transfer.id.charge.journey).or_default() +=
            transfer.debit_less_credit_minor(Account::Rider(rider_id(1)));
    }
    for charge in &page.charges {
        *owed.entry(charge.id.journey).or_default() += charge.written_off_minor();
    }
    let mut refused: BTreeMap<JourneyId, i64> = BTreeMap::new();
    for refund in &page.refunds {
        if refund.state.is_open() {
            *owed.entry(refund.id.charge.journey).or_default() += refund.amount.minor;
        } else if !refund.state.is_closed() {
            *refused.entry(refund.id.charge.journey).or_default() += refund.amount.minor;
        }
    }
    for (journey, owed) in owed {
        let open = page.charges.iter();
        let open: Vec<&Charge> = open
            .filter(|charge| charge.id.journey == journey && !charge.state.is_closed())
            .collect();
        let asked: i64 = open.iter().map(|charge| charge.amount.minor).sum();
        let rest = open.iter().any(|charge| charge.state.is_resting());
        let refused = refused.get(&journey).copied().unwrap_or(0);
        assert!(
            asked == owed || (asked > owed && !rest),
            "RIDECODE_SEED={seed}: {owed} fen are owed for {journey}, {open:#?} are open"
        );
        assert!(
            owed >= -refused,
            "RIDECODE_SEED={seed}: {journey} is {owed} fen in credit, {refused} were refused"
        );
    }
    for charge in &page.charges {
        let back = page.refunds.iter().filter(|one| one.id.charge == charge.id);
        let back = back.filter(|one| one.state != RefundState::Superseded);
        let back: i64 = back.map(|refund| refund.amount.minor).sum();
        let paid = charge.find_paid().map_or(0, |paid| paid.minor);
        assert!(back <= paid, "RIDECODE_SEED={seed}: {charge:?}: {back}");
    }
}

/// A ride of rider 1 whose fare changes.
pub(super) struct Ride<'a> {
    store: &'a Store,
    journey: JourneyId,
    version: u32,
    fare: i64,
}

impl<'a> Ride<'a> {
    pub(super) async fn new(store: &'a Store, sequence: u64) -> Self {
        upload(store, rides(1, sequence..=sequence, 1)).await;
        Self {
            store,
            journey: journey(1, sequence),
            version: 0,
            fare: 0,
        }
    }

    /// Posts the next version of the fare.
    pub(super) async fn costs(&mut self, fare: i64) {
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

    fn open_charges(&self, file: &'a RiderFile) -> impl Iterator<Item = &'a Charge> {
        let open = file.unpaid.iter();
        open.filter(|charge| charge.id.journey == self.journey)
    }

    pub(super) fn charge(&self, version: u32) -> ChargeId {
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
