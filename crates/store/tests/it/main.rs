//! The engines held against the laws, and against each other.

mod seed;
mod sqlite;

mod memory {
    use ridecode_store::Store;
    use ridecode_store::memory::MemoryStore;

    fn empty() -> (Store, ()) {
        (Store::Memory(MemoryStore::default()), ())
    }

    ridecode_store::each_law!(empty);
}
