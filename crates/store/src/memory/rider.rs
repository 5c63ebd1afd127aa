//! Riders, phones, credentials.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;

use ridecode_account::{
    Challenge, ChallengeAnswer, Credential, CredentialState, Device, Mandate, Phone, RevokeReason,
    Rider, RiderState,
};
use ridecode_words::{CredentialRef, DeviceId, MandateId, RiderId, UnixSeconds};

use super::{Account, FIRST_CHARGE, MemoryStore, Result, State};
use crate::fault::StoreFault;
use crate::record::{CredentialOwner, RiderClosed, RiderFile, RiderOpened, Session};
use crate::step::{self, Balance, Granted};

impl MemoryStore {
    pub(crate) fn open_rider(&self, rider: Rider) -> Result<RiderOpened> {
        let mut state = self.lock();
        if let Some(&existing) = state.phones.get(&rider.phone) {
            return Ok(RiderOpened::Existing(existing));
        }
        if state.riders.contains_key(&rider.id) {
            return Err(StoreFault::conflict("rider", rider.id));
        }
        state.phones.insert(rider.phone.clone(), rider.id);
        let account = Account {
            rider,
            mandates: Vec::new(),
            devices: Vec::new(),
            credentials: Default::default(),
            balance: Balance::default(),
            mark: 0,
        };
        state.riders.insert(account.rider.id, account);
        Ok(RiderOpened::New)
    }

    pub(crate) fn put_challenge(&self, challenge: Challenge) -> Result<()> {
        let mut state = self.lock();
        state.challenges.insert(challenge.phone.clone(), challenge);
        Ok(())
    }

    pub(crate) fn answer_challenge(
        &self,
        phone: Phone,
        code: String,
        now: UnixSeconds,
    ) -> Result<ChallengeAnswer> {
        let mut state = self.lock();
        let Some(challenge) = state.challenges.remove(&phone) else {
            return Ok(ChallengeAnswer::NoneWaiting);
        };
        let (answer, left) = challenge.answer(&code, now);
        if let Some(left) = left {
            state.challenges.insert(left.phone.clone(), left);
        }
        Ok(answer)
    }

    pub(crate) fn open_session(&self, session: Session) -> Result<()> {
        let mut state = self.lock();
        state.account(session.rider)?;
        match state.sessions.entry(session.token_digest) {
            Entry::Occupied(held) if held.get().rider != session.rider => {
                Err(StoreFault::conflict("session of rider", session.rider))
            }
            Entry::Occupied(_) => Ok(()),
            Entry::Vacant(free) => {
                free.insert(session);
                Ok(())
            }
        }
    }

    pub(crate) fn find_session(
        &self,
        token_digest: [u8; 32],
        now: UnixSeconds,
    ) -> Result<Option<Session>> {
        let state = self.lock();
        let session = state.sessions.get(&token_digest);
        Ok(session.filter(|session| session.expires >= now).cloned())
    }

    pub(crate) fn load_sessions(&self, rider: RiderId, now: UnixSeconds) -> Result<Vec<Session>> {
        let state = self.lock();
        let own = state.sessions.values();
        let mut own: Vec<Session> = own
            .filter(|session| session.rider == rider && session.expires >= now)
            .cloned()
            .collect();
        own.sort_by_key(|session| (Reverse(session.opened), session.token_digest));
        Ok(own)
    }

    pub(crate) fn end_sessions(&self, rider: RiderId, digests: Vec<[u8; 32]>) -> Result<()> {
        let mut state = self.lock();
        state
            .sessions
            .retain(|digest, session| session.rider != rider || !digests.contains(digest));
        Ok(())
    }

    pub(crate) fn save_mandate(&self, mandate: Mandate) -> Result<()> {
        let mut state = self.lock();
        state.account(mandate.rider)?;
        if let Some(held) = state.mandates.get(&mandate.id) {
            if held.rider != mandate.rider || held.provider != mandate.provider {
                return Err(StoreFault::conflict("mandate", mandate.id));
            }
        } else {
            state.account(mandate.rider)?.mandates.push(mandate.id);
        }
        if step::has_ended(state.mandates.get(&mandate.id), &mandate) {
            return Err(StoreFault::conflict("end of mandate", mandate.id));
        }
        let held = state.mandates.insert(mandate.id, mandate.clone());
        if step::opens_a_way_to_pay(held.as_ref(), &mandate) {
            let later = state.charges.range_mut((mandate.rider, FIRST_CHARGE)..);
            let own = later.take_while(|((rider, _), _)| *rider == mandate.rider);
            let revived = own
                .filter_map(|(_, charge)| step::revive(charge, mandate.changed).then_some(()))
                .count();
            state.account(mandate.rider)?.mark += u64::from(revived > 0);
        }
        Ok(())
    }

    pub(crate) fn find_mandate(&self, mandate: MandateId) -> Result<Option<Mandate>> {
        Ok(self.lock().mandates.get(&mandate).cloned())
    }

    pub(crate) fn register_device(&self, device: Device) -> Result<()> {
        let mut state = self.lock();
        state.account(device.rider)?;
        if let Some(held) = state.devices.get(&device.id) {
            let same = held.rider == device.rider && held.key == device.key;
            return same
                .then_some(())
                .ok_or_else(|| StoreFault::conflict("device", device.id));
        }
        if state.device_keys.contains_key(&device.key) {
            return Err(StoreFault::conflict("key of device", device.id));
        }
        state.account(device.rider)?.devices.push(device.id);
        state.device_keys.insert(device.key, device.id);
        state.devices.insert(device.id, device);
        Ok(())
    }

    pub(crate) fn revoke_device(
        &self,
        device: DeviceId,
        reason: RevokeReason,
        now: UnixSeconds,
    ) -> Result<()> {
        self.lock().revoke(device, reason, now)
    }

    pub(crate) fn find_rider_of(&self, phone: Phone) -> Result<Option<RiderId>> {
        Ok(self.lock().phones.get(&phone).copied())
    }

    pub(crate) fn close_rider(
        &self,
        rider: RiderId,
        mark: u64,
        now: UnixSeconds,
    ) -> Result<RiderClosed> {
        let mut state = self.lock();
        let unpaid = state
            .charges_of(rider)
            .any(|charge| !charge.state.is_closed());
        let account = state.account(rider)?;
        if account.rider.state == RiderState::Closed {
            return Ok(RiderClosed::Closed);
        }
        if unpaid || account.mark != mark || account.balance.minor != 0 {
            return Ok(RiderClosed::Moved);
        }
        // Nothing can fail from here.
        account.rider.state = RiderState::Closed;
        let devices = account.devices.clone();
        for device in devices {
            if let Some(phone) = state.devices.get_mut(&device) {
                phone.state = phone.state.revoked(RevokeReason::Closed, now);
            }
        }
        state.change_credentials(rider, |credential| {
            step::follow_revocation(RevokeReason::Closed, credential, now)
        });
        state.sessions.retain(|_, session| session.rider != rider);
        Ok(RiderClosed::Closed)
    }

    pub(crate) fn grant_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        let mut state = self.lock();
        for (place, credential) in credentials.iter().enumerate() {
            state.check_grant(credential)?;
            if credentials[..place].iter().any(|earlier| {
                earlier.id == credential.id
                    && matches!(step::renew(earlier, credential), Granted::Conflict)
            }) {
                return Err(StoreFault::conflict("credential", credential.id.credential));
            }
        }
        for credential in credentials {
            state.grant(credential);
        }
        Ok(())
    }

    pub(crate) fn load_rider(&self, rider: RiderId, now: UnixSeconds) -> Result<Option<RiderFile>> {
        let state = self.lock();
        let Some(account) = state.riders.get(&rider) else {
            return Ok(None);
        };
        let credentials = account.credentials.iter().map(|id| &state.credentials[id]);
        let mut unpaid: Vec<_> = state
            .charges_of(rider)
            .filter(|charge| !charge.state.is_closed())
            .cloned()
            .collect();
        unpaid.sort_by_key(|charge| (charge.planned, charge.id));
        let mandates = account.mandates.iter();
        let devices = account.devices.iter();
        Ok(Some(RiderFile {
            rider: account.rider.clone(),
            mandates: mandates.map(|id| state.mandates[id].clone()).collect(),
            devices: devices.map(|id| state.devices[id].clone()).collect(),
            credentials: credentials
                .filter(|credential| credential.expires >= now)
                .cloned()
                .collect(),
            essential: state.find_essential(rider).cloned(),
            balance_minor: account.balance.minor,
            unpaid,
            mark: account.mark,
        }))
    }

    pub(crate) fn find_owners(
        &self,
        credentials: Vec<CredentialRef>,
    ) -> Result<Vec<Option<CredentialOwner>>> {
        let state = self.lock();
        let owner = |id: &CredentialRef| {
            let held = state.credentials.get(id)?;
            Some(CredentialOwner {
                credential: *id,
                rider: held.rider,
                device: held.device,
                essential: held.essential_since.is_some(),
            })
        };
        Ok(credentials.iter().map(owner).collect())
    }
}

impl State {
    /// Revokes a phone and denies its live credentials.
    pub(super) fn revoke(
        &mut self,
        device: DeviceId,
        reason: RevokeReason,
        now: UnixSeconds,
    ) -> Result<()> {
        let Some(phone) = self.devices.get_mut(&device) else {
            return Err(StoreFault::missing("device", device));
        };
        if !step::is_active(&phone.state) {
            return Ok(());
        }
        phone.state = phone.state.revoked(reason, now);
        let rider = phone.rider;
        self.change_credentials(rider, |credential| {
            (credential.device == device)
                .then(|| step::follow_revocation(reason, credential, now))
                .flatten()
        });
        Ok(())
    }

    /// Gives the credentials of a rider the states that `change` has for them.
    pub(super) fn change_credentials(
        &mut self,
        rider: RiderId,
        change: impl Fn(&Credential) -> Option<CredentialState>,
    ) {
        let Some(account) = self.riders.get(&rider) else {
            return;
        };
        let mut changed = false;
        for id in &account.credentials {
            if let Some(credential) = self.credentials.get_mut(id)
                && let Some(after) = change(credential)
            {
                credential.state = after;
                changed = true;
            }
        }
        self.deny_version += u64::from(changed);
    }

    /// The credential that was given for a rider's block.
    fn find_essential(&self, rider: RiderId) -> Option<&Credential> {
        let account = self.riders.get(&rider)?;
        let credentials = account.credentials.iter().map(|id| &self.credentials[id]);
        step::find_essential(&account.rider.state, credentials)
    }

    /// Ends the one ride of some credentials.
    pub(super) fn spend(&mut self, used: &[CredentialRef]) {
        for id in used {
            let held = self.credentials.get(id);
            let account = held.and_then(|held| self.riders.get(&held.rider));
            let (Some(held), Some(account)) = (held, account) else {
                continue;
            };
            let (rider, state) = (held.rider, account.rider.state.clone());
            self.change_credentials(rider, |credential| {
                let own = credential.id == *id;
                own.then(|| step::spend(&state, credential)).flatten()
            });
        }
    }

    fn check_grant(&self, credential: &Credential) -> Result<()> {
        let phone = self
            .devices
            .get(&credential.device)
            .filter(|phone| phone.rider == credential.rider && step::is_active(&phone.state));
        if phone.is_none() {
            return Err(StoreFault::missing("active device", credential.device));
        }
        let Some(account) = self.riders.get(&credential.rider) else {
            return Err(StoreFault::missing("rider", credential.rider));
        };
        let given = self.find_essential(credential.rider);
        step::may_be_granted(&account.rider.state, credential, given)?;
        match self.credentials.get(&credential.id) {
            Some(held) if matches!(step::renew(held, credential), Granted::Conflict) => {
                Err(StoreFault::conflict("credential", credential.id.credential))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn grant(&mut self, credential: Credential) {
        let Some(account) = self.riders.get_mut(&credential.rider) else {
            return;
        };
        account.credentials.insert(credential.id);
        match self.credentials.entry(credential.id) {
            Entry::Vacant(free) => {
                free.insert(credential);
            }
            Entry::Occupied(mut held) => match step::renew(held.get(), &credential) {
                Granted::Repeat | Granted::Conflict => {}
                Granted::Renewed => {
                    let state = held.get().state;
                    held.insert(Credential {
                        state,
                        ..credential
                    });
                }
            },
        }
    }
}
