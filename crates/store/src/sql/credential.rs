//! Credentials: giving, revoking, denying, and whose they are.

use ridecode_account::{Credential, CredentialState, RevokeReason, RiderState};
use ridecode_validator::bundle::DenyEntry;
use ridecode_words::{BrandId, CredentialRef, DeviceId, IssuerId, RiderId, UnixSeconds};

use super::column::{Coded, Columns, counter, execute, find, id, impossible, load, load_all};
use super::{Connection, Count, Engine, Lock, Result, SqlStore, params, rider};
use crate::fault::StoreFault;
use crate::record::CredentialOwner;
use crate::step::{self, Granted};

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn revoke_device(
        &self,
        device: DeviceId,
        reason: RevokeReason,
        now: UnixSeconds,
    ) -> Result<()> {
        self.write(4, move |db| revoke(db, device, reason, now))
            .await
    }

    pub(crate) async fn grant_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        let grant = move |db: &Connection<'_>| {
            db.hold(credentials.iter().map(|one| Lock::Rider(one.rider)))?;
            credentials
                .iter()
                .try_for_each(|credential| grant(db, credential))
        };
        self.write(8, grant).await
    }

    pub(crate) async fn load_denied(&self, now: UnixSeconds) -> Result<(u64, Vec<DenyEntry>)> {
        self.read(move |db| {
            let version = counter(db, Count::DenyVersion)?;
            Ok((version, load_denied(db, now)?))
        })
        .await
    }

    pub(crate) async fn find_owners(
        &self,
        credentials: Vec<CredentialRef>,
    ) -> Result<Vec<Option<CredentialOwner>>> {
        self.read(move |db| owners(db, &credentials)).await
    }
}

/// A rider's credentials that have not expired, by issuer and pseudonym.
pub(super) fn unexpired_of(
    db: &Connection<'_>,
    rider: RiderId,
    now: UnixSeconds,
) -> Result<Vec<Credential>> {
    let mut credentials = all_of(db, rider)?;
    credentials.retain(|credential| credential.expires >= now);
    Ok(credentials)
}

/// Gives the credentials of a rider the states that `change` has for them.
pub(super) fn change_all(
    db: &Connection<'_>,
    rider: RiderId,
    change: impl Fn(&Credential) -> Option<CredentialState>,
) -> Result<()> {
    let mut changed = false;
    for credential in all_of(db, rider)? {
        let Some(state) = change(&credential) else {
            continue;
        };
        let credential = Credential {
            state,
            ..credential
        };
        put(db, &credential)?;
        changed = true;
    }
    db.add_to(Count::DenyVersion, i64::from(changed))
}

/// The credential that was given for a rider's block, `state` being the rider's.
pub(super) fn find_essential(
    db: &Connection<'_>,
    rider: RiderId,
    state: &RiderState,
) -> Result<Option<Credential>> {
    if !matches!(state, RiderState::Blocked(_)) {
        return Ok(None);
    }
    let all = all_of(db, rider)?;
    Ok(step::find_essential(state, all.iter()).cloned())
}

/// Ends the one ride of each of some credentials.
pub(super) fn spend(db: &Connection<'_>, used: impl Iterator<Item = CredentialRef>) -> Result<()> {
    let used: Vec<CredentialRef> = used.collect();
    let owners: Vec<CredentialOwner> = owners(db, &used)?.into_iter().flatten().collect();
    db.hold(owners.iter().map(|owner| Lock::Rider(owner.rider)))?;
    for owner in owners {
        let Some(state) = rider::rider_state(db, owner.rider)? else {
            continue;
        };
        change_all(db, owner.rider, |credential| {
            let own = credential.id == owner.credential;
            own.then(|| step::spend(&state, credential)).flatten()
        })?;
    }
    Ok(())
}

/// Revokes a phone and denies its live credentials.
pub(super) fn revoke(
    db: &Connection<'_>,
    device: DeviceId,
    reason: RevokeReason,
    now: UnixSeconds,
) -> Result<()> {
    let Some(phone) = rider::find_device(db, device)? else {
        return Err(StoreFault::missing("device", device));
    };
    db.hold([Lock::Rider(phone.rider)])?;
    let Some(phone) = rider::find_device(db, device)?.filter(|one| step::is_active(&one.state))
    else {
        return Ok(());
    };
    rider::set_device_state(db, device, &phone.state.revoked(reason, now))?;
    change_all(db, phone.rider, |credential| {
        (credential.device == device)
            .then(|| step::follow_revocation(reason, credential, now))
            .flatten()
    })
}

fn grant(db: &Connection<'_>, credential: &Credential) -> Result<()> {
    let phone = rider::find_device(db, credential.device)?
        .filter(|phone| phone.rider == credential.rider && step::is_active(&phone.state));
    if phone.is_none() {
        return Err(StoreFault::missing("active device", credential.device));
    }
    let Some(state) = rider::rider_state(db, credential.rider)? else {
        return Err(StoreFault::missing("rider", credential.rider));
    };
    let given = find_essential(db, credential.rider, &state)?;
    step::may_be_granted(&state, credential, given.as_ref())?;
    let conflict = || StoreFault::conflict("credential", credential.id.credential);
    match owner(db, credential.id)? {
        None => {
            put(db, credential)?;
            put_owner(db, credential)
        }
        Some(held) if held.rider != credential.rider => Err(conflict()),
        Some(held) => {
            let held = find_held(db, held.rider, credential.id)?;
            match step::renew(&held, credential) {
                Granted::Repeat => Ok(()),
                Granted::Renewed => {
                    let state = held.state;
                    let credential = credential.clone();
                    put(
                        db,
                        &Credential {
                            state,
                            ..credential
                        },
                    )
                }
                Granted::Conflict => Err(conflict()),
            }
        }
    }
}

fn put(db: &Connection<'_>, credential: &Credential) -> Result<()> {
    execute(
        db,
        "INSERT INTO credentials (rider, issuer, credential, device, brand, scheme, not_before,
             expires, state, bytes, essential_since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (rider, issuer, credential) DO UPDATE SET device = excluded.device,
             brand = excluded.brand, scheme = excluded.scheme, not_before = excluded.not_before,
             expires = excluded.expires, state = excluded.state, bytes = excluded.bytes,
             essential_since = excluded.essential_since",
        params![
            id(credential.rider.0),
            credential.id.issuer.0,
            credential.id.credential.0,
            id(credential.device.0),
            credential.brand.0,
            credential.scheme.code(),
            credential.not_before.0,
            credential.expires.0,
            credential.state.code(),
            credential.bytes,
            credential.essential_since.map(|since| since.0),
        ],
    )?;
    Ok(())
}

fn put_owner(db: &Connection<'_>, credential: &Credential) -> Result<()> {
    execute(
        db,
        "INSERT INTO credential_owners (issuer, credential, rider, device, essential)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            credential.id.issuer.0,
            credential.id.credential.0,
            id(credential.rider.0),
            id(credential.device.0),
            credential.essential_since.is_some(),
        ],
    )?;
    Ok(())
}

fn owner(db: &Connection<'_>, credential: CredentialRef) -> Result<Option<CredentialOwner>> {
    Ok(owners(db, &[credential])?.pop().flatten())
}

/// Whose credentials are, in their order.
fn owners(
    db: &Connection<'_>,
    credentials: &[CredentialRef],
) -> Result<Vec<Option<CredentialOwner>>> {
    let sql = "SELECT rider, device, essential FROM credential_owners
         WHERE issuer = ?1 AND credential = ?2";
    let keys = credentials.iter();
    let keys = keys.map(|credential| (credential.issuer.0, credential.credential.0));
    let found = load_all(db, sql, keys, |row| {
        Ok((row.rider()?, row.device()?, row.take()?))
    })?;
    let owners = credentials.iter().zip(found);
    Ok(owners
        .map(|(credential, mut found)| {
            found
                .pop()
                .map(|(rider, device, essential)| CredentialOwner {
                    credential: *credential,
                    rider,
                    device,
                    essential,
                })
        })
        .collect())
}

fn find_held(db: &Connection<'_>, rider: RiderId, held: CredentialRef) -> Result<Credential> {
    let credential = find(
        db,
        "SELECT rider, issuer, credential, device, brand, scheme, not_before, expires, state, bytes,
             essential_since
         FROM credentials WHERE rider = ?1 AND issuer = ?2 AND credential = ?3",
        (id(rider.0), held.issuer.0, held.credential.0),
        read_credential,
    )?;
    credential.ok_or_else(|| impossible("owner without credential", held.credential))
}

fn all_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Credential>> {
    load(
        db,
        "SELECT rider, issuer, credential, device, brand, scheme, not_before, expires, state, bytes,
             essential_since
         FROM credentials WHERE rider = ?1 ORDER BY issuer, credential",
        [id(rider.0)],
        read_credential,
    )
}

fn load_denied(db: &Connection<'_>, now: UnixSeconds) -> Result<Vec<DenyEntry>> {
    let sql = "SELECT issuer, credential, state FROM credentials
         WHERE state <> 0 AND expires >= ?1 ORDER BY issuer, credential";
    load(db, sql, [now.0], |row| {
        let credential = read_ref(row)?;
        let reason = step::deny_reason(row.coded()?)
            .ok_or_else(|| impossible("live credential on the deny list", credential.credential))?;
        Ok(DenyEntry { credential, reason })
    })
}

fn read_credential(row: &mut Columns<'_>) -> Result<Credential> {
    Ok(Credential {
        rider: row.rider()?,
        id: read_ref(row)?,
        device: row.device()?,
        brand: BrandId(row.take()?),
        scheme: row.coded()?,
        not_before: row.time()?,
        expires: row.time()?,
        state: row.coded()?,
        bytes: row.take()?,
        essential_since: row.find_time()?,
    })
}

fn read_ref(row: &mut Columns<'_>) -> Result<CredentialRef> {
    Ok(CredentialRef {
        issuer: IssuerId(row.take()?),
        credential: row.credential()?,
    })
}
