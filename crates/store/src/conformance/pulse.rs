//! Counts: each decision, fare and charge once, in the slot and hour it belongs to.

use ridecode_validator::Outcome;
use ridecode_words::{LineId, UnixSeconds};

use super::steps::{open, settle};
use super::world::{
    NOW, OPERATOR, admitted, collected, declined, ride_and_bill, rides, segment, settle_in, tap,
    upload,
};
use crate::{LineHour, Pulse, PulseQuery, Pulses, Sighting, Standing, Store};

/// A repeat counts nothing, an overlap what is new in it; refusals are no taps of a line.
pub async fn decisions_are_counted_once(store: &Store) {
    settle_in(store, 1, 1).await;
    let refused = |sequence| Sighting {
        outcome: Outcome::Expired,
        ..admitted(&tap(1, sequence, 1))
    };
    let mut first = segment(1, 1..=3);
    first.seen = vec![refused(1), refused(2), refused(3)];
    upload(store, first.clone()).await;
    upload(store, first).await;
    upload(store, rides(1, 3..=4, 1)).await;
    let found = look(store, 0, 600).await;
    let pulse = |rung, count| Pulse {
        operator: OPERATOR,
        slot: NOW,
        rung,
        count,
    };
    let expected = [
        pulse(Outcome::Expired.rung(), 3),
        pulse(Outcome::Admit.rung(), 1),
    ];
    assert_eq!(found.pulses, expected);
    let hour = LineHour {
        operator: OPERATOR,
        hour: NOW,
        line: None,
        taps: 1,
        minor: 0,
    };
    assert_eq!(found.lines, [hour]);
    let later = look(store, 3_600, 7_200).await;
    assert_eq!((later.pulses, later.lines), (vec![], vec![]));
}

/// A fare adds to the line and hour its ride began in.
pub async fn fares_add_to_their_line_and_hour(store: &Store) {
    settle_in(store, 1, 1).await;
    ride_and_bill(store, 1, 1, 1).await;
    ride_and_bill(store, 1, 2, 1).await;
    let lines = look(store, 0, 60).await.lines;
    let with_line = lines.iter().find(|one| one.line.is_some());
    let with_line = with_line.expect("the bills name a line");
    assert_eq!(with_line.line, LineId::new("gz-1").ok());
    let charged = look(store, 0, 60).await.charges;
    assert_eq!((with_line.taps, with_line.minor), (0, charged[0].minor));
}

/// A charge stands in one place at a time.
pub async fn charges_are_totalled_as_they_move(store: &Store) {
    settle_in(store, 1, 1).await;
    let totals = async || -> Vec<_> {
        let charges = look(store, 0, 60).await.charges;
        let totals = charges.iter();
        totals
            .map(|one| (one.state, one.standing, one.count))
            .collect()
    };
    assert_eq!(totals().await, []);
    let charge = ride_and_bill(store, 1, 1, 1).await;
    let planned = totals().await;
    assert_eq!(planned.len(), 1);
    assert_eq!((planned[0].1, planned[0].2), (Standing::Smooth, 1));
    assert!(open(store, charge, 1).await);
    settle(store, charge, declined()).await;
    assert_eq!(totals().await, [("declined", Standing::Advanced, 1)]);
    settle(store, charge, collected()).await;
    assert_eq!(totals().await, [("collected", Standing::Advanced, 1)]);
}

async fn look(store: &Store, since: i64, until: i64) -> Pulses {
    let query = PulseQuery {
        operator: Some(OPERATOR),
        since: NOW.plus_s(since),
        until: UnixSeconds(NOW.0 + until),
    };
    store.load_pulses(query).await.expect("counts")
}
