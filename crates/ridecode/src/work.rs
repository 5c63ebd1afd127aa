//! Workers: pricing, charging and closing, round after round.
//!
//! A round does everything that is due: prices months, sends and asks about charges, closes the
//! service day before. Uploads and callbacks ring the doorbell; without it the next round comes
//! with the tick. Losing a ring changes no money, only when it moves. Each step can be repeated,
//! so a fault ends the round, is logged once, and the next round begins after a growing pause.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ridecode_office::close::CloseFault;
use ridecode_office::{Carrier, Office, charge, close, price};
use ridecode_store::StoreFault;
use ridecode_words::{ServiceDay, UnixSeconds};
use tokio::sync::{Notify, watch};

use crate::carrier::HttpCarrier;
use crate::clock::now;
use crate::config::Work;
use crate::entropy::SystemEntropy;

/// Wakes the worker. Rings while it works are remembered as one.
#[derive(Clone, Debug, Default)]
pub struct Doorbell(Arc<Notify>);

impl Doorbell {
    /// Says that something may be due.
    pub fn ring(&self) {
        self.0.notify_one();
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
}

/// Prices and charges everything that is due, `batch` at a time.
pub async fn round(
    office: &Office,
    carrier: &impl Carrier,
    batch: usize,
) -> Result<Round, StoreFault> {
    let mut round = Round::default();
    loop {
        let priced = price::run(office, now(), batch).await?;
        round.fares += priced.fares;
        if priced.bills < batch {
            break;
        }
    }
    loop {
        let charged = charge::run(office, now(), batch, (carrier, &mut SystemEntropy)).await?;
        round.collected += charged.collected;
        round.declined += charged.declined;
        if charged.tried < batch {
            break;
        }
    }
    Ok(round)
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

    async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut closed: Option<ServiceDay> = None;
        let mut pause = self.settings.tick;
        loop {
            match self.once(&mut closed).await {
                Ok(()) => pause = self.settings.tick,
                Err(fault) => {
                    pause = (pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
                    tracing::error!(
                        error = format!("{fault:#}"),
                        again_s = pause.as_secs(),
                        "a round of work ended early"
                    );
                    // A ring does not shorten the pause after a fault.
                    tokio::select! {
                        _ = stopped.wait_for(|stop| *stop) => return,
                        () = tokio::time::sleep(pause) => continue,
                    }
                }
            }
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = self.doorbell.0.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn once(&self, closed: &mut Option<ServiceDay>) -> anyhow::Result<()> {
        let round = round(&self.office, &self.carrier, self.settings.batch).await?;
        if round != Round::default() {
            let Round {
                fares,
                collected,
                declined,
            } = round;
            tracing::info!(fares, collected, declined, "a round of work");
        }
        self.close_yesterday(closed).await?;
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
        *closed = Some(yesterday);
        Ok(())
    }
}

const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);
