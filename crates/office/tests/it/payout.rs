//! Payouts: from statements to what the bank paid.

use ridecode_ledger::{Account, Party};
use ridecode_office::payout::{self, PayoutFault};
use ridecode_office::{Office, close};
use ridecode_store::{BankPaid, PayoutRefused, PayoutState, PayoutStep, Signature};
use ridecode_words::{OperatorId, UnixSeconds};

use crate::gate::bus;
use crate::world::{COMPACT, DAY, MORNING, World};

const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 600);
const BUS: OperatorId = OperatorId(2);

/// A world where operator 2 was stated two rides.
async fn stated() -> World {
    let mut world = World::new(1);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for ride in 0..2 {
        let at = MORNING.plus_s(i64::from(ride) * 60);
        reader.admit(&phone.show(ride as usize, at), at);
    }
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    world.charge(NOW).await;
    close::day(&world.office, BUS, DAY).await.unwrap().unwrap();
    world
}

fn by(name: &str) -> Signature {
    Signature {
        by: name.to_owned(),
        at: NOW,
    }
}

fn paid(line: u16) -> PayoutStep {
    PayoutStep::Pay {
        line,
        paid: BankPaid {
            day: DAY,
            reference: "bank 1".to_owned(),
        },
    }
}

/// What an account comes to, over transfers and bookings.
async fn balance(office: &Office, account: Account) -> i64 {
    let page = office.store.audit_page(None, 100).await.unwrap();
    let side = |debit: Account, credit: Account, minor: i64| match account {
        one if one == debit => minor,
        one if one == credit => -minor,
        _ => 0,
    };
    let transfers = page.transfers.iter();
    let moved: i64 = transfers
        .map(|one| side(one.debit, one.credit, one.amount.minor))
        .sum();
    let bookings = page.bookings.iter();
    let booked: i64 = bookings
        .map(|one| side(one.debit, one.credit, one.amount.minor))
        .sum();
    moved + booked
}

#[tokio::test]
async fn an_operator_whose_statements_are_paid_is_owed_nothing() {
    let world = stated().await;
    let office = &world.office;
    let payable = Account::OperatorPayable(BUS);
    assert_eq!(balance(office, payable).await, -398, "400 less commission");
    let planned = payout::plan(office, "an", DAY).await.unwrap().unwrap();
    assert_eq!(planned.statements, [(BUS, 1)]);
    assert_eq!(planned.payments.len(), 1);
    assert_eq!(planned.payments[0].payment.to, Party::Operator(BUS));
    assert_eq!(planned.payments[0].payment.amount.minor, 398);
    assert_eq!(payout::plan(office, "an", DAY).await.unwrap(), None);
    world.audit_clean(NOW).await;

    let refused = payout::step(office, 1, PayoutStep::Approve(by("an"))).await;
    let same = PayoutRefused::SamePerson(1);
    assert!(matches!(refused, Err(PayoutFault::Refused(why)) if why == same));
    let approve = PayoutStep::Approve(by("bo"));
    payout::step(office, 1, approve).await.unwrap();
    payout::step(office, 1, PayoutStep::Export).await.unwrap();
    for _ in 0..2 {
        let done = payout::step(office, 1, paid(0)).await.unwrap();
        assert_eq!(done.state(), PayoutState::Paid);
        assert_eq!(balance(office, payable).await, 0);
        assert_eq!(balance(office, Account::Bank).await, -398);
        assert_eq!(balance(office, Account::Fees).await, -2);
    }
    assert_eq!(
        payout::find(office, 1).await.unwrap().state(),
        PayoutState::Paid
    );
    assert!(payout::find(office, 2).await.is_err());
    world.audit_clean(NOW).await;
}

#[tokio::test]
async fn a_withdrawn_payout_frees_its_statements() {
    let world = stated().await;
    let first = payout::plan(&world.office, "an", DAY).await.unwrap();
    let withdraw = PayoutStep::Withdraw(by("an"));
    payout::step(&world.office, 1, withdraw.clone())
        .await
        .unwrap();
    payout::step(&world.office, 1, withdraw).await.unwrap();
    let second = payout::plan(&world.office, "an", DAY)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.number, 2);
    assert_eq!(second.statements, first.unwrap().statements);
    world.audit_clean(NOW).await;
}

/// An operator whose corrections outweigh its fares waits for its next statements.
#[tokio::test]
async fn nobody_is_asked_to_pay_back() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal(1, 1, NOW), NOW).await.unwrap();
    world.price(NOW).await;
    close::day(&world.office, BUS, DAY).await.unwrap().unwrap();
    payout::plan(&world.office, "an", DAY)
        .await
        .unwrap()
        .unwrap();
    let approve = PayoutStep::Approve(by("bo"));
    for step in [approve, PayoutStep::Export, paid(0)] {
        payout::step(&world.office, 1, step).await.unwrap();
    }
    // The ride is taken back after it was paid for.
    reader.void(1, MORNING.plus_s(30));
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    let next = close::day(&world.office, BUS, DAY).await.unwrap().unwrap();
    assert_eq!(next.payable.minor, -199);
    assert_eq!(payout::plan(&world.office, "an", DAY).await.unwrap(), None);
    for ride in 1..4 {
        let at = MORNING.plus_s(i64::from(ride) * 300);
        reader.admit(&phone.show(ride as usize, at), at);
    }
    let later = MORNING.plus_s(2_000);
    world.upload(&reader.seal_all(later), later).await.unwrap();
    world.price(later).await;
    close::day(&world.office, BUS, DAY).await.unwrap().unwrap();
    let planned = payout::plan(&world.office, "an", DAY)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(planned.statements, [(BUS, 2), (BUS, 3)]);
    assert_eq!(planned.payments[0].payment.amount.minor, 3 * 199 - 199);
    world.audit_clean(later).await;
}

#[tokio::test]
async fn names_and_references_are_checked() {
    let world = stated().await;
    for wrong in ["", "a\nb", &"字".repeat(141)] {
        let plan = payout::plan(&world.office, wrong, DAY).await;
        assert!(
            matches!(plan, Err(PayoutFault::Text("the name"))),
            "{wrong}"
        );
    }
    payout::plan(&world.office, &"字".repeat(140), DAY)
        .await
        .unwrap()
        .unwrap();
}
