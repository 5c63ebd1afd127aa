//! A test per rung of the ladder, over the example city: 600 s free, 4 h allowed, 24 h waited.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use ridecode_words::{IssuerId, LineId, StopId, ValidatorId, VehicleId};

use super::*;
use crate::example;
use crate::tap::{RepairedBy, repair_id};

const MORNING: i64 = 1_795_219_200;
const HOUR: i64 = 3_600;

/// A tap at a gate: its number, seconds after the morning, kind and stop.
fn tap(sequence: u64, after_s: i64, kind: TapKind, stop: &str) -> Tap {
    Tap {
        time: UnixSeconds(MORNING + after_s),
        id: id(sequence),
        rider: RiderId(7),
        issuer: IssuerId(4_401),
        kind,
        operator: OperatorId(1),
        mode: Mode::Metro,
        line: None,
        stop: Text::new(stop).ok().map(StopId),
        direction: None,
        vehicle: None,
        category: 0,
        showing: None,
    }
}

fn id(sequence: u64) -> TapId {
    TapId {
        validator: ValidatorId(1),
        sequence,
    }
}

fn void(sequence: u64, after_s: i64, of: u64) -> Tap {
    tap(sequence, after_s, TapKind::Void { tap: id(of) }, "")
}

fn bus(sequence: u64, after_s: i64) -> Tap {
    Tap {
        operator: OperatorId(2),
        mode: Mode::Bus,
        stop: None,
        ..tap(sequence, after_s, TapKind::Single, "")
    }
}

/// Journeys as text: ending and tap numbers, such as `Complete 1-2`.
fn check(taps: &[Tap], as_of_s: i64, expected: &[&str]) {
    let book = example::book();
    let told = |journey: &Journey| {
        let numbers: Vec<String> = journey
            .taps
            .iter()
            .map(|tap| format!("{}", tap.id.sequence))
            .collect();
        format!("{:?} {}", journey.ending, numbers.join("-"))
    };
    let as_of = UnixSeconds(MORNING + as_of_s);
    let journeys: Vec<String> = assemble(taps, &book, as_of).iter().map(told).collect();
    assert_eq!(journeys, expected);
    let backwards: Vec<Tap> = taps.iter().rev().chain(taps).cloned().collect();
    let again: Vec<String> = assemble(&backwards, &book, as_of)
        .iter()
        .map(told)
        .collect();
    assert_eq!(again, expected, "backwards and repeated");
}

#[test]
fn no_taps_make_no_journeys() {
    check(&[], 0, &[]);
}

#[test]
fn a_void_of_the_same_validator_takes_a_tap_back() {
    let entry = tap(1, 0, TapKind::In, "west");
    check(&[entry.clone(), void(2, 8, 1)], 0, &[]);
    // The gate stayed shut, the rider tried again: one entry.
    let again = [
        entry,
        void(2, 8, 1),
        tap(3, 12, TapKind::In, "west"),
        tap(4, HOUR, TapKind::Out, "east"),
    ];
    check(&again, HOUR, &["Complete 3-4"]);
    // A driver's undo on a bus.
    check(&[bus(1, 0), void(2, 5, 1)], 0, &[]);
}

#[test]
fn a_void_of_another_validator_or_day_or_of_nothing_changes_nothing() {
    let ride = bus(1, 0);
    let mut stranger = void(9, 5, 1);
    stranger.id.validator = ValidatorId(2);
    check(&[ride.clone(), stranger], 0, &["Complete 1"]);
    check(&[ride.clone(), void(2, 86_401, 1)], 0, &["Complete 1"]);
    check(&[ride.clone(), void(2, 5, 77)], 0, &["Complete 1"]);
    // A void takes back taps, not voids.
    check(&[ride, void(2, 5, 1), void(3, 6, 2)], 0, &[]);
}

#[test]
fn a_copied_code_is_one_ride() {
    let shown = |sequence, after_s| Tap {
        showing: Some([1; 16]),
        ..bus(sequence, after_s)
    };
    check(&[shown(5, 0), shown(2, 30)], 0, &["Complete 5"]);
    // The first was taken back, so the second is the ride.
    let again = [shown(5, 0), void(6, 4, 5), shown(7, 30)];
    check(&again, 0, &["Complete 7"]);
    // In and out may show one long-lived code.
    let gate = |sequence, after_s, kind, stop| Tap {
        showing: Some([1; 16]),
        ..tap(sequence, after_s, kind, stop)
    };
    let trip = [
        gate(1, 0, TapKind::In, "west"),
        gate(2, 900, TapKind::Out, "east"),
    ];
    check(&trip, 900, &["Complete 1-2"]);
}

#[test]
fn one_code_never_makes_two_rides() {
    let day = 25 * HOUR;
    let shown = |number: u8, tap: Tap| Tap {
        showing: Some([number; 16]),
        ..tap
    };
    // A bus ride's code, shown again at metro gates by whoever saw it.
    let entry = |sequence, after_s| shown(1, tap(sequence, after_s, TapKind::In, "west"));
    let exit = |sequence, after_s| shown(1, tap(sequence, after_s, TapKind::Out, "south"));
    let ride = shown(1, bus(1, 0));
    check(
        &[ride.clone(), entry(2, 20), exit(3, 50)],
        day,
        &["Complete 1"],
    );
    // Out, then in: an exit is no entry's code.
    check(&[exit(1, 0), entry(2, 20)], day, &["ExitOnly 1"]);
    check(
        &[entry(1, 0), entry(2, 20), exit(3, 50), exit(4, 60)],
        day,
        &["Complete 1-3"],
    );
    // An exit made of the entry's code does not take the place of the rider's own.
    let own = |after_s| shown(2, tap(9, after_s, TapKind::Out, "east"));
    check(
        &[entry(1, 0), exit(2, 50), own(HOUR)],
        day,
        &["Complete 1-9"],
    );
    check(
        &[entry(1, 0), exit(2, 50), own(25 * HOUR)],
        50 * HOUR,
        &["Complete 1-2", "ExitOnly 9"],
    );
    // Where the rider never went in, the copy is no exit either.
    let mut elsewhere = exit(2, 50);
    elsewhere.operator = OperatorId(99);
    check(&[entry(1, 0), elsewhere, own(HOUR)], day, &["Complete 1-9"]);
}

#[test]
fn in_and_out_are_one_journey() {
    let trip = |out_after_s, stop| {
        [
            tap(1, 0, TapKind::In, "west"),
            tap(2, out_after_s, TapKind::Out, stop),
        ]
    };
    check(&trip(1_800, "east"), 1_800, &["Complete 1-2"]);
    check(&trip(600, "west"), 600, &["SameStation 1-2"]);
    check(&trip(601, "west"), 601, &["Complete 1-2"]);
    check(&trip(4 * HOUR, "east"), 4 * HOUR, &["Complete 1-2"]);
    check(&trip(4 * HOUR + 1, "east"), 5 * HOUR, &["Overstay 1-2"]);
    check(&trip(24 * HOUR, "east"), 24 * HOUR, &["Overstay 1-2"]);
    // A day later it is the exit of another ride.
    let late = trip(24 * HOUR + 1, "east");
    check(&late, 48 * HOUR, &["EntryOnly 1", "Open 2"]);
    check(&late, 48 * HOUR + 1, &["EntryOnly 1", "ExitOnly 2"]);
}

#[test]
fn a_missing_tap_is_waited_for() {
    let entry = [tap(1, 0, TapKind::In, "west")];
    check(&entry, 24 * HOUR - 1, &["Open 1"]);
    check(&entry, 24 * HOUR, &["EntryOnly 1"]);
    let exit = [tap(1, 0, TapKind::Out, "west")];
    check(&exit, 24 * HOUR - 1, &["Open 1"]);
    check(&exit, 24 * HOUR, &["ExitOnly 1"]);
}

#[test]
fn a_second_entry_elsewhere_does_not_end_the_waiting_for_the_first() {
    let mut taps = vec![
        tap(1, 0, TapKind::In, "west"),
        tap(2, 2 * HOUR, TapKind::In, "east"),
        tap(3, 3 * HOUR, TapKind::Out, "south"),
    ];
    check(&taps, 4 * HOUR, &["Open 1", "Complete 2-3"]);
    check(&taps, 25 * HOUR, &["EntryOnly 1", "Complete 2-3"]);
    // The first exit was in a validator without network.
    taps.push(tap(4, HOUR, TapKind::Out, "east"));
    check(&taps, 25 * HOUR, &["Complete 1-4", "Complete 2-3"]);
}

#[test]
fn companions_each_have_a_journey() {
    // In together, out together: nobody can tell who is who, and the fares are the same.
    let entries = [
        tap(1, 0, TapKind::In, "west"),
        tap(2, 4, TapKind::In, "west"),
        tap(3, 7, TapKind::In, "west"),
    ];
    let exit = |sequence, after_s, stop| tap(sequence, after_s, TapKind::Out, stop);
    let taps = |exits: &[Tap]| [&entries[..], exits].concat();
    check(
        &taps(&[
            exit(4, HOUR, "east"),
            exit(5, HOUR + 3, "east"),
            exit(6, HOUR + 5, "east"),
        ]),
        HOUR,
        &["Complete 1-6", "Complete 2-5", "Complete 3-4"],
    );
    // One turns around at once, one stays too long, one forgets the exit.
    check(
        &taps(&[exit(4, 300, "west"), exit(5, 5 * HOUR, "east")]),
        25 * HOUR,
        &["EntryOnly 1", "Overstay 2-5", "SameStation 3-4"],
    );
    // A late exit completes what is open and moves nothing else.
    check(
        &taps(&[exit(5, HOUR + 3, "east")]),
        HOUR + 3,
        &["Open 1", "Open 2", "Complete 3-5"],
    );
}

#[test]
fn nobody_rides_for_the_tap_of_another() {
    // Two at one gate within seconds, each with a code, are two, whatever the free time.
    let taps = [
        tap(1, 0, TapKind::In, "west"),
        tap(2, 20, TapKind::In, "west"),
        tap(3, HOUR, TapKind::Out, "east"),
    ];
    check(&taps, HOUR, &["Open 1", "Complete 2-3"]);
    check(&taps, 25 * HOUR, &["EntryOnly 1", "Complete 2-3"]);
    let exits = [
        tap(1, 0, TapKind::In, "west"),
        tap(3, HOUR, TapKind::Out, "east"),
        tap(4, HOUR + 20, TapKind::Out, "east"),
    ];
    check(&exits, 26 * HOUR, &["Complete 1-3", "ExitOnly 4"]);
}

#[test]
fn companions_with_codes_that_last_each_go_out_with_theirs() {
    let shown = |number: u8, sequence, after_s, kind, stop| Tap {
        showing: Some([number; 16]),
        ..tap(sequence, after_s, kind, stop)
    };
    let entries = [
        shown(1, 1, 0, TapKind::In, "west"),
        shown(2, 2, 5, TapKind::In, "west"),
    ];
    let taps = |exits: &[Tap]| [&entries[..], exits].concat();
    let both = [
        shown(1, 3, 900, TapKind::Out, "east"),
        shown(2, 4, 905, TapKind::Out, "east"),
    ];
    check(&taps(&both), HOUR, &["Complete 1-3", "Complete 2-4"]);
    // One of them has a fresh code on the way out: the other's is left to the other.
    let mixed = [
        shown(9, 3, 900, TapKind::Out, "east"),
        shown(2, 4, 905, TapKind::Out, "east"),
    ];
    check(&taps(&mixed), HOUR, &["Complete 1-3", "Complete 2-4"]);
}

#[test]
fn a_ride_that_others_were_begun_during_is_not_stretched() {
    // The first exit and the last entry are lost: two missing taps, not a ride of nine hours.
    let lost = |exit_after_s| {
        [
            tap(1, 0, TapKind::In, "west"),
            tap(2, HOUR, TapKind::In, "east"),
            tap(3, 2 * HOUR, TapKind::Out, "south"),
            tap(4, exit_after_s, TapKind::Out, "west"),
        ]
    };
    let two = ["EntryOnly 1", "Complete 2-3", "ExitOnly 4"];
    check(&lost(9 * HOUR), 48 * HOUR, &two);
    // Within the time a ride may take it is one; companions who part look the same.
    let one = ["Complete 1-4", "Complete 2-3"];
    check(&lost(4 * HOUR), 48 * HOUR, &one);
    // Who went in together stays together, however long.
    let together = [
        tap(1, 0, TapKind::In, "west"),
        tap(2, 5, TapKind::In, "west"),
        tap(3, 5 * HOUR, TapKind::Out, "east"),
        tap(4, 5 * HOUR + 5, TapKind::Out, "east"),
    ];
    check(&together, 6 * HOUR, &["Overstay 1-4", "Overstay 2-3"]);
}

#[test]
fn on_board_the_way_out_is_of_the_same_vehicle_line_and_direction() {
    let board = |sequence, after_s, kind, vehicle: &str| Tap {
        operator: OperatorId(3),
        mode: Mode::Bus,
        line: Some(LineId(Text::new("b7").unwrap())),
        direction: Some(0),
        vehicle: Some(VehicleId(Text::new(vehicle).unwrap())),
        ..tap(sequence, after_s, kind, "x")
    };
    let entry = board(1, 0, TapKind::In, "v1");
    let exit = board(2, 900, TapKind::Out, "v1");
    let with = |exit: &Tap| [entry.clone(), exit.clone()];
    let day = 25 * HOUR;
    check(&with(&exit), day, &["Complete 1-2"]);
    let two = ["EntryOnly 1", "ExitOnly 2"];
    check(&with(&board(2, 900, TapKind::Out, "v2")), day, &two);
    let mut back = exit.clone();
    back.direction = Some(1);
    check(&with(&back), day, &two);
    let mut other = exit.clone();
    other.line = Some(LineId(Text::new("b8").unwrap()));
    check(&with(&other), day, &two);
    // What a reader does not know is no reason to part them.
    let mut plain = exit;
    (plain.direction, plain.line, plain.vehicle) = (None, None, None);
    check(&with(&plain), day, &["Complete 1-2"]);
    // Between two buses each way out finds its own.
    let crossed = [
        entry,
        board(3, 60, TapKind::In, "v2"),
        board(2, 900, TapKind::Out, "v1"),
        board(4, 960, TapKind::Out, "v2"),
    ];
    check(&crossed, day, &["Complete 1-2", "Complete 3-4"]);
}

/// A repair of a tap of the morning: its number, seconds after the morning, and stop.
fn repair(number: u8, of: u64, (after_s, stop): (i64, &str), mend: Mend) -> Tap {
    Tap {
        id: repair_id(id(of), number),
        ..tap(0, after_s, TapKind::Repair { tap: id(of), mend }, stop)
    }
}

#[test]
fn a_repair_supplies_what_is_missing() {
    for by in [RepairedBy::Rider, RepairedBy::Agent] {
        let entry = tap(1, 0, TapKind::In, "west");
        let exit = repair(1, 1, (HOUR, "east"), Mend::Exit(by));
        check(
            &[entry.clone(), exit.clone()],
            0,
            &[&repaired(&entry, &exit)],
        );
        let exit = tap(1, 0, TapKind::Out, "west");
        let entry = repair(1, 1, (-HOUR, "east"), Mend::Entry(by));
        check(
            &[exit.clone(), entry.clone()],
            0,
            &[&repaired(&entry, &exit)],
        );
        let journeys = assemble(
            &[exit.clone(), entry],
            &example::book(),
            UnixSeconds(MORNING),
        );
        // The journey keeps the name, and the day, that it had.
        assert_eq!(journeys[0].id, JourneyId(exit.id));
        assert_eq!(journeys[0].named_by(), &exit);
    }
}

fn repaired(first: &Tap, last: &Tap) -> String {
    format!("Repaired {}-{}", first.id.sequence, last.id.sequence)
}

#[test]
fn a_repair_that_cannot_be_mends_nothing() {
    let entry = tap(1, 0, TapKind::In, "west");
    let by = RepairedBy::Agent;
    for repair in [
        repair(1, 1, (-1, "east"), Mend::Exit(by)),
        repair(1, 1, (24 * HOUR + 1, "east"), Mend::Exit(by)),
        repair(1, 1, (-HOUR, "east"), Mend::Entry(by)),
        repair(1, 1, (0, "west"), Mend::Excused),
        repair(1, 2, (HOUR, "east"), Mend::Exit(by)),
        Tap {
            rider: RiderId(8),
            ..repair(1, 1, (HOUR, "east"), Mend::Exit(by))
        },
    ] {
        check(&[entry.clone(), repair], HOUR, &["Open 1"]);
    }
}

#[test]
fn what_validators_took_comes_before_a_repair() {
    let entry = tap(1, 0, TapKind::In, "west");
    let claim = repair(1, 1, (600, "middle"), Mend::Exit(RepairedBy::Rider));
    let exit = tap(2, HOUR, TapKind::Out, "east");
    check(&[entry, claim, exit], HOUR, &["Complete 1-2"]);
}

#[test]
fn the_last_word_of_agents_stands_and_else_the_first_of_the_rider() {
    let entry = tap(1, 0, TapKind::In, "west");
    let exit = |number, after_s, by| repair(number, 1, (after_s, "east"), Mend::Exit(by));
    let (rider, agent) = (RepairedBy::Rider, RepairedBy::Agent);
    let repairs = [
        exit(1, 100, rider),
        exit(2, 200, rider),
        exit(3, 300, agent),
        exit(4, 400, agent),
        exit(5, 500, rider),
    ];
    let with = |count: usize| [core::slice::from_ref(&entry), &repairs[..count]].concat();
    for (count, stands) in [(1, 0), (2, 0), (3, 2), (4, 3), (5, 3)] {
        check(&with(count), 0, &[&repaired(&entry, &repairs[stands])]);
    }
    // An agent may still find that nobody rode.
    let mut all = with(5);
    all.push(repair(6, 1, (0, "west"), Mend::Unridden));
    check(&all, 0, &[]);
}

#[test]
fn agents_take_back_rides_and_excuse_overstays() {
    let unridden = repair(1, 1, (0, "west"), Mend::Unridden);
    check(&[tap(1, 0, TapKind::In, "west"), unridden], 0, &[]);
    check(&[bus(1, 0), repair(1, 1, (0, ""), Mend::Unridden)], 0, &[]);
    let excused = repair(1, 1, (0, "west"), Mend::Excused);
    let trip = |inside_s| {
        [
            tap(1, 0, TapKind::In, "west"),
            tap(2, inside_s, TapKind::Out, "east"),
            excused.clone(),
        ]
    };
    let told = format!("Repaired 1-2-{}", excused.id.sequence);
    check(&trip(5 * HOUR), 5 * HOUR, &[&told]);
    check(&trip(HOUR), HOUR, &["Complete 1-2"]);
}

#[test]
fn closed_stations_are_walked_through_from_line_to_line() {
    for mode in [Mode::Metro, Mode::Brt, Mode::Ferry, Mode::Cableway] {
        let gate = |sequence, after_s, kind, line: &str| Tap {
            operator: OperatorId(99),
            mode,
            line: Some(LineId(Text::new(line).unwrap())),
            vehicle: Some(VehicleId(Text::new(line).unwrap())),
            ..tap(sequence, after_s, kind, "x")
        };
        let taps = [
            gate(1, 0, TapKind::In, "a"),
            gate(2, 900, TapKind::Out, "b"),
        ];
        check(&taps, HOUR, &["Complete 1-2"]);
    }
}

#[test]
fn buses_between_gates_do_not_part_a_metro_journey() {
    let taps = [
        tap(1, 0, TapKind::In, "west"),
        bus(2, 60),
        tap(3, HOUR, TapKind::Out, "east"),
    ];
    check(&taps, HOUR, &["Complete 1-3", "Complete 2"]);
}

#[test]
fn riders_do_not_share_journeys() {
    let mut other = tap(2, HOUR, TapKind::Out, "east");
    other.rider = RiderId(8);
    let taps = [tap(1, 0, TapKind::In, "west"), other];
    check(&taps, HOUR, &["Open 1", "Open 2"]);
}

#[test]
fn taps_of_no_tariff_are_paired_all_the_same() {
    let foreign = |tap: Tap| Tap {
        operator: OperatorId(99),
        ..tap
    };
    let taps = [
        foreign(tap(1, 0, TapKind::In, "x")),
        foreign(tap(2, HOUR, TapKind::Out, "y")),
    ];
    check(&taps, HOUR, &["Complete 1-2"]);
}

#[test]
fn of_two_taps_with_one_id_the_smaller_counts() {
    let taps = [
        tap(1, 0, TapKind::In, "west"),
        tap(1, 5, TapKind::In, "east"),
    ];
    let journeys = assemble(&taps, &example::book(), UnixSeconds(MORNING));
    assert_eq!(journeys.len(), 1);
    assert_eq!(journeys[0].first(), &taps[0]);
}
