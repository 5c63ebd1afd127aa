//! Gates that lose, repeat and delay what they tell each other.

use alloc::vec;
use std::println;

use ridecode_words::{CredentialId, CredentialRef, IssuerId};

use super::*;
use crate::testing::seed;

const KEY: ArrayKey = ArrayKey([7; 32]);

fn gate(number: u32) -> Array {
    Array::new(ValidatorId(number), KEY)
}

fn shared(sequence: u64, at: i64, what: What) -> Shared {
    let mut id = [0; 10];
    id[..8].copy_from_slice(&sequence.to_be_bytes());
    Shared {
        sequence,
        at: UnixSeconds(at),
        memory_s: 300,
        code: CodeKey {
            credential: CredentialRef {
                issuer: IssuerId(1),
                credential: CredentialId(id),
            },
            generated: UnixSeconds(at),
            counter: Some(3),
        },
        what,
    }
}

fn used(sequence: u64) -> Shared {
    shared(sequence, 1_000, What::Used)
}

fn learned(gate: &mut Array, datagram: &[u8]) -> Vec<u64> {
    let received = gate.receive(datagram, 0).unwrap();
    received.learned.iter().map(|it| it.sequence).collect()
}

#[test]
fn a_use_is_learned_once() {
    let (mut a, mut b) = (gate(1), gate(2));
    let datagram = a.share(used(5));
    assert_eq!(b.receive(&datagram, 0).unwrap().learned, [used(5)]);
    assert!(learned(&mut b, &datagram).is_empty());
    assert_eq!(
        learned(&mut b, &a.share(shared(9, 1_001, What::TakenBack))),
        [9]
    );
    assert!(
        learned(&mut b, &datagram).is_empty(),
        "nothing is used again"
    );
}

#[test]
fn what_was_lost_is_sent_again_in_order() {
    let (mut a, mut b) = (gate(1), gate(2));
    a.share(used(5));
    a.share(shared(6, 1_000, What::TakenBack));
    let third = a.share(used(8));
    assert_eq!(learned(&mut b, &third), [8]);
    // The gap before it is still open.
    let replies = a.receive(&b.hello(), 1_000).unwrap().replies;
    assert_eq!(replies.len(), 1);
    assert_eq!(learned(&mut b, &replies[0]), [5, 6, 8]);
    let replies = a.receive(&b.hello(), 2_000).unwrap().replies;
    assert_eq!(replies, Vec::<Vec<u8>>::new());
}

#[test]
fn a_gate_that_was_away_for_long_is_brought_up_in_bounded_datagrams() {
    let (mut a, mut b) = (gate(1), gate(2));
    for sequence in 1..=2_000 {
        a.share(used(sequence));
    }
    let mut found = Vec::new();
    for round in 1..=2 {
        let replies = a.receive(&b.hello(), round * 1_000).unwrap().replies;
        assert!(replies.len() <= REPLIES_MAX);
        for reply in replies {
            assert!(reply.len() <= DATAGRAM_MAX);
            found.extend(learned(&mut b, &reply));
        }
    }
    assert!(found.iter().copied().eq(1..=2_000));
}

#[test]
fn an_old_hello_repeated_is_not_answered_each_time() {
    let (mut a, b) = (gate(1), gate(2));
    a.share(used(5));
    let hello = b.hello();
    let replies = |a: &mut Array, at| a.receive(&hello, at).unwrap().replies.len();
    assert_eq!(replies(&mut a, 1_000), 1);
    assert_eq!(replies(&mut a, 1_499), 0);
    assert_eq!(replies(&mut a, 1_500), 1);
}

#[test]
fn the_log_forgets_what_no_gate_needs() {
    let mut a = gate(1);
    a.share(shared(1, 1_000, What::Used));
    a.share(shared(2, 1_300, What::Used));
    assert_eq!(a.log.len(), 2);
    a.share(shared(3, 1_301, What::Used));
    assert_eq!(a.log.len(), 2);
}

#[test]
fn strangers_and_damage_are_dropped() {
    let mut b = gate(2);
    let check = |b: &mut Array, datagram: &[u8], expected| {
        assert_eq!(b.receive(datagram, 0), Err(expected));
    };
    let good = gate(1).share(used(5));
    check(&mut b, b"", ArrayFault::Malformed);
    check(&mut b, b"hello", ArrayFault::Malformed);
    check(&mut b, &vec![0; 2_000], ArrayFault::Malformed);
    let stranger = Array::new(ValidatorId(1), ArrayKey([8; 32])).share(used(5));
    check(&mut b, &stranger, ArrayFault::WrongKey);
    for place in MAGIC_LENGTH..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        check(&mut b, &altered, ArrayFault::WrongKey);
        check(&mut b, &good[..place], ArrayFault::WrongKey);
    }
    let own = b.hello();
    check(&mut b, &own, ArrayFault::Own);
    assert_eq!(b.count_heard(0, 5_000), 0);
}

#[test]
fn an_array_is_bounded_and_makes_room_for_new_gates() {
    let mut a = gate(0);
    let most = u32::try_from(PEERS_MAX).unwrap();
    for peer in 1..=most {
        a.receive(&gate(peer).hello(), 0).unwrap();
    }
    let one_more = gate(most + 1).hello();
    assert_eq!(a.receive(&one_more, 1_000), Err(ArrayFault::TooManyPeers));
    assert!(a.hello().len() <= DATAGRAM_MAX);
    a.receive(&gate(1).hello(), FORGET_MS + 1).unwrap();
    a.receive(&one_more, FORGET_MS + 1).unwrap();
    assert_eq!(a.count_heard(FORGET_MS + 1, 5_000), 2);
}

/// Whatever the network does, once it is healed each gate knows what became of each code.
#[test]
fn whatever_the_network_does_all_know_the_same_once_it_heals() {
    let mut chance = fastrand::Rng::with_seed(seed());
    for round in 0..50 {
        let (mut a, mut b) = (gate(1), gate(2));
        let mut network: Vec<Vec<u8>> = Vec::new();
        let mut known = BTreeMap::new();
        let mut take = |b: &mut Array, datagram: &[u8], now_ms| {
            let received = b.receive(datagram, now_ms).unwrap();
            for shared in received.learned {
                known.insert(shared.code.credential.credential.0[7] % 10, shared.what);
            }
        };
        for sequence in 1..=60_u64 {
            let what = [What::Used, What::TakenBack][chance.usize(..2)];
            let mut datagram = a.share(shared(sequence, 1_000, what));
            for _ in 0..chance.usize(..3) {
                network.push(datagram.clone());
            }
            if chance.u8(..4) == 0 && !network.is_empty() {
                datagram = network.swap_remove(chance.usize(..network.len()));
                take(&mut b, &datagram, 0);
            }
        }
        for datagram in a.receive(&b.hello(), 1_000).unwrap().replies {
            take(&mut b, &datagram, 1_000);
        }
        for datagram in network {
            take(&mut b, &datagram, 1_000);
        }
        let mut expected = BTreeMap::new();
        for shared in &a.log {
            expected.insert(shared.code.credential.credential.0[7] % 10, shared.what);
        }
        println!("round {round}");
        assert_eq!(known, expected);
    }
}

const MAGIC_LENGTH: usize = 17;
