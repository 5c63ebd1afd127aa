//! Drain: everything that was written arrived, and nothing waits.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    find_waiting(sight).map_or(Ok(()), Err)
}

/// What still waits, if anything does.
fn find_waiting(sight: &Sight<'_>) -> Option<String> {
    for reader in &sight.world.readers {
        let (written, held) = (reader.written(), reader.held);
        if held < written {
            let id = reader.id;
            return Some(format!("validator {id}: written {written}, held {held}"));
        }
    }
    if let Some((period, at)) = sight.page.due.first() {
        return Some(format!("{period:?} is due at {}", at.0));
    }
    for charge in &sight.page.charges {
        if charge.next_attempt.is_some() {
            return Some(format!("charge {}: {:?}", charge.id, charge.state));
        }
    }
    for refund in &sight.page.refunds {
        if refund.state.is_open() {
            return Some(format!("refund {}: {:?}", refund.id, refund.state));
        }
    }
    None
}
