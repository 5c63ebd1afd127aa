//! The fare engine from outside: held against a second implementation of the same rules, and
//! tariff files of any bytes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect has failed"
)]

mod corpus;
mod door;

mod feed;
mod months;

mod differential;
mod naive;
mod properties;

/// The seed of a round of random tests: RIDECODE_SEED if it is set, else the round's number.
fn seed(round: u64) -> u64 {
    number("RIDECODE_SEED").unwrap_or(round)
}

/// A number for the test run.
fn number(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "seeds and counts are given to the test run, not to the program"
    )]
    let given = std::env::var(name).ok();
    given.and_then(|number| number.parse().ok())
}
