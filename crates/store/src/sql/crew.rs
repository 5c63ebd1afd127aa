//! A crew: threads that each own a connection and take jobs from one queue. None of them knows the
//! async runtime of whoever asks.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use super::Result;
use crate::fault::StoreFault;

/// What is done with a connection.
type Job<C> = Box<dyn FnOnce(&mut C) + Send>;

/// Threads and the way to them. They finish what they were given when the crew is dropped.
pub(crate) struct Crew<C> {
    jobs: Option<Sender<Job<C>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<C: Send + 'static> Crew<C> {
    /// Starts a thread for each connection.
    pub(crate) fn start(name: &str, connections: Vec<C>) -> io::Result<Self> {
        let (jobs, waiting) = channel::<Job<C>>(QUEUE_LENGTH);
        let waiting = Arc::new(Mutex::new(waiting));
        let mut threads = Vec::with_capacity(connections.len());
        for mut connection in connections {
            let waiting = Arc::clone(&waiting);
            let thread = thread::Builder::new().name(name.to_owned());
            threads.push(thread.spawn(move || {
                loop {
                    let next = waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .blocking_recv();
                    let Some(job) = next else { return };
                    job(&mut connection);
                }
            })?);
        }
        Ok(Self {
            jobs: Some(jobs),
            threads,
        })
    }

    /// Has one of the threads do something with its connection, and waits for the outcome.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut C) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (asker, answer) = oneshot::channel();
        let job = Box::new(move |connection: &mut C| {
            // Whoever asked may have gone away: before it began, and nobody has to wait for it.
            if !asker.is_closed() {
                drop(asker.send(job(connection)));
            }
        });
        let stopped = || StoreFault::engine("its threads have stopped");
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(job).await.map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl<C> Drop for Crew<C> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so; there is nothing left to save.
            drop(thread.join());
        }
    }
}

/// Jobs that may wait; more wait outside, and so hold back whoever sends them.
const QUEUE_LENGTH: usize = 256;
