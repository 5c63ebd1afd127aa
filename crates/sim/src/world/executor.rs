//! Runs futures on this thread. The memory engine is ready whenever it is polled; a database is
//! waited for; whoever waits for a provider that killed its worker is dropped.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use ridecode_store::pace;

use crate::seed::Chances;

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

/// Work that waits to be done with others.
pub(crate) type Worker<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Runs workers side by side, each from one verb of the store to the next, in an order drawn by
/// chance. Gives what each has done, in the order of the workers; `None` of one that was found dead.
pub(crate) fn side_by_side<T>(
    workers: Vec<Worker<'_, T>>,
    dead: &AtomicBool,
    chances: &mut Chances,
) -> Vec<Option<T>> {
    let mut done: Vec<Option<T>> = workers.iter().map(|_| None).collect();
    let mut left: Vec<(usize, Worker<'_, T>)> = workers.into_iter().enumerate().collect();
    pace::paced(|| {
        while !left.is_empty() {
            let next = chances.0.usize(0..left.len());
            let (place, worker) = &mut left[next];
            match until_pause(worker, dead) {
                Turn::Paused => continue,
                Turn::Done(output) => done[*place] = Some(output),
                Turn::Died => {}
            }
            drop(left.swap_remove(next));
        }
    });
    done
}

/// How a worker's turn ended.
enum Turn<T> {
    Paused,
    Done(T),
    Died,
}

fn until_pause<T>(worker: &mut Worker<'_, T>, dead: &AtomicBool) -> Turn<T> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match worker.as_mut().poll(&mut context) {
            Poll::Ready(output) => return Turn::Done(output),
            Poll::Pending if pace::take_paused() => return Turn::Paused,
            Poll::Pending if dead.swap(false, Ordering::Relaxed) => return Turn::Died,
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
    use std::cell::RefCell;
    use std::future::{pending, ready};

    use ridecode_store::Store;
    use ridecode_store::memory::MemoryStore;
    use ridecode_words::UnixSeconds;

    use super::*;
    use crate::seed::Seed;

    #[test]
    fn a_ready_future_gives_what_it_has_and_a_dead_one_nothing() {
        assert_eq!(finish(ready(7)), 7);
        let dead = AtomicBool::new(true);
        assert_eq!(until_dead(ready(7), &dead), Some(7));
        assert_eq!(until_dead(pending::<u8>(), &dead), None);
    }

    #[test]
    fn workers_take_turns_in_an_order_of_the_seed_and_one_that_dies_holds_up_nobody() {
        let orders = [1, 1, 2, 3].map(|seed| {
            let store = Store::Memory(MemoryStore::default());
            let order = RefCell::new(Vec::new());
            let dead = AtomicBool::new(false);
            let worker = |number: u32| {
                let (store, order, dead) = (&store, &order, &dead);
                let work = async move {
                    for _ in 0..4 {
                        store.office_state(UnixSeconds(0)).await.unwrap();
                        order.borrow_mut().push(number);
                    }
                    if number == 0 {
                        dead.store(true, Ordering::Relaxed);
                        pending::<()>().await;
                    }
                    number
                };
                Box::pin(work) as Worker<'_, u32>
            };
            let mut chances = Seed(seed).chances("turns", 1);
            let workers = (0..3).map(worker).collect();
            let done = side_by_side(workers, &dead, &mut chances);
            assert_eq!(done, [None, Some(1), Some(2)]);
            order.into_inner()
        });
        assert_eq!(orders[0], orders[1]);
        assert!(orders[0] != orders[2] || orders[0] != orders[3]);
        assert!(!orders[0].is_sorted(), "they took turns");
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
