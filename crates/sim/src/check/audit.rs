//! Audit: the back office's own recomputation finds nothing.

use ridecode_office::audit;

use super::Sight;
use crate::world::executor::finish;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let audited = finish(audit::run(&sight.world.office, sight.world.now));
    let audited = audited.map_err(|fault| fault.to_string())?;
    match audited.findings.first() {
        Some(finding) => Err(format!(
            "{} {}: {}",
            finding.what, finding.id, finding.detail
        )),
        None if audited.debits_less_credits_minor != 0 => Err("debits are not credits".into()),
        None => Ok(()),
    }
}
