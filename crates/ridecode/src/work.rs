//! Workers: pricing, closing and charging, round after round.
//!
//! Two loops share a thread. The books price months and close the service day before; the till
//! sends charges and asks about them, and may wait for a slow provider without holding up the
//! books. Uploads and callbacks ring the doorbell; without it the next round comes with the tick.
//! Losing a ring changes no money, only when it moves. Each step can be repeated, so a round may
//! be dropped at any moment; a fault ends it, is logged once, and the next begins after a growing
//! pause.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ridecode_office::close::CloseFault;
use ridecode_office::{
    Carrier, Office, adjust, charge, close, notice, price, refund, seal, write_off,
};
use ridecode_store::StoreFault;
use ridecode_words::{ServiceDay, UnixSeconds};
use tokio::sync::{Notify, watch};

use crate::carrier::HttpCarrier;
use crate::clock::now;
use crate::config::Work;
use crate::entropy::SystemEntropy;

/// Wakes the worker. Rings while it works are remembered as one.
#[derive(Clone, Debug, Default)]
pub struct Doorbell {
    books: Arc<Notify>,
    till: Arc<Notify>,
}

impl Doorbell {
    /// Says that something may be due.
    pub fn ring(&self) {
        self.books.notify_one();
        self.till.notify_one();
    }
}

/// A worker and what it needs.
pub struct Worker {
    /// The office it works in.
    pub office: Office,
    /// How it reaches the provider.
    pub carrier: HttpCarrier,
    /// Its settings.
    pub settings: Work,
    /// What wakes it.
    pub doorbell: Doorbell,
}

/// What a round did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Round {
    /// Fare versions posted.
    pub fares: usize,
    /// Charges collected.
    pub collected: usize,
    /// Charges declined.
    pub declined: usize,
    /// Refunds given back.
    pub refunded: usize,
    /// Rides adjusted by people.
    pub adjusted: usize,
    /// Notices sent to riders' phones.
    pub notices: usize,
}

/// Prices and charges everything that is due, `batch` at a time.
pub async fn round(
    office: &Office,
    carrier: &impl Carrier,
    batch: usize,
) -> Result<Round, StoreFault> {
    let mut round = price_all(office, batch).await?;
    charge_all((office, carrier), batch, &mut round).await?;
    Ok(round)
}

async fn price_all(office: &Office, batch: usize) -> Result<Round, StoreFault> {
    let mut round = Round::default();
    loop {
        let priced = price::run(office, now(), batch).await?;
        round.fares += priced.fares;
        if priced.bills < batch {
            return Ok(round);
        }
    }
}

async fn charge_all(
    (office, carrier): (&Office, &impl Carrier),
    batch: usize,
    round: &mut Round,
) -> Result<(), StoreFault> {
    round.adjusted += adjust::run(office, now(), batch).await?.posted as usize;
    loop {
        let charged = charge::run(office, now(), batch, (carrier, &mut SystemEntropy)).await?;
        round.collected += charged.collected;
        round.declined += charged.declined;
        if charged.tried < batch {
            break;
        }
    }
    loop {
        let refunded = refund::run(office, now(), batch, (carrier, &mut SystemEntropy)).await?;
        round.refunded += refunded.done;
        if refunded.tried < batch {
            break;
        }
    }
    while write_off::run(office, now(), batch).await? == batch {}
    loop {
        let sent = notice::run(office, now(), batch, (carrier, &mut SystemEntropy)).await?;
        round.notices += sent.sent;
        if sent.tried < batch {
            break;
        }
    }
    Ok(())
}

/// The service day of a time: the civil day in the zone.
pub fn service_day(time: UnixSeconds, zone: &TimeZone) -> ServiceDay {
    let timestamp = Timestamp::from_second(time.0).unwrap_or_default();
    let date = timestamp.to_zoned(zone.clone()).date();
    let month_and_day = (u8::try_from(date.month()), u8::try_from(date.day()));
    let (Ok(month), Ok(day)) = month_and_day else {
        unreachable!("months and days of a date are small");
    };
    ServiceDay::from_civil(i32::from(date.year()), month, day).unwrap_or(ServiceDay(0))
}

impl Worker {
    /// Starts it on a thread of its own, so that pricing never holds up a request.
    pub fn start(self, stopped: watch::Receiver<bool>) -> anyhow::Result<thread::JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the worker's runtime cannot start")?;
        thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || runtime.block_on(self.run(stopped)))
            .context("the worker's thread cannot start")
    }

    async fn run(self, stopped: watch::Receiver<bool>) {
        let mut closed: Option<ServiceDay> = None;
        let books = Rounds {
            name: "books",
            bell: &self.doorbell.books,
            tick: self.settings.tick,
        };
        let till = Rounds {
            name: "till",
            bell: &self.doorbell.till,
            tick: self.settings.tick,
        };
        tokio::join!(
            books.run(stopped.clone(), async || self.keep_books(&mut closed).await),
            till.run(stopped, async || self.mind_till().await),
        );
    }

    async fn keep_books(&self, closed: &mut Option<ServiceDay>) -> anyhow::Result<()> {
        let round = price_all(&self.office, self.settings.batch).await?;
        if round.fares > 0 {
            tracing::info!(fares = round.fares, "priced");
            self.doorbell.till.notify_one();
        }
        self.close_yesterday(closed).await?;
        Ok(())
    }

    async fn mind_till(&self) -> anyhow::Result<()> {
        let mut round = Round::default();
        let office = (&self.office, &self.carrier);
        let charged = charge_all(office, self.settings.batch, &mut round).await;
        if round != Round::default() {
            let (collected, declined) = (round.collected, round.declined);
            tracing::info!(collected, declined, refunded = round.refunded, "charged");
        }
        charged?;
        Ok(())
    }

    /// Closes the service day before, once a day, after the time the settings say.
    async fn close_yesterday(&self, closed: &mut Option<ServiceDay>) -> Result<(), CloseFault> {
        let time = Timestamp::from_second(now().0).unwrap_or_default();
        let local = time.to_zoned(self.settings.zone.clone()).time();
        let today = service_day(now(), &self.settings.zone);
        let yesterday = ServiceDay(today.0 - 1);
        if local < self.settings.close_at || *closed == Some(yesterday) {
            return Ok(());
        }
        for operator in &self.office.desk.operators {
            if let Some(statement) = close::day(&self.office, operator.id, yesterday).await? {
                tracing::info!(
                    operator = %operator.id,
                    day = %yesterday,
                    number = statement.number,
                    "a day was closed"
                );
            }
        }
        for sealed in seal::day(&self.office, yesterday).await? {
            tracing::info!(day = %sealed.day, number = sealed.number, "a day of the ledger was sealed");
        }
        *closed = Some(yesterday);
        Ok(())
    }
}

/// Rounds of one kind of work.
struct Rounds<'a> {
    name: &'static str,
    bell: &'a Notify,
    tick: Duration,
}

impl Rounds<'_> {
    /// Works until it is stopped, in the middle of a round if need be.
    async fn run(
        &self,
        mut stopped: watch::Receiver<bool>,
        once: impl AsyncFnMut() -> anyhow::Result<()>,
    ) {
        tokio::select! {
            // An error means that nobody can ask to stop any more: then stop.
            _ = stopped.wait_for(|stop| *stop) => {}
            () = self.work(once) => {}
        }
    }

    async fn work(&self, mut once: impl AsyncFnMut() -> anyhow::Result<()>) {
        let mut pause = self.tick;
        loop {
            let Err(fault) = once().await else {
                pause = self.tick;
                tokio::select! {
                    () = self.bell.notified() => {}
                    () = tokio::time::sleep(pause) => {}
                }
                continue;
            };
            pause = (pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
            tracing::error!(
                work = self.name,
                error = format!("{fault:#}"),
                again_s = pause.as_secs(),
                "a round ended early"
            );
            // A ring does not shorten the pause after a fault.
            tokio::time::sleep(pause).await;
        }
    }
}

const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_day_is_a_civil_day_of_the_zone() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let check = |time: i64, expected: &str| {
            assert_eq!(service_day(UnixSeconds(time), &zone).to_string(), expected);
        };
        // 2026-11-20T15:59:59Z is the last second of the day in Shanghai.
        check(1_795_190_399, "2026-11-20");
        check(1_795_190_400, "2026-11-21");
        check(0, "1970-01-01");
        check(-28_801, "1969-12-31");
    }

    #[tokio::test]
    async fn a_ring_starts_a_round_and_stopping_ends_one_in_the_middle() {
        let doorbell = Doorbell::default();
        let (stop, stopped) = watch::channel(false);
        let rounds = Rounds {
            name: "books",
            bell: &doorbell.books,
            tick: Duration::from_secs(3_600),
        };
        let mut begun = 0;
        rounds
            .run(stopped, async || {
                begun += 1;
                match begun {
                    1 => doorbell.ring(),
                    _ => {
                        stop.send_replace(true);
                        std::future::pending::<()>().await;
                    }
                }
                Ok(())
            })
            .await;
        assert_eq!(begun, 2);
    }
}
