//! A key list with every key parsed once, sorted for lookup. Expired keys are passed over at
//! lookup, so that a key may expire between two riders.

use alloc::vec::Vec;

use ridecode_words::{IssuerId, UnixSeconds};

use crate::crypto::{Crypto, PublicKey};
use crate::key::{IssuerKey, KeyList, MotIssuer, RootKey};

pub(super) struct ReadyKeys<K> {
    issuer_keys: Vec<(IssuerKey, K)>,
    root_keys: Vec<(RootKey, K)>,
    mot_issuers: Vec<MotIssuer>,
}

impl<K> ReadyKeys<K> {
    /// Parses every key. One that is no point of its curve, or not for the algorithm its profile
    /// needs, is left out.
    pub(super) fn new<C: Crypto<Key = K>>(crypto: &C, keys: KeyList) -> Self {
        let KeyList {
            mut issuer_keys,
            mut root_keys,
            mut mot_issuers,
        } = keys;
        issuer_keys.retain(|key| key.key.algorithm == key.profile.issuer_algorithm());
        issuer_keys.sort_by_key(|key| (key.issuer, key.key_id));
        root_keys.sort_by_key(|key| key.index);
        mot_issuers.sort_by_key(|rule| rule.issuer);
        let ready = |key: &PublicKey| crypto.parse_key(key);
        Self {
            issuer_keys: issuer_keys
                .into_iter()
                .filter_map(|key| {
                    let ready = ready(&key.key)?;
                    Some((key, ready))
                })
                .collect(),
            root_keys: root_keys
                .into_iter()
                .filter_map(|key| {
                    let ready = ready(&key.key)?;
                    Some((key, ready))
                })
                .collect(),
            mot_issuers,
        }
    }

    /// The key of an issuer by its number, unless it has expired.
    pub(super) fn find_issuer_key(
        &self,
        issuer: IssuerId,
        key_id: u32,
        now: UnixSeconds,
    ) -> Option<(&IssuerKey, &K)> {
        let wanted = (issuer, key_id);
        let first = self
            .issuer_keys
            .partition_point(|(key, _)| (key.issuer, key.key_id) < wanted);
        self.issuer_keys[first..]
            .iter()
            .take_while(|(key, _)| (key.issuer, key.key_id) == wanted)
            .find(|(key, _)| now <= key.expires)
            .map(|(key, ready)| (key, ready))
    }

    /// The root key of an index, unless it has expired.
    pub(super) fn find_root_key(&self, index: u8, now: UnixSeconds) -> Option<&K> {
        let first = self.root_keys.partition_point(|(key, _)| key.index < index);
        self.root_keys[first..]
            .iter()
            .take_while(|(key, _)| key.index == index)
            .find(|(key, _)| now <= key.expires)
            .map(|(_, ready)| ready)
    }

    /// The rule of a `mot` issuer.
    pub(super) fn find_mot_issuer(&self, issuer: IssuerId) -> Option<MotIssuer> {
        self.mot_issuers
            .binary_search_by_key(&issuer, |rule| rule.issuer)
            .ok()
            .map(|at| self.mot_issuers[at])
    }
}
