//! One ride home: what a rider who is blocked for debt may still take, where the issuer offers it.
//!
//! The phone gets one credential of its own with a short life and a low ceiling, once for each
//! block. It is not on the deny list, and comes on it when the ride it gives is uploaded; all other
//! credentials stay denied. Never for a phone reported lost or an account that is closed.

use ridecode_account::{Credential, CredentialPolicy, CredentialState, RiderState};
use ridecode_codec::Scheme;
use ridecode_ledger::Money;
use ridecode_store::{RiderFile, StoreFault};
use ridecode_words::UnixSeconds;

use super::issue::Issue;
use super::{CredentialFault, Wanted, admit_phone};
use crate::Office;
use crate::edge::Entropy;

/// The ride home of a rider who is blocked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RideHome {
    /// The most it may cost.
    pub limit: Money,
    /// Where it stands.
    pub state: RideHomeState,
}

/// Where the ride home of a block stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RideHomeState {
    /// It can be asked for.
    Available,
    /// It was given, and may begin until then.
    Given {
        /// Until when.
        until: UnixSeconds,
    },
    /// It was taken.
    Used,
    /// It was given, and not taken in time.
    RanOut {
        /// When.
        at: UnixSeconds,
    },
}

/// The ride home of a rider; `None` if the rider is not blocked, or the issuer offers none.
pub fn standing(office: &Office, file: &RiderFile, now: UnixSeconds) -> Option<RideHome> {
    let limit = limit(office)?;
    match file.rider.state {
        RiderState::Blocked(_) => {}
        RiderState::Active | RiderState::Closed => return None,
    }
    let state = file.essential.as_ref();
    Some(RideHome {
        limit,
        state: state.map_or(RideHomeState::Available, |held| state_of(held, now)),
    })
}

/// The most a ride home may cost; `None` if the issuer offers none.
pub fn limit(office: &Office) -> Option<Money> {
    let offered = office.policy.credit.essential_ride?;
    let ceiling = office.policy.credential.fare_ceiling_minor;
    let minor = i64::from(offered.limit_minor.min(ceiling));
    Some(Money::new(minor, office.policy.currency))
}

/// Gives a blocked rider's phone the credential of its ride home. Asking again while it is good
/// gives the same one again.
pub async fn grant(
    office: &Office,
    wanted: Wanted,
    now: UnixSeconds,
    entropy: &mut impl Entropy,
) -> Result<Credential, CredentialFault> {
    for _ in 0..ATTEMPTS_MAX {
        let file = office.store.load_rider(wanted.rider, now).await?;
        let file = file.ok_or(CredentialFault::UnknownDevice)?;
        let credential = match find_held(office, &file, (wanted, now))? {
            Some(held) => return Ok(held),
            None => issue(office, &file, wanted, (now, &mut *entropy))?,
        };
        match office
            .store
            .grant_credentials(vec![credential.clone()])
            .await
        {
            Ok(()) => return Ok(credential),
            // Another request was first, or the block is gone: look again.
            Err(StoreFault::Conflict { .. } | StoreFault::Missing { .. }) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Err(CredentialFault::NoRideHome(
        "the account is changing; ask again",
    ))
}

/// The credential given before, if it is still good; the reason why there is none to be had.
fn find_held(
    office: &Office,
    file: &RiderFile,
    (wanted, now): (Wanted, UnixSeconds),
) -> Result<Option<Credential>, CredentialFault> {
    match &file.rider.state {
        RiderState::Blocked(_) => {}
        RiderState::Active => {
            return Err(CredentialFault::NoRideHome("the account is not blocked"));
        }
        RiderState::Closed => return Err(CredentialFault::Closed),
    }
    admit_phone(file, &office.desk, wanted)?;
    let Some(held) = &file.essential else {
        return Ok(None);
    };
    match state_of(held, now) {
        RideHomeState::Given { .. } if held.device != wanted.device => {
            Err(CredentialFault::NoRideHome("another phone of yours has it"))
        }
        RideHomeState::Given { .. } if held.brand != wanted.brand => Err(
            CredentialFault::NoRideHome("it was given for another brand"),
        ),
        RideHomeState::Given { .. } | RideHomeState::Available => Ok(Some(held.clone())),
        RideHomeState::Used => Err(CredentialFault::RideHomeGone("used")),
        RideHomeState::RanOut { .. } => Err(CredentialFault::RideHomeGone("not used in time")),
    }
}

fn issue(
    office: &Office,
    file: &RiderFile,
    wanted: Wanted,
    (now, entropy): (UnixSeconds, &mut impl Entropy),
) -> Result<Credential, CredentialFault> {
    let (brand, device) = admit_phone(file, &office.desk, wanted)?;
    let offered = office.policy.credit.essential_ride;
    let offered = offered.ok_or(CredentialFault::NoRideHome("the issuer offers none"))?;
    let RiderState::Blocked(block) = &file.rider.state else {
        return Err(CredentialFault::NoRideHome("the account is not blocked"));
    };
    let ordinary = office.policy.credential;
    let issue = Issue {
        brand,
        device,
        policy: CredentialPolicy {
            lifetime_min: offered.valid_for_s.div_ceil(60),
            batch: 1,
            fare_ceiling_minor: offered.limit_minor.min(ordinary.fare_ceiling_minor),
        },
        essential_since: Some(block.since),
        now,
    };
    Ok(match brand.scheme {
        Scheme::Compact => issue.compact(entropy.number())?,
        Scheme::Mot => issue.mot()?,
    })
}

fn state_of(held: &Credential, now: UnixSeconds) -> RideHomeState {
    match held.state {
        CredentialState::Denied(_) => RideHomeState::Used,
        CredentialState::Live if held.expires < now => RideHomeState::RanOut { at: held.expires },
        CredentialState::Live => RideHomeState::Given {
            until: held.expires,
        },
    }
}

/// How often news that comes between is looked at again.
const ATTEMPTS_MAX: u32 = 4;
