//! The canonical bytes of an entry, version 1: what is hashed, written, sent and kept as evidence.
//!
//! Each enum value has its byte here, both ways. Bytes are only ever added: journals written years
//! ago stay readable.

use alloc::vec::Vec;

use ridecode_codec::{Family, ReadFault, Unreadable};
use ridecode_words::{LineId, Mode, OperatorId, StopId, VehicleId};

use super::{CODE_LENGTH_MAX, Entry, Event, VoidReason};
use crate::clock::ClockTrust;
use crate::outcome::{DenyReason, Outcome};
use crate::place::{Passage, Place};
use crate::wire::{Reader, Writer};

const VERSION: u8 = 1;

/// Writes an entry. A code longer than [`CODE_LENGTH_MAX`] is cut there.
pub(super) fn write(entry: &Entry) -> Vec<u8> {
    let mut out = Writer::default();
    out.byte(VERSION);
    out.u64(entry.sequence);
    out.time(entry.time);
    write_trust(&mut out, entry.trust);
    write_place(&mut out, &entry.place);
    write_event(&mut out, &entry.event);
    out.u64(entry.bundle_version);
    out.into_bytes()
}

/// Reads an entry; `None` for anything [`write`] does not write.
pub(super) fn read(bytes: &[u8]) -> Option<Entry> {
    let mut input = Reader::new(bytes);
    if input.byte()? != VERSION {
        return None;
    }
    let entry = Entry {
        sequence: input.u64()?,
        time: input.time()?,
        trust: read_trust(&mut input)?,
        place: read_place(&mut input)?,
        event: read_event(&mut input)?,
        bundle_version: input.u64()?,
    };
    input.end()?;
    Some(entry)
}

pub(crate) fn write_trust(out: &mut Writer, trust: ClockTrust) {
    match trust {
        ClockTrust::Synced => out.byte(0),
        ClockTrust::Drifting { bound_s } => {
            out.byte(1);
            out.u32(bound_s);
        }
        ClockTrust::Distrusted => out.byte(2),
        ClockTrust::FreeRunning { bound_s } => {
            out.byte(3);
            out.u32(bound_s);
        }
    }
}

pub(crate) fn read_trust(input: &mut Reader<'_>) -> Option<ClockTrust> {
    match input.byte()? {
        0 => Some(ClockTrust::Synced),
        1 => input.u32().map(|bound_s| ClockTrust::Drifting { bound_s }),
        2 => Some(ClockTrust::Distrusted),
        3 => input
            .u32()
            .map(|bound_s| ClockTrust::FreeRunning { bound_s }),
        _ => None,
    }
}

pub(crate) fn write_place(out: &mut Writer, place: &Place) {
    out.u32(place.operator.0);
    out.byte(place.mode.byte());
    out.byte(match place.passage {
        Passage::Single => 0,
        Passage::In => 1,
        Passage::Out => 2,
    });
    out.optional_text(place.line.as_ref().map(|line| &line.0));
    out.optional_text(place.stop.as_ref().map(|stop| &stop.0));
    out.byte(match place.direction {
        None => 0,
        Some(0) => 1,
        Some(_) => 2,
    });
    out.optional_text(place.vehicle.as_ref().map(|vehicle| &vehicle.0));
    out.optional_u32(place.fare_minor);
}

pub(crate) fn read_place(input: &mut Reader<'_>) -> Option<Place> {
    Some(Place {
        operator: OperatorId(input.u32()?),
        mode: Mode::from_byte(input.byte()?)?,
        passage: match input.byte()? {
            0 => Passage::Single,
            1 => Passage::In,
            2 => Passage::Out,
            _ => return None,
        },
        line: input.optional_text()?.map(LineId),
        stop: input.optional_text()?.map(StopId),
        direction: match input.byte()? {
            0 => None,
            1 => Some(0),
            2 => Some(1),
            _ => return None,
        },
        vehicle: input.optional_text()?.map(VehicleId),
        fare_minor: input.optional_u32()?,
    })
}

fn write_event(out: &mut Writer, event: &Event) {
    match event {
        Event::Started => out.byte(0),
        Event::Decided { code, outcome } => {
            let code = &code[..code.len().min(CODE_LENGTH_MAX)];
            out.byte(1);
            write_outcome(out, *outcome);
            out.count(code.len());
            out.bytes(code);
        }
        Event::Passed { accepted } => {
            out.byte(2);
            out.u64(*accepted);
        }
        Event::Voided { accepted, reason } => {
            out.byte(3);
            out.u64(*accepted);
            out.byte(match reason {
                VoidReason::NobodyPassed => 0,
                VoidReason::Driver => 1,
                VoidReason::RiderLeft => 2,
                VoidReason::AcceptedTwice => 3,
                VoidReason::WrongPlace => 4,
            });
        }
    }
}

fn read_event(input: &mut Reader<'_>) -> Option<Event> {
    match input.byte()? {
        0 => Some(Event::Started),
        1 => {
            let outcome = read_outcome(input)?;
            let length = usize::from(input.u16()?);
            if length > CODE_LENGTH_MAX {
                return None;
            }
            let code = input.take(length)?.to_vec();
            let outcome = with_field_named(outcome, &code);
            Some(Event::Decided { code, outcome })
        }
        2 => input.u64().map(|accepted| Event::Passed { accepted }),
        3 => Some(Event::Voided {
            accepted: input.u64()?,
            reason: match input.byte()? {
                0 => VoidReason::NobodyPassed,
                1 => VoidReason::Driver,
                2 => VoidReason::RiderLeft,
                3 => VoidReason::AcceptedTwice,
                4 => VoidReason::WrongPlace,
                _ => return None,
            },
        }),
        _ => None,
    }
}

/// The rung's number, then the detail of the rungs that have one.
fn write_outcome(out: &mut Writer, outcome: Outcome) {
    out.byte(outcome.rung());
    match outcome {
        Outcome::Unreadable(why) => out.byte(match why {
            Unreadable::Empty => 0,
            Unreadable::TooLong => 1,
            Unreadable::UnknownKind => 2,
            Unreadable::NotBase45 => 3,
            Unreadable::WrongLength => 4,
            Unreadable::Malformed(_) => 5,
            Unreadable::AlteredByTextConversion => 6,
        }),
        Outcome::UnsupportedScheme(family) => out.byte(family_byte(family)),
        Outcome::Denied(reason) => out.byte(reason.byte()),
        Outcome::AlreadyUsed { silent } => out.byte(u8::from(silent)),
        Outcome::UnknownIssuer
        | Outcome::BadCertificate
        | Outcome::BadIssuerSignature
        | Outcome::DeviceSignatureMissing
        | Outcome::BadDeviceSignature
        | Outcome::NotYetValid
        | Outcome::Expired
        | Outcome::StaleTime
        | Outcome::FutureTime
        | Outcome::BrandNotAccepted
        | Outcome::SameRiderTooSoon
        | Outcome::OverCeiling
        | Outcome::ClockNotTrusted
        | Outcome::ListTooOld
        | Outcome::Admit => {}
    }
}

fn read_outcome(input: &mut Reader<'_>) -> Option<Outcome> {
    Some(match input.byte()? {
        0 => Outcome::Unreadable(match input.byte()? {
            0 => Unreadable::Empty,
            1 => Unreadable::TooLong,
            2 => Unreadable::UnknownKind,
            3 => Unreadable::NotBase45,
            4 => Unreadable::WrongLength,
            5 => Unreadable::Malformed(UNNAMED_FIELD),
            6 => Unreadable::AlteredByTextConversion,
            _ => return None,
        }),
        1 => Outcome::UnsupportedScheme(*FAMILIES.get(usize::from(input.byte()?))?),
        2 => Outcome::UnknownIssuer,
        3 => Outcome::BadCertificate,
        4 => Outcome::BadIssuerSignature,
        5 => Outcome::DeviceSignatureMissing,
        6 => Outcome::BadDeviceSignature,
        7 => Outcome::NotYetValid,
        8 => Outcome::Expired,
        9 => Outcome::StaleTime,
        10 => Outcome::FutureTime,
        11 => Outcome::BrandNotAccepted,
        12 => Outcome::Denied(DenyReason::from_byte(input.byte()?)?),
        13 => Outcome::AlreadyUsed {
            silent: match input.byte()? {
                0 => false,
                1 => true,
                _ => return None,
            },
        },
        14 => Outcome::SameRiderTooSoon,
        15 => Outcome::OverCeiling,
        16 => Outcome::ClockNotTrusted,
        17 => Outcome::ListTooOld,
        18 => Outcome::Admit,
        _ => return None,
    })
}

/// The name of a malformed field is not written: it follows from the code, which is.
fn with_field_named(outcome: Outcome, code: &[u8]) -> Outcome {
    if outcome != Outcome::Unreadable(Unreadable::Malformed(UNNAMED_FIELD)) {
        return outcome;
    }
    match ridecode_codec::read(code) {
        Err(ReadFault::Unreadable(Unreadable::Malformed(field))) => {
            Outcome::Unreadable(Unreadable::Malformed(field))
        }
        Ok(_) | Err(ReadFault::Unreadable(_) | ReadFault::Unsupported(_)) => outcome,
    }
}

fn family_byte(family: Family) -> u8 {
    match family {
        Family::Tencent => 0,
        Family::Alipay => 1,
        Family::CardCompany => 2,
        Family::UnifiedPlatform => 3,
        Family::UnionPay => 4,
        Family::ShanghaiSuishen => 5,
        Family::ShanghaiShentong => 6,
        Family::ShanghaiMetro => 7,
        Family::MotTwoLevel => 8,
        Family::Dosipas => 9,
        Family::HealthCertificate => 10,
        Family::CompactReserved => 11,
    }
}

/// Families in the order of their bytes.
pub(super) const FAMILIES: [Family; 12] = [
    Family::Tencent,
    Family::Alipay,
    Family::CardCompany,
    Family::UnifiedPlatform,
    Family::UnionPay,
    Family::ShanghaiSuishen,
    Family::ShanghaiShentong,
    Family::ShanghaiMetro,
    Family::MotTwoLevel,
    Family::Dosipas,
    Family::HealthCertificate,
    Family::CompactReserved,
];

/// Stands for a malformed field whose name the present codec does not find any more.
pub(super) const UNNAMED_FIELD: &str = "unnamed";
