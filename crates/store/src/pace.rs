//! Pauses before verbs, for whoever plays several workers on one thread.
//!
//! A worker gives way before each verb, so that others do theirs in between: what two processes
//! do to one database, in an order that can be repeated. Off unless a thread asks for it, and not
//! built into anything but the simulation.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;

/// Lets verbs on this thread pause for as long as some work takes.
pub fn paced<T>(work: impl FnOnce() -> T) -> T {
    let _off = Off;
    PACE.set(Pace::On);
    work()
}

/// Whether a verb on this thread has paused since this was last asked. A worker that waits and has
/// not paused waits for its database.
pub fn take_paused() -> bool {
    let paused = PACE.get() == Pace::Paused;
    if paused {
        PACE.set(Pace::On);
    }
    paused
}

/// Gives way once, where verbs are to pause.
pub(crate) async fn pause() {
    let mut has_paused = false;
    poll_fn(|context| {
        if has_paused || PACE.get() == Pace::Off {
            return Poll::Ready(());
        }
        has_paused = true;
        PACE.set(Pace::Paused);
        // It is ready to go on: a worker may wait for several verbs, and asks those that woke it.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What verbs on a thread do before they begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    Off,
    On,
    Paused,
}

/// Ends the pauses, however the work ends.
struct Off;

impl Drop for Off {
    fn drop(&mut self) {
        PACE.set(Pace::Off);
    }
}

thread_local! {
    static PACE: Cell<Pace> = const { Cell::new(Pace::Off) };
}
