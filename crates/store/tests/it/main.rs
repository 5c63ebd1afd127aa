//! The engines held against the laws, and against each other.

#[cfg(feature = "postgres")]
mod postgres;
mod seed;
mod sqlite;

mod memory {
    use ridecode_store::Store;
    use ridecode_store::memory::MemoryStore;

    fn empty() -> (Store, ()) {
        (Store::Memory(MemoryStore::default()), ())
    }

    ridecode_store::each_law!(empty);

    #[tokio::test]
    async fn charges_follow_fares() {
        for seed in crate::seed::seeds(200) {
            let (store, ()) = empty();
            ridecode_store::conformance::even::charges_follow_fares(&store, seed).await;
        }
    }
}
