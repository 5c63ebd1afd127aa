//! Four eyes: what only its asker approved, or somebody refused, is given to nobody.

use ridecode_store::LineState;

use super::Sight;
use crate::world::executor::finish;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let world = sight.world;
    for id in &world.model.never_given {
        let held = finish(world.office.store.find_adjustment(*id));
        let held = held.map_err(|fault| fault.to_string())?;
        let held = held.ok_or_else(|| format!("adjustment {id} is gone"))?;
        if held
            .lines
            .iter()
            .any(|line| line.state == LineState::Posted)
        {
            return Err(format!("adjustment {id} was given: {:?}", held.state));
        }
    }
    Ok(())
}
