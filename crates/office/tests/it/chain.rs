//! The ledger's days: sealed in order, and nothing in them can be altered unseen.

use std::path::Path;

use ridecode_office::audit::{self, Finding, KnownHead};
use ridecode_office::{Office, close, seal};
use ridecode_store::Store;
use ridecode_store::sqlite::SqliteStore;
use ridecode_words::{OperatorId, ServiceDay, UnixSeconds};
use rusqlite::Connection;

use crate::gate::bus;
use crate::world::{COMPACT, DAY, MORNING, World};

const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 600);

/// A world on a file, where two days went by: a ride each, charged, stated, sealed.
async fn two_days(path: &Path) -> World {
    let store = Store::Sqlite(SqliteStore::open(path).unwrap());
    let mut world = World::with_store(1, store);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for day in 0..2 {
        let at = MORNING.plus_s(i64::from(day) * 60);
        reader.admit(&phone.show(day as usize, at), at);
        world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
        world.price(NOW).await;
        world.charge(NOW).await;
        let closed = ServiceDay(DAY.0 + day);
        close::day(&world.office, OperatorId(2), closed)
            .await
            .unwrap()
            .unwrap();
        let sealed = seal::day(&world.office, closed).await.unwrap();
        assert_eq!(sealed.len(), 1);
        assert_eq!(seal::day(&world.office, closed).await.unwrap(), []);
    }
    world
}

async fn audited(office: &Office) -> audit::Audited {
    audit::run(office, NOW).await.unwrap()
}

#[tokio::test]
async fn days_are_sealed_and_verified_from_a_known_head() {
    let folder = tempfile::tempdir().unwrap();
    let world = two_days(&folder.path().join("ridecode.db")).await;
    let whole = audited(&world.office).await;
    assert_eq!(whole.findings, []);
    assert_eq!((whole.ledger_days, whole.bookings), (2, 2));
    let days = world.office.store.load_ledger_days().await.unwrap();
    let known = |place: usize| KnownHead {
        day: days[place].day,
        head: days[place].sealed.unwrap().head,
    };
    assert_eq!(whole.head, Some(known(1)));
    let since = audit::since(&world.office, known(0)).await.unwrap();
    assert_eq!((since.findings.len(), since.ledger_days), (0, 1));

    let check = async |known: KnownHead, expected: &str| {
        let found = audit::since(&world.office, known).await.unwrap().findings;
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains(expected), "{}", found[0].detail);
    };
    let mut forged = known(0);
    forged.head[0] ^= 1;
    check(forged, "was known").await;
    forged.day.0 -= 1;
    check(forged, "no ledger day").await;
}

/// Days that a stop left cut without a head get theirs later, in order.
#[tokio::test]
async fn days_that_were_only_cut_are_sealed_later() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    assert!(world.office.store.cut_ledger(DAY).await.unwrap());
    assert_eq!(world.audit_clean(NOW).await.ledger_days, 0);
    let sealed = seal::day(&world.office, ServiceDay(DAY.0 + 1))
        .await
        .unwrap();
    let counts: Vec<_> = sealed
        .iter()
        .map(|day| (day.number, day.sealed.unwrap().transfers))
        .collect();
    assert_eq!(counts, [(1, 1), (2, 0)]);
    assert_eq!(world.audit_clean(NOW).await.ledger_days, 2);
}

/// Alters the file as whoever holds it could, and gives what the audit finds.
async fn tampered(sql: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ridecode.db");
    let mut world = two_days(&path).await;
    // The last clone to go closes the file.
    world.office.store = Store::Memory(ridecode_store::memory::MemoryStore::default());
    let file = Connection::open(&path).unwrap();
    let changed = file.execute(sql, []).unwrap();
    assert!(changed > 0, "{sql}");
    drop(file);
    world.office.store = Store::Sqlite(SqliteStore::open_read_only(&path).unwrap());
    audited(&world.office).await.findings
}

#[tokio::test]
async fn a_transfer_altered_in_the_file_is_named() {
    let first = "WHERE sequence = 1 AND kind = 1";
    for set in [
        "amount = 300",
        "day = day + 1",
        "debit = x'020000000000000009'",
        "credit = x'030000000000000000'",
        "line = 1",
        "currency = 'EUR'",
        "kind = 2",
        "version = 2",
    ] {
        let found = tampered(&format!("UPDATE transfers SET {set} {first}")).await;
        let named = |one: &Finding| one.id.starts_with("00000201-1-") && one.what == "transfer";
        let altered = |one: &Finding| named(one) && one.detail.contains("was altered");
        assert!(found.iter().any(altered), "{set}: {found:?}");
        let sealed = |one: &Finding| one.what == "ledger" && one.id.starts_with("day 1 ");
        assert!(found.iter().any(sealed), "{set}: {found:?}");
    }
}

#[tokio::test]
async fn what_is_added_taken_away_or_moved_changes_the_head() {
    let check = async |sql: &str, days: &[&str]| {
        let found = tampered(sql).await;
        for day in days {
            let told = |one: &Finding| one.what == "ledger" && one.id.starts_with(day);
            assert!(found.iter().any(told), "{sql}: {found:?}");
        }
    };
    let day_1 = &["day 1 "];
    check(
        "DELETE FROM transfers WHERE sequence = 1 AND kind = 1",
        day_1,
    )
    .await;
    check(
        "UPDATE transfers SET check_number = NULL, day = 7 WHERE ledger_day = 1",
        day_1,
    )
    .await;
    check(
        "UPDATE transfers SET ledger_day = 2 WHERE ledger_day = 1",
        &["day 1 ", "day 2 "],
    )
    .await;
    check(
        "UPDATE bookings SET amount = 7 WHERE ledger_day = 2",
        &["day 2 "],
    )
    .await;
    check("DELETE FROM bookings WHERE ledger_day = 1", day_1).await;
    check(
        "UPDATE ledger_days SET head = zeroblob(32) WHERE number = 1",
        &["day 1 ", "day 2 "],
    )
    .await;
    check(
        "UPDATE ledger_days SET day = 7 WHERE number = 2",
        &["day 2 "],
    )
    .await;
    check(
        "UPDATE ledger_days SET head = NULL WHERE number = 1",
        &["day 2 "],
    )
    .await;
}

/// Commissions that somebody books, alters or takes away by hand are told with their statement.
#[tokio::test]
async fn a_forged_commission_is_named() {
    let check = async |sql: &str, id: &str, part: &str| {
        let found = tampered(sql).await;
        let told = |one: &Finding| {
            (one.what, one.id.as_str()) == ("booking", id) && one.detail.contains(part)
        };
        assert!(found.iter().any(told), "{sql}: {found:?}");
    };
    let first = "cause = 0 AND first = 2 AND second = 1";
    let name = "statement 1 of operator 2 (commission)";
    let altered = "expected";
    check(
        &format!("UPDATE bookings SET amount = 9 WHERE {first}"),
        name,
        altered,
    )
    .await;
    let other_way = format!("UPDATE bookings SET debit = credit, credit = debit WHERE {first}");
    check(&other_way, name, altered).await;
    let not_booked = "was not booked";
    check(
        &format!("DELETE FROM bookings WHERE {first}"),
        name,
        not_booked,
    )
    .await;
    let more = format!(
        "INSERT INTO bookings SELECT cause, first, 3, kind, debit, credit, amount, currency, day,
             ledger_day FROM bookings WHERE {first}"
    );
    let unknown = "statement 3 of operator 2 (commission)";
    check(&more, unknown, "has no cause").await;
}
