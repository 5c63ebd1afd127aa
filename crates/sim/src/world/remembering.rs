//! Signature checks that were made once are not made again.
//!
//! A code is checked by the validator that reads it, by the second one a thief shows it to, and by
//! the back office when the tap arrives, in a city mostly with the same answer. A check is a pure
//! function of key, message and signature, so the answer may be kept by the hash of all three.
//! Each thread has one memory: a city is played in one, and what another city asks is
//! another question.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ridecode_codec::crypto::native::{self, Native};
use ridecode_codec::crypto::{Crypto, PublicKey, Signature, Sm2Id};
use sha2::{Digest as _, Sha256};

/// The native library, asked once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Remembering;

/// A key ready for checking, and what it was made from.
#[derive(Clone)]
pub(crate) struct Key {
    public: PublicKey,
    ready: native::Key,
}

impl Crypto for Remembering {
    type Key = Key;

    fn parse_key(&self, key: &PublicKey) -> Option<Key> {
        let ready = KEYS.with_borrow_mut(|keys| keys.find_or(*key, || Native.parse_key(key)));
        ready.map(|ready| Key {
            public: *key,
            ready,
        })
    }

    fn verify(&self, key: &Key, id: Sm2Id<'_>, message: &[u8], signature: &Signature) -> bool {
        let asked = Sha256::new()
            .chain_update([key.public.algorithm as u8])
            .chain_update(key.public.bytes)
            .chain_update(signature.0)
            .chain_update((id.0.len() as u64).to_be_bytes())
            .chain_update(id.0)
            .chain_update(message)
            .finalize();
        CHECKS.with_borrow_mut(|checks| {
            checks.find_or(asked.into(), || {
                Native.verify(&key.ready, id, message, signature)
            })
        })
    }
}

thread_local! {
    static KEYS: RefCell<Answers<PublicKey, Option<native::Key>>> = RefCell::default();
    static CHECKS: RefCell<Answers<[u8; 32], bool>> = RefCell::default();
}

/// Answers to questions, the newest of them.
struct Answers<Q, A> {
    young: BTreeMap<Q, A>,
    old: BTreeMap<Q, A>,
}

impl<Q, A> Default for Answers<Q, A> {
    fn default() -> Self {
        Self {
            young: BTreeMap::new(),
            old: BTreeMap::new(),
        }
    }
}

impl<Q: Ord, A: Clone> Answers<Q, A> {
    /// The answer kept, or the one given now.
    fn find_or(&mut self, question: Q, ask: impl FnOnce() -> A) -> A {
        if let Some(answer) = self.young.get(&question) {
            return answer.clone();
        }
        let answer = self.old.remove(&question).unwrap_or_else(ask);
        self.young.insert(question, answer.clone());
        if self.young.len() == ANSWERS_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        answer
    }
}

/// Answers after which the older half is forgotten: more than two days of a city of 5,000 riders.
const ANSWERS_MAX: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::{ANSWERS_MAX, Answers};

    #[test]
    fn is_asked_again_only_about_what_was_forgotten() {
        let mut answers = Answers::<usize, usize>::default();
        let mut asked = 0;
        let mut find = |question| {
            answers.find_or(question, || {
                asked += 1;
                question * 2
            })
        };
        for question in 0..2 * ANSWERS_MAX {
            assert_eq!(find(question), question * 2);
            // One that is used stays, however many others come.
            assert_eq!(find(0), 0);
        }
        assert_eq!(
            find(1),
            2,
            "the first of the others is forgotten, and asked again"
        );
        assert_eq!(asked, 2 * ANSWERS_MAX + 1);
    }
}
