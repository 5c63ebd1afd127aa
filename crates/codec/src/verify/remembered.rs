//! A bounded memory of signed things already checked, by their SHA-256. Sets of eight by the first
//! bytes of the hash: within a set the longest unused gives way, so memory and time stay bounded
//! whatever is shown.

use alloc::vec::Vec;

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// What a check gave, by the hash of what was checked.
pub(super) struct Remembered<K> {
    /// Each at most [`WAYS`] long, the longest unused first.
    sets: Vec<Vec<(Hash, K)>>,
}

impl<K: Clone> Remembered<K> {
    /// A memory of about `entries_max` entries; 0 remembers nothing. Room is taken as it fills.
    pub(super) fn new(entries_max: usize) -> Self {
        let mut sets = Vec::new();
        sets.resize_with(entries_max.div_ceil(WAYS), Vec::new);
        Self { sets }
    }

    pub(super) fn find(&mut self, hash: &Hash) -> Option<K> {
        let set = self.set(hash)?;
        let position = set.iter().position(|(known, _)| known == hash)?;
        // The one just used goes to the end.
        set[position..].rotate_left(1);
        set.last().map(|(_, value)| value.clone())
    }

    pub(super) fn remember(&mut self, hash: Hash, value: K) {
        let Some(set) = self.set(&hash) else {
            return;
        };
        if set.len() == WAYS {
            set.remove(0);
        }
        set.push((hash, value));
        assert!(set.len() <= WAYS, "a set never grows beyond its ways");
    }

    pub(super) fn forget_all(&mut self) {
        for set in &mut self.sets {
            set.clear();
        }
    }

    fn set(&mut self, hash: &Hash) -> Option<&mut Vec<(Hash, K)>> {
        let (first, _) = hash.split_first_chunk::<8>()?;
        let sets = u64::try_from(self.sets.len()).ok()?;
        let number = u64::from_be_bytes(*first).checked_rem(sets)?;
        self.sets.get_mut(usize::try_from(number).ok()?)
    }
}

const WAYS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u8) -> Hash {
        [number; 32]
    }

    #[test]
    fn a_memory_of_nothing_remembers_nothing() {
        let mut memory = Remembered::new(0);
        memory.remember(hash(1), 1);
        assert_eq!(memory.find(&hash(1)), None);
    }

    #[test]
    fn the_longest_unused_gives_way() {
        let mut memory = Remembered::new(WAYS);
        for number in 0..8 {
            memory.remember(hash(number), number);
        }
        assert_eq!(memory.find(&hash(0)), Some(0));
        memory.remember(hash(8), 8);
        assert_eq!(memory.find(&hash(1)), None);
        for number in [0, 2, 3, 4, 5, 6, 7, 8] {
            assert_eq!(memory.find(&hash(number)), Some(number));
        }
        memory.forget_all();
        assert_eq!(memory.find(&hash(0)), None);
    }

    #[test]
    fn memory_stays_bounded_whatever_is_shown() {
        let mut memory = Remembered::new(100);
        for number in 0..10_000_u32 {
            let mut hash = [0; 32];
            hash[4..8].copy_from_slice(&number.to_be_bytes());
            memory.remember(hash, number);
        }
        let entries: usize = memory.sets.iter().map(Vec::len).sum();
        assert!((96..=104).contains(&entries), "{entries}");
    }
}
