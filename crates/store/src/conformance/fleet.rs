//! Validators at work, and the trail of what people did.

use ridecode_account::{DeviceState, RevokeReason};
use ridecode_words::{OperatorId, StopId, ValidatorId};

use super::world::{
    NOW, OPERATOR, credential, device, mandate, rider, rider_id, rides, settle_in, tap_id, upload,
    validator,
};
use crate::{
    Assignment, Beat, Deed, DeedKind, Disagreement, FleetOf, Store, StoreFault, TrailQuery,
    ValidatorFile, ValidatorStep, ValidatorStepped,
};

/// The last heartbeat is kept beside the watermark; an older one, sent again, changes nothing.
pub async fn a_heartbeat_outweighs_an_older_one(store: &Store) {
    settle_in(store, 1, 2).await;
    upload(store, rides(1, 1..=3, 1)).await;
    let beat = |heard: i64, sealed: i64| Beat {
        validator: ValidatorId(1),
        heard: NOW.plus_s(heard),
        sealed: NOW.plus_s(sealed),
        bytes: sealed.to_be_bytes().to_vec(),
    };
    let note = async |beat| store.note_beat(beat).await.expect("a verb");
    assert!(note(beat(10, 9)).await);
    assert!(note(beat(20, 20)).await);
    assert!(!note(beat(30, 9)).await);
    // After ten minutes the clock must have been put right.
    assert!(!note(beat(619, 15)).await);
    assert!(note(beat(620, 15)).await);
    let files = store.load_validators(FleetOf::All).await.expect("files");
    let expected = ValidatorFile {
        validator: validator(1),
        assigned: None,
        held_through: 3,
        journal_end: 3,
        sealed: NOW.plus_s(180),
        beat: Some(beat(620, 15)),
    };
    assert_eq!(files[0], expected);
    assert_eq!((files.len(), &files[1].beat), (2, &None));
    let unknown = Beat {
        validator: ValidatorId(9),
        ..beat(1, 1)
    };
    let refused = store.note_beat(unknown).await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
}

/// Each step is taken once and leaves one line; one that retired stays where it was.
pub async fn a_validator_is_moved_and_retires_once(store: &Store) {
    settle_in(store, 0, 2).await;
    let to = |stop, since| {
        ValidatorStep::Move(Assignment {
            line: None,
            stop: StopId::new(stop).ok(),
            vehicle: None,
            since: NOW.plus_s(since),
        })
    };
    let check = async |step, kind, expected| {
        let one = ValidatorId(1);
        let stepped = store.step_validator(one, step, deed(kind)).await;
        assert_eq!(stepped.expect("a verb"), expected);
    };
    let moved = DeedKind::MovedValidator;
    check(to("西塱", 1), moved, ValidatorStepped::Changed).await;
    check(to("西塱", 2), moved, ValidatorStepped::Unchanged).await;
    check(to("东门", 3), moved, ValidatorStepped::Changed).await;
    let (retire, retired) = (ValidatorStep::Retire, DeedKind::RetiredValidator);
    check(retire.clone(), retired, ValidatorStepped::Changed).await;
    check(retire.clone(), retired, ValidatorStepped::Retired).await;
    check(to("西塱", 4), moved, ValidatorStepped::Retired).await;
    let files = store.load_validators(FleetOf::One(ValidatorId(1))).await;
    let files = files.expect("files");
    let ValidatorStep::Move(expected) = to("东门", 3) else {
        unreachable!("a move");
    };
    assert_eq!(files[0].assigned, Some(expected));
    assert_eq!(files[0].validator.retired, Some(NOW));
    let kinds: Vec<DeedKind> = trail(store, TrailQuery::default()).await;
    assert_eq!(kinds, [retired, moved, moved]);
    let refused = store
        .step_validator(ValidatorId(9), retire, deed(retired))
        .await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
    let none = store.load_validators(FleetOf::Operator(OperatorId(2)));
    assert_eq!(none.await.expect("files"), []);
    // Registering it again brings nothing back.
    let again = store.register_validator(validator(1)).await;
    again.expect("a repeat");
    let found = store.find_validator(ValidatorId(1)).await.expect("found");
    assert_eq!(found.and_then(|found| found.retired), Some(NOW));
}

/// Blocking revokes as lost and denies, once, and only a phone of the rider named.
pub async fn a_phone_is_blocked_once_with_its_deed(store: &Store) {
    settle_in(store, 2, 0).await;
    store.save_mandate(mandate(1, 1)).await.expect("a mandate");
    store.register_device(device(5, 1)).await.expect("a phone");
    let granted = store.grant_credentials(vec![credential(1, 5, 1)]).await;
    granted.expect("a credential");
    let by = |rider| Deed {
        rider: Some(rider_id(rider)),
        ..deed(DeedKind::BlockedPhone)
    };
    let block = async |rider| store.block_device(device(5, 1).id, by(rider)).await;
    let refused = block(2).await;
    assert!(matches!(refused, Err(StoreFault::Missing { .. })));
    assert!(block(1).await.expect("a verb"));
    assert!(!block(1).await.expect("a verb"));
    let file = store.load_rider(rider_id(1), NOW).await.expect("a file");
    let file = file.expect("a rider");
    let lost = DeviceState::Revoked {
        reason: RevokeReason::Lost,
        at: NOW,
    };
    assert_eq!(file.devices[0].state, lost);
    assert_eq!(store.load_denied(NOW).await.expect("a list").1.len(), 1);
    assert_eq!(trail(store, TrailQuery::default()).await.len(), 1);
}

/// Newest first, in pages, by rider and by operator.
pub async fn the_trail_is_read_newest_first(store: &Store) {
    settle_in(store, 2, 1).await;
    for (number, rider) in [(1, 1), (2, 2), (3, 1), (4, 1)] {
        let one = Deed {
            rider: Some(rider_id(rider)),
            operator: (number == 3).then_some(OPERATOR),
            ..deed(DeedKind::LookedUp)
        };
        assert_eq!(store.note_deed(one).await.expect("a verb"), number);
    }
    let check = async |query, limit, expected: &[u64]| {
        let lines = store.load_trail(query, limit).await.expect("lines");
        let numbers: Vec<u64> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, expected);
    };
    let all = TrailQuery::default();
    check(all, 9, &[4, 3, 2, 1]).await;
    check(all, 2, &[4, 3]).await;
    let rest = TrailQuery {
        before: Some(3),
        ..all
    };
    check(rest, 9, &[2, 1]).await;
    let of_rider = TrailQuery {
        rider: Some(rider_id(1)),
        ..all
    };
    check(of_rider, 9, &[4, 3, 1]).await;
    let of_operator = TrailQuery {
        operator: Some(OPERATOR),
        ..all
    };
    check(of_operator, 9, &[3]).await;
}

/// A number leads to its account alone.
pub async fn a_rider_is_found_by_phone(store: &Store) {
    settle_in(store, 2, 0).await;
    let find = async |number| store.find_rider_of(rider(number).phone).await;
    assert_eq!(find(2).await.expect("a verb"), Some(rider_id(2)));
    assert_eq!(find(3).await.expect("a verb"), None);
}

/// Entries come as they were written, with what the back office has against them.
pub async fn entries_are_found_as_evidence(store: &Store) {
    settle_in(store, 1, 1).await;
    let mut segment = rides(1, 1..=2, 1);
    segment.disagreements.push(Disagreement {
        sequence: 2,
        validator: ridecode_validator::Outcome::Admit,
        office: "expired".to_owned(),
    });
    let entries = segment.entries.clone();
    upload(store, segment).await;
    let asked = [tap_id(1, 2), tap_id(9, 1), tap_id(1, 1)];
    let found = store.load_entries(asked.to_vec()).await.expect("entries");
    let [Some(second), None, Some(first)] = found.as_slice() else {
        panic!("two are held: {found:?}");
    };
    assert_eq!(
        (first.hash, &first.bytes),
        (entries[0].hash, &entries[0].bytes)
    );
    assert_eq!((first.id, &first.disagreement), (asked[2], &None));
    assert_eq!(second.disagreement.as_deref(), Some("expired"));
}

async fn trail(store: &Store, query: TrailQuery) -> Vec<DeedKind> {
    let lines = store.load_trail(query, 99).await.expect("lines");
    lines.iter().map(|line| line.deed.kind).collect()
}

fn deed(kind: DeedKind) -> Deed {
    Deed {
        at: NOW,
        author: "desk".to_owned(),
        kind,
        rider: None,
        device: None,
        tap: None,
        validator: None,
        operator: None,
        reason: "it broke".to_owned(),
    }
}
