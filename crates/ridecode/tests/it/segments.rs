//! Uploads: what is taken in, what is refused, and that refusals change nothing.

use ridecode::clock::now;
use ridecode_codec::crypto::Algorithm;
use ridecode_validator::journal::Event;
use ridecode_validator::segment;
use serde_json::json;

use crate::world::{FOSHAN_BUS, Reader, World, fresh_key};

/// A world with a Foshan bus that has admitted `count` codes of one rider, a minute apart.
async fn bus(count: u32) -> (World, Reader) {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138020", FOSHAN_BUS).await;
    let mut reader = world.reader(3).await;
    let place = reader.bus("fs-bus-1");
    let start = now();
    for minute in 0..i64::from(count) {
        let time = start.plus_s(60 * minute);
        reader.admit(&place, rider.show(time), time);
    }
    (world, reader)
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_held_once_however_they_come() {
    let (world, reader) = bus(6).await;
    let check = async |first, last, expected: serde_json::Value| {
        let receipt = reader.send(reader.seal(first, last)).await.expect(200);
        assert_eq!(receipt, expected, "{first} to {last}");
    };
    // Late ones first: held, but not through from the start.
    check(5, 6, json!({"held_through": 0, "new": 2, "repeated": 0})).await;
    check(1, 2, json!({"held_through": 2, "new": 2, "repeated": 0})).await;
    check(1, 2, json!({"held_through": 2, "new": 0, "repeated": 2})).await;
    check(2, 5, json!({"held_through": 6, "new": 2, "repeated": 2})).await;
    assert_eq!(world.audit().await.taps, 6);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_segment_has_its_problem_and_changes_nothing() {
    let (world, mut reader) = bus(4).await;
    let good = reader.seal(1, 4);

    let hole = [reader.entries[0].clone(), reader.entries[2].clone()];
    let hole = reader.forge(&hole);
    let problem = reader.send(hole).await.problem("segment-hole", "");
    assert_eq!(
        (&problem["expected"], &problem["found"]),
        (&json!(2), &json!(3))
    );

    let twice = [reader.entries[0].clone(), reader.entries[0].clone()];
    let twice = reader.forge(&twice);
    reader.send(twice).await.problem("segment-hole", "");

    let mut altered = reader.entries[..2].to_vec();
    altered[1].hash = [7; 32];
    let altered = reader.forge(&altered);
    let problem = reader.send(altered).await.problem("segment-hash", "");
    assert_eq!(problem["sequence"], 2);

    let empty = reader.forge(&[]);
    reader.send(empty).await.problem("segment-entry-count", "");

    let key = std::mem::replace(&mut reader.key, fresh_key(Algorithm::EdDsa));
    let forged = reader.seal(1, 4);
    reader.send(forged).await.problem("segment-signature", "");
    reader.key = key;

    let mut flipped = good.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    reader.send(flipped).await.problem("segment-signature", "");
    reader
        .send(good[..good.len() - 1].to_vec())
        .await
        .problem("segment-malformed", "");
    reader
        .send(Vec::new())
        .await
        .problem("segment-malformed", "");
    reader
        .send(vec![0; segment::LENGTH_MAX])
        .await
        .problem("segment-malformed", "");
    reader
        .send(vec![0; segment::LENGTH_MAX + 1])
        .await
        .problem("too-large", "");

    let line = (reqwest::Method::POST, &*reader.path());
    let json = [("content-type", "application/json")];
    world
        .api()
        .send(line, &json, good.clone())
        .await
        .problem("unsupported-media-type", "");

    assert_eq!(world.audit().await.taps, 0);
    assert_eq!(reader.send(good).await.expect(200)["new"], 4);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_belongs_to_a_registered_validator_and_its_path() {
    let (world, reader) = bus(1).await;
    let other = world.reader(3).await;
    let api = world.api();
    api.upload(&other.path(), reader.seal(1, 1))
        .await
        .problem("segment-of-another", "");
    let mut stranger = world.reader(3).await;
    stranger.id.0 ^= 1;
    stranger.write(&stranger.bus("fs-bus-1"), Event::Started, now());
    stranger
        .send(stranger.seal(1, 1))
        .await
        .problem("unknown-validator", "");
    api.upload("/v1/validators/zz/segments", Vec::new())
        .await
        .problem("invalid-field", "validator");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_journals_under_one_name_are_a_conflict() {
    let (world, mut reader) = bus(2).await;
    assert_eq!(reader.upload().await["new"], 2);
    // The same key writes another journal, as a cloned disk would.
    let id = reader.id;
    let mut clone = world.reader(3).await;
    clone.id = id;
    std::mem::swap(&mut clone.key, &mut reader.key);
    clone.write(&clone.bus("fs-bus-1"), Event::Started, now());
    let problem = clone
        .send(clone.seal(1, 1))
        .await
        .problem("segment-conflict", "");
    assert_eq!(problem["sequence"], 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_no_phone_signed_is_kept_and_charged_to_nobody() {
    let (world, mut reader) = bus(1).await;
    let mut rider = world.ready_rider("+8613800138021", FOSHAN_BUS).await;
    let place = reader.bus("fs-bus-1");
    let time = now().plus_s(600);
    let mut code = rider.show(time);
    let last = code.len() - 1;
    code[last] = if code[last] == b'0' { b'1' } else { b'0' };
    reader.admit(&place, code, time);
    // Too old a code, and one that is no code at all.
    reader.admit(&place, rider.show(time), time.plus_s(3_600));
    reader.admit(&place, b"no code".to_vec(), time.plus_s(3_600));
    assert_eq!(reader.upload().await["held_through"], 4);
    assert_eq!(world.audit().await.taps, 1);
    assert_eq!(rider.rides().await.len(), 0);
    world.stop().await;
}
