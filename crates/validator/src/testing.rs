//! What the tests of this crate share.

/// The seed of this run: `RIDECODE_SEED`, or one that changes with the program. Printed, so that
/// a failing run can be repeated.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is repeated by its seed from the environment"
)]
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("RIDECODE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_121);
    std::println!("RIDECODE_SEED={seed}");
    seed
}
