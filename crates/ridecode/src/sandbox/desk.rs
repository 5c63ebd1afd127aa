//! The desk all requests come to: the books behind one lock, and the errands they leave.
//!
//! Every change of the books goes through [`Desk::change`], which sends the callbacks and sets
//! the timers that the change asks for. The lock is never held while waiting.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use ridecode_words::UnixSeconds;
use tokio::sync::watch;

use super::books::{Books, Callback, CallbackMode, Errand};
use super::folder::Folder;
use super::refusal::Refusal;
use super::seal::{self, Claim, Nonces, Seal};
use super::{Clock, Pace};

/// See the module.
pub(super) struct Desk {
    books: Mutex<Books>,
    nonces: Mutex<Nonces>,
    changed: AtomicBool,
    folder: Folder,
    client: reqwest::Client,
    stopped: watch::Receiver<bool>,
    clock: Clock,
    /// Signs.
    pub(super) seal: Seal,
    /// How the outside reaches the provider, without a slash at the end.
    pub(super) public_url: String,
    /// What `POST /merchants` asks for; `None` closes it.
    pub(super) setup_secret: Option<String>,
    /// How long things take.
    pub(super) pace: Pace,
}

/// What a desk is made of.
pub(super) struct Furniture {
    pub(super) books: Books,
    pub(super) folder: Folder,
    pub(super) seal: Seal,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) clock: Clock,
    pub(super) public_url: String,
    pub(super) setup_secret: Option<String>,
    pub(super) pace: Pace,
}

impl Desk {
    /// A desk; takes up the errands its books were put away with.
    pub(super) fn new(furniture: Furniture) -> anyhow::Result<Arc<Self>> {
        let client = reqwest::Client::builder()
            .timeout(furniture.pace.callback_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let errands = furniture.books.open_errands();
        let desk = Arc::new(Self {
            books: Mutex::new(furniture.books),
            nonces: Mutex::default(),
            changed: AtomicBool::new(true),
            folder: furniture.folder,
            client,
            stopped: furniture.stopped,
            clock: furniture.clock,
            seal: furniture.seal,
            public_url: furniture.public_url,
            setup_secret: furniture.setup_secret,
            pace: furniture.pace,
        });
        desk.run(errands);
        Ok(desk)
    }

    /// The time at the provider.
    pub(super) fn now(&self) -> UnixSeconds {
        (self.clock)()
    }

    /// Looks something up.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Books) -> T) -> T {
        read(&self.lock())
    }

    /// Changes something, and sees to what the change asks for.
    pub(super) fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut Books) -> T) -> T {
        let mut books = self.lock();
        let result = change(&mut books);
        let errands = books.take_errands();
        drop(books);
        self.changed.store(true, Ordering::Release);
        self.run(errands);
        result
    }

    /// Checks who sent a request; gives merchant and nonce.
    pub(super) fn admit(&self, claim: &Claim<'_>) -> Result<(String, String), Refusal> {
        let merchant = claim.merchant()?;
        let key = self
            .read(|books| books.find_merchant(merchant))
            .ok_or(Refusal::UnknownMerchant)?;
        let now = self.now();
        let nonce = claim.check(key, now)?;
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.take(merchant, &nonce, now)?;
        Ok((merchant.to_owned(), nonce))
    }

    /// Holds a connection as long as a provider in trouble would, or until the sandbox stops.
    pub(super) async fn hold(&self) {
        self.wait(self.pace.hold).await;
    }

    /// Sends a callback now: one that was sent before goes out with the very same bytes.
    pub(super) async fn call_again(self: &Arc<Self>, id: u64) -> Result<Callback, Refusal> {
        let callback = self
            .read(|books| books.find_callback(id).cloned())
            .ok_or(Refusal::NoSuchCallback)?;
        let signed = callback.signed.unwrap_or_else(|| self.fresh(&callback));
        self.send(&callback, signed).await
    }

    /// Puts the books away again and again until the sandbox stops, and then once more.
    pub(super) async fn keep(self: Arc<Self>) {
        while self.folder.keeps() {
            let running = self.wait(KEEP_EVERY).await;
            if self.changed.swap(false, Ordering::AcqRel) {
                let books = self.lock().clone();
                if let Err(fault) = self.folder.put(&books) {
                    self.changed.store(true, Ordering::Release);
                    tracing::error!("the sandbox's books were not kept: {fault:#}");
                }
            }
            if !running {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        // A panic under the lock leaves books that were changed in part, which no money hangs on.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(self: &Arc<Self>, errands: Vec<Errand>) {
        for errand in errands {
            let desk = Arc::clone(self);
            match errand {
                Errand::Call(id) => {
                    tokio::spawn(async move { desk.call(id).await });
                }
                Errand::Finish { merchant, order } => {
                    tokio::spawn(async move { desk.finish(&merchant, &order).await });
                }
                Errand::FinishRefund { merchant, refund } => {
                    tokio::spawn(async move { desk.finish_refund(&merchant, &refund).await });
                }
            }
        }
    }

    async fn finish(self: Arc<Self>, merchant: &str, order: &str) {
        let Some(after) = self.pace.finish_after else {
            return;
        };
        if self.wait(after).await {
            let now = self.now();
            let finished = self.change(|books| books.finish_order((merchant, order), None, now));
            if let Err(refusal) = finished {
                tracing::error!("order {order} was not finished: {}", refusal.message());
            }
        }
    }

    async fn finish_refund(self: Arc<Self>, merchant: &str, refund: &str) {
        let Some(after) = self.pace.finish_after else {
            return;
        };
        if self.wait(after).await {
            let now = self.now();
            let finished = self.change(|books| books.finish_refund((merchant, refund), None, now));
            if let Err(refusal) = finished {
                tracing::error!("refund {refund} was not finished: {}", refusal.message());
            }
        }
    }

    async fn call(self: Arc<Self>, id: u64) {
        let Some(callback) = self.read(|books| books.find_callback(id).cloned()) else {
            return;
        };
        if callback.mode == CallbackMode::Late {
            let Some(after) = self.pace.late_after else {
                return;
            };
            if !self.wait(after).await {
                return;
            }
        }
        let mut pauses = self.pace.retry_after.iter();
        while !self.is_taken(&callback).await {
            let Some(pause) = pauses.next() else {
                return self.change(|books| books.give_up_calling(id));
            };
            if !self.wait(*pause).await {
                return;
            }
        }
        if callback.mode == CallbackMode::Twice {
            // The second time is for the merchant to be unmoved by: its answer matters to nobody.
            let _ = self.call_again(id).await;
        }
    }

    async fn is_taken(self: &Arc<Self>, callback: &Callback) -> bool {
        let sent = self.send(callback, self.fresh(callback)).await;
        sent.is_ok_and(|sent| {
            sent.answer
                .is_some_and(|status| (200..300).contains(&status))
        })
    }

    /// Time stamp and nonce for a callback's next attempt.
    fn fresh(&self, callback: &Callback) -> (i64, u64) {
        let attempts = self.read(|books| {
            let known = books.find_callback(callback.id);
            known.map_or(0, |known| known.attempts)
        });
        (
            self.now().0,
            callback.id << 16 | u64::from(attempts & 0xffff),
        )
    }

    async fn send(
        self: &Arc<Self>,
        callback: &Callback,
        signed: (i64, u64),
    ) -> Result<Callback, Refusal> {
        let signature = self
            .seal
            .callback(&callback.merchant, signed, &callback.body);
        let (timestamp, nonce) = signed;
        let answer = self
            .client
            .post(&callback.url)
            .header(CONTENT_TYPE, "application/json")
            .header(seal::MERCHANT, &callback.merchant)
            .header(seal::TIMESTAMP, timestamp)
            .header(seal::NONCE, format!("{nonce:016x}"))
            .header(seal::SIGNATURE, signature)
            .body(callback.body.clone())
            .send()
            .await
            .ok()
            .map(|reply| reply.status().as_u16());
        self.change(|books| books.called(callback.id, signed, answer))
    }

    /// Waits; `false` if the sandbox stops first.
    async fn wait(&self, duration: Duration) -> bool {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = tokio::time::sleep(duration) => true,
            _ = stopped.wait_for(|stopped| *stopped) => false,
        }
    }
}

/// How often changed books are put away.
const KEEP_EVERY: Duration = Duration::from_secs(1);
