//! What comes in from the world around a validator, one thing after the other.
//!
//! Scanners, the passage sensor, the driver and the local page each send from a thread of their
//! own. One thread takes what they send, so that two scanners that read one code at once are two
//! decisions, and only the first admits.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ridecode_validator::journal::VoidReason;
use ridecode_words::UnixSeconds;
use tokio::sync::oneshot;

use super::settings::PlaceWords;
use crate::clock::Stopwatch;

/// Something that came in.
#[derive(Debug)]
pub enum Input {
    /// A code.
    Code(Scanned),
    /// A scanner saw something without a code, and why.
    NoCode(anyhow::Error),
    /// A scanner has nothing more to give.
    Ended,
    /// A scanner is gone; it is looked for.
    ScannerGone {
        /// Which one, in words.
        scanner: String,
        /// Why.
        fault: anyhow::Error,
    },
    /// A scanner is back.
    ScannerBack {
        /// Which one, in words.
        scanner: String,
    },
    /// The passage sensor saw somebody pass.
    Passage,
    /// The driver takes the last accept back.
    Undo {
        /// Why.
        reason: VoidReason,
        /// Whether there was one.
        answer: oneshot::Sender<Option<u64>>,
    },
    /// The vehicle's satellite receiver says what time it is.
    Time {
        /// The time.
        there: UnixSeconds,
        /// Whether it was believed.
        answer: oneshot::Sender<bool>,
    },
    /// The driver or the vehicle says where it stands.
    Moved {
        /// What is different.
        change: PlaceWords,
        /// Whether that is a place.
        answer: oneshot::Sender<Result<(), String>>,
    },
}

/// A code as a scanner read it.
#[derive(Debug)]
pub struct Scanned {
    /// The bytes.
    pub code: Vec<u8>,
    /// Runs since the last byte came in.
    pub since: Stopwatch,
    /// Who wants to know the answer besides the lamp, as a line of JSON.
    pub answer: Option<oneshot::Sender<String>>,
}

impl Scanned {
    /// A code that came in just now.
    pub fn now(code: Vec<u8>) -> Self {
        Self {
            code,
            since: Stopwatch::start(),
            answer: None,
        }
    }
}

/// Where inputs are sent.
#[derive(Clone, Debug)]
pub struct Inputs(SyncSender<Input>);

impl Inputs {
    /// A way in for a few inputs at a time: a scanner that reads faster than the validator decides
    /// waits.
    pub fn channel() -> (Self, Receiver<Input>) {
        let (sender, receiver) = sync_channel(QUEUE);
        (Self(sender), receiver)
    }

    /// Sends an input. `false` once nobody takes any.
    pub fn send(&self, input: Input) -> bool {
        self.0.send(input).is_ok()
    }

    /// Sends an input unless the way in is full. `false` if it is, or nobody takes any.
    pub fn try_send(&self, input: Input) -> bool {
        self.0.try_send(input).is_ok()
    }
}

/// The next input, if one comes in time. `Err` once nobody sends any more.
pub(super) fn next(
    inputs: &Receiver<Input>,
    patience: Duration,
) -> Result<Option<Input>, RecvTimeoutError> {
    match inputs.recv_timeout(patience) {
        Ok(input) => Ok(Some(input)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(gone @ RecvTimeoutError::Disconnected) => Err(gone),
    }
}

const QUEUE: usize = 16;
