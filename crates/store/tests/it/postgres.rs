//! The PostgreSQL engine: the laws, the oracle, and what only a server can go through.

mod races;
mod server;

use ridecode_store::Store;
use ridecode_store::conformance::random;
use ridecode_store::postgres::{Address, PostgresSettings, PostgresStore};
use ridecode_testing::postgres::Database;

use crate::seed::seeds;

ridecode_store::each_law!(empty);

#[tokio::test]
async fn random_verbs_have_the_answers_of_the_memory_engine() {
    for seed in seeds(4) {
        random::compare(empty, seed, 400).await;
    }
}

#[tokio::test]
async fn charges_follow_fares() {
    for seed in seeds(2) {
        let (store, _database) = empty();
        ridecode_store::conformance::even::charges_follow_fares(&store, seed).await;
    }
}

fn empty() -> (Store, Database) {
    let database = Database::new();
    (open(&database), database)
}

fn open(database: &Database) -> Store {
    let address = Address::read(&database.address(), None).expect("an address");
    let settings = PostgresSettings { connections: 3 };
    let store = PostgresStore::open_with(&address, settings).expect("an empty database");
    Store::Postgres(store)
}
