//! A rider of a load source: an account, a phone, and a memory of every ride.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::gate::Tap;
use super::schedule::TRIP_S;
use crate::client::Api;
use crate::clock::now;
use crate::phone::{Brand, Code, Phone, Session, fetch_credentials};

/// A rider.
pub(super) struct Rider {
    /// The back office, called in the rider's name.
    pub(super) office: Api,
    /// The number of the contract at the sandbox, if it was signed just now.
    pub(super) contract: Option<String>,
    phone: Mutex<Phone>,
    made: Mutex<Vec<Made>>,
    /// When the last ride is over, since the first one of all.
    free_at: Mutex<Duration>,
}

/// A ride that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Made {
    /// The first tap.
    pub(super) begun: Tap,
    /// The tap at the way out.
    pub(super) ended: Option<Tap>,
}

/// A code that no validator may admit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Forgery {
    /// A byte of it changed.
    Altered,
    /// Half of it.
    Half,
    /// One of an hour ago, such as a picture of the screen.
    Old,
}

impl Forgery {
    /// Every kind.
    pub(super) const ALL: [Self; 3] = [Self::Altered, Self::Half, Self::Old];
}

impl Rider {
    /// Signs in under a phone number, signs a mandate if there is none, registers a phone and gets
    /// credentials.
    pub(super) async fn enrol(
        number: &str,
        brand: Brand,
        (office, sandbox): (&Api, &Api),
    ) -> anyhow::Result<Self> {
        let session = Session::open(number, office, sandbox).await?;
        let account = session.office.get("/v1/riders/me").await?;
        let mut mandates = account["mandates"].as_array().into_iter().flatten();
        let contract = match mandates.any(|mandate| mandate["state"] == "active") {
            true => None,
            false => Some(session.sign_mandate(sandbox).await?),
        };
        let mut phone = session.register(brand).await?;
        phone.take(fetch_credentials(&session.office, phone.device(), brand).await?);
        Ok(Self {
            office: session.office,
            contract,
            phone: Mutex::new(phone),
            made: Mutex::default(),
            free_at: Mutex::default(),
        })
    }

    /// Asks for credentials where those at hand end soon, as the app does.
    pub(super) async fn refresh(&self) -> anyhow::Result<()> {
        let wanted = {
            let phone = lock(&self.phone);
            let ends = phone.ends_within(REFRESH_S, now());
            ends.then(|| (phone.device().to_owned(), phone.brand()))
        };
        if let Some((device, brand)) = wanted {
            let granted = fetch_credentials(&self.office, &device, brand).await?;
            lock(&self.phone).take(granted);
        }
        Ok(())
    }

    /// When a ride can begin that would begin now: not before the last one is over, however late
    /// this machine is.
    pub(super) fn begin(&self, now: Duration) -> Duration {
        let mut free_at = lock(&self.free_at);
        let begins = now.max(*free_at);
        *free_at = begins + Duration::from_secs(TRIP_S);
        begins
    }

    /// What the phone shows now. `None` without credentials.
    pub(super) fn show(&self) -> Option<Code> {
        lock(&self.phone).show(now())
    }

    /// What somebody shows who has not the phone, or not any more.
    pub(super) fn forged(&self, how: Forgery) -> Option<Code> {
        match how {
            Forgery::Altered => Some(self.show()?.altered()),
            Forgery::Half => {
                let code = self.show()?.0;
                Some(Code(code[..code.len() / 2].to_vec()))
            }
            Forgery::Old => lock(&self.phone).show(now().plus_s(-OLD_S)),
        }
    }

    /// Remembers a ride.
    pub(super) fn remember(&self, made: Made) {
        lock(&self.made).push(made);
    }

    /// Every ride made.
    pub(super) fn made(&self) -> Vec<Made> {
        lock(&self.made).clone()
    }

    /// The account as the rider sees it.
    pub(super) async fn account(&self) -> anyhow::Result<Value> {
        self.office.get("/v1/riders/me").await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds before the end of credentials at which others are asked for.
const REFRESH_S: i64 = 600;

/// How old an old code is, in seconds: older than any scheme takes.
const OLD_S: i64 = 3_600;
