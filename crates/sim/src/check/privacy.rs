//! Privacy: no phone number outside its place.

use super::Sight;
use crate::world::line::PHONE_START;

/// No request to whoever takes payments names a phone number, and no journal entry does.
pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    if let Some(target) = sight.world.line.end().leaks.first() {
        return Err(format!("a request to {target} names a phone number"));
    }
    for reader in &sight.world.readers {
        if reader.says(PHONE_START.as_bytes()) {
            return Err(format!("the journal of {} names a phone number", reader.id));
        }
    }
    Ok(())
}
