//! Several riders' requests are open at the provider at once, as many as the settings allow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ridecode_office::{Carrier, charge};
use ridecode_pay::{HttpReply, HttpRequest};
use ridecode_words::ProviderId;

use crate::gate::bus;
use crate::provider::Provider;
use crate::world::{COMPACT, MORNING, World};

/// A provider that lets others ask before it answers, and counts who waits.
struct Slow<'a> {
    provider: &'a Provider,
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Carrier for Slow<'_> {
    async fn carry(&self, provider: ProviderId, request: HttpRequest) -> Option<HttpReply> {
        let open = self.open.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(open, Ordering::Relaxed);
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.provider.carry(provider, request).await
    }
}

/// Riders with two rides each; how many requests are open at once, at most.
async fn check(riders: u32, at_once: u16, expected: usize) {
    let mut world = World::new(u64::from(riders));
    let mut policy = ridecode_office::Policy::clone(&world.office.policy);
    policy.riders_at_once = at_once;
    world.office.policy = Arc::new(policy);
    let mut reader = world.gate(0x201, bus()).await;
    for number in 1..=riders {
        let phone = world.rider(number, COMPACT).await;
        for at in [MORNING, MORNING.plus_s(600)] {
            let at = at.plus_s(i64::from(number));
            reader.admit(&phone.show(0, at), at);
        }
    }
    let now = MORNING.plus_s(900);
    world.upload(&reader.seal_all(now), now).await.unwrap();
    world.price(now).await;
    let slow = Slow {
        provider: &world.provider,
        open: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    };
    let edge = (&slow, &mut world.chance);
    let charged = charge::run(&world.office, now, 100, edge).await.unwrap();
    assert_eq!(charged.collected, 2 * riders as usize);
    assert_eq!(slow.most.into_inner(), expected);
    world.audit_clean(now).await;
}

#[tokio::test]
async fn riders_are_charged_side_by_side() {
    check(5, 3, 3).await;
    check(2, 9, 2).await;
}

#[tokio::test]
async fn one_riders_charges_go_one_after_the_other() {
    check(1, 9, 1).await;
}
