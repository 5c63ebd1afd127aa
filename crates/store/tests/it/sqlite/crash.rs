//! Crashes: a process that ends between any two instructions, a log cut at any byte.

use std::path::{Path, PathBuf};

use ridecode_store::Store;
use ridecode_store::conformance::random::{Told, everything};
use ridecode_store::memory::MemoryStore;
use ridecode_store::sqlite::{SqliteSettings, SqliteStore};
use tempfile::TempDir;

use crate::seed::seeds;

/// The database and its log are copied while the program runs, as a crash leaves them, and the
/// copied log is cut at a random byte, as a torn write leaves it. What opens again is what the
/// memory engine held after some number of verbs: each is there whole or not at all, in order, and
/// a longer log never holds fewer. The whole log holds every verb that was answered.
#[tokio::test]
async fn a_log_cut_anywhere_holds_whole_verbs_in_order() {
    for seed in seeds(3) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ridecode.db");
        // The log is never copied back, so that it holds everything.
        let settings = SqliteSettings {
            checkpoint_pages: 0,
            ..SqliteSettings::default()
        };
        let store = SqliteStore::open_with(&path, settings).expect("a new database");
        let store = Store::Sqlite(store);
        let states = tell_both(&store, seed).await;
        let whole = std::fs::read(log_of(&path)).expect("the log");
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut cuts: Vec<usize> = (0..24).map(|_| rng.usize(0..whole.len())).collect();
        cuts.sort_unstable();
        cuts.push(whole.len());
        let mut before = 0;
        for cut in cuts {
            let Some(found) = open_cut(&path, &whole[..cut]).await else {
                assert_eq!(before, 0, "RIDECODE_SEED={seed}: tables were there before");
                continue;
            };
            // Verbs that change nothing leave equal states; the last of them is as good as any.
            let place = states.iter().rposition(|state| *state == found);
            let place = place.unwrap_or_else(|| {
                panic!("RIDECODE_SEED={seed}: cut at {cut}, a state that never was\n{found}")
            });
            assert!(
                place >= before,
                "RIDECODE_SEED={seed}: a longer log holds less"
            );
            before = place;
        }
        assert_eq!(
            before,
            states.len() - 1,
            "RIDECODE_SEED={seed}: an answered verb is lost"
        );
    }
}

/// Tells random verbs to the store and to the oracle, and gives every state the oracle was in.
async fn tell_both(store: &Store, seed: u64) -> Vec<String> {
    let oracle = Store::Memory(MemoryStore::default());
    let mut told = Told::new(seed);
    let mut states = vec![everything(&oracle).await];
    for _ in 0..120 {
        told.next(&oracle, store).await;
        states.push(everything(&oracle).await);
    }
    states
}

/// Opens a copy of the database with this much of its log. `None` if not even its tables are there.
async fn open_cut(path: &Path, log: &[u8]) -> Option<String> {
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    std::fs::copy(path, &copy).expect("a copy");
    std::fs::write(log_of(&copy), log).expect("its log");
    let reading = SqliteStore::open_read_only(&copy);
    if reading.is_err() {
        let fresh = SqliteStore::open(&copy).expect("it is made anew");
        let fresh = everything(&Store::Sqlite(fresh)).await;
        let empty = everything(&Store::Memory(MemoryStore::default())).await;
        assert_eq!(fresh, empty);
        return None;
    }
    drop(reading);
    let store = SqliteStore::open(&copy).expect("the copy");
    Some(everything(&Store::Sqlite(store)).await)
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
