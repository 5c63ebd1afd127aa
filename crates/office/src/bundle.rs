//! Bundles: what validators are told.
//!
//! A bundle is a function of the desk, the deny list and the refresh period, and so is its
//! version: both counts only grow, and whenever the content may differ one of them has grown.

mod history;

use ridecode_store::StoreFault;
use ridecode_validator::bundle::{BrandRule, Bundle, Delta, seal, seal_delta};
use ridecode_validator::{DenyChange, DenyList};
use ridecode_words::{OperatorId, UnixSeconds};

use crate::Office;
use crate::desk::Desk;

pub use history::History;

/// The refused credentials as of a version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The version.
    pub version: u64,
    /// When it is made: the age of the list counts from here.
    pub made: UnixSeconds,
    /// The list.
    pub denied: DenyList,
}

/// The sealed bundle for an operator's validators as of now. Within one refresh period of ten
/// minutes a bundle without news is the same bundle.
pub async fn make(
    office: &Office,
    operator: OperatorId,
    now: UnixSeconds,
) -> Result<Vec<u8>, StoreFault> {
    let listed = load(office, now).await?;
    seal_whole(office, operator, &listed)
}

/// The version [`make`] would give now: a validator that has it needs no other.
pub async fn version(office: &Office, now: UnixSeconds) -> Result<u64, StoreFault> {
    let denied = office.store.deny_version().await?;
    Ok(version_of(&office.desk, denied, now))
}

/// The refused credentials as of now.
pub async fn load(office: &Office, now: UnixSeconds) -> Result<Listed, StoreFault> {
    // Version and list are of one moment: a list noted under another version would be the base of
    // deltas that leave something out.
    let made = period_start(now);
    let (version, entries) = office.store.load_denied(made).await?;
    let version = version_of(&office.desk, version, now);
    let denied = DenyList::from_ascending(entries);
    let denied = denied.ok_or(StoreFault::Corrupt(
        "the deny list does not ascend".to_owned(),
    ))?;
    Ok(Listed {
        version,
        made,
        denied,
    })
}

/// The sealed bundle of a list for an operator's validators.
pub fn seal_whole(
    office: &Office,
    operator: OperatorId,
    listed: &Listed,
) -> Result<Vec<u8>, StoreFault> {
    let bundle = compose(&office.desk, operator, listed)?;
    Ok(seal(&bundle, office.desk.bundle_signer.as_ref()))
}

/// The sealed delta to a list for an operator's validators that have version `from`, and what
/// changed since.
pub fn seal_change(
    office: &Office,
    operator: OperatorId,
    listed: &Listed,
    (from, change): (u64, &DenyChange),
) -> Result<Vec<u8>, StoreFault> {
    let bundle = &compose(&office.desk, operator, listed)?;
    let delta = Delta {
        from,
        bundle,
        change,
    };
    Ok(seal_delta(&delta, office.desk.bundle_signer.as_ref()))
}

fn compose(desk: &Desk, operator: OperatorId, listed: &Listed) -> Result<Bundle, StoreFault> {
    if desk.find_operator(operator).is_none() {
        return Err(StoreFault::Missing {
            what: "operator",
            id: operator.to_string(),
        });
    }
    let accepted_here = |rule: &&BrandRule| rule.operator == operator;
    let brands = desk.acceptance.iter().filter(accepted_here);
    Ok(Bundle {
        keys: desk.keys.clone(),
        issuers: desk.issuers.clone(),
        brands: brands.cloned().collect(),
        programmes: of_operator(&desk.programmes, operator),
        flat_fares: of_operator(&desk.flat_fares, operator),
        denied: listed.denied.clone(),
        ..Bundle::new(listed.version, operator, listed.made)
    })
}

fn of_operator<T: Clone>(all: &[(OperatorId, T)], operator: OperatorId) -> Vec<T> {
    let own = all.iter().filter(|(of, _)| *of == operator);
    own.map(|(_, it)| it.clone()).collect()
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
