//! Closing days.

use std::sync::Arc;

use ridecode_ledger::Commission;
use ridecode_office::{CommissionRates, Policy, close};
use ridecode_words::{OperatorId, ServiceDay};

use crate::gate::bus;
use crate::world::{COMPACT, DAY, MORNING, World, policy};

#[tokio::test]
async fn statements_follow_each_other_and_name_what_is_missing() {
    let mut world = World::new(1);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for ride in 0..3 {
        let at = MORNING.plus_s(i64::from(ride) * 60);
        reader.admit(&phone.show(ride as usize, at), at);
    }
    reader.void(1, MORNING.plus_s(200));
    let now = MORNING.plus_s(600);
    let bus = OperatorId(2);
    // Nothing has come in: no statement, not even an empty one.
    assert_eq!(close::day(&world.office, bus, DAY).await.unwrap(), None);

    // The first and the third ride came in, the second and the void are known to exist.
    world.upload(&reader.seal(1, 1, now), now).await.unwrap();
    world.upload(&reader.seal(3, 3, now), now).await.unwrap();
    world.price(now).await;
    let first = close::day(&world.office, bus, DAY).await.unwrap().unwrap();
    assert_eq!(
        (first.number, first.fares.minor, first.commission.minor),
        (1, 400, 2)
    );
    assert_eq!(first.coverage[0].held, [(1, 1), (3, 3)]);
    assert_eq!(first.coverage[0].missing, [(2, 2), (4, 4)]);
    assert_eq!(close::day(&world.office, bus, DAY).await.unwrap(), None);

    // The rest comes late: a new ride, and the first one taken back.
    world.upload(&reader.seal_all(now), now).await.unwrap();
    world.price(now).await;
    let next_day = ServiceDay(DAY.0 + 1);
    let second = close::day(&world.office, bus, next_day)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (second.number, second.fares.minor, second.lines.len()),
        (2, 0, 2)
    );
    assert_eq!(second.coverage[0].missing, []);
    // The metro saw none of it.
    assert_eq!(
        close::day(&world.office, OperatorId(1), next_day)
            .await
            .unwrap(),
        None
    );
    assert_eq!(world.audit_clean(now).await.statements, 2);
}

/// A commission that changes leaves earlier statements as they were, and the audit knows.
#[tokio::test]
async fn each_statement_has_the_commission_of_its_day() {
    let mut world = World::new(2);
    let next_day = ServiceDay(DAY.0 + 1);
    world.office.policy = Arc::new(Policy {
        commission: CommissionRates {
            first: Commission { basis_points: 50 },
            changes: vec![(next_day, Commission { basis_points: 200 })],
        },
        ..policy()
    });
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let operator = OperatorId(2);
    for (day, at, expected) in [(DAY, MORNING, 1), (next_day, MORNING.plus_s(86_400), 4)] {
        reader.admit(&phone.show(0, at), at);
        let now = at.plus_s(60);
        world.upload(&reader.seal_all(now), now).await.unwrap();
        world.price(now).await;
        let statement = close::day(&world.office, operator, day).await.unwrap();
        let statement = statement.unwrap();
        let told = (statement.fares.minor, statement.commission.minor);
        assert_eq!(told, (200, expected), "{day}");
        world.audit_clean(now).await;
    }
}
