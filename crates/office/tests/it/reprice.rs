//! Tariffs that come late: months billed before are billed again when somebody asks.

use std::sync::Arc;

use ridecode_fare::example::{TARIFF, network};
use ridecode_fare::{Tariff, TariffBook};
use ridecode_office::price::{Again, Then, again};
use ridecode_words::{Month, OperatorId};

use crate::charge::{NOW, rode};
use crate::provider::Mood;
use crate::world::World;

const NOVEMBER: Month = Month {
    year: 2026,
    month: 11,
};

/// The example's tariff with buses at another price from the day before on.
fn publish(world: &mut World, flat: &str) {
    let before = TARIFF.replace(
        "valid_from = 2020-01-01",
        "valid_from = 2020-01-01\nvalid_until = 2026-11-19",
    );
    let after = TARIFF
        .replace("version = \"1\"", "version = \"2\"")
        .replace("valid_from = 2020-01-01", "valid_from = 2026-11-20")
        .replace("flat = 200", flat);
    let tariffs = [before, after].map(|text| Tariff::parse(&text).unwrap());
    let book = TariffBook::new(vec![network()], tariffs.into());
    world.office.book = Arc::new(book.unwrap());
}

#[tokio::test]
async fn a_tariff_that_comes_late_is_charged_once_somebody_asks() {
    let (mut world, phone, _) = rode(31, 2).await;
    assert_eq!(world.charge(NOW).await.collected, 2);
    let same = Again {
        riders: 1,
        ..Again::default()
    };
    let told = async |world: &World, then| again(&world.office, NOVEMBER, NOW, then).await.unwrap();
    assert_eq!(told(&world, Then::Due).await, same);
    assert_eq!(world.office.store.due_bills(NOW, 9).await.unwrap(), []);

    publish(&mut world, "flat = 250");
    let dearer = Again {
        riders: 1,
        differ: 1,
        fares: 2,
        more_minor: 100,
        less_minor: 0,
        failed: 0,
    };
    // Telling changes nothing, nor does a round of pricing.
    for _ in 0..2 {
        assert_eq!(told(&world, Then::Tell).await, dearer);
        world.price(NOW).await;
    }
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 400);
    assert_eq!(told(&world, Then::Due).await, dearer);
    world.price(NOW).await;
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 500);
    assert_eq!(world.charge(NOW).await.collected, 2);
    assert_eq!(world.provider.taken(), 500);
    assert_eq!(told(&world, Then::Tell).await, same);
    world.audit_clean(NOW).await;
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 0);
}

#[tokio::test]
async fn what_a_late_tariff_makes_cheaper_is_given_back() {
    let (mut world, phone, _) = rode(32, 1).await;
    world.provider.set_mood(Mood::Pays);
    world.charge(NOW).await;
    publish(&mut world, "flat = 150");
    let told = again(&world.office, NOVEMBER, NOW, Then::Due).await;
    assert_eq!(told.unwrap().less_minor, 50);
    world.price(NOW).await;
    assert_eq!(world.refund(NOW).await.done, 1);
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 0);
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 150);
    world.audit_clean(NOW).await;
}
