//! The SQLite engine: the laws, the oracle, and what only a file can go through.

mod crash;
mod file;

use ridecode_store::Store;
use ridecode_store::conformance::random;
use ridecode_store::sqlite::SqliteStore;
use tempfile::TempDir;

use crate::seed::seeds;

ridecode_store::each_law!(empty);

#[tokio::test]
async fn random_verbs_have_the_answers_of_the_memory_engine() {
    for seed in seeds(12) {
        random::compare(empty, seed, 400).await;
    }
}

#[tokio::test]
async fn charges_follow_fares() {
    for seed in seeds(4) {
        let (store, _folder) = empty();
        ridecode_store::conformance::even::charges_follow_fares(&store, seed).await;
    }
}

fn empty() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ridecode.db");
    let store = SqliteStore::open(&path).expect("a new database");
    (Store::Sqlite(store), folder)
}
