//! What only a server can go through: lost connections, databases of others, programs that start
//! together.

use ridecode_store::conformance::random::everything;
use ridecode_store::conformance::world::{ride_and_bill, rider, settle_in};
use ridecode_store::postgres::{Address, OpenFault, PostgresSettings, PostgresStore};
use ridecode_store::{Store, StoreFault};
use ridecode_testing::postgres::Database;

#[tokio::test]
async fn a_connection_that_was_lost_is_made_again() {
    let database = Database::new();
    let store = super::open(&database);
    settle_in(&store, 2, 1).await;
    for sequence in 1..=6 {
        ride_and_bill(&store, 1, sequence, 1).await;
        database.end_connections();
        if sequence % 2 == 0 {
            let held = store.load_rides(ridecode_words::RiderId(0)).await;
            held.expect("who reads next does not notice");
            database.end_connections();
        }
    }
    let elsewhere = super::open(&database);
    assert_eq!(everything(&store).await, everything(&elsewhere).await);
}

#[test]
fn databases_of_others_are_refused_and_left_alone() {
    let check = |sql: &str, expected: &str| {
        let database = Database::new();
        let address = address(&database);
        if expected != "not those of Ridecode" {
            drop(PostgresStore::open(&address).expect("an empty database"));
        }
        database.tell(sql);
        let tables = "SELECT count(*) FROM information_schema.tables";
        let before = database.tell(tables);
        let writing = PostgresStore::open(&address).expect_err(sql);
        let reading =
            PostgresStore::open_read_only(&address, PostgresSettings::default()).expect_err(sql);
        for refused in [writing, reading] {
            assert!(refused.to_string().contains(expected), "{refused}");
        }
        assert_eq!(database.tell(tables), before);
    };
    check("CREATE TABLE cake (slices INT)", "not those of Ridecode");
    check(
        "INSERT INTO ridecode_migrations (number, digest)
         SELECT n, '' FROM generate_series(2, 999) AS n",
        "of version 999 and this program knows versions up to",
    );
    check(
        "UPDATE ridecode_migrations SET digest = '\\x00' WHERE number = 1",
        "migration 1 of the database is not the one of this program",
    );
}

#[tokio::test]
async fn programs_may_start_together() {
    let database = Database::new();
    let opened = std::thread::scope(|scope| {
        let programs = [(); 6].map(|()| scope.spawn(|| PostgresStore::open(&address(&database))));
        programs.map(|program| program.join().expect("it does not panic"))
    });
    for store in opened {
        let store = Store::Postgres(store.expect("each is let in"));
        store.open_rider(rider(1)).await.expect("a verb");
    }
    let version = PostgresStore::version(&address(&database));
    assert!(version.expect("a version") > 0);
}

#[tokio::test]
async fn who_only_reads_changes_nothing() {
    let database = Database::new();
    let refused = PostgresStore::open_read_only(&address(&database), PostgresSettings::default());
    assert!(matches!(refused, Err(OpenFault::Older(0))), "{refused:?}");
    let writing = super::open(&database);
    settle_in(&writing, 1, 1).await;
    ride_and_bill(&writing, 1, 1, 1).await;
    let reading = PostgresStore::open_read_only(&address(&database), PostgresSettings::default())
        .expect("beside it");
    let reading = Store::Postgres(reading);
    assert_eq!(everything(&reading).await, everything(&writing).await);
    let refused = reading.open_rider(rider(2)).await;
    let Err(StoreFault::Engine(fault)) = refused else {
        panic!("it may not write: {refused:?}");
    };
    assert!(fault.to_string().contains("reading only"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let nowhere = "host=/nowhere user=someone dbname=ride";
    let nowhere = Address::read(nowhere, Some("secret")).expect("an address");
    let refused = PostgresStore::open(&nowhere).expect_err("there is none");
    let words = refused.to_string();
    assert!(words.contains("ride at /nowhere"), "{words}");
    assert!(
        !words.contains("secret") && !words.contains("someone"),
        "{words}"
    );
}

fn address(database: &Database) -> Address {
    Address::read(&database.address(), None).expect("an address")
}
