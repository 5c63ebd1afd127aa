//! Files: closing, locking, versions, a full disk.

use std::path::{Path, PathBuf};

use ridecode_store::conformance::random::everything;
use ridecode_store::conformance::world::{
    NOW, OPERATOR, bill, first, journey, mark, ride_and_bill, rider, rider_id, rides, segment,
    settle_in, upload,
};
use ridecode_store::sqlite::{OpenFault, SqliteSettings, SqliteStore};
use ridecode_store::{BillSaved, Store, StoreFault};
use rusqlite::Connection;
use tempfile::TempDir;

#[tokio::test]
async fn what_was_answered_is_there_after_closing() {
    let (_folder, path) = place();
    let store = open(&path);
    settle_in(&store, 2, 1).await;
    ride_and_bill(&store, 1, 1, 1).await;
    let before = everything(&store).await;
    drop(store);
    let store = open(&path);
    assert_eq!(everything(&store).await, before);
    ride_and_bill(&store, 1, 2, 1).await;
}

/// The table of tables in docs/storage.md is complete, and names none that is gone.
#[test]
fn every_table_is_described() {
    let (_folder, path) = place();
    drop(SqliteStore::open(&path).expect("a new database"));
    let database = Connection::open(&path).expect("the database");
    let mut names = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .expect("a query");
    let names = names.query_map([], |row| row.get(0)).expect("tables");
    let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
    let document = include_str!("../../../../../docs/storage.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut described: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    described.sort_unstable();
    assert_eq!(described, names);
}

#[tokio::test]
async fn a_second_program_is_told_that_the_file_is_in_use() {
    let (_folder, path) = place();
    let first = SqliteStore::open(&path).expect("a new database");
    let refused = SqliteStore::open(&path).expect_err("it is in use");
    assert!(matches!(refused, OpenFault::InUse(_)));
    assert!(refused.to_string().contains("open in another program"));
    drop(first);
    SqliteStore::open(&path).expect("it is free again");
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_and_changes_nothing() {
    let (_folder, path) = place();
    let writing = open(&path);
    let reading = SqliteStore::open_read_only(&path).expect("beside the writer");
    let reading = Store::Sqlite(reading);
    settle_in(&writing, 1, 1).await;
    ride_and_bill(&writing, 1, 1, 1).await;
    assert_eq!(everything(&reading).await, everything(&writing).await);
    let refused = reading.open_rider(rider(2)).await;
    let Err(StoreFault::Engine(fault)) = refused else {
        panic!("it may not write: {refused:?}");
    };
    assert!(fault.to_string().contains("reading only"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_file_and_its_log() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, path) = place();
    let store = open(&path);
    settle_in(&store, 1, 0).await;
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    for file in [path, PathBuf::from(log)] {
        let rights = std::fs::metadata(&file).expect("a file").permissions();
        assert_eq!(rights.mode() & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn databases_of_others_are_refused_and_left_alone() {
    let check = |sql: &str, expected: &str| {
        let (_folder, path) = place();
        let other = Connection::open(&path).expect("a database");
        other.execute_batch(sql).expect("its content");
        drop(other);
        let before = std::fs::read(&path).expect("the file");
        let refused = SqliteStore::open(&path).expect_err(sql);
        assert!(refused.to_string().contains(expected), "{refused}");
        let refused = SqliteStore::open_read_only(&path).expect_err(sql);
        assert!(refused.to_string().contains(expected), "{refused}");
        assert_eq!(std::fs::read(&path).expect("the file"), before);
    };
    check("CREATE TABLE cake (slices)", "not one of Ridecode");
    check("PRAGMA user_version = 1", "not one of Ridecode");
    let newer = "PRAGMA application_id = 0x52494445; PRAGMA user_version = 999";
    check(
        newer,
        "of version 999 and this program knows versions up to",
    );
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let (_folder, path) = place();
    std::fs::write(&path, [b'x'; 8_192]).expect("a file");
    let refused = SqliteStore::open(&path).expect_err("no database");
    assert!(refused.to_string().contains("not a database"), "{refused}");
    let nowhere = path.join("below").join("a.db");
    let refused = SqliteStore::open(&nowhere).expect_err("no folder");
    assert!(matches!(refused, OpenFault::File(..)));
    let refused = SqliteStore::open_read_only(&nowhere).expect_err("no folder");
    assert!(refused.to_string().contains("cannot be opened"));
}

#[tokio::test]
async fn a_full_disk_fails_the_verb_and_nothing_else() {
    let (_folder, path) = place();
    let small = SqliteSettings {
        pages_max: 90,
        ..SqliteSettings::default()
    };
    let store = Store::Sqlite(SqliteStore::open_with(&path, small).expect("a new database"));
    settle_in(&store, 1, 1).await;
    let mut held = 0;
    let refused = loop {
        let next = store
            .accept_segment(rides(1, held + 1..=held + 40, 1))
            .await;
        match next {
            Ok(receipt) => held = receipt.expect("no conflict").held_through,
            Err(refused) => break refused,
        }
    };
    assert!(held >= 40, "some fit");
    assert!(matches!(refused, StoreFault::Engine(_)), "{refused}");
    assert!(refused.to_string().contains("full"), "{refused}");
    let rides_held = store
        .load_rides(rider_id(1))
        .await
        .expect("reading goes on");
    assert_eq!(rides_held.taps.len(), usize::try_from(held).expect("few"));
    let journals = store.load_held(OPERATOR).await.expect("reading goes on");
    assert_eq!(journals[0].held, [(1, held)], "nothing of it was kept");
    drop(store);
    let store = open(&path);
    let receipt = upload(&store, rides(1, 1..=held + 40, 1)).await;
    assert_eq!(receipt.held_through, held + 40, "and with room it goes on");
}

#[tokio::test]
async fn a_failed_verb_leaves_the_others_of_its_group() {
    let (_folder, path) = place();
    let store = open(&path);
    settle_in(&store, 1, 3).await;
    upload(&store, rides(1, 1..=1, 1)).await;
    let wrong = bill(1, mark(&store, 1).await, &[first(journey(1, 9), 200)]);
    let wrong = async || store.save_bills(vec![wrong.clone()]).await.map(drop);
    let good = async |validator| upload(&store, segment(validator, 1..=1)).await.new;
    // Queued together, so that they share a commit.
    let (one, two, three) = tokio::join!(good(2), wrong(), good(3));
    assert!(matches!(two, Err(StoreFault::Missing { .. })));
    assert_eq!((one, three), (1, 1));
    let held = store.load_held(OPERATOR).await.expect("journals");
    assert!(held.iter().all(|journal| journal.held == [(1, 1)]));
    let right = bill(1, mark(&store, 1).await, &[first(journey(1, 1), 200)]);
    let saved = store.save_bills(vec![right]).await.expect("a bill");
    assert_eq!(saved, [BillSaved::Saved]);
    assert_eq!(
        store
            .office_state(NOW)
            .await
            .expect("counters")
            .charges_open,
        1
    );
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ridecode.db");
    (folder, path)
}

fn open(path: &Path) -> Store {
    Store::Sqlite(SqliteStore::open(path).expect("a database"))
}
