//! Codes, and what becomes of whoever was let in.

use core::ffi::c_char;

use ridecode_device::{Shown, words};
use ridecode_validator::journal::VoidReason;

use crate::answer::Answer;
use crate::border;
use crate::moment::Moment;
use crate::place::{Place, item};
use crate::reader::Reader;
use crate::table::{self, Handle};
use crate::words::{TEXT_CAPACITY, room};

/// The rungs of the ladder, in order of precedence: the first that applies is the answer. The
/// numbers are those in journals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Outcome {
    /// The bytes are no code.
    Unreadable = 0,
    /// A known kind of code that is not accepted.
    UnsupportedScheme = 1,
    /// The issuer is not on the trust list.
    UnknownIssuer = 2,
    /// The issuer's certificate is not valid.
    BadCertificate = 3,
    /// The issuer's signature is wrong.
    BadIssuerSignature = 4,
    /// The phone's signature is missing: a copied credential.
    DeviceSignatureMissing = 5,
    /// The phone's signature is wrong.
    BadDeviceSignature = 6,
    /// The credential does not live yet.
    NotYetValid = 7,
    /// The credential no longer lives.
    Expired = 8,
    /// The code was made too long ago.
    StaleTime = 9,
    /// The code claims to be made in the future.
    FutureTime = 10,
    /// No brand of this issuer is accepted here.
    BrandNotAccepted = 11,
    /// The credential is on the deny list; `detail` says why.
    Denied = 12,
    /// This code was used before; silent within the first seconds.
    AlreadyUsed = 13,
    /// The same rider was here a moment ago with another code. Silent.
    SameRiderTooSoon = 14,
    /// The ride may cost more than the code or the city allows.
    OverCeiling = 15,
    /// The validator does not know what time it is.
    ClockNotTrusted = 16,
    /// The deny list is too old.
    ListTooOld = 17,
    /// Let the rider through.
    Admit = 18,
}

/// Why a driver takes an accept back. 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum UndoReason {
    /// No reason was given.
    Unsaid = 1,
    /// The rider did not ride.
    RiderLeft = 2,
    /// One ride was accepted twice.
    AcceptedTwice = 3,
    /// Line, stop or fare were set wrong.
    WrongPlace = 4,
}

/// An answer to a code. It is on the storage when `rc_scan` returns. Texts are UTF-8 with a zero
/// behind; empty where there is nothing to say.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Decision {
    /// The entry that it is in the journal; 0 for a silent one, which is not written.
    pub sequence: u64,
    /// An `rc_outcome`.
    pub outcome: u32,
    /// 1 to let the rider through, else 0: nothing else opens a barrier.
    pub admit: u32,
    /// 1 if the scanner read one showing twice: leave lamp and screen as they are.
    pub silent: u32,
    /// The issuer, where the code's signatures held; else 0.
    pub issuer: u32,
    /// The accepted brand; 0 for none.
    pub brand: u32,
    /// The issuer's category of the rider, 0 an ordinary one; -1 where the signatures did not hold.
    pub rider_category: i32,
    /// The most this ride may cost in minor units, where the rider is let through; else -1.
    pub fare_ceiling_minor: i64,
    /// What this ride costs in minor units, where the rider is let through and that is known before
    /// the ride begins, a flat fare; else -1.
    pub fare_minor: i64,
    /// The outcome's word, as in the vectors: `stale_time`.
    pub word: [c_char; TEXT_CAPACITY],
    /// What the word leaves open, as in the vectors: `overdue`.
    pub detail: [c_char; TEXT_CAPACITY],
    /// For the screen: what happened.
    pub shown: [c_char; TEXT_CAPACITY],
    /// 屏幕显示：结果。
    pub shown_zh: [c_char; TEXT_CAPACITY],
    /// For the screen: what the rider can do.
    pub remedy: [c_char; TEXT_CAPACITY],
    /// 屏幕显示：怎么办。
    pub remedy_zh: [c_char; TEXT_CAPACITY],
}

impl Decision {
    fn of(shown: &Shown, passage: ridecode_validator::Passage) -> Self {
        let decision = &shown.decision;
        let outcome = decision.outcome;
        let scan = decision.scan.as_ref().map(|verified| verified.scan());
        let words = words(outcome, passage);
        Self {
            sequence: shown.sequence.unwrap_or(0),
            outcome: outcome.rung().into(),
            admit: outcome.admits().into(),
            silent: outcome.is_silent().into(),
            issuer: scan.map_or(0, |scan| scan.credential.issuer.0),
            brand: decision.brand.map_or(0, |brand| brand.0),
            rider_category: scan.map_or(-1, |scan| scan.category.into()),
            fare_ceiling_minor: decision.fare_ceiling_minor.map_or(-1, i64::from),
            fare_minor: decision.fare_minor.map_or(-1, i64::from),
            word: room(Some(outcome.word())),
            detail: room(outcome.detail()),
            shown: room(Some(words.shown)),
            shown_zh: room(Some(words.shown_zh)),
            remedy: room(words.remedy),
            remedy_zh: room(words.remedy_zh),
        }
    }
}

/// Decides about a code as the scanner delivered it, writes the decision down, and only then gives
/// it to be shown. More than 65,536 bytes are `RC_ANSWER_TOO_LONG`; anything shorter is decided
/// about. If this does not answer `RC_ANSWER_OK`, nobody may pass.
///
/// # Safety
///
/// Each pointer is null or points to what its type says; `code` to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_scan(
    validator: Handle,
    code: *const u8,
    length: usize,
    now: *const Moment,
    decision: *mut Decision,
) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let decision = unsafe { border::output(decision) }?;
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        // SAFETY: as the caller says.
        let code = unsafe { border::bytes(code, length, SCAN_LENGTH_MAX) }?;
        let shown = reader.scan(code, now)?;
        decision.write(Decision::of(&shown, reader.validator().place().passage));
        Ok(())
    })
}

/// The passage sensor saw somebody: whoever was accepted first has passed. `accepted` becomes the
/// entry that was. `RC_ANSWER_NOTHING` if nobody was expected.
///
/// # Safety
///
/// Each pointer is null or points to what its type says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_pass(
    validator: Handle,
    now: *const Moment,
    accepted: *mut u64,
) -> Answer {
    // SAFETY: as the caller says.
    unsafe {
        find(validator, now, accepted, |reader, now| {
            Ok(reader.validator_mut().pass(now))
        })
    }
}

/// Takes back an accept whose rider did not pass in time: the same code is good again. `accepted`
/// becomes the entry that was. To be called at `next_due_ms` of `rc_state`, and again until it
/// answers `RC_ANSWER_NOTHING`.
///
/// # Safety
///
/// Each pointer is null or points to what its type says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_void_overdue(
    validator: Handle,
    now: *const Moment,
    accepted: *mut u64,
) -> Answer {
    // SAFETY: as the caller says.
    unsafe {
        find(validator, now, accepted, |reader, now| {
            Ok(reader.validator_mut().void_overdue(now))
        })
    }
}

/// The driver takes the last accept back, within two minutes and before the rider passed. `reason`
/// is an `rc_undo_reason`. `accepted` becomes the entry that was. `RC_ANSWER_NOTHING` if there is
/// none, or not any more.
///
/// # Safety
///
/// Each pointer is null or points to what its type says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_undo(
    validator: Handle,
    reason: u32,
    now: *const Moment,
    accepted: *mut u64,
) -> Answer {
    // SAFETY: as the caller says.
    unsafe {
        find(validator, now, accepted, |reader, now| {
            let reason = item(&UNDO_REASONS, reason)?;
            Ok(reader.validator_mut().undo(reason, now))
        })
    }
}

/// The validator stands elsewhere from the next code on: another line, or the next stop.
///
/// # Safety
///
/// `place` is null or points to a place, whose texts are null or can be read up to their zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_move_to(validator: Handle, place: *const Place) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let place = unsafe { border::input(place) }?;
        // SAFETY: as the caller says of the texts.
        let place = unsafe { place.read(reader.operator()) }?;
        reader.validator_mut().move_to(place);
        Ok(())
    })
}

/// Does what may find an accepted entry, and tells which.
///
/// # Safety
///
/// Each pointer is null or points to what its type says.
unsafe fn find(
    validator: Handle,
    now: *const Moment,
    accepted: *mut u64,
    work: impl FnOnce(&mut Reader, ridecode_device::Moment) -> Result<Option<u64>, Answer>,
) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let accepted = unsafe { border::output(accepted) }?;
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        accepted.write(work(reader, now)?.ok_or(Answer::Nothing)?);
        Ok(())
    })
}

/// In the order of their numbers.
const UNDO_REASONS: [VoidReason; 4] = [
    VoidReason::Driver,
    VoidReason::RiderLeft,
    VoidReason::AcceptedTwice,
    VoidReason::WrongPlace,
];

/// Far more than a scanner delivers at once; what is longer is a length gone wrong.
const SCAN_LENGTH_MAX: usize = 65_536;

#[cfg(test)]
mod tests {
    use ridecode_validator as mind;

    use super::*;

    #[test]
    fn the_outcomes_of_the_header_are_the_rungs_of_the_ladder() {
        let check = |number: Outcome, word| {
            let place = usize::try_from(number as u32).unwrap();
            assert_eq!(mind::Outcome::WORDS[place], word);
        };
        check(Outcome::Unreadable, "unreadable");
        check(Outcome::UnsupportedScheme, "unsupported_scheme");
        check(Outcome::UnknownIssuer, "unknown_issuer");
        check(Outcome::BadCertificate, "bad_certificate");
        check(Outcome::BadIssuerSignature, "bad_issuer_signature");
        check(Outcome::DeviceSignatureMissing, "device_signature_missing");
        check(Outcome::BadDeviceSignature, "bad_device_signature");
        check(Outcome::NotYetValid, "not_yet_valid");
        check(Outcome::Expired, "expired");
        check(Outcome::StaleTime, "stale_time");
        check(Outcome::FutureTime, "future_time");
        check(Outcome::BrandNotAccepted, "brand_not_accepted");
        check(Outcome::Denied, "denied");
        check(Outcome::AlreadyUsed, "already_used");
        check(Outcome::SameRiderTooSoon, "same_rider_too_soon");
        check(Outcome::OverCeiling, "over_ceiling");
        check(Outcome::ClockNotTrusted, "clock_not_trusted");
        check(Outcome::ListTooOld, "list_too_old");
        check(Outcome::Admit, "admit");
        assert_eq!(mind::Outcome::WORDS.len(), 19);
    }

    #[test]
    fn the_reasons_of_the_header_are_the_driver_s() {
        let check = |number: UndoReason, reason| {
            assert_eq!(item(&UNDO_REASONS, number as u32), Ok(reason));
        };
        check(UndoReason::Unsaid, VoidReason::Driver);
        check(UndoReason::RiderLeft, VoidReason::RiderLeft);
        check(UndoReason::AcceptedTwice, VoidReason::AcceptedTwice);
        check(UndoReason::WrongPlace, VoidReason::WrongPlace);
    }
}
