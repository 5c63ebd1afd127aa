//! The engines held against the laws, and against each other.

mod memory {
    use ridecode_store::Store;
    use ridecode_store::memory::MemoryStore;

    fn empty() -> (Store, ()) {
        (Store::Memory(MemoryStore::default()), ())
    }

    ridecode_store::each_law!(empty);
}

mod sqlite {
    use ridecode_store::Store;
    use ridecode_store::sqlite::SqliteStore;

    fn empty() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ridecode.db");
        let store = SqliteStore::open(&path).expect("a new database");
        (Store::Sqlite(store), folder)
    }

    ridecode_store::each_law!(empty);
}
