//! Verbs about validators at work and about what people did.

use ridecode_validator::{DenyReason, Outcome};
use ridecode_words::{DeviceId, OperatorId, StopId, ValidatorId};

use super::super::super::world::{NOW, rider, rider_id, tap, tap_id};
use super::super::verb::Verb;
use super::Draw;
use crate::{
    Assignment, Beat, Deed, DeedKind, FleetOf, PulseQuery, Sighting, TrailQuery, ValidatorStep,
};

impl Draw {
    pub(super) fn about_fleet(&mut self) -> Verb {
        let validator = ValidatorId(self.rng.u32(1..5));
        match self.rng.u8(0..7) {
            0 => Verb::NoteBeat(Beat {
                validator,
                heard: self.now,
                sealed: self.now.plus_s(self.rng.i64(-900..10)),
                bytes: vec![self.rng.u8(..); 3],
            }),
            1 => {
                let stop = ["西塱", "东门"][self.rng.usize(0..2)];
                let to = Assignment {
                    line: None,
                    stop: StopId::new(stop).ok(),
                    vehicle: None,
                    since: self.now,
                };
                let deed = self.deed(DeedKind::MovedValidator);
                Verb::StepValidator(validator, ValidatorStep::Move(to), deed)
            }
            2 => {
                let deed = self.deed(DeedKind::RetiredValidator);
                Verb::StepValidator(validator, ValidatorStep::Retire, deed)
            }
            3 => Verb::BlockDevice(
                DeviceId(self.rng.u64(1..8)),
                self.deed(DeedKind::BlockedPhone),
            ),
            _ => Verb::NoteDeed(self.deed(DeedKind::LookedUp)),
        }
    }

    fn deed(&mut self, kind: DeedKind) -> Deed {
        let some = self.rng.bool();
        Deed {
            at: self.now,
            author: "desk".to_owned(),
            kind,
            rider: Some(rider_id(self.rng.u64(1..6))),
            device: some.then(|| DeviceId(self.rng.u64(1..8))),
            tap: (!some).then(|| tap_id(1, self.rng.u64(1..9))),
            validator: some.then(|| ValidatorId(self.rng.u32(1..5))),
            operator: some.then(|| OperatorId(self.rng.u32(1..3))),
            reason: "asked for".to_owned(),
        }
    }

    pub(super) fn look_at_fleet(&mut self) -> Verb {
        let operator = self.rng.bool().then(|| OperatorId(self.rng.u32(1..3)));
        match self.rng.u8(0..5) {
            0 => Verb::LoadValidators(match operator {
                Some(operator) => FleetOf::Operator(operator),
                None => FleetOf::One(ValidatorId(self.rng.u32(1..5))),
            }),
            1 => Verb::LoadPulses(PulseQuery {
                operator,
                since: NOW.plus_s(self.rng.i64(-100_000..100_000)),
                until: NOW.plus_s(self.rng.i64(-100_000..200_000)),
            }),
            2 => {
                let query = TrailQuery {
                    rider: self.rng.bool().then(|| rider_id(self.rng.u64(1..6))),
                    operator,
                    before: self.rng.bool().then(|| self.rng.u64(1..20)),
                };
                Verb::LoadTrail(query, self.rng.usize(0..6))
            }
            3 => Verb::FindRiderOf(rider(self.rng.u64(1..7)).phone),
            _ => Verb::LoadEntries((0..3).map(|_| tap_id(1, self.rng.u64(1..40))).collect()),
        }
    }
}

/// What a validator refused, or admitted, at a number of its journal.
pub(super) fn sighting(validator: ValidatorId, sequence: u64) -> Sighting {
    let tap = tap(validator.0, sequence, 1);
    Sighting {
        sequence,
        time: tap.time,
        line: None,
        outcome: match sequence % 3 {
            0 => Outcome::Expired,
            1 => Outcome::Denied(DenyReason::Lost),
            _ => Outcome::Admit,
        },
    }
}
