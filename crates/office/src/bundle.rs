//! Bundles: what validators are told.
//!
//! A bundle is a function of the desk, the deny list and the refresh period, and so is its
//! version: both counts only grow, and whenever the content may differ one of them has grown.

use ridecode_store::StoreFault;
use ridecode_validator::bundle::{Bundle, DenyEntry, seal};
use ridecode_words::{OperatorId, UnixSeconds};

use crate::Office;
use crate::desk::Desk;

/// The sealed bundle for an operator's validators as of now. Within one refresh period of ten
/// minutes a bundle without news is the same bundle.
pub async fn make(
    office: &Office,
    operator: OperatorId,
    now: UnixSeconds,
) -> Result<Vec<u8>, StoreFault> {
    let bundle = compose_now(office, operator, now).await?;
    Ok(seal(&bundle, office.desk.bundle_signer.as_ref()))
}

/// The version [`make`] would give now: a validator that has it needs no other.
pub async fn version(office: &Office, now: UnixSeconds) -> Result<u64, StoreFault> {
    let state = office.store.office_state(now).await?;
    Ok(version_of(&office.desk, state.deny_version, now))
}

async fn compose_now(
    office: &Office,
    operator: OperatorId,
    now: UnixSeconds,
) -> Result<Bundle, StoreFault> {
    if office.desk.find_operator(operator).is_none() {
        return Err(StoreFault::Missing {
            what: "operator",
            id: operator.to_string(),
        });
    }
    // The version is read before the list: a change in between is told by this bundle already
    // and by the next version once more, never left out.
    let version = version(office, now).await?;
    let denied = office.store.load_denied(period_start(now)).await?;
    let made = period_start(now);
    Ok(compose(
        &office.desk,
        operator,
        denied,
        Made { version, made },
    ))
}

struct Made {
    version: u64,
    made: UnixSeconds,
}

fn compose(desk: &Desk, operator: OperatorId, denied: Vec<DenyEntry>, made: Made) -> Bundle {
    let accepted_here = |rule: &&ridecode_validator::bundle::BrandRule| rule.operator == operator;
    Bundle {
        keys: desk.keys.clone(),
        issuers: desk.issuers.clone(),
        brands: desk
            .acceptance
            .iter()
            .filter(accepted_here)
            .cloned()
            .collect(),
        denied,
        ..Bundle::new(made.version, operator, made.made)
    }
}

/// Desk and deny list count in the high 40 bits, refresh periods since 1970 in the low 24, enough
/// until the year 2288. Each part never goes back, so the number does not either, and a
/// bundle made again in a later period is newer although it says the same.
fn version_of(desk: &Desk, deny_version: u64, now: UnixSeconds) -> u64 {
    let changes = u64::from(desk.version).saturating_add(deny_version);
    let period = u64::try_from(now.0.div_euclid(REFRESH_S)).unwrap_or(0);
    changes << PERIOD_BITS | period.min((1 << PERIOD_BITS) - 1)
}

fn period_start(now: UnixSeconds) -> UnixSeconds {
    UnixSeconds(now.0.div_euclid(REFRESH_S) * REFRESH_S)
}

/// Seconds after which a bundle without news is made anew, so that validators know their deny
/// list is not old but quiet.
const REFRESH_S: i64 = 600;

const PERIOD_BITS: u32 = 24;
