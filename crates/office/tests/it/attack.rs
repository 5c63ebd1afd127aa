//! Attacks: validators that lie, codes that are altered and shown again, times out of this world.

use ridecode_codec::compact;
use ridecode_office::charge;
use ridecode_store::Store;
use ridecode_store::sqlite::SqliteStore;
use ridecode_validator::journal::{Event, VoidReason};
use ridecode_validator::{ClockTrust, Outcome, Passage};
use ridecode_words::{RiderId, UnixSeconds};

use crate::gate::{Gate, bus, metro};
use crate::world::{COMPACT, Chance, MORNING, MOT, World};

/// When everything has been waited for.
const END: UnixSeconds = UnixSeconds(MORNING.0 + 30 * 86_400);

/// Writes that a code was admitted, whatever it is.
fn claim(gate: &mut Gate, code: &[u8], at: UnixSeconds) {
    let (code, outcome) = (code.to_vec(), Outcome::Admit);
    gate.write(Event::Decided { code, outcome }, at);
}

/// Uploads what gates wrote, prices, and gives how many taps are held and what is owed for them.
async fn outcome_of(world: &mut World, gates: &[&Gate], rider: RiderId) -> (usize, i64) {
    for gate in gates {
        world.upload(&gate.seal_all(END), END).await.unwrap();
    }
    world.price(END).await;
    world.audit_clean(END).await;
    let rides = world.office.store.load_rides(rider).await.unwrap();
    (rides.taps.len(), world.file(rider, END).await.balance_minor)
}

/// The same code with the other signature that holds for its phone's key: (r, s) as (r, n − s).
fn twin(code: &[u8]) -> Vec<u8> {
    const N: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    let mut raw = ridecode_codec::read(code).unwrap().raw;
    let s_at = raw.len() - 32;
    let mut borrow = 0;
    for (digit, n) in raw[s_at..].iter_mut().zip(N).rev() {
        let difference = i16::from(n) - i16::from(*digit) - borrow;
        borrow = i16::from(difference < 0);
        *digit = difference.rem_euclid(256) as u8;
    }
    compact::text(&raw).into_bytes()
}

#[tokio::test]
async fn a_code_with_another_signature_is_the_same_showing() {
    let mut world = World::new(90);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let mut liar = world.gate(0x202, bus()).await;
    let code = phone.show(0, MORNING);
    reader.admit(&code, MORNING);
    assert_ne!(twin(&code), code);
    assert_eq!(
        reader.scan(&twin(&code), MORNING.plus_s(10)),
        Outcome::AlreadyUsed { silent: false },
        "a validator knows it again"
    );
    // Another one does not, and the code does hold; nobody pays for it twice all the same.
    liar.admit(&twin(&code), MORNING.plus_s(20));
    let found = outcome_of(&mut world, &[&reader, &liar], phone.rider).await;
    assert_eq!(found, (2, 200));
}

#[tokio::test]
async fn one_code_is_paid_once_however_often_and_wherever_it_is_written_down() {
    for brand in [COMPACT, MOT] {
        let mut world = World::new(91);
        let phone = world.rider(1, brand).await;
        let mut reader = world.gate(0x201, bus()).await;
        let mut way_in = world.gate(0x101, metro("west", Passage::In)).await;
        let mut way_out = world.gate(0x102, metro("east", Passage::Out)).await;
        let code = phone.show(0, MORNING);
        for after_s in 0..20 {
            claim(&mut reader, &code, MORNING.plus_s(after_s));
            claim(&mut way_in, &code, MORNING.plus_s(after_s + 1));
            claim(&mut way_out, &code, MORNING.plus_s(after_s + 40));
        }
        let gates = [&way_out, &way_in, &reader];
        let found = outcome_of(&mut world, &gates, phone.rider).await;
        assert_eq!(found, (60, 200), "{brand}");
    }
}

#[tokio::test]
async fn a_clock_said_to_drift_keeps_no_old_code_fresh() {
    let mut world = World::new(92);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let code = phone.show(0, MORNING);
    let day = MORNING.plus_s(86_400);
    for (bound_s, at) in [(u32::MAX, day), (90_000, day), (10, MORNING)] {
        reader.trust = ClockTrust::Drifting { bound_s };
        claim(&mut reader, &code, at);
    }
    // What an honest validator decides with.
    reader.trust = ClockTrust::Drifting { bound_s: 9 };
    claim(&mut reader, &phone.show(1, MORNING), MORNING);
    let found = outcome_of(&mut world, &[&reader], phone.rider).await;
    assert_eq!(found, (1, 200));
}

/// Voids dated anywhere, in any order with the tap they name, on both engines.
#[tokio::test]
async fn a_void_out_of_this_world_changes_no_bill_and_stops_no_pricing() {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(&folder.path().join("a.db")).unwrap();
    for mut world in [World::new(93), World::with_store(93, Store::Sqlite(file))] {
        let phone = world.rider(1, COMPACT).await;
        let mut reader = world.gate(0x201, bus()).await;
        reader.admit(&phone.show(0, MORNING), MORNING);
        for time in [
            i64::MIN,
            i64::MAX,
            0,
            -1,
            1 << 40,
            END.0,
            MORNING.0 - 86_401,
        ] {
            let (accepted, reason) = (1, VoidReason::Driver);
            reader.write(Event::Voided { accepted, reason }, UnixSeconds(time));
        }
        // Of entries that are no taps, that come later, or that never were.
        for accepted in [0, 2, 9, 10, 11, u64::MAX] {
            let reason = VoidReason::NobodyPassed;
            reader.write(Event::Voided { accepted, reason }, MORNING);
        }
        let last = reader.entries.len() as u64;
        let late = reader.seal(2, last, END);
        world.upload(&late, END).await.unwrap();
        world.upload(&reader.seal(1, 1, END), END).await.unwrap();
        let found = outcome_of(&mut world, &[&reader], phone.rider).await;
        assert_eq!(found, (8, 200));
    }
}

#[tokio::test]
async fn a_validator_takes_back_no_tap_of_another() {
    let mut world = World::new(94);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let mut rival = world.gate(0x202, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    rival.write(Event::Started, MORNING);
    rival.void(1, MORNING.plus_s(5));
    let found = outcome_of(&mut world, &[&rival, &reader], phone.rider).await;
    assert_eq!(found, (1, 200));
}

/// 2026-12-01 00:00 in the example city.
const DECEMBER: i64 = 1_796_054_400;

/// A trip over the end of the month, its halves priced as they come: what it costs in the end.
async fn over_midnight(seed: u64, (entry, exit): (i64, i64), exit_first: bool) -> i64 {
    let mut world = World::new(seed);
    let mut phone = world.rider(1, COMPACT).await;
    let night = UnixSeconds(DECEMBER - 3_600);
    world.refill(&mut phone, COMPACT, night).await;
    let mut way_in = world.gate(0x101, metro("west", Passage::In)).await;
    let mut way_out = world.gate(0x102, metro("east", Passage::Out)).await;
    let (entry, exit) = (UnixSeconds(entry), UnixSeconds(exit));
    claim(&mut way_in, &phone.show(0, entry), entry);
    claim(&mut way_out, &phone.show(1, exit), exit);
    let mut halves = [way_in.seal_all(END), way_out.seal_all(END)];
    if exit_first {
        halves.reverse();
    }
    for (half, days) in halves.iter().zip([3, 6]) {
        let now = exit.plus_s(days * 86_400);
        world.upload(half, now).await.unwrap();
        world.price(now).await;
        world.audit_clean(now).await;
    }
    let rides = world.office.store.load_rides(phone.rider).await.unwrap();
    assert_eq!(rides.taps.len(), 2);
    world.file(phone.rider, END).await.balance_minor
}

#[tokio::test]
async fn a_trip_over_the_end_of_the_month_is_billed_once() {
    let inside = over_midnight(95, (DECEMBER + 600, DECEMBER + 2_400), false).await;
    assert!(inside > 0);
    for (entry_s, exit_s) in [
        (-600, 1_200),
        (-1, 0),
        (0, 1_800),
        (-1_800, -1),
        (-3_000, 3_000),
    ] {
        for exit_first in [false, true] {
            let times = (DECEMBER + entry_s, DECEMBER + exit_s);
            let paid = over_midnight(96, times, exit_first).await;
            assert_eq!(paid, inside, "{entry_s} to {exit_s}");
        }
    }
}

#[tokio::test]
async fn two_workers_take_a_charge_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(&folder.path().join("a.db")).unwrap();
    let mut world = World::with_store(97, Store::Sqlite(file));
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for ride in 0..8 {
        let at = MORNING.plus_s(ride * 10);
        reader.admit(&phone.show(0, at), at);
    }
    let now = MORNING.plus_s(600);
    world.upload(&reader.seal_all(now), now).await.unwrap();
    world.price(now).await;
    let (office, provider) = (&world.office, &world.provider);
    let (mut one, mut other) = (
        Chance(fastrand::Rng::with_seed(1)),
        Chance(fastrand::Rng::with_seed(2)),
    );
    let (one, other) = tokio::join!(
        charge::run(office, now, 100, (provider, &mut one)),
        charge::run(office, now, 100, (provider, &mut other)),
    );
    assert_eq!(one.unwrap().collected + other.unwrap().collected, 8);
    assert_eq!(world.provider.taken(), 1_600);
    assert_eq!(world.file(phone.rider, now).await.balance_minor, 0);
    world.audit_clean(now).await;
}
