//! Provider bills: kept once, put right line by line, paid once.

use ridecode_ledger::{Money, book};
use ridecode_pay::Class;
use ridecode_words::{ChargeId, ProviderId, ServiceDay, UnixSeconds};

use super::world::{DAY, NOW, collected, news, ride_and_bill, settle_in};
use crate::{
    BillFinding, BillRefused, BillStep, ProviderBill, ProviderBillSaved, ProviderPaid, Resolution,
    Signature, Store,
};

const KEY: (ProviderId, ServiceDay) = (ProviderId(1), DAY);

/// What a provider collected on a day is found, beside what was asked for, once each.
pub async fn collected_charges_are_found_by_their_day(store: &Store) {
    settle_in(store, 2, 2).await;
    let mut charges = Vec::new();
    for (validator, sequence) in [(1, 1), (1, 2), (2, 1)] {
        charges.push(ride_and_bill(store, validator, sequence, validator.into()).await);
    }
    let paid = news(store, charges[1], collected()).await;
    let (day, provider) = (paid.transfers[0].day, paid.transfers[0].debit);
    assert_eq!(provider.to_string(), "provider/1/clearing");
    store.settle_charge(paid).await.expect("settled");
    let found = async |(provider, day), asked: &[ChargeId]| {
        let found = store.load_collected(provider, day, asked.to_vec()).await;
        let found = found.expect("charges").into_iter();
        Vec::from_iter(found.map(|charge| charge.id))
    };
    let one = ProviderId(1);
    assert_eq!(found((one, day), &[]).await, [charges[1]]);
    assert_eq!(found((one, day), &charges[1..2]).await, [charges[1]]);
    let mut asked = charges.clone();
    asked.push(ChargeId {
        version: 77,
        ..charges[0]
    });
    charges.sort();
    assert_eq!(found((one, day), &asked).await, charges);
    assert_eq!(found((ProviderId(2), day), &[]).await, []);
    assert_eq!(found((one, ServiceDay(day.0 + 1)), &[]).await, []);
}

/// A provider's day has one bill; repeats and rivals leave it as it is.
pub async fn a_bill_is_kept_once(store: &Store) {
    let save = async |bill| store.save_provider_bill(bill).await.expect("a verb");
    assert_eq!(find(store).await, None);
    assert_eq!(save(bill(1)).await, ProviderBillSaved::Saved);
    let mut again = bill(1);
    again.taken = signature("B");
    assert_eq!(save(again).await, ProviderBillSaved::Repeated);
    assert_eq!(save(bill(2)).await, ProviderBillSaved::Other);
    assert_eq!(find(store).await, Some(bill(1)));
    let mut elsewhere = bill(2);
    elsewhere.provider = ProviderId(2);
    assert_eq!(save(elsewhere).await, ProviderBillSaved::Saved);
    let open = store.open_differences(9).await.expect("differences");
    let places = open.iter().map(|one| (one.provider.0, one.place));
    assert_eq!(Vec::from_iter(places), [(1, 1), (1, 2), (2, 1), (2, 2)]);
    assert_eq!(store.open_differences(3).await.expect("three").len(), 3);
}

/// A difference is open until someone says how it was put right, and then it stays so.
pub async fn a_difference_is_put_right_once(store: &Store) {
    let resolve = |place, by: &str, reason: &str| BillStep::Resolve {
        place,
        resolution: Resolution {
            signature: signature(by),
            reason: reason.to_owned(),
        },
    };
    let unknown = BillRefused::Unknown(KEY.0, KEY.1);
    assert_eq!(take(store, resolve(1, "A", "x")).await, Err(unknown));
    store.save_provider_bill(bill(1)).await.expect("saved");
    let refused = async |step, expected| assert_eq!(take(store, step).await, Err(expected));
    refused(resolve(0, "A", "x"), BillRefused::NothingToDo(0)).await;
    refused(resolve(9, "A", "x"), BillRefused::NoSuchDifference(9)).await;
    let done = take(store, resolve(1, "A", "given back"))
        .await
        .expect("done");
    assert_eq!(
        take(store, resolve(1, "A", "given back")).await,
        Ok(done.clone())
    );
    refused(resolve(1, "A", "otherwise"), BillRefused::ResolvedBefore(1)).await;
    assert_eq!(find(store).await, Some(done));
    let open = store.open_differences(9).await.expect("differences");
    assert_eq!(Vec::from_iter(open.iter().map(|one| one.place)), [2]);
}

/// What the provider paid is booked once, and only if it is what the bill comes to.
pub async fn a_bill_is_paid_once(store: &Store) {
    store.save_provider_bill(bill(1)).await.expect("saved");
    let settle = |net, cost| {
        BillStep::Settle(ProviderPaid {
            net: Money::fen(net),
            cost: Money::fen(cost),
        })
    };
    let page = async || store.audit_page(None, 1).await.expect("a page");
    let other = BillRefused::OtherTotal {
        total: Money::fen(500),
        paid: Money::fen(499),
    };
    assert_eq!(take(store, settle(498, 1)).await, Err(other));
    assert_eq!(
        take(store, settle(501, -1)).await,
        Err(BillRefused::Amounts)
    );
    assert_eq!(take(store, settle(0, 500)).await, Err(BillRefused::Amounts));
    assert_eq!(
        (page().await.bookings, page().await.settled_bills),
        (vec![], vec![])
    );
    let paid = take(store, settle(497, 3)).await.expect("paid");
    assert_eq!(take(store, settle(497, 3)).await, Ok(paid.clone()));
    assert_eq!(
        take(store, settle(496, 4)).await,
        Err(BillRefused::PaidOtherwise)
    );
    let booked = book(&paid.find_settled().expect("an event")).expect("books");
    assert_eq!(page().await.bookings, booked);
    let settled = ProviderBill {
        findings: Vec::new(),
        ..paid.clone()
    };
    assert_eq!(page().await.settled_bills, [settled]);
    assert_eq!(find(store).await, Some(paid));
}

/// A bill with one line that agrees, one that differs, and a charge it does not have.
fn bill(digest: u8) -> ProviderBill {
    let finding = |class, charge: &str, ours: Option<i64>, theirs: Option<i64>| BillFinding {
        class,
        charge: charge.parse().expect("a charge"),
        transaction: theirs.map(|minor| format!("T-{minor}")),
        ours: ours.map(Money::fen),
        theirs: theirs.map(Money::fen),
        resolved: None,
    };
    ProviderBill {
        provider: KEY.0,
        day: KEY.1,
        digest: [digest; 32],
        taken: signature("A"),
        total: Money::fen(500),
        findings: vec![
            finding(Class::Matched, "00000001-1-1", Some(200), Some(200)),
            finding(Class::MissingHere, "00000001-2-1", None, Some(300)),
            finding(Class::MissingThere, "00000001-3-1", Some(100), None),
            finding(Class::NotCollected, "00000001-4-1000000", Some(100), None),
        ],
        settled: None,
    }
}

fn signature(by: &str) -> Signature {
    Signature {
        by: by.to_owned(),
        at: UnixSeconds(NOW.0 + 60),
    }
}

async fn find(store: &Store) -> Option<ProviderBill> {
    store
        .find_provider_bill(KEY.0, KEY.1)
        .await
        .expect("a verb")
}

async fn take(store: &Store, step: BillStep) -> Result<ProviderBill, BillRefused> {
    let taken = store.step_provider_bill(KEY.0, KEY.1, step).await;
    taken.expect("a verb")
}
