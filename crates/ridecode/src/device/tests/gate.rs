//! The second phase: whoever was let in passes, or the accept is taken back.

use ridecode_validator::Barrier;
use ridecode_validator::Outcome;
use ridecode_validator::journal::{Chained, Event, VoidReason};

use super::REFRESH;
use super::rig::{self, NOW, at, code};
use crate::device::{Keeping, Rules, Validator};
use ridecode_device::{JournalFiles, Refused};

/// A gate whose riders have five seconds to pass.
fn gate() -> Rules {
    Rules {
        passage_ms: Some(5_000),
        ..Rules::default()
    }
}

fn accepted(validator: &mut Validator, rider: u8, seconds: i64) -> u64 {
    let shown = validator.scan(&code(rider, NOW), at(seconds)).unwrap();
    assert_eq!(shown.decision.outcome, Outcome::Admit);
    shown.sequence.unwrap()
}

#[test]
fn whoever_passes_is_written_down_and_the_barrier_closes() {
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), gate());
    assert_eq!(validator.barrier(), Barrier::Closed);
    let accepted = accepted(&mut validator, 1, 1);
    assert_eq!(validator.barrier(), Barrier::Open);
    assert_eq!(validator.pass(at(4)), Some(accepted));
    assert_eq!(validator.pass(at(4)), None);
    assert_eq!(validator.void_overdue(at(60)), None);
    assert_eq!(validator.barrier(), Barrier::Closed);
    assert_eq!(
        validator.undo(VoidReason::RiderLeft, at(5)),
        None,
        "has passed"
    );
    let events = events(disk);
    assert_eq!(events[1..], [Event::Passed { accepted }]);
}

#[test]
fn whoever_does_not_pass_is_voided_by_the_gate_and_may_try_again() {
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), gate());
    let first = accepted(&mut validator, 1, 1);
    assert_eq!(validator.next_due_ms(), Some(6_001));
    assert_eq!(validator.void_overdue(at(6)), None);
    assert_eq!(validator.void_overdue(at(7)), Some(first));
    assert_eq!(validator.barrier(), Barrier::Closed);
    let second = accepted(&mut validator, 1, 8);
    assert_eq!(validator.pass(at(9)), Some(second));
    let reason = VoidReason::NobodyPassed;
    let events = events(disk);
    let expected = Event::Voided {
        accepted: first,
        reason,
    };
    assert_eq!(events[1], expected);
    assert_eq!(events[3], Event::Passed { accepted: second });
}

#[test]
fn a_driver_takes_the_last_accept_back_once_and_in_time() {
    let reason = VoidReason::WrongPlace;
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), Rules::default());
    assert_eq!(validator.undo(reason, at(0)), None);
    accepted(&mut validator, 1, 0);
    let last = accepted(&mut validator, 2, 1);
    assert_eq!(validator.undo(reason, at(121)), Some(last));
    assert_eq!(validator.undo(reason, at(121)), None, "only the last one");
    let voided = Event::Voided {
        accepted: last,
        reason,
    };
    assert_eq!(events(disk).last(), Some(&voided));
    accepted(&mut validator, 2, 2);
    assert_eq!(validator.undo(reason, at(123)), None, "too late");
}

#[test]
fn a_passage_the_disk_would_not_take_is_written_once_it_does() {
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), gate());
    let accepted = accepted(&mut validator, 1, 1);
    disk.refuse(Some(Refused::Writes));
    assert_eq!(validator.pass(at(2)), Some(accepted));
    assert!(validator.scan(&code(2, NOW), at(3)).is_err());
    disk.refuse(None);
    validator.write_owed(at(4).clock).unwrap();
    assert!(validator.ailments().is_empty());
    let shown = validator.scan(&code(1, NOW), at(9)).unwrap();
    assert_eq!(shown.decision.outcome, REFRESH);
    assert_eq!(events(disk)[1], Event::Passed { accepted });
}

#[test]
fn wherever_the_power_goes_whoever_was_accepted_has_passed_or_is_taken_back() {
    let reason = VoidReason::NobodyPassed;
    let mut taken_back = 0;
    for step in 0.. {
        let disk = rig::simulated(rig::seed() + u64::from(step));
        disk.lose_power_at(Some(step));
        let worked = Validator::start(disk.clone(), rig::bundle(), rig::place(), gate())
            .is_ok_and(|mut validator| ride_until_the_power_goes(&mut validator));
        // Once more while it takes back, and then it starts in the light.
        disk.power_on();
        disk.lose_power_at(Some(step % 7));
        if let Ok(mut validator) =
            Validator::start(disk.clone(), rig::bundle(), rig::place(), gate())
        {
            let _ = validator.note_start(at(30));
        }
        disk.power_on();
        let mut validator = rig::validator(disk.clone(), gate());
        validator.note_start(at(60)).unwrap();
        assert_eq!(validator.barrier(), Barrier::Closed);
        let events = events(disk);
        for (accepted, _) in (1..).zip(&events).filter(|(_, event)| is_accept(event)) {
            let passed = Event::Passed { accepted };
            let voided = Event::Voided { accepted, reason };
            let ends = events.iter().filter(|end| [&passed, &voided].contains(end));
            assert_eq!(ends.count(), 1, "power went at {step}: {events:?}");
            taken_back += u32::from(events.contains(&voided));
        }
        if worked {
            break;
        }
    }
    assert!(taken_back > 0);
}

#[test]
fn a_rider_taken_back_at_the_start_may_try_again() {
    let disk = rig::simulated(rig::seed());
    let mut validator = rig::validator(disk.clone(), gate());
    accepted(&mut validator, 1, 1);
    drop(validator);
    disk.power_on();
    let mut validator = rig::validator(disk, gate());
    validator.note_start(at(9)).unwrap();
    let again = accepted(&mut validator, 1, 10);
    assert_eq!(validator.pass(at(11)), Some(again));
}

/// Three riders, of whom the second does not pass. `false` if the power went meanwhile.
fn ride_until_the_power_goes(validator: &mut Validator) -> bool {
    if validator.note_start(at(0)).is_err() {
        return false;
    }
    for (rider, seconds) in [(1, 10), (2, 20), (3, 30)] {
        let Ok(shown) = validator.scan(&code(rider, NOW), at(seconds)) else {
            return false;
        };
        assert_eq!(shown.decision.outcome, Outcome::Admit);
        if rider == 2 {
            validator.void_overdue(at(seconds + 6));
        } else {
            validator.pass(at(seconds + 2));
        }
    }
    validator.write_owed(at(40).clock).is_ok()
}

fn is_accept(event: &Event) -> bool {
    matches!(
        event,
        Event::Decided {
            outcome: Outcome::Admit,
            ..
        }
    )
}

/// What stands in a journal, in order.
fn events(disk: std::sync::Arc<ridecode_device::SimulatedDisk>) -> Vec<Event> {
    let mut events = Vec::new();
    let keep = |chained: &Chained| events.push(chained.entry.event.clone());
    JournalFiles::open(disk, Keeping::default(), keep).unwrap();
    events
}
