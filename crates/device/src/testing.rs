//! What the tests here share.

use ridecode_validator::journal::{Entry, Event};
use ridecode_validator::{ClockTrust, Passage, Place};
use ridecode_words::{Mode, OperatorId, UnixSeconds};

/// An entry of no importance, at the way in of a metro.
pub(crate) fn entry() -> Entry {
    Entry {
        sequence: 0,
        time: UnixSeconds(1_795_219_200),
        trust: ClockTrust::Synced,
        place: Place::new(OperatorId(1), Mode::Metro, Passage::In),
        event: Event::Started,
        bundle_version: 7,
    }
}
