//! Payouts: each statement in one, each step once, each payment booked once.

use ridecode_ledger::{Currency, Money, Party, Payment, book};
use ridecode_words::{IssuerId, ServiceDay, UnixSeconds};

use super::world::{DAY, NOW, OPERATOR, ride_and_bill, settle_in, statement};
use crate::{
    BankPaid, Payout, PayoutRefused, PayoutSaved, PayoutState, PayoutStep, PlannedPayment,
    Signature, Store,
};

/// Numbers have no gap; a statement stands in one payout, and in another once that is withdrawn.
pub async fn a_statement_stands_in_one_payout(store: &Store) {
    let names = two_statements(store).await;
    let unpaid = store.load_unpaid().await.expect("statements");
    let found = unpaid.statements.iter();
    let found: Vec<_> = found.map(|one| (one.operator, one.number)).collect();
    assert_eq!((found, unpaid.number_before), (names.clone(), 0));
    let save = async |payout| store.save_payout(payout).await.expect("a verb");
    let one = plan(1, &names[..1]);
    assert_eq!(save(plan(2, &names)).await, PayoutSaved::Moved);
    assert_eq!(save(plan(1, &[(OPERATOR, 9)])).await, PayoutSaved::Moved);
    assert_eq!(save(one.clone()).await, PayoutSaved::Saved);
    assert_eq!(save(one.clone()).await, PayoutSaved::Repeated);
    assert_eq!(save(plan(1, &names)).await, PayoutSaved::Moved);
    assert_eq!(save(plan(2, &names)).await, PayoutSaved::Moved);
    let unpaid = store.load_unpaid().await.expect("statements");
    assert_eq!((unpaid.statements.len(), unpaid.number_before), (1, 1));
    take(store, PayoutStep::Withdraw(signature("B")))
        .await
        .expect("withdrawn");
    assert_eq!(store.load_unpaid().await.expect("all").statements.len(), 2);
    let two = plan(2, &names);
    assert_eq!(save(two.clone()).await, PayoutSaved::Saved);
    assert_eq!(store.load_unpaid().await.expect("none").statements, []);
    let all = store.load_payouts(0, 10).await.expect("payouts");
    assert_eq!((all.len(), all[0].state()), (2, PayoutState::Withdrawn));
    assert_eq!(store.load_payouts(1, 10).await.expect("payouts"), [two]);
    assert_eq!(store.load_payouts(0, 1).await.expect("payouts").len(), 1);
    assert_eq!(store.load_payouts(u64::MAX, 1).await.expect("none"), []);
}

/// Steps come in their order, each once; a payment is booked when it is made, and once.
pub async fn a_payment_is_booked_once(store: &Store) {
    let names = two_statements(store).await;
    let pay = |line, reference: &str| PayoutStep::Pay {
        line,
        paid: BankPaid {
            day: ServiceDay(DAY.0 + 3),
            reference: reference.to_owned(),
        },
    };
    let (approve, withdraw) = (PayoutStep::Approve, PayoutStep::Withdraw);
    let bookings = async || store.audit_page(None, 1).await.expect("a page").bookings;
    let refused = async |step, expected| {
        let before = bookings().await;
        assert_eq!(take(store, step).await, Err(expected));
        assert_eq!(bookings().await, before);
    };
    refused(PayoutStep::Export, PayoutRefused::Unknown(1)).await;
    store.save_payout(plan(1, &names)).await.expect("saved");
    refused(approve(signature("A")), PayoutRefused::SamePerson(1)).await;
    refused(PayoutStep::Export, PayoutRefused::NotApproved(1)).await;
    refused(pay(0, "x"), PayoutRefused::NotExported(1)).await;
    let approved = take(store, approve(signature("B")))
        .await
        .expect("approved");
    assert_eq!(
        take(store, approve(signature("C"))).await,
        Ok(approved.clone())
    );
    assert_eq!(approved.approved, Some(signature("B")));
    for exports in 1..=2 {
        let exported = take(store, PayoutStep::Export).await.expect("exported");
        assert_eq!(
            (exported.exports, exported.state()),
            (exports, PayoutState::Exported)
        );
    }
    refused(withdraw(signature("B")), PayoutRefused::Exported(1)).await;
    refused(pay(2, "x"), PayoutRefused::NoSuchLine(1, 2)).await;
    let before = bookings().await;
    let paid = take(store, pay(0, "x")).await.expect("paid");
    assert_eq!(take(store, pay(0, "x")).await, Ok(paid.clone()));
    let booked = book(&paid.find_paid_out(0).expect("an event")).expect("books");
    assert_eq!(bookings().await, [before, booked].concat());
    refused(pay(0, "y"), PayoutRefused::PaidOtherwise(1, 0)).await;
    // An issuer is paid from the same bank account: nothing moves.
    let before = bookings().await;
    let all = take(store, pay(1, "x")).await.expect("paid");
    assert_eq!((all.state(), bookings().await), (PayoutState::Paid, before));
    assert_eq!(store.load_payouts(0, 9).await.expect("payouts"), [all]);
}

/// Two statements of one operator.
async fn two_statements(store: &Store) -> Vec<(ridecode_words::OperatorId, u64)> {
    settle_in(store, 1, 1).await;
    for sequence in 1..=2 {
        ride_and_bill(store, 1, sequence, 1).await;
        let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
        let stated = statement(OPERATOR, DAY, &legs);
        store.close_day(stated).await.expect("a statement");
    }
    vec![(OPERATOR, 1), (OPERATOR, 2)]
}

/// A payout planned by A.
pub(super) fn plan(number: u64, statements: &[(ridecode_words::OperatorId, u64)]) -> Payout {
    let payment = |to, minor| PlannedPayment {
        payment: Payment {
            from: Party::Issuer(IssuerId(0x4401)),
            to,
            amount: Money::fen(minor),
        },
        paid: None,
    };
    Payout {
        number,
        day: DAY,
        currency: Currency::CNY,
        planned_by: "A".to_owned(),
        statements: statements.to_vec(),
        payments: vec![
            payment(Party::Operator(OPERATOR), 396),
            payment(Party::Issuer(IssuerId(0x4402)), 5),
        ],
        approved: None,
        exports: 0,
        withdrawn: None,
    }
}

fn signature(by: &str) -> Signature {
    Signature {
        by: by.to_owned(),
        at: UnixSeconds(NOW.0 + 60),
    }
}

async fn take(store: &Store, step: PayoutStep) -> Result<Payout, PayoutRefused> {
    store.step_payout(1, step).await.expect("a verb")
}
