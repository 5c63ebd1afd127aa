//! The bill is a function of the set of taps: whatever the order, the repeats and the cuts of the
//! uploads, and whenever pricing ran in between, the same bills come out to the byte and the same
//! balances to the fen.

use std::sync::Arc;

use ridecode_office::Policy;
use ridecode_validator::Passage;
use ridecode_words::{RiderId, UnixSeconds};

use crate::day::per_day;
use crate::gate::{Gate, bus, metro};
use crate::phone::Phone;
use crate::world::{COMPACT, MORNING, World, policy};

const RIDERS: u32 = 4;

/// When everything has been waited for.
const END: UnixSeconds = UnixSeconds(MORNING.0 + 4 * 86_400);

struct City {
    world: World,
    phones: Vec<Phone>,
    /// West in, east in, east out, west out, bus, bus.
    gates: Vec<Gate>,
}

/// A city whose riders, phones and gates are the same for every call with one seed.
async fn city(seed: u64, policy: &Policy) -> City {
    let mut world = World::new(seed);
    world.office.policy = Arc::new(policy.clone());
    let mut phones = Vec::new();
    for number in 0..RIDERS {
        phones.push(world.rider(number, COMPACT).await);
    }
    let places = [
        metro("west", Passage::In),
        metro("east", Passage::In),
        metro("east", Passage::Out),
        metro("west", Passage::Out),
        bus(),
        bus(),
    ];
    let mut gates = Vec::new();
    for (id, place) in (0x100..).zip(places) {
        gates.push(world.gate(id, place).await);
    }
    City {
        world,
        phones,
        gates,
    }
}

/// Two days of riding: whole trips, missing exits, missing entries, companions, buses, voids, a
/// copied code.
fn ride(city: &mut City, chance: &mut fastrand::Rng) {
    let mut at = MORNING;
    for _ in 0..60 {
        at = at.plus_s(chance.i64(20..1_500));
        let phone = &city.phones[chance.usize(..city.phones.len())];
        let which = chance.usize(..4);
        let code = phone.show(which, at);
        let (west, east) = if chance.bool() { (0, 2) } else { (1, 3) };
        match chance.u8(..12) {
            10 | 11 => {
                city.gates[west].admit(&code, at);
                let code = phone.show(which + 1, at.plus_s(6));
                city.gates[west].admit(&code, at.plus_s(6));
                at = at.plus_s(chance.i64(60..3_600));
                for after_s in [0, 6] {
                    let at = at.plus_s(after_s);
                    let code = phone.show(which + usize::from(after_s == 0), at);
                    city.gates[east].admit(&code, at);
                }
                at = at.plus_s(6);
            }
            0..=4 => {
                city.gates[west].admit(&code, at);
                at = at.plus_s(chance.i64(60..3_600));
                let code = phone.show(which + 1, at);
                city.gates[east].admit(&code, at);
            }
            5 => drop(city.gates[west].admit(&code, at)),
            6 => drop(city.gates[east].admit(&code, at)),
            7 => {
                let accepted = city.gates[west].admit(&code, at);
                city.gates[west].void(accepted, at.plus_s(9));
            }
            8 => {
                city.gates[4].admit(&code, at);
                city.gates[5].admit(&code, at.plus_s(5));
            }
            _ => drop(city.gates[4].admit(&code, at)),
        }
    }
}

/// Every journal cut at random, some pieces twice, all in any order.
fn pieces(gates: &[Gate], chance: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    for gate in gates {
        let end = gate.entries.len() as u64;
        let mut first = 1;
        while first <= end {
            let last = (first + chance.u64(0..12)).min(end);
            let sealed = gate.seal(first, last, END);
            for _ in 0..chance.usize(1..=2) {
                pieces.push(sealed.clone());
            }
            // Some cuts overlap what was sent before.
            first = last + 1 - u64::from(chance.u8(..4) == 0 && last > first && last < end);
        }
    }
    chance.shuffle(&mut pieces);
    pieces
}

/// What must come out the same.
async fn outcome(world: &World, riders: &[RiderId]) -> Vec<(Vec<u8>, i64)> {
    let mut outcome = Vec::new();
    for rider in riders {
        let bill = world.bill_bytes(*rider, END).await;
        outcome.push((bill, world.file(*rider, END).await.balance_minor));
    }
    outcome
}

#[tokio::test]
async fn order_repeats_and_cuts_of_uploads_change_nothing() {
    check(&policy()).await;
}

#[tokio::test]
async fn nor_do_they_where_a_charge_takes_a_day() {
    check(&per_day()).await;
}

async fn check(policy: &Policy) {
    let seed = seed();
    println!("RIDECODE_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut first = city(seed, policy).await;
    ride(&mut first, &mut chance);
    let riders: Vec<RiderId> = first.phones.iter().map(|phone| phone.rider).collect();
    for gate in &first.gates {
        if !gate.entries.is_empty() {
            first.world.upload(&gate.seal_all(END), END).await.unwrap();
        }
    }
    first.world.price(END).await;
    let expected = outcome(&first.world, &riders).await;
    let owed = first.world.owed_to_operators().await;
    assert!(expected.iter().any(|(_, balance)| *balance > 0));
    first.world.audit_clean(END).await;

    for round in 0..6 {
        let mut city = city(seed, policy).await;
        let mut now = MORNING.plus_s(2 * 86_400);
        for piece in pieces(&first.gates, &mut chance) {
            city.world.upload(&piece, now).await.unwrap();
            if chance.u8(..4) == 0 {
                city.world.price(now).await;
            }
            now = now.plus_s(chance.i64(0..600));
        }
        city.world.price(END).await;
        assert_eq!(
            outcome(&city.world, &riders).await,
            expected,
            "seed {seed} round {round}"
        );
        assert_eq!(
            city.world.owed_to_operators().await,
            owed,
            "seed {seed} round {round}"
        );
        city.world.audit_clean(END).await;
    }
}

/// The seed of `RIDECODE_SEED`, or one that differs from run to run.
#[expect(
    clippy::disallowed_methods,
    reason = "tests take their seed from the environment"
)]
pub(crate) fn seed() -> u64 {
    let given = std::env::var("RIDECODE_SEED").ok();
    given.map_or_else(
        || std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64,
        |seed| seed.parse().expect("RIDECODE_SEED must be a number"),
    )
}
