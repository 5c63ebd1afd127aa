//! Accounts, challenges, sessions, mandates, phones.

use ridecode_account::{Challenge, ChallengeAnswer, Client, MandateState};
use ridecode_words::{DeviceId, MandateId, ProviderId};

use super::world::{NOW, device, mandate, rider, rider_id, settle_in};
use crate::{RiderOpened, Session, Store, StoreFault};

/// A repeat and a second account for a number give the first account; an id stands for one number.
pub async fn a_phone_number_has_one_account(store: &Store) {
    let open = async |rider| store.open_rider(rider).await;
    assert_eq!(open(rider(1)).await.expect("opened"), RiderOpened::New);
    let existing = RiderOpened::Existing(rider_id(1));
    assert_eq!(open(rider(1)).await.expect("a repeat"), existing);
    let mut other = rider(2);
    other.phone = rider(1).phone;
    assert_eq!(
        open(other.clone()).await.expect("the same number"),
        existing
    );
    assert_eq!(store.load_rider(other.id, NOW).await.expect("a verb"), None);
    let mut thief = rider(3);
    thief.id = rider_id(1);
    let refused = open(thief).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Conflict { what: "rider", .. })
    ));
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    assert_eq!(file.expect("the rider").rider, rider(1));
}

/// The newest code counts, a wrong answer costs a try, a right one uses it up.
pub async fn a_challenge_is_answered_right_once(store: &Store) {
    let phone = rider(1).phone;
    let answer = async |code: &str, now| {
        let answer = store.answer_challenge(phone.clone(), code.to_owned(), now);
        answer.await.expect("an answer")
    };
    assert_eq!(answer("111111", NOW).await, ChallengeAnswer::NoneWaiting);
    for code in ["111111", "222222"] {
        let put = store.put_challenge(Challenge::new(phone.clone(), code, NOW));
        put.await.expect("a challenge");
    }
    let wrong = answer("111111", NOW).await;
    let ChallengeAnswer::Wrong { tries_left } = wrong else {
        panic!("the older code is wrong: {wrong:?}");
    };
    let again = answer("000000", NOW).await;
    let tries_left = tries_left - 1;
    assert_eq!(
        again,
        ChallengeAnswer::Wrong { tries_left },
        "tries are kept"
    );
    assert_eq!(answer("222222", NOW).await, ChallengeAnswer::Right);
    assert_eq!(answer("222222", NOW).await, ChallengeAnswer::NoneWaiting);
    let put = store.put_challenge(Challenge::new(phone.clone(), "333333", NOW));
    put.await.expect("a challenge");
    let late = NOW.plus_s(Challenge::LIFETIME_S + 1);
    assert_eq!(answer("333333", late).await, ChallengeAnswer::NoneWaiting);
}

/// A repeat changes nothing, another rider's token is refused, an expired one is not found.
pub async fn a_session_is_its_riders_until_it_expires(store: &Store) {
    let session = Session {
        token_digest: [5; 32],
        rider: rider_id(1),
        opened: NOW.plus_s(-60),
        expires: NOW,
        client: Client::Android,
    };
    let refused = store.open_session(session.clone()).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Missing { what: "rider", .. })
    ));
    settle_in(store, 2, 0).await;
    store.open_session(session.clone()).await.expect("opened");
    let longer = Session {
        expires: NOW.plus_s(60),
        ..session.clone()
    };
    store.open_session(longer).await.expect("a repeat");
    let stolen = Session {
        rider: rider_id(2),
        ..session.clone()
    };
    let refused = store.open_session(stolen).await;
    assert!(matches!(refused, Err(StoreFault::Conflict { .. })));
    let find = async |digest, now| store.find_session(digest, now).await.expect("a verb");
    assert_eq!(find([5; 32], NOW).await, Some(session));
    assert_eq!(find([5; 32], NOW.plus_s(1)).await, None);
    assert_eq!(find([6; 32], NOW).await, None);
}

/// The newest first, none of others, none expired; an end is for good and only for one's own.
pub async fn sessions_are_listed_and_ended_by_their_rider(store: &Store) {
    settle_in(store, 2, 0).await;
    let session = |number: u8, rider, client| Session {
        token_digest: [number; 32],
        rider: rider_id(rider),
        opened: NOW.plus_s(i64::from(number)),
        expires: NOW.plus_s(100 * i64::from(number)),
        client,
    };
    let mine = [
        session(1, 1, Client::Iphone),
        session(2, 1, Client::Other),
        session(4, 1, Client::Linux),
    ];
    let other = session(3, 2, Client::Windows);
    for one in mine.iter().chain([&other]) {
        store.open_session(one.clone()).await.expect("opened");
    }
    let list = async |rider, now| {
        let list = store.load_sessions(rider_id(rider), now).await;
        let list = list.expect("a verb").into_iter();
        list.map(|one| one.token_digest[0]).collect::<Vec<u8>>()
    };
    assert_eq!(list(1, NOW).await, [4, 2, 1]);
    assert_eq!(list(1, NOW.plus_s(101)).await, [4, 2]);
    assert_eq!(list(2, NOW).await, [3]);
    assert_eq!(list(9, NOW).await, [0; 0]);
    let all = store.load_sessions(rider_id(1), NOW).await.expect("a verb");
    assert_eq!(all[0], mine[2]);
    for _ in 0..2 {
        let ended = store.end_sessions(rider_id(1), vec![[2; 32], [3; 32], [7; 32]]);
        ended.await.expect("an end, then its repeat");
        assert_eq!(list(1, NOW).await, [4, 1]);
        assert_eq!(list(2, NOW).await, [3], "another rider's stays");
    }
    let found = store.find_session([2; 32], NOW).await.expect("a verb");
    assert_eq!(found, None);
}

/// The last state counts and the order of signing stays; an id is one rider's at one provider.
pub async fn a_mandate_keeps_its_last_state(store: &Store) {
    let refused = store.save_mandate(mandate(9, 1)).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Missing { what: "rider", .. })
    ));
    settle_in(store, 2, 0).await;
    for number in [9, 4] {
        store.save_mandate(mandate(number, 1)).await.expect("saved");
    }
    let mut suspended = mandate(9, 1);
    suspended.state = MandateState::Suspended {
        reason: "held".to_owned(),
    };
    for _ in 0..2 {
        let saved = store.save_mandate(suspended.clone()).await;
        saved.expect("a change, then its repeat");
    }
    // Whoever read it before it ended does not bring it back.
    let mut ended = mandate(4, 1);
    ended.state = MandateState::Ended;
    for _ in 0..2 {
        store.save_mandate(ended.clone()).await.expect("its end");
    }
    let back = store.save_mandate(mandate(4, 1)).await;
    assert!(matches!(back, Err(StoreFault::Conflict { .. })));
    assert_eq!(
        store.find_mandate(ended.id).await.expect("a verb"),
        Some(ended.clone())
    );
    let mut elsewhere = mandate(9, 1);
    elsewhere.provider = ProviderId(2);
    for wrong in [mandate(9, 2), elsewhere] {
        let refused = store.save_mandate(wrong).await;
        assert!(matches!(
            refused,
            Err(StoreFault::Conflict {
                what: "mandate",
                ..
            })
        ));
    }
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    let expected = [suspended.clone(), ended];
    assert_eq!(file.expect("the rider").mandates, expected);
    let found = store.find_mandate(MandateId(9)).await.expect("a verb");
    assert_eq!(found, Some(suspended));
    let none = store.find_mandate(MandateId(8)).await.expect("a verb");
    assert_eq!(none, None);
}

/// A repeat changes nothing; neither the id nor the key goes to a second phone.
pub async fn a_phone_and_its_key_are_one_riders(store: &Store) {
    let refused = store.register_device(device(5, 1)).await;
    assert!(matches!(
        refused,
        Err(StoreFault::Missing { what: "rider", .. })
    ));
    settle_in(store, 2, 0).await;
    for number in [5, 5, 3] {
        let registered = store.register_device(device(number, 1)).await;
        registered.expect("a phone or its repeat");
    }
    let mut copied_key = device(5, 2);
    copied_key.id = DeviceId(6);
    let mut other_key = device(6, 1);
    other_key.id = DeviceId(5);
    for wrong in [device(5, 2), copied_key, other_key] {
        let refused = store.register_device(wrong).await;
        assert!(matches!(refused, Err(StoreFault::Conflict { .. })));
    }
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    let expected = [device(5, 1), device(3, 1)];
    assert_eq!(file.expect("the rider").devices, expected);
}
