//! The only place that draws randomness.

use ridecode_office::Entropy;

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that draws randomness"
    )]
    fn fill(&mut self, bytes: &mut [u8]) {
        // Without randomness no key can be made: there is nothing sensible left to do.
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}
