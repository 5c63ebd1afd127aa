//! Riders, challenges, sessions, mandates, phones.

use std::collections::BTreeSet;

use ridecode_account::{
    Block, Challenge, ChallengeAnswer, Device, DeviceState, Mandate, MandateState, Phone,
    RevokeReason, Rider, RiderState,
};
use ridecode_ledger::Money;
use ridecode_words::{DeviceId, MandateId, ProviderId, RiderId, UnixSeconds};

use super::column::{self, Coded, Columns, change, execute, find, id, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, charge, credential, params};
use crate::fault::StoreFault;
use crate::record::{RiderClosed, RiderFile, RiderOpened, Session};
use crate::step::{self, Balance};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn open_rider(&self, rider: Rider) -> Result<RiderOpened> {
        self.write(3, move |db| open(db, &rider)).await
    }

    pub(crate) async fn find_rider_of(&self, phone: Phone) -> Result<Option<RiderId>> {
        self.read(move |db| find_by_phone(db, &phone)).await
    }

    pub(crate) async fn put_challenge(&self, challenge: Challenge) -> Result<()> {
        self.write(1, move |db| keep_challenge(db, &challenge))
            .await
    }

    pub(crate) async fn answer_challenge(
        &self,
        phone: Phone,
        code: String,
        now: UnixSeconds,
    ) -> Result<ChallengeAnswer> {
        self.write(1, move |db| answer(db, &phone, &code, now))
            .await
    }

    pub(crate) async fn open_session(&self, session: Session) -> Result<()> {
        self.write(1, move |db| keep_session(db, &session)).await
    }

    pub(crate) async fn find_session(
        &self,
        token_digest: [u8; 32],
        now: UnixSeconds,
    ) -> Result<Option<Session>> {
        let session = self.read(move |db| session(db, token_digest)).await?;
        Ok(session.filter(|session| session.expires >= now))
    }

    pub(crate) async fn load_sessions(
        &self,
        rider: RiderId,
        now: UnixSeconds,
    ) -> Result<Vec<Session>> {
        const SQL: &str = "SELECT token_digest, rider, opened, expires, client FROM sessions
             WHERE rider = ?1 AND expires >= ?2 ORDER BY opened DESC, token_digest";
        self.read(move |db| load(db, SQL, params![id(rider.0), now.0], read_session))
            .await
    }

    pub(crate) async fn end_sessions(&self, rider: RiderId, digests: Vec<[u8; 32]>) -> Result<()> {
        const SQL: &str = "DELETE FROM sessions WHERE token_digest = ?1 AND rider = ?2";
        let end = move |db: &Connection<'_>| {
            digests
                .iter()
                .try_for_each(|digest| execute(db, SQL, params![digest, id(rider.0)]))
        };
        self.write(1, end).await
    }

    pub(crate) async fn save_mandate(&self, mandate: Mandate) -> Result<()> {
        self.write(1, move |db| save_mandate(db, &mandate)).await
    }

    pub(crate) async fn find_mandate(&self, mandate: MandateId) -> Result<Option<Mandate>> {
        self.read(move |db| find_mandate(db, mandate)).await
    }

    pub(crate) async fn register_device(&self, device: Device) -> Result<()> {
        self.write(1, move |db| register(db, &device)).await
    }

    pub(crate) async fn close_rider(
        &self,
        rider: RiderId,
        mark: u64,
        now: UnixSeconds,
    ) -> Result<RiderClosed> {
        self.write(8, move |db| close(db, rider, mark, now)).await
    }

    pub(crate) async fn load_rider(
        &self,
        rider: RiderId,
        now: UnixSeconds,
    ) -> Result<Option<RiderFile>> {
        self.read(move |db| load_file(db, rider, now)).await
    }
}

fn close(db: &Connection<'_>, rider: RiderId, mark: u64, now: UnixSeconds) -> Result<RiderClosed> {
    db.hold([Lock::Rider(rider)])?;
    let (balance, held_mark) = balance(db, rider)?;
    if rider_state(db, rider)? == Some(RiderState::Closed) {
        return Ok(RiderClosed::Closed);
    }
    let unpaid = !charge::unpaid_of(db, rider)?.is_empty();
    if unpaid || held_mark != mark || balance.minor != 0 {
        return Ok(RiderClosed::Moved);
    }
    set_rider_state(db, rider, &RiderState::Closed)?;
    for phone in devices_of(db, rider)? {
        let revoked = phone.state.revoked(RevokeReason::Closed, now);
        set_device_state(db, phone.id, &revoked)?;
    }
    credential::change_all(db, rider, |credential| {
        step::follow_revocation(RevokeReason::Closed, credential, now)
    })?;
    execute(db, "DELETE FROM sessions WHERE rider = ?1", [id(rider.0)])?;
    Ok(RiderClosed::Closed)
}

/// A rider's phones, oldest first.
fn devices_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Device>> {
    load(
        db,
        "SELECT device, rider, algorithm, key, registered, revoked, revoked_at
         FROM devices WHERE rider = ?1 ORDER BY number",
        [id(rider.0)],
        read_device,
    )
}

/// What a rider owes, and the mark of the rider's charges.
pub(super) fn balance(db: &Connection<'_>, rider: RiderId) -> Result<(Balance, u64)> {
    let row = find(
        db,
        "SELECT minor, currency, mark FROM balances WHERE rider = ?1",
        [id(rider.0)],
        |row| {
            let minor = row.take()?;
            let currency = row.take::<Option<String>>()?;
            let currency = currency.as_deref().map(column::read_currency).transpose()?;
            Ok((Balance { currency, minor }, row.count()?))
        },
    )?;
    row.ok_or_else(|| StoreFault::missing("rider", rider))
}

/// Keeps what a rider owes.
pub(super) fn set_balance(db: &Connection<'_>, rider: RiderId, balance: &Balance) -> Result<()> {
    let currency = balance
        .currency
        .as_ref()
        .map(column::currency)
        .transpose()?;
    execute(
        db,
        "UPDATE balances SET minor = ?2, currency = ?3 WHERE rider = ?1",
        params![id(rider.0), balance.minor, currency],
    )
}

/// Moves a rider's mark: what was decided at the mark before is out of date.
pub(super) fn move_mark(db: &Connection<'_>, rider: RiderId) -> Result<()> {
    let sql = "UPDATE balances SET mark = mark + 1 WHERE rider = ?1";
    execute(db, sql, [id(rider.0)])
}

/// Refuses to build on a rider that is not there.
pub(super) fn expect_rider(db: &Connection<'_>, rider: RiderId) -> Result<()> {
    const SQL: &str = "SELECT 1 FROM balances WHERE rider = ?1";
    find(db, SQL, [id(rider.0)], |_| Ok(()))?.ok_or_else(|| StoreFault::missing("rider", rider))
}

/// Refuses to build on riders of whom one is not there.
pub(super) fn expect_riders(
    db: &Connection<'_>,
    riders: impl Iterator<Item = RiderId>,
) -> Result<()> {
    const SQL: &str = "SELECT 1 FROM balances WHERE rider = ?1";
    let mut seen = BTreeSet::new();
    let riders: Vec<RiderId> = riders.filter(|rider| seen.insert(*rider)).collect();
    let keys = riders.iter().map(|rider| [id(rider.0)]);
    let found = column::load_all(db, SQL, keys, |_| Ok(()))?;
    for (rider, found) in riders.into_iter().zip(found) {
        if found.is_empty() {
            return Err(StoreFault::missing("rider", rider));
        }
    }
    Ok(())
}

/// A rider's mandates, oldest first.
pub(super) fn mandates_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Mandate>> {
    load(
        db,
        "SELECT mandate, rider, provider, contract, state, reason, changed
         FROM mandates WHERE rider = ?1 ORDER BY number",
        [id(rider.0)],
        read_mandate,
    )
}

/// Whether a rider may ride.
pub(super) fn rider_state(db: &Connection<'_>, rider: RiderId) -> Result<Option<RiderState>> {
    Ok(find_rider(db, rider)?.map(|rider| rider.state))
}

/// Gives a rider another state.
pub(super) fn set_rider_state(
    db: &Connection<'_>,
    rider: RiderId,
    state: &RiderState,
) -> Result<()> {
    let (code, block) = match state {
        RiderState::Active => (0, None),
        RiderState::Blocked(block) => (1, Some(block)),
        RiderState::Closed => (2, None),
    };
    let owed = block.map(|block| block.amount);
    execute(
        db,
        "UPDATE riders SET state = ?2, owed_minor = ?3, owed_currency = ?4, owed_rides = ?5,
         blocked_since = ?6 WHERE rider = ?1",
        params![
            id(rider.0),
            code,
            owed.map(|owed| owed.minor),
            owed.as_ref()
                .map(|owed| column::currency(&owed.currency))
                .transpose()?,
            block.map(|block| block.rides),
            block.map(|block| block.since.0),
        ],
    )?;
    Ok(())
}

/// A phone by its number, and whether it is active.
pub(super) fn find_device(db: &Connection<'_>, device: DeviceId) -> Result<Option<Device>> {
    const SQL: &str = "SELECT device, rider, algorithm, key, registered, revoked, revoked_at
         FROM devices WHERE device = ?1";
    find(db, SQL, [id(device.0)], read_device)
}

fn find_by_phone(db: &Connection<'_>, phone: &Phone) -> Result<Option<RiderId>> {
    let sql = "SELECT rider FROM riders WHERE phone = ?1";
    find(db, sql, [phone.as_str()], |row| row.rider())
}

fn open(db: &Connection<'_>, rider: &Rider) -> Result<RiderOpened> {
    let existing = find(
        db,
        "SELECT rider FROM riders WHERE phone = ?1",
        [rider.phone.as_str()],
        |row| row.rider(),
    )?;
    if let Some(existing) = existing {
        return Ok(RiderOpened::Existing(existing));
    }
    if find_rider(db, rider.id)?.is_some() {
        return Err(StoreFault::conflict("rider", rider.id));
    }
    execute(
        db,
        "INSERT INTO riders (rider, phone, opened, state) VALUES (?1, ?2, ?3, 0)",
        params![id(rider.id.0), rider.phone.as_str(), rider.opened.0],
    )?;
    set_rider_state(db, rider.id, &rider.state)?;
    execute(
        db,
        "INSERT INTO balances (rider, minor, currency, mark) VALUES (?1, 0, NULL, 0)",
        [id(rider.id.0)],
    )?;
    Ok(RiderOpened::New)
}

fn keep_challenge(db: &Connection<'_>, challenge: &Challenge) -> Result<()> {
    db.hold([Lock::Challenge(challenge.phone.as_str().to_owned())])?;
    execute(
        db,
        "INSERT INTO challenges (phone, digest, expires, tries_left) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (phone) DO UPDATE SET digest = excluded.digest, expires = excluded.expires,
             tries_left = excluded.tries_left",
        params![
            challenge.phone.as_str(),
            challenge.digest,
            challenge.expires.0,
            challenge.tries_left,
        ],
    )?;
    Ok(())
}

fn answer(
    db: &Connection<'_>,
    phone: &Phone,
    code: &str,
    now: UnixSeconds,
) -> Result<ChallengeAnswer> {
    db.hold([Lock::Challenge(phone.as_str().to_owned())])?;
    let waiting = find(
        db,
        "DELETE FROM challenges WHERE phone = ?1 RETURNING digest, expires, tries_left",
        [phone.as_str()],
        |row| {
            Ok(Challenge {
                phone: phone.clone(),
                digest: row.take()?,
                expires: row.time()?,
                tries_left: row.take()?,
            })
        },
    )?;
    let Some(challenge) = waiting else {
        return Ok(ChallengeAnswer::NoneWaiting);
    };
    let (answer, left) = challenge.answer(code, now);
    if let Some(left) = left {
        keep_challenge(db, &left)?;
    }
    Ok(answer)
}

fn session(db: &Connection<'_>, token_digest: [u8; 32]) -> Result<Option<Session>> {
    const SQL: &str = "SELECT token_digest, rider, opened, expires, client FROM sessions
         WHERE token_digest = ?1";
    find(db, SQL, [token_digest], read_session)
}

fn read_session(row: &mut Columns<'_>) -> Result<Session> {
    Ok(Session {
        token_digest: row.take()?,
        rider: row.rider()?,
        opened: row.time()?,
        expires: row.time()?,
        client: row.coded()?,
    })
}

fn keep_session(db: &Connection<'_>, new: &Session) -> Result<()> {
    expect_rider(db, new.rider)?;
    match session(db, new.token_digest)? {
        Some(held) if held.rider != new.rider => {
            Err(StoreFault::conflict("session of rider", new.rider))
        }
        Some(_) => Ok(()),
        None => execute(
            db,
            "INSERT INTO sessions (token_digest, rider, opened, expires, client)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                new.token_digest,
                id(new.rider.0),
                new.opened.0,
                new.expires.0,
                new.client.code(),
            ],
        )
        .map(drop),
    }
}

fn find_mandate(db: &Connection<'_>, mandate: MandateId) -> Result<Option<Mandate>> {
    const SQL: &str = "SELECT mandate, rider, provider, contract, state, reason, changed
         FROM mandates WHERE mandate = ?1";
    find(db, SQL, [id(mandate.0)], read_mandate)
}

fn save_mandate(db: &Connection<'_>, mandate: &Mandate) -> Result<()> {
    db.hold([Lock::Rider(mandate.rider)])?;
    expect_rider(db, mandate.rider)?;
    let held = find_mandate(db, mandate.id)?;
    if let Some(held) = &held
        && (held.rider != mandate.rider || held.provider != mandate.provider)
    {
        return Err(StoreFault::conflict("mandate", mandate.id));
    }
    if step::has_ended(held.as_ref(), mandate) {
        return Err(StoreFault::conflict("end of mandate", mandate.id));
    }
    let (state, reason) = match &mandate.state {
        MandateState::Pending => (0, None),
        MandateState::Active => (1, None),
        MandateState::Suspended { reason } => (2, Some(reason)),
        MandateState::Ended => (3, None),
    };
    let saved = change(
        db,
        "INSERT INTO mandates (mandate, rider, provider, contract, state, reason, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (mandate) DO UPDATE SET contract = excluded.contract, state = excluded.state,
             reason = excluded.reason, changed = excluded.changed
         WHERE mandates.rider = excluded.rider AND mandates.provider = excluded.provider",
        params![
            id(mandate.id.0),
            id(mandate.rider.0),
            mandate.provider.0,
            mandate.contract,
            state,
            reason,
            mandate.changed.0,
        ],
    )?;
    if saved == 0 {
        return Err(StoreFault::conflict("mandate", mandate.id));
    }
    if step::opens_a_way_to_pay(held.as_ref(), mandate) {
        let revive = |charge: &mut _| step::revive(charge, mandate.changed);
        charge::change_unpaid(db, mandate.rider, revive)?;
    }
    Ok(())
}

fn register(db: &Connection<'_>, device: &Device) -> Result<()> {
    expect_rider(db, device.rider)?;
    if let Some(held) = find_device(db, device.id)? {
        let same = held.rider == device.rider && held.key == device.key;
        return same
            .then_some(())
            .ok_or_else(|| StoreFault::conflict("device", device.id));
    }
    let key = (device.key.bytes, device.key.algorithm.code());
    let sql = "SELECT 1 FROM devices WHERE key = ?1 AND algorithm = ?2";
    if find(db, sql, key, |_| Ok(()))?.is_some() {
        return Err(StoreFault::conflict("key of device", device.id));
    }
    execute(
        db,
        "INSERT INTO devices (device, rider, algorithm, key, registered)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            id(device.id.0),
            id(device.rider.0),
            device.key.algorithm.code(),
            device.key.bytes,
            device.registered.0,
        ],
    )?;
    set_device_state(db, device.id, &device.state)
}

/// Gives a phone another state.
pub(super) fn set_device_state(
    db: &Connection<'_>,
    device: DeviceId,
    state: &DeviceState,
) -> Result<()> {
    let revoked = match state {
        DeviceState::Active => None,
        DeviceState::Revoked { reason, at } => Some((reason.code(), at.0)),
    };
    execute(
        db,
        "UPDATE devices SET revoked = ?2, revoked_at = ?3 WHERE device = ?1",
        params![
            id(device.0),
            revoked.map(|(reason, _)| reason),
            revoked.map(|(_, at)| at),
        ],
    )?;
    Ok(())
}

fn load_file(db: &Connection<'_>, rider: RiderId, now: UnixSeconds) -> Result<Option<RiderFile>> {
    let Some(account) = find_rider(db, rider)? else {
        return Ok(None);
    };
    let (balance, mark) = balance(db, rider)?;
    let devices = devices_of(db, rider)?;
    let essential = credential::find_essential(db, rider, &account.state)?;
    Ok(Some(RiderFile {
        essential,
        rider: account,
        mandates: mandates_of(db, rider)?,
        devices,
        credentials: credential::unexpired_of(db, rider, now)?,
        balance_minor: balance.minor,
        unpaid: charge::unpaid_of(db, rider)?,
        mark,
    }))
}

fn find_rider(db: &Connection<'_>, rider: RiderId) -> Result<Option<Rider>> {
    let sql = "SELECT phone, opened, state, owed_minor, owed_currency, owed_rides, blocked_since
         FROM riders WHERE rider = ?1";
    find(db, sql, [id(rider.0)], |row| {
        let phone = Phone::new(&row.take::<String>()?);
        let phone = phone.map_err(|_| impossible("phone of rider", rider))?;
        Ok(Rider {
            id: rider,
            phone,
            opened: row.time()?,
            state: read_rider_state(row)?,
        })
    })
}

fn read_rider_state(row: &mut Columns<'_>) -> Result<RiderState> {
    match row.take::<u8>()? {
        0 => Ok(RiderState::Active),
        1 => Ok(RiderState::Blocked(Block {
            amount: Money {
                minor: row.take()?,
                currency: row.currency()?,
            },
            rides: row.take()?,
            since: row.time()?,
        })),
        2 => Ok(RiderState::Closed),
        code => Err(impossible("rider state", code)),
    }
}

fn read_mandate(row: &mut Columns<'_>) -> Result<Mandate> {
    let (id, rider) = (row.mandate()?, row.rider()?);
    let (provider, contract) = (ProviderId(row.take()?), row.take()?);
    let (state, reason) = (row.take::<u8>()?, row.take::<Option<String>>()?);
    let state = match (state, reason) {
        (0, None) => MandateState::Pending,
        (1, None) => MandateState::Active,
        (2, Some(reason)) => MandateState::Suspended { reason },
        (3, None) => MandateState::Ended,
        (code, _) => return Err(impossible("mandate state", code)),
    };
    Ok(Mandate {
        id,
        rider,
        provider,
        contract,
        state,
        changed: row.time()?,
    })
}

fn read_device(row: &mut Columns<'_>) -> Result<Device> {
    let (device, rider, key) = (row.device()?, row.rider()?, row.key()?);
    let registered = row.time()?;
    let state = match (row.find_coded()?, row.find_time()?) {
        (None, None) => DeviceState::Active,
        (Some(reason), Some(at)) => DeviceState::Revoked { reason, at },
        (Some(_), None) | (None, Some(_)) => return Err(impossible("state of device", device)),
    };
    Ok(Device {
        id: device,
        rider,
        key,
        state,
        registered,
    })
}
