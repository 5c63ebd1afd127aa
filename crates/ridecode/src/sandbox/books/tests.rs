//! The rungs of the provider's ladders, in their order, and what docs/sandbox-provider.md lists.

use super::*;
use crate::sandbox::refusal::{Decline, RefundDecline};

const NOW: UnixSeconds = UnixSeconds(1_795_221_660);
const WALLET: &str = "guangzhou-rider1";

fn asked(amount_minor: i64) -> OrderAsked {
    OrderAsked {
        order: "00002001-1-1".to_owned(),
        contract: "C1".to_owned(),
        amount_minor,
        currency: "CNY".to_owned(),
        description: "地铁".to_owned(),
    }
}

fn contract_asked() -> ContractAsked {
    ContractAsked {
        number: "00000000000000cd".to_owned(),
        payer: "rider1".to_owned(),
        return_url: "https://ride.example/done".to_owned(),
        callback_url: "https://ride.example/callback".to_owned(),
    }
}

/// Books with a merchant and a contract in a state.
fn books(state: ContractState) -> Books {
    let mut books = Books::default().opening_with(1_000);
    books.register("guangzhou", [1; 32]).unwrap();
    let opened = books.open_contract(("guangzhou", "C1".to_owned()), contract_asked(), NOW);
    assert!(opened.unwrap().1);
    if state != ContractState::Pending {
        books.move_contract("C1", (state, None), NOW).unwrap();
    }
    books.take_errands();
    books
}

fn set(books: &mut Books, mode: Mode, times: Option<u32>) {
    let change = WalletChange {
        mode: Some(mode),
        times,
        ..WalletChange::default()
    };
    books.set_wallet(WALLET, &change).unwrap();
}

fn deduct(books: &mut Books, asked: OrderAsked) -> Result<Option<Order>, Refusal> {
    books
        .deduct("guangzhou", asked, NOW)
        .map(|(order, _)| order)
}

fn reason(books: &mut Books, asked: OrderAsked) -> Option<Decline> {
    deduct(books, asked).unwrap().unwrap().reason
}

#[test]
fn an_order_out_of_range_is_refused_before_anything_else() {
    let check = |change: fn(&mut OrderAsked), field: &str| {
        let mut books = books(ContractState::Active);
        let mut wrong = asked(400);
        change(&mut wrong);
        let refusal = deduct(&mut books, wrong).unwrap_err();
        assert_eq!(refusal.status(), 422);
        assert!(
            refusal.message().starts_with(field),
            "{}",
            refusal.message()
        );
        assert_eq!(books.orders().count(), 0);
    };
    check(|order| order.order = "1234567".to_owned(), "order");
    check(|order| order.order = "0000/2001".to_owned(), "order");
    check(|order| order.order = "x".repeat(33), "order");
    check(|order| order.amount_minor = 0, "amount_minor");
    check(|order| order.amount_minor = 20_001, "amount_minor");
    check(|order| order.currency = "HKD".to_owned(), "currency");
    check(|order| order.description = String::new(), "description");
    check(|order| order.description = "站".repeat(129), "description");
}

#[test]
fn the_contract_speaks_before_the_wallet() {
    for (state, expected) in [
        (ContractState::Pending, Decline::ContractPending),
        (ContractState::Suspended, Decline::ContractSuspended),
        (ContractState::Ended, Decline::ContractEnded),
    ] {
        let mut books = books(state);
        set(&mut books, Mode::Silent, Some(1));
        assert_eq!(reason(&mut books, asked(400)), Some(expected));
        let wallet = books.wallets().next().unwrap();
        assert_eq!(
            wallet.times,
            Some(1),
            "the mode waits for the wallet's turn"
        );
    }
    let mut books = books(ContractState::Active);
    set(&mut books, Mode::Declines, None);
    let dear = asked(20_000);
    assert_eq!(reason(&mut books, dear.clone()), Some(Decline::RiskControl));
    set(&mut books, Mode::Ordinary, None);
    assert_eq!(reason(&mut books, dear), Some(Decline::InsufficientBalance));
    let foreign = books.deduct("foshan", asked(400), NOW);
    assert_eq!(foreign, Err(Refusal::Declined(Decline::NoSuchContract)));
}

#[test]
fn a_known_number_speaks_before_the_contract() {
    let mut books = books(ContractState::Active);
    let paid = deduct(&mut books, asked(400)).unwrap();
    books
        .move_contract("C1", (ContractState::Ended, None), NOW)
        .unwrap();
    assert_eq!(deduct(&mut books, asked(400)).unwrap(), paid);
    assert_eq!(deduct(&mut books, asked(401)), Err(Refusal::OrderConflict));
    assert_eq!(books.wallets().next().unwrap().balance_minor, 600);
}

#[test]
fn a_mode_lasts_for_so_many_deductions() {
    let mut books = books(ContractState::Active);
    set(&mut books, Mode::Declines, Some(2));
    let tried = [0, 1, 2].map(|_| reason(&mut books, asked(400)));
    let risk = Some(Decline::RiskControl);
    assert_eq!(tried, [risk, risk, None]);
    set(&mut books, Mode::ServerError, None);
    for order in ["00002001-2-1", "00002001-3-1"] {
        let asked = OrderAsked {
            order: order.to_owned(),
            ..asked(400)
        };
        let (kept, manner) = books.deduct("guangzhou", asked, NOW).unwrap();
        assert_eq!((kept, manner), (None, Manner::ServerError));
    }
}

fn refund_asked(refund: &str, amount_minor: i64) -> RefundAsked {
    RefundAsked {
        refund: refund.to_owned(),
        order: "00002001-1-1".to_owned(),
        amount_minor,
        currency: "CNY".to_owned(),
        reason: "票价更正".to_owned(),
    }
}

/// Asks for a refund: its state and the reason it has, and what the wallet holds then.
fn refund(
    books: &mut Books,
    asked: RefundAsked,
) -> Result<(RefundState, Option<RefundDecline>, i64), Refusal> {
    let (refund, _) = books.refund("guangzhou", asked, NOW)?;
    let refund = refund.unwrap();
    let wallet = books.wallets().next().unwrap();
    Ok((refund.state, refund.reason, wallet.balance_minor))
}

#[test]
fn a_refund_out_of_range_is_refused_before_anything_else() {
    let check = |change: fn(&mut RefundAsked), field: &str| {
        let mut books = books(ContractState::Active);
        deduct(&mut books, asked(400)).unwrap();
        let mut wrong = refund_asked("00002001-1-1-r1", 400);
        change(&mut wrong);
        let refusal = refund(&mut books, wrong).unwrap_err();
        assert_eq!(refusal.status(), 422, "{field}");
        assert!(refusal.message().starts_with(field), "{field}");
        assert_eq!(books.refunds().count(), 0);
    };
    check(|asked| asked.refund = "1234567".to_owned(), "refund");
    check(|asked| asked.refund = "x".repeat(41), "refund");
    check(|asked| asked.amount_minor = 0, "amount_minor");
    check(|asked| asked.amount_minor = -1, "amount_minor");
    check(|asked| asked.currency = "HKD".to_owned(), "currency");
    check(|asked| asked.reason = String::new(), "reason");
}

#[test]
fn refunds_of_an_order_never_come_to_more_than_it() {
    let mut books = books(ContractState::Active);
    let first = refund_asked("00002001-1-1-r1", 150);
    let found = refund(&mut books, first.clone());
    assert_eq!(found, Err(Refusal::NoSuchOrder));
    set(&mut books, Mode::Declines, Some(1));
    deduct(&mut books, asked(400)).unwrap();
    let unpaid = Some(RefundDecline::OrderNotCollected);
    let found = refund(&mut books, first.clone());
    assert_eq!(found, Ok((RefundState::Refused, unpaid, 1_000)));
    // Once it is paid, the refused refund sent again is given back, and a repeat gives it once.
    deduct(&mut books, asked(400)).unwrap();
    for _ in 0..2 {
        let found = refund(&mut books, first.clone());
        assert_eq!(found, Ok((RefundState::Done, None, 750)));
    }
    let other = RefundAsked {
        amount_minor: 151,
        ..first.clone()
    };
    assert_eq!(refund(&mut books, other), Err(Refusal::RefundConflict));
    let large = Some(RefundDecline::RefundTooLarge);
    let found = refund(&mut books, refund_asked("00002001-1-1-r2", 251));
    assert_eq!(found, Ok((RefundState::Refused, large, 750)));
    let found = refund(&mut books, refund_asked("00002001-1-1-r3", 250));
    assert_eq!(found, Ok((RefundState::Done, None, 1_000)));
}

#[test]
fn a_refund_goes_as_its_wallet_says() {
    let check = |mode: RefundMode, kept: Option<RefundState>, manner: Manner, balance_minor| {
        let mut books = books(ContractState::Active);
        deduct(&mut books, asked(400)).unwrap();
        let change = WalletChange {
            refunds: Some(mode),
            ..WalletChange::default()
        };
        books.set_wallet(WALLET, &change).unwrap();
        books.take_errands();
        let taken = books.refund("guangzhou", refund_asked("00002001-1-1-r1", 400), NOW);
        let (refund, found) = taken.unwrap();
        assert_eq!(refund.map(|refund| refund.state), kept, "{mode:?}");
        assert_eq!(found, manner, "{mode:?}");
        let wallet = books.wallets().next().unwrap();
        assert_eq!(wallet.balance_minor, balance_minor, "{mode:?}");
        books
    };
    let plain = Manner::Plain { new: true };
    let (done, accepted) = (Some(RefundState::Done), Some(RefundState::Accepted));
    check(RefundMode::Ordinary, done, plain, 1_000);
    check(RefundMode::Refuses, Some(RefundState::Refused), plain, 600);
    check(RefundMode::GivesThenSilent, done, Manner::Silent, 1_000);
    check(RefundMode::GivesThenGarbled, done, Manner::Garbled, 1_000);
    check(RefundMode::Silent, None, Manner::Silent, 600);
    check(RefundMode::ServerError, None, Manner::ServerError, 600);
    let number = ("guangzhou", "00002001-1-1-r1");
    let mut books = check(RefundMode::AcceptsThenGives, accepted, plain, 600);
    let kept: Books = serde_json::from_slice(&serde_json::to_vec(&books).unwrap()).unwrap();
    assert_eq!(books.take_errands(), kept.open_errands()[2..]);
    let finished = books.finish_refund(number, None, NOW).unwrap();
    assert_eq!(finished.state, RefundState::Done);
    assert_eq!(books.wallets().next().unwrap().balance_minor, 1_000);
    let mut books = check(RefundMode::AcceptsThenRefuses, accepted, plain, 600);
    let finished = books.finish_refund(number, None, NOW).unwrap();
    assert_eq!(finished.reason, Some(RefundDecline::AccountClosed));
}

#[test]
fn wallets_belong_to_a_merchant() {
    let mut books = books(ContractState::Active);
    let check = |books: &mut Books, name: &str, change: &WalletChange, status| {
        let refusal = books.set_wallet(name, change).unwrap_err();
        assert_eq!(refusal.status(), status, "{name}");
    };
    let change = WalletChange::default();
    for name in ["foshan-rider1", "guangzhou", "guangzhou-", "guangzhou-a/b"] {
        check(&mut books, name, &change, 404);
    }
    for balance in [-1, 100_000_001] {
        let change = WalletChange {
            balance_minor: Some(balance),
            ..WalletChange::default()
        };
        check(&mut books, WALLET, &change, 422);
    }
    let never = WalletChange {
        times: Some(0),
        ..WalletChange::default()
    };
    check(&mut books, WALLET, &never, 422);
    assert_eq!(
        books
            .set_wallet("guangzhou-new", &change)
            .unwrap()
            .balance_minor,
        1_000
    );
}

#[test]
fn contracts_out_of_range_are_refused() {
    let check = |change: fn(&mut ContractAsked)| {
        let mut books = Books::default();
        let mut wrong = contract_asked();
        change(&mut wrong);
        let refused = books.open_contract(("guangzhou", "C1".to_owned()), wrong, NOW);
        assert_eq!(refused.unwrap_err().status(), 422);
        assert_eq!(books.contracts().count() + books.wallets().count(), 0);
    };
    check(|asked| asked.number = "1".to_owned());
    check(|asked| asked.payer = "a b".to_owned());
    check(|asked| asked.return_url = "ftp://x".to_owned());
    check(|asked| asked.return_url = "https://".to_owned());
    check(|asked| asked.callback_url = "https://x/\r\nx: y".to_owned());
    check(|asked| asked.callback_url = format!("https://{}", "x".repeat(505)));
    let mut books = books(ContractState::Active);
    for (to, status) in [
        ((ContractState::Pending, None), 422),
        ((ContractState::Suspended, Some("No!".to_owned())), 422),
    ] {
        let refused = books.move_contract("C1", to, NOW);
        assert_eq!(refused.unwrap_err().status(), status);
    }
    let unknown = books.move_contract("C2", (ContractState::Ended, None), NOW);
    assert_eq!(unknown, Err(Refusal::NoSuchContract));
}

#[test]
fn errands_are_taken_up_again_after_a_restart() {
    let mut books = books(ContractState::Active);
    set(&mut books, Mode::AcceptsThenCollects, Some(1));
    deduct(&mut books, asked(400)).unwrap();
    books
        .move_contract("C1", (ContractState::Suspended, None), NOW)
        .unwrap();
    let left = books.take_errands();
    assert_eq!(books.take_errands(), []);
    let finish = Errand::Finish {
        merchant: "guangzhou".to_owned(),
        order: "00002001-1-1".to_owned(),
    };
    assert_eq!(left, [finish.clone(), Errand::Call(2)]);

    let kept = serde_json::to_vec(&books).unwrap();
    let again: Books = serde_json::from_slice(&kept).unwrap();
    // The first callback, about the signing, was never sent in this test either.
    let expected = [Errand::Call(1), Errand::Call(2), finish];
    assert_eq!(again.open_errands(), expected);
}

#[test]
fn only_the_newest_messages_are_kept() {
    let mut books = Books::default();
    for number in 1..=1_001 {
        let text = number.to_string();
        assert_eq!(books.take_message("+8613800138000", &text, NOW), Ok(number));
    }
    assert_eq!(books.messages().count(), MESSAGES_MAX);
    assert_eq!(books.messages().next().unwrap().text, "1001");
    assert_eq!(books.messages().last().unwrap().text, "2");
}

#[test]
fn a_day_at_the_provider_begins_at_midnight_in_china() {
    let check = |time, day: &str| assert_eq!(day_of(UnixSeconds(time)).to_string(), day);
    check(1_795_190_399, "2026-11-20");
    check(1_795_190_400, "2026-11-21");
}

#[test]
fn the_document_names_every_mode_and_code() {
    let document = include_str!("../../../../../docs/sandbox-provider.md");
    let has = |word: &str| {
        let found = document.contains(&format!("`{word}`"));
        assert!(found, "docs/sandbox-provider.md lacks `{word}`");
    };
    let word = |choice: serde_json::Value| choice.as_str().unwrap().to_owned();
    for mode in Mode::ALL {
        has(&word(serde_json::to_value(mode).unwrap()));
    }
    for mode in CallbackMode::ALL {
        has(&word(serde_json::to_value(mode).unwrap()));
    }
    for mode in RefundMode::ALL {
        has(&word(serde_json::to_value(mode).unwrap()));
    }
    for decline in RefundDecline::ALL {
        has(decline.code());
    }
    for refusal in Refusal::ALL {
        has(refusal.code());
        assert!(
            document.contains(&format!("| {} |", refusal.status())),
            "docs/sandbox-provider.md lacks the status of {}",
            refusal.code()
        );
    }
    for decline in Decline::ALL {
        has(decline.code());
    }
}
