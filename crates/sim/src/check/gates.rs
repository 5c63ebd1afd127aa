//! Gates: whoever was let in has passed or was taken back.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    match sight.world.model.find_in_doorway() {
        Some(accepted) => Err(format!("accept {accepted} waits for a passage for ever")),
        None => Ok(()),
    }
}
