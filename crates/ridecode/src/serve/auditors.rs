//! The threads that check segments' signatures, so that no other request waits behind them.
//!
//! A segment goes into one bounded queue; each thread takes the next one and keeps its own memory
//! of credentials it has already checked. While the database commits, the threads check on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Context as _;
use axum::body::Bytes;
use ridecode_codec::crypto::native::Native;
use ridecode_office::Office;
use ridecode_office::upload::{Auditor, Examined, UploadFault, examine};
use ridecode_store::Validator;
use tokio::sync::oneshot;

use super::problem::{Kind, Problem, Result};

/// The threads and their queue.
#[derive(Debug)]
pub(super) struct Auditors {
    queue: Mutex<Option<SyncSender<Job>>>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

#[derive(Debug)]
struct Job {
    sealed: Bytes,
    sender: Validator,
    answer: oneshot::Sender<std::result::Result<Examined, UploadFault>>,
}

impl Auditors {
    /// Starts so many threads, each of which remembers so many credentials.
    pub(super) fn start(
        office: &Office,
        threads: usize,
        credentials_max: usize,
    ) -> anyhow::Result<Self> {
        let (queue, jobs) = sync_channel(threads * QUEUE_PER_THREAD);
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = (0..threads)
            .map(|number| {
                let (office, jobs) = (office.clone(), jobs.clone());
                thread::Builder::new()
                    .name(format!("auditor-{number}"))
                    .spawn(move || work(&office, credentials_max, &jobs))
                    .context("a thread for checking signatures cannot start")
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(threads),
        })
    }

    /// Checks a segment on one of the threads.
    pub(super) async fn examine(&self, sealed: Bytes, sender: Validator) -> Result<Examined> {
        let (answer, answered) = oneshot::channel();
        let job = Job {
            sealed,
            sender,
            answer,
        };
        self.enqueue(job)?;
        match answered.await {
            Ok(examined) => Ok(examined?),
            Err(_) => Err(Problem::internal()),
        }
    }

    fn enqueue(&self, job: Job) -> Result<()> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = match queue.as_ref() {
            Some(queue) => queue.try_send(job),
            None => Err(TrySendError::Disconnected(job)),
        };
        sent.map_err(|_| {
            Problem::new(
                Kind::Busy,
                "too many segments are waiting; send it again in a second",
            )
        })
    }

    /// Lets the threads finish what is queued and waits for them.
    pub(super) fn stop(&self) {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread for checking signatures fell over");
            }
        }
    }
}

fn work(office: &Office, credentials_max: usize, jobs: &Mutex<Receiver<Job>>) {
    let mut auditor = Auditor::new(office, Native, credentials_max);
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else {
            return;
        };
        let examined = catch_unwind(AssertUnwindSafe(|| {
            examine(&job.sealed, &job.sender, &mut auditor)
        }));
        match examined {
            // Nobody waits any more if the request ran out of time: the validator sends it again.
            Ok(examined) => drop(job.answer.send(examined)),
            Err(_) => {
                tracing::error!("checking a segment fell over");
                auditor = Auditor::new(office, Native, credentials_max);
            }
        }
    }
}

const QUEUE_PER_THREAD: usize = 64;

#[cfg(test)]
mod tests;
