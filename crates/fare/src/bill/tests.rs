use alloc::vec;

use ridecode_words::{Mode, StopId, ValidatorId};

use super::*;
use crate::example;
use crate::tap::TapKind;

/// 2026-11-21 08:00 at the example's place.
const MORNING: i64 = 1_795_219_200;

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

/// A tap so many seconds after [`MORNING`]; the sequence names it.
fn tap(sequence: u64, after_s: i64, kind: TapKind, stop: &str) -> Tap {
    Tap {
        time: UnixSeconds(MORNING + after_s),
        id: TapId {
            validator: ValidatorId(1),
            sequence,
        },
        rider: RiderId(7),
        issuer: IssuerId(4_401),
        kind,
        operator: OperatorId(1),
        mode: Mode::Metro,
        line: None,
        stop: Some(StopId(text(stop))),
        direction: None,
        vehicle: None,
        category: 0,
        showing: None,
    }
}

fn november(taps: &[Tap]) -> Bill {
    let period = Period {
        rider: RiderId(7),
        month: Month {
            year: 2026,
            month: 11,
        },
    };
    bill(
        period,
        taps,
        &example::book(),
        UnixSeconds(MORNING + 30 * 86_400),
    )
}

#[test]
fn a_journey_across_operators_is_split_by_distance() {
    let taps = [
        tap(1, 0, TapKind::In, "west"),
        tap(2, 1_500, TapKind::Out, "south"),
    ];
    let bill = november(&taps);
    let fare = &bill.fares[0];
    assert_eq!(fare.amount.minor, 400);
    // 3500 m of 8500 m and 5000 m of 8500 m of 4.00 yuan: 164.7 and 235.3 fen.
    let shares: Vec<_> = fare
        .shares
        .iter()
        .map(|share| (share.operator.0, share.amount.minor))
        .collect();
    assert_eq!(shares, vec![(1, 165), (4, 235)]);
}
