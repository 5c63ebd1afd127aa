//! Parity: the back office says of every admitted code what its validator said.

use super::Sight;
use crate::world::executor::finish;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let state = finish(sight.world.office.store.office_state(sight.world.now));
    let state = state.map_err(|fault| fault.to_string())?;
    if state.disagreements > 0 {
        return Err(format!(
            "{} entries are disagreed about",
            state.disagreements
        ));
    }
    Ok(())
}
