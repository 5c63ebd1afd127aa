//! What a test run is told by its environment.

/// The seed of a random test: `RIDECODE_SEED` if it is set, else the given one, such as the
/// number of the round. Whoever fails prints it.
pub fn seed(otherwise: u64) -> u64 {
    number("RIDECODE_SEED").unwrap_or(otherwise)
}

/// A number given to the test run by an environment variable; `None` if it is unset or no number.
pub fn number(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "seeds and counts are given to the test run, not to the program"
    )]
    let given = std::env::var(name).ok();
    given.and_then(|number| number.parse().ok())
}
