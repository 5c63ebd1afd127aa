//! The ride home of a blocked rider, over HTTP.

use ridecode::clock::now;
use ridecode_account::EssentialRide;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_rider_gets_one_ride_home() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let world = World::start_with(folder, |config| {
        config.policy.credit.essential_ride = Some(EssentialRide {
            limit_minor: 500,
            valid_for_s: 3_600,
        });
    })
    .await;
    let mut rider = world.ready_rider("+8613800138130", FOSHAN_BUS).await;
    let body = json!({ "device": rider.device, "brand": FOSHAN_BUS });
    let asked = rider.api.post("/v1/essential-rides", &body).await;
    asked.problem("no-ride-home", "");

    world.empty_wallet().await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    bus.admit(&place, rider.show(now()), now());
    bus.upload().await;
    assert_eq!(world.work().await.declined, 1);
    let home = &rider.account().await["block"]["ride_home"];
    assert_eq!(
        (&home["state"], &home["until"]),
        (&json!("available"), &Value::Null)
    );
    assert_eq!(home["limit"], json!({ "minor": 500, "currency": "CNY" }));

    let wrong = json!({ "device": "phone", "brand": FOSHAN_BUS });
    let asked = rider.api.post("/v1/essential-rides", &wrong).await;
    asked.problem("invalid-field", "device");
    let given = rider
        .api
        .post("/v1/essential-rides", &body)
        .await
        .expect(201);
    let again = rider
        .api
        .post("/v1/essential-rides", &body)
        .await
        .expect(201);
    assert_eq!(given["credential"], again["credential"]);
    rider
        .ask_credentials(FOSHAN_BUS)
        .await
        .problem("blocked", "");
    let home = &rider.account().await["block"]["ride_home"];
    assert_eq!(
        (&home["state"], &home["until"]),
        (&json!("given"), &given["until"])
    );

    rider.take(&given["credential"]);
    bus.admit(&place, rider.show(now()), now());
    bus.upload().await;
    let home = &rider.account().await["block"]["ride_home"];
    assert_eq!(home["state"], "used");
    let asked = rider.api.post("/v1/essential-rides", &body).await;
    asked.problem("ride-home-gone", "");
    world.work().await;
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}
