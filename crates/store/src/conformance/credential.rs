//! Credentials: whose they are, and who may have none.

use ridecode_account::{
    Block, Client, Credential, CredentialState, DeniedFor, DeviceState, RevokeReason, RiderState,
};
use ridecode_validator::DenyReason;
use ridecode_validator::bundle::DenyEntry;
use ridecode_words::{BrandId, DeviceId};

use super::world::{
    NOW, credential, credential_id, declined, device, news, ride_and_bill, rider_id, rides,
    settle_in, upload, yuan_fen,
};
use crate::{Attempt, CredentialOwner, RiderClosed, Session, Settled, Store, StoreFault};

/// Each is found or not, in the order asked, as often as asked.
pub async fn owners_are_found_in_the_order_asked(store: &Store) {
    phone_with(store, &[1, 2]).await;
    let asked = [2, 9, 1, 2].map(credential_id).to_vec();
    let owners = store.find_owners(asked).await.expect("owners");
    let owner = |number| {
        Some(CredentialOwner {
            credential: credential_id(number),
            rider: rider_id(1),
            device: DeviceId(1),
            essential: false,
        })
    };
    assert_eq!(owners, [owner(2), None, owner(1), owner(2)]);
    assert_eq!(store.find_owners(Vec::new()).await.expect("none"), []);
}

/// The live credentials of a revoked phone are denied, others are not; the first reason stays;
/// nothing is granted to it again.
pub async fn a_revocation_denies_what_lives_and_stays(store: &Store) {
    phone_with(store, &[1, 2]).await;
    store.register_device(device(2, 1)).await.expect("a phone");
    let mut short = credential(3, 1, 1);
    short.expires = NOW.plus_s(-1);
    let granted = store.grant_credentials(vec![short, credential(4, 2, 1)]);
    granted.await.expect("granted");
    let before = deny_version(store).await;
    let revoke = async |device, reason, at| store.revoke_device(DeviceId(device), reason, at).await;
    revoke(1, RevokeReason::Lost, NOW).await.expect("revoked");
    let denied = |number| DenyEntry {
        credential: credential_id(number),
        reason: DenyReason::Lost,
    };
    let (version, list) = store.load_denied(NOW).await.expect("the list");
    assert_eq!(list, [denied(1), denied(2)]);
    let after = deny_version(store).await;
    assert!(after > before, "bundles must follow");
    let again = revoke(1, RevokeReason::Closed, NOW.plus_s(5)).await;
    again.expect("a repeat");
    assert_eq!(
        store.load_denied(NOW).await.expect("the list"),
        (version, list)
    );
    assert_eq!(deny_version(store).await, after);
    let late = store.load_denied(NOW.plus_s(86_401)).await;
    assert_eq!(late.expect("the list").1, [], "expired ones leave the list");
    let refused = store.grant_credentials(vec![credential(5, 1, 1)]).await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
    let unknown = revoke(7, RevokeReason::Lost, NOW).await;
    assert!(matches!(
        unknown,
        Err(StoreFault::Missing { what: "device", .. })
    ));
}

/// One that cannot be granted holds back the whole batch.
pub async fn a_grant_is_all_or_none(store: &Store) {
    phone_with(store, &[1]).await;
    let mut taken = credential(1, 1, 1);
    taken.brand = BrandId(9);
    let refused = store.grant_credentials(vec![credential(2, 1, 1), taken]);
    assert!(matches!(refused.await, Err(StoreFault::Conflict { .. })));
    let foreign = vec![credential(3, 1, 1), credential(4, 8, 1)];
    let refused = store.grant_credentials(foreign).await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
    let owners = [2, 3, 4].map(credential_id).to_vec();
    let owners = store.find_owners(owners).await.expect("owners");
    assert_eq!(owners, [None, None, None]);
    let repeat = store.grant_credentials(vec![credential(1, 1, 1)]).await;
    repeat.expect("a repeat");
    assert_eq!(held(store).await, [credential(1, 1, 1)]);
}

/// A rider who may not ride is given nothing.
pub async fn none_is_granted_behind_a_block(store: &Store) {
    blocked(store).await;
    let refused = store.grant_credentials(vec![credential(2, 1, 1)]).await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
}

/// But for one ride home: once for the block it is for, good until the entry that ends its ride is
/// taken in, which happens once.
pub async fn a_ride_home_is_granted_once_and_ends_with_its_ride(store: &Store) {
    blocked(store).await;
    let home = |number, since| Credential {
        essential_since: Some(since),
        ..credential(number, 1, 1)
    };
    let grant = async |credential| store.grant_credentials(vec![credential]).await;
    let other_block = grant(home(2, NOW.plus_s(1))).await;
    assert!(matches!(other_block, Err(StoreFault::Missing { .. })));
    grant(home(2, NOW)).await.expect("granted");
    grant(home(2, NOW)).await.expect("a repeat");
    let another = grant(home(3, NOW)).await;
    assert!(matches!(another, Err(StoreFault::Conflict { .. })));
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    let file = file.expect("the rider");
    assert_eq!(file.essential, Some(home(2, NOW)));
    let owners = store.find_owners(vec![credential_id(1), credential_id(2)]);
    let owners = owners.await.expect("owners");
    let essential = owners.iter().flatten().map(|owner| owner.essential);
    assert_eq!(Vec::from_iter(essential), [false, true]);

    let denied = async || {
        let (_, denied) = store.load_denied(NOW).await.expect("a list");
        Vec::from_iter(denied.iter().map(|entry| entry.credential))
    };
    assert_eq!(denied().await, [credential_id(1)]);
    let version = deny_version(store).await;
    let mut ride = rides(1, 2..=2, 1);
    ride.rides_home = vec![(2, credential_id(2))];
    for _ in 0..2 {
        upload(store, ride.clone()).await;
        assert_eq!(denied().await, [credential_id(1), credential_id(2)]);
        assert_eq!(deny_version(store).await, version + 1);
    }
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    let used = file.and_then(|file| file.essential).expect("it is kept");
    assert_eq!(used.state, CredentialState::Denied(DeniedFor::Overdue));
    let another = grant(home(3, NOW)).await;
    assert!(matches!(another, Err(StoreFault::Conflict { .. })));
}

/// Rider 1 with phone 1 and credential 1, blocked from now on.
async fn blocked(store: &Store) {
    phone_with(store, &[1]).await;
    store
        .register_validator(super::world::validator(1))
        .await
        .expect("a validator");
    let charge = ride_and_bill(store, 1, 1, 1).await;
    let attempt = Attempt {
        charge,
        number: 1,
        at: NOW,
        look_again: NOW,
    };
    assert!(store.open_attempt(attempt).await.expect("an attempt"));
    let mut decline = news(store, charge, declined()).await;
    decline.rider_state = Some(RiderState::Blocked(Block {
        amount: yuan_fen(200),
        rides: 1,
        since: NOW,
    }));
    let settled = store.settle_charge(decline).await.expect("settled");
    assert_eq!(settled, Settled::Saved);
}

/// Closing needs books that are even and looked at; it revokes, denies and signs out, once.
pub async fn a_closed_account_has_nothing_that_lives(store: &Store) {
    phone_with(store, &[1]).await;
    let session = Session {
        token_digest: [1; 32],
        rider: rider_id(1),
        opened: NOW,
        expires: NOW.plus_s(60),
        client: Client::Other,
    };
    store.open_session(session).await.expect("opened");
    let file = async || {
        let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
        file.expect("the rider")
    };
    let close = async |mark| {
        let closed = store.close_rider(rider_id(1), mark, NOW).await;
        closed.expect("a verb")
    };
    let mark = file().await.mark;
    assert_eq!(close(mark + 1).await, RiderClosed::Moved);
    assert_eq!(file().await.rider.state, RiderState::Active);
    for _ in 0..2 {
        assert_eq!(close(mark).await, RiderClosed::Closed);
        let closed = file().await;
        assert_eq!(closed.rider.state, RiderState::Closed);
        let revoked = DeviceState::Revoked {
            reason: RevokeReason::Closed,
            at: NOW,
        };
        assert_eq!(closed.devices[0].state, revoked);
        let denied = CredentialState::Denied(DeniedFor::Closed);
        assert_eq!(closed.credentials[0].state, denied);
        let session = store.find_session([1; 32], NOW).await.expect("a verb");
        assert_eq!(session, None);
    }
    assert_eq!(store.load_denied(NOW).await.expect("a verb").1.len(), 1);
    let missing = store.close_rider(rider_id(9), 0, NOW).await;
    assert!(matches!(missing, Err(StoreFault::Missing { .. })));
}

/// One who owes is not closed.
pub async fn an_account_that_owes_is_not_closed(store: &Store) {
    phone_with(store, &[1]).await;
    store
        .register_validator(super::world::validator(1))
        .await
        .expect("a validator");
    ride_and_bill(store, 1, 1, 1).await;
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    let mark = file.expect("the rider").mark;
    let closed = store.close_rider(rider_id(1), mark, NOW).await;
    assert_eq!(closed.expect("a verb"), RiderClosed::Moved);
}

/// A number that is fixed for life takes its longer living successor, and keeps its state.
pub async fn a_fixed_number_is_renewed_in_its_state(store: &Store) {
    phone_with(store, &[1]).await;
    let mut longer = credential(1, 1, 1);
    longer.expires = NOW.plus_s(200_000);
    longer.bytes = vec![0xee; 40];
    let grant = async |credential: &Credential| {
        let granted = store.grant_credentials(vec![credential.clone()]);
        granted.await.expect("a renewal or its repeat");
    };
    grant(&longer).await;
    grant(&credential(1, 1, 1)).await;
    assert_eq!(
        held(store).await,
        [longer.clone()],
        "the longer one is kept"
    );
    let mut denied = longer.clone();
    denied.state = CredentialState::Denied(DeniedFor::Lost);
    denied.expires = NOW.plus_s(300_000);
    grant(&denied).await;
    let kept = Credential {
        state: CredentialState::Live,
        ..denied
    };
    assert_eq!(held(store).await, [kept], "the state is the one it had");
}

/// Opens rider 1 with phone 1 and these credentials.
async fn phone_with(store: &Store, credentials: &[u8]) {
    settle_in(store, 1, 0).await;
    store.register_device(device(1, 1)).await.expect("a phone");
    let credentials = credentials.iter();
    let credentials = credentials
        .map(|number| credential(*number, 1, 1))
        .collect();
    let granted = store.grant_credentials(credentials).await;
    granted.expect("granted");
}

async fn held(store: &Store) -> Vec<Credential> {
    let file = store.load_rider(rider_id(1), NOW).await.expect("a verb");
    file.expect("the rider").credentials
}

/// The version alone and among the counters.
async fn deny_version(store: &Store) -> u64 {
    let alone = store.deny_version().await.expect("a counter");
    let state = store.office_state(NOW).await.expect("counters");
    assert_eq!(alone, state.deny_version);
    alone
}
