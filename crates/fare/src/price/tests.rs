//! Shares of a fare.

use super::*;
use crate::example;

/// What each leg of such lengths gets of an amount.
fn check(paid: i64, lengths_m: &[u32], expected: &[i64]) {
    assert_eq!(split(paid, lengths_m), expected);
}

fn split(paid: i64, lengths_m: &[u32]) -> Vec<i64> {
    let book = example::book();
    let tariff = &book.tariffs()[0];
    let legs = lengths_m.iter().map(|length_m| Leg {
        operator: OperatorId(1),
        line: None,
        from: None,
        to: None,
        length_m: *length_m,
    });
    let priced = Priced {
        applied: Applied {
            tariff,
            rule: &tariff.rules[0],
            network: None,
        },
        concession: None,
        list: paid,
        steps: Vec::new(),
        legs: legs.collect(),
    };
    let shares = priced.shares(paid);
    shares.iter().map(|share| share.amount.minor).collect()
}

#[test]
fn what_rounding_leaves_goes_to_the_largest_remainders() {
    check(400, &[3_500, 5_000], &[165, 235]);
    check(100, &[1, 1, 1], &[34, 33, 33]);
    check(101, &[1, 1, 1], &[34, 34, 33]);
    check(1, &[1, 2, 3], &[0, 0, 1]);
    check(0, &[1, 2], &[0, 0]);
    check(500, &[7], &[500]);
    check(200, &[0], &[200]);
    check(200, &[0, 0], &[200, 0]);
    check(
        i64::MAX,
        &[u32::MAX, u32::MAX],
        &[i64::MAX / 2 + 1, i64::MAX / 2],
    );
}

#[test]
fn shares_sum_to_the_fare_and_follow_the_meters() {
    for round in 0..200 {
        let seed = ridecode_testing::seed(round);
        let mut rng = fastrand::Rng::with_seed(seed);
        let lengths_m: Vec<u32> = (0..rng.usize(1..8)).map(|_| rng.u32(1..50_000)).collect();
        let paid = rng.i64(0..5_000);
        let total_m: i64 = lengths_m.iter().map(|length_m| i64::from(*length_m)).sum();
        let shares = split(paid, &lengths_m);
        assert_eq!(shares.iter().sum::<i64>(), paid, "seed {seed}");
        for (share, length_m) in shares.iter().zip(&lengths_m) {
            let exact = paid * i64::from(*length_m);
            let error = (share * total_m - exact).abs();
            assert!(error < total_m, "seed {seed}: within one minor unit");
        }
    }
}
