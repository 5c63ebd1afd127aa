//! Riders and rides, and what is done with them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use ridecode_account::{Phone, Rider, RiderState};
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_fare::{Ending, Period, Tap, TapKind};
use ridecode_ledger::{ClearedLeg, Event, Money, Share, Transfer, post};
use ridecode_store::sqlite::SqliteStore;
use ridecode_store::{
    Acceptance, Attempt, AttemptOutcome, BillSave, BillSaved, Charge, ChargedBy, FareVersion,
    JourneyShare, OperatorLeg, Settled, Settlement, Store, StoredEntry, Taken, Validator,
};
use ridecode_words::{
    ChargeId, IssuerId, JourneyId, Mode, Month, OperatorId, ProviderId, RiderId, ServiceDay, TapId,
    UnixSeconds, ValidatorId,
};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

/// A database with riders and their taps.
pub(super) struct Rides {
    store: Store,
    riders: u32,
    each: u32,
}

impl Rides {
    /// Opens a database with so many riders and so many rides of each, taken in and not priced.
    pub(super) async fn open(file: &Path, size: (u32, u32)) -> anyhow::Result<Self> {
        let rides = Self::open_ledger(file, size).await?;
        rides.store.register_validator(validator()).await?;
        rides.take_in().await?;
        Ok(rides)
    }

    /// Opens a database with riders and nothing else.
    pub(super) async fn open_ledger(
        file: &Path,
        (riders, each): (u32, u32),
    ) -> anyhow::Result<Self> {
        let rides = Self {
            store: Store::Sqlite(SqliteStore::open(file).context("the database")?),
            riders,
            each,
        };
        rides.for_each(Self::enrol).await?;
        Ok(rides)
    }

    /// Posts every rider's transfers and nothing else.
    pub(super) async fn post(&self) -> anyhow::Result<()> {
        self.for_each(Self::post_one).await
    }

    /// Saves every rider's fares, transfers, legs and charges.
    pub(super) async fn plan(&self) -> anyhow::Result<()> {
        self.for_each(Self::plan_one).await
    }

    /// Gives every charge its attempt and its payment.
    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        self.for_each(Self::settle_one).await
    }

    /// The transfers that planning posts.
    pub(super) fn transfers(&self) -> anyhow::Result<Vec<Transfer>> {
        let bills = (0..self.riders).map(|rider| self.bill(rider, 0));
        let bills: Vec<BillSave> = bills.collect::<anyhow::Result<_>>()?;
        Ok(bills.into_iter().flat_map(|bill| bill.transfers).collect())
    }

    /// Does something for every rider, many at once, as requests of a server are.
    async fn for_each<F: Future<Output = anyhow::Result<()>> + Send + 'static>(
        &self,
        work: fn(Arc<Self>, u32) -> F,
    ) -> anyhow::Result<()> {
        let rides = Arc::new(self.clone_handle());
        let mut under_way = JoinSet::new();
        for rider in 0..self.riders {
            under_way.spawn(work(rides.clone(), rider));
            if under_way.len() >= AT_ONCE
                && let Some(done) = under_way.join_next().await
            {
                done??;
            }
        }
        while let Some(done) = under_way.join_next().await {
            done??;
        }
        Ok(())
    }

    fn clone_handle(&self) -> Self {
        Self {
            store: self.store.clone(),
            riders: self.riders,
            each: self.each,
        }
    }

    async fn enrol(self: Arc<Self>, rider: u32) -> anyhow::Result<()> {
        let opened = self.store.open_rider(Rider {
            id: rider_id(rider),
            phone: Phone::new(&format!("+86138{rider:08}"))?,
            state: RiderState::Active,
            opened: NOW,
        });
        opened.await?;
        Ok(())
    }

    async fn take_in(&self) -> anyhow::Result<()> {
        let last = u64::from(self.riders) * u64::from(self.each);
        let mut previous = [0; 32];
        for first in (1..=last).step_by(SEGMENT) {
            let numbers = first..=last.min(first + SEGMENT as u64 - 1);
            let mut entries = Vec::with_capacity(SEGMENT);
            for sequence in numbers.clone() {
                let bytes = sequence.to_be_bytes().to_vec();
                let hash = Sha256::new().chain_update(previous).chain_update(&bytes);
                let hash: [u8; 32] = hash.finalize().into();
                entries.push(StoredEntry {
                    sequence,
                    previous,
                    hash,
                    bytes,
                });
                previous = hash;
            }
            let acceptance = Acceptance {
                validator: VALIDATOR,
                journal_end: *numbers.end(),
                entries,
                taps: numbers.map(|sequence| self.tap(sequence)).collect(),
                voids: Vec::new(),
                disagreements: Vec::new(),
                // What is measured begins behind this.
                seen: Vec::new(),
                rides_home: Vec::new(),
                sealed: NOW,
                received: NOW,
            };
            self.store.accept_segment(acceptance).await??;
        }
        Ok(())
    }

    async fn plan_one(self: Arc<Self>, rider: u32) -> anyhow::Result<()> {
        let period = self.bill(rider, 0)?.period;
        let windows = self.store.load_windows(vec![period], 0).await?;
        let bill = self.bill(rider, windows[0].mark)?;
        let saved = self.store.save_bills(vec![bill]).await?;
        ensure!(saved == [BillSaved::Saved], "a month moved");
        Ok(())
    }

    async fn post_one(self: Arc<Self>, rider: u32) -> anyhow::Result<()> {
        let transfers = self.bill(rider, 0)?.transfers;
        let Store::Sqlite(store) = &self.store else {
            unreachable!("the bench opened it");
        };
        store.post_alone(rider_id(rider), transfers).await?;
        Ok(())
    }

    async fn settle_one(self: Arc<Self>, rider: u32) -> anyhow::Result<()> {
        let file = self.store.load_rider(rider_id(rider), NOW).await?;
        let first = file.context("a rider of the bench")?.mark;
        for (mark, sequence) in (first..).zip(self.sequences(rider)) {
            let charge = charge_id(sequence);
            let attempt = Attempt {
                charge,
                number: 1,
                at: NOW,
                look_again: NOW.plus_s(60),
            };
            ensure!(
                self.store.open_attempt(attempt).await?,
                "an attempt was made"
            );
            let paid = Event::Collected {
                charge,
                rider: rider_id(rider),
                provider: ProviderId(1),
                day: DAY,
                amount: FARE,
            };
            let settlement = Settlement {
                charge,
                mark,
                outcome: AttemptOutcome::Collected {
                    transaction: format!("T-{sequence}"),
                },
                at: NOW,
                next_attempt: None,
                transfers: post(&paid)?,
                rider_state: None,
                notice: None,
            };
            let settled = self.store.settle_charge(settlement).await?;
            ensure!(settled == Settled::Saved, "a payment was {settled:?}");
        }
        Ok(())
    }

    /// The numbers of a rider's rides.
    fn sequences(&self, rider: u32) -> std::ops::Range<u64> {
        let first = u64::from(rider) * u64::from(self.each) + 1;
        first..first + u64::from(self.each)
    }

    fn tap(&self, sequence: u64) -> Tap {
        let rider = (sequence - 1) / u64::from(self.each);
        Tap {
            time: NOW,
            id: tap_id(sequence),
            rider: rider_id(u32::try_from(rider).unwrap_or(u32::MAX)),
            issuer: ISSUER,
            kind: TapKind::Single,
            operator: OPERATOR,
            mode: Mode::Bus,
            line: None,
            stop: None,
            direction: None,
            vehicle: None,
            category: 0,
            showing: None,
        }
    }

    fn bill(&self, rider: u32, mark: u64) -> anyhow::Result<BillSave> {
        let period = Period {
            rider: rider_id(rider),
            month: MONTH,
        };
        let mut bill = BillSave::empty(period, mark, NOW);
        for sequence in self.sequences(rider) {
            add_ride(&mut bill, sequence)?;
        }
        Ok(bill)
    }
}

fn add_ride(bill: &mut BillSave, sequence: u64) -> anyhow::Result<()> {
    let (charge, rider) = (charge_id(sequence), bill.period.rider);
    bill.fares.push(FareVersion {
        journey: charge.journey,
        version: charge.version,
        issuer: ISSUER,
        day: DAY,
        ending: Ending::Complete,
        taps: vec![charge.journey.0],
        amount_minor: FARE.minor,
        shares: vec![JourneyShare {
            operator: OPERATOR,
            amount_minor: FARE.minor,
        }],
        tariff: [0; 32],
        charged_by: ChargedBy::Ride,
    });
    let shares = vec![Share {
        operator: OPERATOR,
        amount: FARE,
    }];
    bill.transfers.extend(post(&Event::Fare {
        charge,
        rider,
        day: DAY,
        shares,
    })?);
    bill.legs.push(OperatorLeg {
        operator: OPERATOR,
        day: DAY,
        leg: ClearedLeg {
            charge,
            issuer: ISSUER,
            amount_minor: FARE.minor,
        },
    });
    bill.taken.push(Taken {
        charge,
        operator: OPERATOR,
        line: None,
        began: NOW,
        minor: FARE.minor,
    });
    bill.charges
        .push(Charge::planned(charge, rider, (FARE, 1), NOW));
    Ok(())
}

/// Ids spread over all 64 bits, as random ones are.
fn rider_id(number: u32) -> RiderId {
    RiderId(u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn tap_id(sequence: u64) -> TapId {
    TapId {
        validator: VALIDATOR,
        sequence,
    }
}

fn charge_id(sequence: u64) -> ChargeId {
    ChargeId {
        journey: JourneyId(tap_id(sequence)),
        version: 1,
    }
}

fn validator() -> Validator {
    Validator {
        id: VALIDATOR,
        operator: OPERATOR,
        key: PublicKey {
            algorithm: Algorithm::EdDsa,
            bytes: [7; 33],
        },
        registered: NOW,
        retired: None,
    }
}

const VALIDATOR: ValidatorId = ValidatorId(0x201);
const OPERATOR: OperatorId = OperatorId(1);
const ISSUER: IssuerId = IssuerId(4_401);
const FARE: Money = Money::fen(200);

/// 2026-11-15T00:00:00Z.
const NOW: UnixSeconds = UnixSeconds(1_794_700_800);
const DAY: ServiceDay = ServiceDay(20_772);
const MONTH: Month = Month {
    year: 2026,
    month: 11,
};

/// Entries of a segment.
const SEGMENT: usize = 1_000;

/// Riders worked for at once.
const AT_ONCE: usize = 256;
