//! Finding one credential among a million refused ones, for every code that is shown.
//!
//! Halving a list of 16 MB touches a new place of memory at each of twenty steps. The first
//! credential of every block stands here a second time, close together, so that all but the last
//! few steps stay near.

use alloc::vec::Vec;

use ridecode_words::CredentialRef;

use crate::bundle::DenyEntry;
use crate::outcome::DenyReason;

/// The first credentials of a deny list's blocks.
pub(crate) struct DenyIndex {
    firsts: Vec<CredentialRef>,
}

impl DenyIndex {
    /// The index of a list, which must be in ascending order.
    pub(crate) fn new(denied: &[DenyEntry]) -> Self {
        let firsts = denied.chunks(BLOCK).map(|block| block[0].credential);
        Self {
            firsts: firsts.collect(),
        }
    }

    /// Why a credential is refused, if it is on the list this index was made of.
    pub(crate) fn find(
        &self,
        denied: &[DenyEntry],
        credential: &CredentialRef,
    ) -> Option<DenyReason> {
        let behind = self.firsts.partition_point(|first| first <= credential);
        let block = denied.chunks(BLOCK).nth(behind.checked_sub(1)?)?;
        let place = block.binary_search_by_key(credential, |entry| entry.credential);
        place.ok().map(|place| block[place].reason)
    }
}

/// Entries in a block: 1 KiB.
const BLOCK: usize = 64;

#[cfg(test)]
mod tests {
    use ridecode_words::{CredentialId, IssuerId};

    use super::*;

    /// Every second number is on the list.
    fn credential(number: u32) -> CredentialRef {
        let mut id = [0; 10];
        id[..4].copy_from_slice(&number.to_be_bytes());
        CredentialRef {
            issuer: IssuerId(number / 100),
            credential: CredentialId(id),
        }
    }

    #[test]
    fn lists_of_every_length_around_a_block_are_searched_whole() {
        for length in [0, 1, 2, 63, 64, 65, 127, 128, 129, 1_000] {
            let denied: Vec<DenyEntry> = (0..length)
                .map(|place| DenyEntry {
                    credential: credential(2 * place + 1),
                    reason: DenyReason::ALL[place as usize % 4],
                })
                .collect();
            let index = DenyIndex::new(&denied);
            for number in 0..=2 * length + 1 {
                let found = index.find(&denied, &credential(number));
                let on_list = number % 2 == 1 && number < 2 * length;
                let expected = on_list.then(|| DenyReason::ALL[(number / 2) as usize % 4]);
                assert_eq!(found, expected, "{number} of {length}");
            }
        }
    }
}
