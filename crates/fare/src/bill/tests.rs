//! Bills over the example city.

mod audience;
mod caps;
mod legs;

use alloc::vec;

use ridecode_words::{Mode, StopId, Text, ValidatorId};

use super::*;
use crate::example;
use crate::explain::Step;
use crate::tap::{Mend, RepairedBy, TapKind, repair_id};

/// 2026-11-21 08:00 in the example's zone.
const MORNING: i64 = 1_795_219_200;
const DAY: i64 = 86_400;

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

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

fn bus(sequence: u64, after_s: i64) -> Tap {
    Tap {
        operator: OperatorId(2),
        mode: Mode::Bus,
        line: Some(LineId(text("b1"))),
        stop: None,
        ..tap(sequence, after_s, TapKind::Single, "none")
    }
}

/// The month of 2026 a month after the morning.
fn month(month: u8, taps: &[Tap]) -> Bill {
    let period = Period {
        rider: RiderId(7),
        month: Month { year: 2026, month },
    };
    bill(
        period,
        taps,
        &example::book(),
        UnixSeconds(MORNING + 30 * DAY),
    )
}

/// Amounts of a November of such taps, and shares by operator of the first fare.
fn check(taps: &[Tap], amounts: &[i64], shares: &[(u32, i64)]) {
    let bill = month(11, taps);
    let found: Vec<i64> = bill.fares.iter().map(|fare| fare.amount.minor).collect();
    assert_eq!(found, amounts);
    for fare in &bill.fares {
        let sum: i64 = fare.shares.iter().map(|share| share.amount.minor).sum();
        assert_eq!(sum, fare.amount.minor);
        assert_eq!(fare.explanation.total, fare.amount);
    }
    let found: Vec<(u32, i64)> = bill.fares[0]
        .shares
        .iter()
        .map(|share| (share.operator.0, share.amount.minor))
        .collect();
    assert_eq!(found, shares);
}

#[test]
fn a_journey_across_operators_is_split_by_distance() {
    let taps = [
        tap(1, 0, TapKind::In, "west"),
        tap(2, 1_500, TapKind::Out, "south"),
    ];
    // 3500 m and 5000 m of 8500 m: of 4.00 yuan 164.7 and 235.3 fen.
    check(&taps, &[400], &[(1, 165), (4, 235)]);
}

#[test]
fn each_ending_has_its_price() {
    let pair = |after_s, stop| {
        [
            tap(1, 0, TapKind::In, "west"),
            tap(2, after_s, TapKind::Out, stop),
        ]
    };
    check(&pair(900, "middle"), &[200], &[(1, 200)]);
    check(&pair(300, "west"), &[0], &[(1, 0)]);
    check(&pair(700, "west"), &[200], &[(1, 200)]);
    // Overstayed at the east: the dearest ride there comes from the south, 13 km.
    check(&pair(5 * 3_600, "east"), &[500], &[(1, 500)]);
    check(&[tap(1, 0, TapKind::In, "west")], &[200], &[(1, 200)]);
    check(&[tap(1, 0, TapKind::Out, "south")], &[200], &[(1, 200)]);
    check(&[bus(1, 0)], &[200], &[(2, 200)]);
}

#[test]
fn a_repair_is_priced_as_a_ride_and_by_riders_never_below_the_cheapest() {
    let mend = |number, (after_s, stop), mend| Tap {
        id: repair_id(tap(1, 0, TapKind::In, "west").id, number),
        kind: TapKind::Repair {
            tap: tap(1, 0, TapKind::In, "west").id,
            mend,
        },
        ..tap(1, after_s, TapKind::In, stop)
    };
    let (rider, agent) = (RepairedBy::Rider, RepairedBy::Agent);
    let entry = tap(1, 0, TapKind::In, "south");
    let with = |repair| [entry.clone(), repair];
    let exit = |stop, by| mend(1, (900, stop), Mend::Exit(by));
    // Of 5 and 8 km to the east, 4.00 and 5.00; without a repair it costs 2.00.
    check(&with(exit("east", rider)), &[500], &[(4, 192), (1, 308)]);
    check(&with(exit("east", agent)), &[500], &[(4, 192), (1, 308)]);
    // The nearest stop is 5 km away: from there nobody rides for 2.00.
    let same = |by| mend(1, (300, "south"), Mend::Exit(by));
    check(&with(same(rider)), &[300], &[(1, 300)]);
    check(&with(same(agent)), &[0], &[(1, 0)]);
    // Nowhere is no ride: the tap is missing still.
    check(&with(exit("nowhere", rider)), &[200], &[(1, 200)]);
    check(&with(exit("nowhere", agent)), &[200], &[(1, 200)]);
    let out = tap(1, 0, TapKind::Out, "south");
    let entry_by = |by| mend(1, (-900, "west"), Mend::Entry(by));
    check(&[out, entry_by(rider)], &[400], &[(1, 165), (4, 235)]);
    // Five hours to the east cost the dearest fare there, unless that was nobody's fault.
    let stay = [
        tap(1, 0, TapKind::In, "middle"),
        tap(2, 5 * 3_600, TapKind::Out, "east"),
    ];
    check(&stay, &[500], &[(1, 500)]);
    let excused = [&stay[..], &[mend(1, (0, "middle"), Mend::Excused)]].concat();
    check(&excused, &[300], &[(1, 300)]);
}

#[test]
fn what_is_paid_accumulates_across_metro_and_bus() {
    // 38 buses and a metro ride of 4.00 yuan reach 80.00; then a bus of 2.00 costs 1.60. Above
    // 200.00 half is paid: 40 + 75 buses cost 80.00 + 120.00, the next one 1.00.
    let mut taps: Vec<Tap> = (0..38)
        .map(|ride| bus(ride + 1, ride as i64 * 60))
        .collect();
    taps.push(tap(60, 4_000, TapKind::In, "west"));
    taps.push(tap(61, 5_000, TapKind::Out, "east"));
    taps.extend((0..76).map(|ride| bus(ride + 100, 6_000 + ride as i64 * 60)));
    let bill = month(11, &taps);
    let amounts: Vec<i64> = bill.fares.iter().map(|fare| fare.amount.minor).collect();
    assert_eq!(amounts[..38], [200; 38]);
    assert_eq!(amounts[38], 400);
    assert_eq!(amounts[39..114], [160; 75]);
    assert_eq!(amounts[114], 100);
    let last = bill.fares[114].explanation.steps.last();
    let Some(Step::Accumulation { before, after, .. }) = last else {
        panic!("the discount is explained");
    };
    assert_eq!((before.minor, after.minor), (20_000, 20_100));
}

#[test]
fn a_late_tap_changes_every_later_fare_of_the_month() {
    let mut taps: Vec<Tap> = (0..41)
        .map(|ride| bus(ride + 2, ride as i64 * 60))
        .collect();
    let before = month(11, &taps);
    assert_eq!(before.fares[40].amount.minor, 160);
    taps.push(bus(1, -60));
    let after = month(11, &taps);
    assert_eq!(after.fares.len(), 42);
    let later: Vec<i64> = after.fares[40..]
        .iter()
        .map(|fare| fare.amount.minor)
        .collect();
    assert_eq!(later, [160, 160]);
}

#[test]
fn a_rule_that_does_not_accumulate_leaves_the_month_alone() {
    let mut neighbor = bus(1, 0);
    neighbor.operator = OperatorId(3);
    let bill = month(11, &[neighbor]);
    assert_eq!(bill.fares[0].explanation.steps.len(), 1);
}

#[test]
fn a_journey_belongs_to_the_month_of_its_first_tap() {
    // 2026-11-30 23:50 to 2026-12-01 00:20 in the zone of the tariff.
    let midnight = 9 * DAY + 16 * 3_600;
    let taps = [
        tap(1, midnight - 600, TapKind::In, "west"),
        tap(2, midnight + 1_200, TapKind::Out, "east"),
        bus(3, midnight),
    ];
    let november = month(11, &taps);
    assert_eq!(november.fares.len(), 1);
    assert_eq!(november.fares[0].amount.minor, 400);
    assert_eq!(november.fares[0].day, "2026-11-30".parse().unwrap());
    let december = month(12, &taps);
    assert_eq!(december.fares.len(), 1);
    assert_eq!(december.fares[0].taps, vec![taps[2].id]);
    assert_eq!(december.fares[0].day, "2026-12-01".parse().unwrap());
    assert_eq!(month(10, &taps).fares.len(), 0);
}

#[test]
fn an_open_journey_says_when_it_closes() {
    let taps = [
        tap(1, 0, TapKind::In, "west"),
        tap(2, 3_600, TapKind::In, "east"),
    ];
    let period = Period {
        rider: RiderId(7),
        month: Month {
            year: 2026,
            month: 11,
        },
    };
    let at = |after_s| {
        bill(
            period,
            &taps,
            &example::book(),
            UnixSeconds(MORNING + after_s),
        )
    };
    let early = at(7_200);
    assert_eq!(early.fares.len(), 0);
    assert_eq!(early.open.len(), 2);
    assert_eq!(early.next_closing, Some(UnixSeconds(MORNING + DAY)));
    let later = at(DAY);
    assert_eq!((later.fares.len(), later.open.len()), (1, 1));
    assert_eq!(later.next_closing, Some(UnixSeconds(MORNING + DAY + 3_600)));
    assert_eq!(at(2 * DAY).next_closing, None);
}

#[test]
fn what_cannot_be_priced_is_told_and_not_dropped() {
    let check = |taps: &[Tap], why| {
        let bill = month(11, taps);
        assert_eq!(bill.fares.len(), 0);
        assert_eq!(bill.unpriced.len(), 1);
        assert_eq!(bill.unpriced[0].1, why);
    };
    let foreign = Tap {
        operator: OperatorId(99),
        ..bus(1, 0)
    };
    check(&[foreign], Unpriced::NoRule);
    check(
        &[
            tap(1, 0, TapKind::In, "nowhere"),
            tap(2, 900, TapKind::Out, "nowhere"),
        ],
        Unpriced::NoRule,
    );
    check(
        &[tap(1, 0, TapKind::Single, "west")],
        Unpriced::SingleByDistance,
    );
    let mut lost = tap(2, 900, TapKind::Out, "east");
    lost.stop = None;
    check(&[tap(1, 0, TapKind::In, "west"), lost], Unpriced::NoStop);
}

#[test]
fn other_riders_and_far_taps_change_nothing() {
    let taps = vec![
        tap(1, 0, TapKind::In, "west"),
        tap(2, 900, TapKind::Out, "east"),
    ];
    let expected = month(11, &taps).to_bytes();
    let mut more = taps;
    more.push(Tap {
        rider: RiderId(8),
        ..bus(3, 100)
    });
    more.push(bus(4, 40 * DAY));
    more.push(bus(5, -60 * DAY));
    assert_eq!(month(11, &more).to_bytes(), expected);
}

#[test]
fn bills_that_differ_have_different_bytes() {
    let one = month(11, &[bus(1, 0)]);
    let mut other = one.clone();
    other.fares[0].amount.minor += 1;
    assert_ne!(one.to_bytes(), other.to_bytes());
    let mut other = one.clone();
    other.next_closing = Some(UnixSeconds(0));
    assert_ne!(one.to_bytes(), other.to_bytes());
    assert_ne!(one.to_bytes(), month(11, &[bus(2, 0)]).to_bytes());
}
