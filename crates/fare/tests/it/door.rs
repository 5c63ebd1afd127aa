//! What must hold of any bytes given as a tariff file. The fuzz target `tariff` and the replay of
//! its corpus call the same function.

use ridecode_fare::{Price, Tariff};

/// Reads the bytes as a tariff. Panics where an answer does not fit another.
pub(crate) fn knock(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else {
        return;
    };
    match Tariff::parse(text) {
        Err(fault) => {
            let lines = text.split('\n').count();
            assert!(
                (1..=lines).contains(&fault.line),
                "{fault} of {lines} lines"
            );
            assert!(!fault.what.is_empty(), "line {}", fault.line);
        }
        Ok(tariff) => {
            let again = Tariff::parse(text).expect("what was read is read again");
            assert_eq!(tariff.reference(), again.reference());
            rises(&tariff);
        }
    }
}

/// A longer way is never cheaper, a dearer fare never paid with less, and nobody pays more than
/// the list price.
fn rises(tariff: &Tariff) {
    let amounts = [0, 1, 199, 200, 201, 4_999, 100_000, Tariff::AMOUNT_MAX];
    for rule in tariff.rules() {
        if let Price::Ladder(ladder) = rule.price() {
            let edges = ladder
                .steps()
                .iter()
                .flat_map(|step| [step.0, step.0.saturating_add(1)]);
            let mut lengths: Vec<u32> = edges.chain([0, 1, 100_000, u32::MAX]).collect();
            lengths.sort_unstable();
            let prices: Vec<i64> = lengths
                .iter()
                .map(|length_m| ladder.price(*length_m).1)
                .collect();
            assert!(prices.is_sorted(), "{}: {prices:?}", rule.name());
            assert_eq!(prices.first(), Some(&ladder.lowest()));
        }
    }
    for concession in tariff.concessions() {
        let paid = amounts.map(|list| concession.pays().paid(list));
        assert!(paid.is_sorted(), "{}: {paid:?}", concession.names().own());
        for (paid, list) in paid.iter().zip(amounts) {
            assert!((0..=list).contains(paid), "{paid} of {list}");
        }
    }
    for cap in tariff.caps() {
        assert!((0..=Tariff::AMOUNT_MAX).contains(&cap.at_most()));
    }
    let Some(accumulation) = tariff.accumulation() else {
        return;
    };
    let edges = accumulation
        .bands()
        .iter()
        .flat_map(|band| [band.0, band.0.saturating_sub(1)]);
    for before in edges.chain(amounts).filter(|before| *before >= 0) {
        let paid = amounts.map(|list| accumulation.discount(before, list).paid);
        assert!(paid.is_sorted(), "after {before}: {paid:?}");
        for (paid, list) in paid.iter().zip(amounts) {
            assert!((0..=list).contains(paid), "{paid} of {list} after {before}");
        }
    }
}
