//! Bills of the provider, right and wrong, against a day of rides.

use ridecode_ledger::{Account, Currency, Money};
use ridecode_office::reconcile::{self, BillFault, HandedIn};
use ridecode_pay::{BillLine, Class};
use ridecode_store::{
    BillRefused, BillStep, Charge, ChargeState, ProviderBill, ProviderPaid, Resolution, Signature,
};
use ridecode_words::{ProviderId, ServiceDay, UnixSeconds};

use crate::gate::bus;
use crate::world::{COMPACT, DAY, MORNING, World};

const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 3_600);

/// A world where four rides were charged, with its charges and its provider.
async fn charged() -> (World, Vec<Charge>, ProviderId) {
    let mut world = World::new(1);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for ride in 0..4_usize {
        let at = MORNING.plus_s(i64::try_from(ride).unwrap() * 300);
        reader.admit(&phone.show(ride, at), at);
    }
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    world.charge(NOW).await;
    let page = world.office.store.load_rides(phone.rider).await.unwrap();
    assert_eq!(page.charges.len(), 4);
    let (provider, _) = world.office.desk.provider;
    (world, page.charges, provider)
}

/// The line an honest bill has for a charge.
fn line(charge: &Charge) -> BillLine {
    let ChargeState::Collected { transaction } = &charge.state else {
        panic!("{charge:?} is collected");
    };
    BillLine {
        transaction: transaction.clone(),
        charge: charge.id,
        contract: "contract".to_owned(),
        amount: charge.amount,
        collected: NOW,
    }
}

fn handed_in(provider: ProviderId, digest: u8, lines: Vec<BillLine>) -> HandedIn {
    HandedIn {
        provider,
        day: DAY,
        digest: [digest; 32],
        lines,
        taken: by("an"),
    }
}

fn by(name: &str) -> Signature {
    Signature {
        by: name.to_owned(),
        at: NOW,
    }
}

fn classes(bill: &ProviderBill) -> Vec<Class> {
    bill.findings.iter().map(|one| one.class).collect()
}

#[tokio::test]
async fn an_honest_bill_matches_and_its_payment_is_booked() {
    let (world, charges, provider) = charged().await;
    let office = &world.office;
    let lines: Vec<_> = charges.iter().map(line).collect();
    let bill = handed_in(provider, 1, lines);
    let planned = reconcile::plan(office, &bill).await.unwrap();
    assert!(reconcile::find(office, (provider, DAY)).await.is_err());
    for _ in 0..2 {
        let taken = reconcile::take(office, bill.clone()).await.unwrap();
        assert_eq!(taken, planned);
        assert_eq!(classes(&taken), [Class::Matched; 4]);
        assert_eq!(taken.total, Money::fen(800));
    }
    assert_eq!(office.store.open_differences(9).await.unwrap(), []);
    let settle = |net, cost| {
        BillStep::Settle(ProviderPaid {
            net: Money::fen(net),
            cost: Money::fen(cost),
        })
    };
    let key = (provider, DAY);
    let short = reconcile::step(office, key, settle(790, 5)).await;
    let refused = matches!(
        short,
        Err(BillFault::Refused(BillRefused::OtherTotal { .. }))
    );
    assert!(refused, "nothing is absorbed");
    for _ in 0..2 {
        reconcile::step(office, key, settle(795, 5)).await.unwrap();
    }
    let page = office.store.audit_page(None, 9).await.unwrap();
    let booked: Vec<_> = page
        .bookings
        .iter()
        .map(|one| (one.debit, one.credit, one.amount.minor))
        .collect();
    let clearing = Account::ProviderClearing(provider);
    assert_eq!(
        booked,
        [
            (Account::Bank, clearing, 795),
            (Account::ProviderCost, clearing, 5)
        ]
    );
    world.audit_clean(NOW).await;
}

#[tokio::test]
async fn each_difference_is_in_its_class_and_open_until_put_right() {
    let (world, charges, provider) = charged().await;
    let office = &world.office;
    let mut lines: Vec<_> = charges[..3].iter().map(line).collect();
    lines[1].amount = Money::fen(250);
    lines[2].transaction = "other".to_owned();
    lines.push(lines[0].clone());
    lines.push(BillLine {
        transaction: "second".to_owned(),
        ..lines[0].clone()
    });
    lines.push(BillLine {
        transaction: "stray".to_owned(),
        charge: "0000ffff-1-1".parse().unwrap(),
        ..lines[0].clone()
    });
    let taken = reconcile::take(office, handed_in(provider, 1, lines))
        .await
        .unwrap();
    assert_eq!(
        classes(&taken),
        [
            Class::Matched,
            Class::AmountDiffers,
            Class::TransactionDiffers,
            Class::DuplicateLine,
            Class::PaidTwice,
            Class::MissingHere,
            Class::MissingThere,
        ]
    );
    assert_eq!(taken.total, Money::fen(200 + 250 + 200 + 200 + 200));
    let open = office.store.open_differences(99).await.unwrap();
    assert_eq!(open.len(), 6);
    // Nothing was corrected by itself.
    world.audit_clean(NOW).await;
    for one in open {
        let resolution = Resolution {
            signature: by("bo"),
            reason: "asked the provider".to_owned(),
        };
        let step = BillStep::Resolve {
            place: one.place,
            resolution,
        };
        reconcile::step(office, (provider, DAY), step)
            .await
            .unwrap();
    }
    assert_eq!(office.store.open_differences(99).await.unwrap(), []);
}

#[tokio::test]
async fn a_charge_we_do_not_hold_as_paid_differs_in_status() {
    let mut world = World::new(3);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    let (provider, _) = world.office.desk.provider;
    let page = world.office.store.load_rides(phone.rider).await.unwrap();
    let claimed = BillLine {
        transaction: "T".to_owned(),
        charge: page.charges[0].id,
        contract: "c".to_owned(),
        amount: page.charges[0].amount,
        collected: NOW,
    };
    let taken = reconcile::take(&world.office, handed_in(provider, 1, vec![claimed])).await;
    assert_eq!(classes(&taken.unwrap()), [Class::StatusDiffers]);
}

#[tokio::test]
async fn wrong_bills_change_nothing() {
    let (world, charges, provider) = charged().await;
    let office = &world.office;
    let honest = line(&charges[0]);
    let check = async |change: &dyn Fn(&mut HandedIn), expected: &str| {
        let mut bill = handed_in(provider, 1, vec![honest.clone(), honest.clone()]);
        change(&mut bill);
        let fault = reconcile::take(office, bill).await.unwrap_err();
        assert!(fault.to_string().contains(expected), "{fault}");
        assert!(reconcile::find(office, (provider, DAY)).await.is_err());
    };
    check(
        &|bill| bill.lines[1].collected = NOW.plus_s(86_400),
        "line 2 of the bill was collected on 2026-11-22",
    )
    .await;
    check(
        &|bill| bill.lines[1].amount = Money::new(200, Currency(*b"HKD")),
        "line 2 of the bill is in HKD",
    )
    .await;
    check(&|bill| bill.day = ServiceDay(DAY.0 - 1), "line 1").await;
    check(
        &|bill| {
            for line in &mut bill.lines {
                line.amount = Money::fen(i64::MAX);
            }
            bill.lines[1].transaction = "second".to_owned();
        },
        "more than can be counted",
    )
    .await;
    check(&|bill| bill.taken.by = String::new(), "the name").await;
    // Another bill for the same day does not replace the one that is held.
    reconcile::take(office, handed_in(provider, 1, vec![honest.clone()]))
        .await
        .unwrap();
    let other = reconcile::take(office, handed_in(provider, 2, Vec::new())).await;
    assert!(matches!(other, Err(BillFault::Other(..))));
    let held = reconcile::find(office, (provider, DAY)).await.unwrap();
    assert_eq!(held.findings.len(), 4);
}
