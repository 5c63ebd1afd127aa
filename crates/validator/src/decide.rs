//! The ladder.

use ridecode_codec::Verified;
use ridecode_codec::Verifier;
use ridecode_codec::crypto::Crypto;
use ridecode_words::BrandId;

use crate::bundle::Bundle;
use crate::clock::Clock;
use crate::journal::Entry;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::replay::ReplayStore;

/// What a validator knows when it decides.
pub struct State<C: Crypto> {
    /// The bundle in force.
    pub bundle: Bundle,
    /// Its keys, with the credentials already checked.
    pub verifier: Verifier<C>,
    /// Codes and riders seen lately.
    pub replay: ReplayStore,
}

/// An answer, with what it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// The code, where its signatures held.
    pub scan: Option<Verified>,
    /// The accepted brand, where one was found.
    pub brand: Option<BrandId>,
    /// The most this ride may cost, in minor units, where it is admitted.
    pub fare_ceiling_minor: Option<u32>,
}

impl<C: Crypto> State<C> {
    /// A state that starts with a bundle and an empty memory of `credentials_max` credentials.
    pub fn new(_bundle: Bundle, _crypto: C, _credentials_max: usize) -> Self {
        todo!()
    }

    /// Puts a newer bundle in force.
    pub fn apply(&mut self, _bundle: Bundle) {
        todo!()
    }

    /// Takes note of a journal entry that is now durable. Called for each entry in order, also
    /// when a journal is read back after a power cut.
    pub fn note(&mut self, _entry: &Entry) {
        todo!()
    }
}

/// Decides about the bytes of a code. Total: every input has exactly one outcome. Changes nothing
/// but the verifier's memory of checked credentials.
pub fn decide<C: Crypto>(
    _code: &[u8],
    _place: &Place,
    _state: &mut State<C>,
    _clock: Clock,
) -> Decision {
    todo!()
}
