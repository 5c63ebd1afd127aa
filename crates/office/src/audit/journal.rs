//! Journals: what is held must hang together; what is missing is counted, not accused.

use ridecode_store::HeldEntries;

use super::{Finding, count};
use crate::close::gaps;

pub(super) fn check(journals: &[HeldEntries]) -> Vec<Finding> {
    journals.iter().filter_map(check_one).collect()
}

fn check_one(journal: &HeldEntries) -> Option<Finding> {
    let finding = |detail: String| Some(Finding::new("journal", journal.validator, detail));
    let mut next = 1;
    for &(first, last) in &journal.held {
        if first < next || last < first {
            return finding(format!(
                "the ranges held are not apart and ascending: {first} to {last} stands where {next} or later belongs"
            ));
        }
        next = last.saturating_add(1);
    }
    if next - 1 > journal.journal_end {
        return finding(format!(
            "entry {} is held, and the journal is said to end at {}",
            next - 1,
            journal.journal_end
        ));
    }
    None
}

pub(super) fn count_gaps(journals: &[HeldEntries]) -> u64 {
    journals
        .iter()
        .map(|journal| count(gaps(journal).len()))
        .sum()
}

#[cfg(test)]
mod tests {
    use ridecode_words::{UnixSeconds, ValidatorId};

    use super::*;

    #[test]
    fn what_is_held_hangs_together() {
        let check = |held: &[(u64, u64)], journal_end, expected: bool| {
            let journal = HeldEntries {
                validator: ValidatorId(1),
                held: held.to_vec(),
                journal_end,
                sealed: UnixSeconds(0),
            };
            assert_eq!(check(&[journal]).is_empty(), expected, "{held:?}");
        };
        check(&[], 0, true);
        check(&[(1, 4), (6, 6)], 9, true);
        check(&[(1, 4), (4, 6)], 9, false);
        check(&[(5, 4)], 9, false);
        check(&[(0, 4)], 9, false);
        check(&[(1, 4)], 3, false);
    }
}
