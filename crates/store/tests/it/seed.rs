//! Seeds of random tests.

/// The seed that `RIDECODE_SEED` names, else the first so many.
#[expect(
    clippy::disallowed_methods,
    reason = "a failed test is run again with the seed it printed"
)]
pub(crate) fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("RIDECODE_SEED") {
        Ok(seed) => vec![seed.parse().expect("RIDECODE_SEED is a number")],
        Err(_) => (1..=count).collect(),
    }
}
