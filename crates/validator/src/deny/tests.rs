//! Lists of every length, and changes laid over them.

use std::vec::Vec;

use super::*;
use crate::testing::seed;

/// Credentials ascend with their numbers; a hundred of each issuer.
fn credential(number: u32) -> CredentialRef {
    let mut id = [0; 10];
    id[..4].copy_from_slice(&number.to_be_bytes());
    CredentialRef {
        issuer: IssuerId(number / 100),
        credential: CredentialId(id),
    }
}

fn entry(number: u32, reason: usize) -> DenyEntry {
    DenyEntry {
        credential: credential(number),
        reason: DenyReason::ALL[reason % 4],
    }
}

#[test]
fn lists_of_every_length_around_a_block_are_searched_whole() {
    for length in [0, 1, 2, 63, 64, 65, 127, 128, 129, 1_000] {
        // Every second number is on the list.
        let entries = (0..length).map(|place| entry(2 * place + 1, place as usize));
        let entries: Vec<DenyEntry> = entries.collect();
        let list = DenyList::from_ascending(entries.iter().copied()).unwrap();
        assert!(list.iter().eq(entries), "{length}");
        assert_eq!(list.len(), length as usize);
        for number in 0..=2 * length + 1 {
            let on_list = number % 2 == 1 && number < 2 * length;
            let expected = on_list.then(|| DenyReason::ALL[(number / 2) as usize % 4]);
            assert_eq!(
                list.find(&credential(number)),
                expected,
                "{number} of {length}"
            );
        }
    }
}

#[test]
fn what_does_not_ascend_is_no_list() {
    let check = |numbers: &[u32], is_list: bool| {
        let list = DenyList::from_ascending(numbers.iter().map(|number| entry(*number, 0)));
        assert_eq!(list.is_some(), is_list, "{numbers:?}");
    };
    check(&[], true);
    check(&[1, 2, 500], true);
    check(&[1, 1], false);
    check(&[2, 1], false);
}

#[test]
fn a_credential_costs_less_than_twelve_bytes() {
    let entries = (0..100_000).map(|number| entry(number, 0));
    let list = DenyList::from_ascending(entries).unwrap();
    let Packed {
        issuers,
        entries,
        firsts,
    } = list.packed.as_ref();
    let bytes = entries.capacity() * size_of::<Entry>()
        + firsts.len() * size_of::<CredentialRef>()
        + issuers.len() * size_of::<OfIssuer>();
    assert!(bytes < 12 * list.len(), "{bytes}");
}

/// Random changes, against a map: the list, its copies and the change between any two of them.
#[test]
fn changes_laid_over_a_list_are_the_list_they_lead_to() {
    let mut chance = fastrand::Rng::with_seed(seed());
    let mut map = BTreeMap::new();
    let mut list = DenyList::default();
    let first = list.clone();
    let mut whole = DenyChange::default();
    for round in 0..60 {
        let mut after = map.clone();
        let most = if round % 20 == 19 { 3_000 } else { 30 };
        for _ in 0..chance.u32(..most) {
            let number = chance.u32(..4_000);
            if chance.bool() {
                after.insert(credential(number), DenyReason::ALL[chance.usize(..4)]);
            } else {
                after.remove(&credential(number));
            }
        }
        let entries = after.iter();
        let entries = entries.map(|(credential, reason)| DenyEntry {
            credential: *credential,
            reason: *reason,
        });
        let wanted = DenyList::from_ascending(entries).unwrap();
        let change = list.change_to(&wanted);
        let before = list.clone();
        list = list.changed(&change);
        assert_eq!(list, wanted);
        assert_eq!(list.len(), after.len());
        assert!(list.over.len() <= OVER_MAX);
        for number in 0..4_000 {
            let expected = after.get(&credential(number)).copied();
            assert_eq!(list.find(&credential(number)), expected);
        }
        assert_eq!(before.change_to(&list), change);
        whole = whole.then(&change);
        map = after;
    }
    assert_eq!(first.changed(&whole), list);
}
