//! Runs futures on this thread. The memory engine is ready whenever it is polled; a database is
//! waited for; whoever waits for a provider that killed its worker is dropped.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Runs a future to its end.
pub(crate) fn finish<F: Future>(future: F) -> F::Output {
    let never = AtomicBool::new(false);
    let finished = until_dead(future, &never);
    finished.expect("nothing else ends a future")
}

/// Runs a future to its end, or until it waits and is found dead: then it is dropped where it
/// stands, between two of its steps.
pub(crate) fn until_dead<F: Future>(future: F, dead: &AtomicBool) -> Option<F::Output> {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return Some(output),
            Poll::Pending if dead.load(Ordering::Relaxed) => return None,
            Poll::Pending => thread::park(),
        }
    }
}

/// Wakes the thread that polls.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn a_ready_future_gives_what_it_has_and_a_dead_one_nothing() {
        assert_eq!(finish(ready(7)), 7);
        let dead = AtomicBool::new(true);
        assert_eq!(until_dead(ready(7), &dead), Some(7));
        assert_eq!(until_dead(pending::<u8>(), &dead), None);
    }

    #[test]
    fn a_future_woken_by_another_thread_goes_on() {
        let mut waited = false;
        let future = std::future::poll_fn(|context| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            let waker = context.waker().clone();
            thread::spawn(move || waker.wake());
            Poll::Pending
        });
        finish(future);
    }
}
