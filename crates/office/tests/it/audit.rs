//! The audit finds what does not add up, and nothing else.

use std::sync::Arc;

use ridecode_office::{CommissionRates, Policy, audit, close};
use ridecode_store::BillSave;
use ridecode_validator::Passage;
use ridecode_words::{OperatorId, UnixSeconds};

use crate::gate::{bus, metro};
use crate::phone::Phone;
use crate::world::{COMPACT, DAY, MORNING, World, policy};

const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 60);

/// A rider with one bus ride that is uploaded and not priced.
async fn rode(seed: u64) -> (World, Phone) {
    let mut world = World::new(seed);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    (world, phone)
}

/// Saves a bill that an honest pricing made in a twin world, altered.
async fn save_altered(world: &World, alter: impl FnOnce(&mut BillSave)) {
    let due = world.office.store.due_bills(NOW, 1).await.unwrap();
    let window = world
        .office
        .store
        .load_windows(vec![due[0].period], 86_400)
        .await
        .unwrap();
    let (twin, phone) = rode(9).await;
    twin.price(NOW).await;
    let page = twin.office.store.load_rides(phone.rider).await.unwrap();
    let mut save = BillSave::empty(due[0].period, window[0].mark, NOW);
    save.fares = page.fares;
    save.transfers = page.transfers;
    save.charges = page.charges;
    save.legs.push(ridecode_store::OperatorLeg {
        operator: OperatorId(2),
        day: DAY,
        leg: ridecode_ledger::ClearedLeg {
            charge: save.charges[0].id,
            issuer: save.fares[0].issuer,
            amount_minor: 200,
        },
    });
    alter(&mut save);
    world.office.store.save_bills(vec![save]).await.unwrap();
}

async fn findings(world: &World) -> Vec<(&'static str, String)> {
    let audited = audit::run(&world.office, NOW).await.unwrap();
    let findings = audited.findings.into_iter();
    findings
        .map(|finding| (finding.what, finding.detail))
        .collect()
}

#[tokio::test]
async fn work_that_waits_is_no_finding() {
    let (mut world, _) = rode(1).await;
    world.audit_clean(NOW).await;
    world.price(NOW).await;
    world.audit_clean(NOW).await;
    world.charge(NOW).await;
    let audited = world.audit_clean(NOW).await;
    assert_eq!(
        (audited.riders, audited.taps, audited.journal_gaps),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn pricing_later_than_the_audit_began_is_no_finding() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let mut entry = world.gate(0x101, metro("west", Passage::In)).await;
    entry.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&entry.seal_all(NOW), NOW).await.unwrap();
    let closed = MORNING.plus_s(90_000);
    world.price(closed).await;
    assert_eq!(world.file(phone.rider, closed).await.balance_minor, 200);
    // The journey closed an hour after this audit began, while it was running.
    world.audit_clean(MORNING.plus_s(86_000)).await;
    // Long before it could have closed, the same fare is wrong.
    let findings = audit::run(&world.office, MORNING.plus_s(-86_400))
        .await
        .unwrap()
        .findings;
    assert_eq!(findings.len(), 1);
}

#[tokio::test]
async fn a_fare_the_taps_do_not_give_is_found() {
    let (world, _) = rode(9).await;
    save_altered(&world, |save| {
        save.fares[0].amount_minor = 300;
        save.fares[0].shares[0].amount_minor = 300;
        save.transfers[0].amount.minor = 300;
        save.legs[0].leg.amount_minor = 300;
        save.charges[0].amount.minor = 300;
    })
    .await;
    let expected = "the taps give Complete of 1 taps for 200 minor units, \
                    Complete of 1 taps for 300 minor units is posted";
    assert_eq!(findings(&world).await, [("bill", expected.to_owned())]);
}

#[tokio::test]
async fn a_fare_that_is_not_charged_is_found() {
    let (world, _) = rode(9).await;
    save_altered(&world, |save| save.charges.clear()).await;
    let fare = "¥2.00 is to be charged, nothing is";
    let journey = "200 minor units are owed, 0 are asked for";
    let expected = [("charge", fare.to_owned()), ("charges", journey.to_owned())];
    assert_eq!(findings(&world).await, expected);
}

#[tokio::test]
async fn a_fare_that_is_not_posted_is_found() {
    let (world, _) = rode(9).await;
    save_altered(&world, |save| {
        save.transfers.clear();
        save.legs.clear();
    })
    .await;
    let found = findings(&world).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "transfer");
    assert!(found[0].1.starts_with("¥2.00 from "), "{}", found[0].1);
}

#[tokio::test]
async fn a_statement_that_does_not_follow_is_found() {
    let (mut world, _) = rode(3).await;
    world.price(NOW).await;
    close::day(&world.office, OperatorId(2), DAY)
        .await
        .unwrap()
        .unwrap();
    world.audit_clean(NOW).await;
    world.office.policy = Arc::new(Policy {
        commission: CommissionRates::always(100),
        ..policy()
    });
    let expected = "its lines come to ¥1.98 payable, it says ¥1.99";
    assert_eq!(findings(&world).await, [("statement", expected.to_owned())]);
}
