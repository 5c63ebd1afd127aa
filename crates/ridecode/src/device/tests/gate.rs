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

/// What stands in a journal, in order.
fn events(disk: std::sync::Arc<ridecode_device::SimulatedDisk>) -> Vec<Event> {
    let mut events = Vec::new();
    let keep = |chained: &Chained| events.push(chained.entry.event.clone());
    JournalFiles::open(disk, Keeping::default(), keep).unwrap();
    events
}
