//! Seeds: one number gives one world.
//!
//! Nothing draws from one long stream: every step and every request has chances of its own, made
//! from the seed and from what it is about. So a plan with a step taken out meets the same weather
//! everywhere else, and a failure can be made smaller.

use fastrand::Rng;
use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_office::Entropy;
use sha2::{Digest as _, Sha256};

/// Where the chances of a world come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// The chances of one thing, such as a request or a step: always the same ones.
    pub(crate) fn chances(self, of: &str, number: u64) -> Chances {
        let digest = Sha256::new()
            .chain_update(self.0.to_be_bytes())
            .chain_update(number.to_be_bytes())
            .chain_update(of.as_bytes())
            .finalize();
        let mut start = [0; 8];
        start.copy_from_slice(&digest[..8]);
        Chances(Rng::with_seed(u64::from_be_bytes(start)))
    }

    /// A key that signs the same message with the same bytes every time.
    pub(crate) fn key(self, algorithm: Algorithm, of: &str, number: u64) -> SecretKey {
        let mut chances = self.chances(of, number);
        loop {
            let mut secret = [0; 32];
            chances.fill(&mut secret);
            if let Some(key) = SecretKey::new(algorithm, &secret) {
                return key;
            }
        }
    }
}

/// The chances of one thing.
pub(crate) struct Chances(pub(crate) Rng);

impl Chances {
    /// Whether something of so many in a thousand happens.
    pub(crate) fn happens(&mut self, per_mille: u32) -> bool {
        self.0.u32(0..1_000) < per_mille
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.usize(0..of.len())]
    }
}

impl Entropy for Chances {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}
