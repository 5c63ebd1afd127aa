//! The taps that may count.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{RiderId, TapId, UnixSeconds};

use crate::book::JOURNEY_S_MAX;
use crate::tap::{Tap, TapKind};

/// Each id once, no voids, nothing taken back, each showing of a code once, or once in and then
/// once out, which is told with the tap; in time order.
pub(super) fn standing(taps: &[Tap]) -> Vec<(&Tap, bool)> {
    let mut standing: Vec<&Tap> = taps.iter().collect();
    standing.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.cmp(b)));
    standing.dedup_by(|later, first| later.id == first.id);
    let mut voids: Vec<(TapId, UnixSeconds)> = standing
        .iter()
        .filter_map(|tap| match tap.kind {
            TapKind::Void { tap: taken } => {
                (taken.validator == tap.id.validator).then_some((taken, tap.time))
            }
            TapKind::Single | TapKind::In | TapKind::Out => None,
        })
        .collect();
    voids.sort_unstable();
    standing.retain(|tap| {
        let from = voids.partition_point(|void| void.0 < tap.id);
        let mut of_this = voids[from..].iter().take_while(|void| void.0 == tap.id);
        match tap.kind {
            TapKind::Void { .. } => false,
            TapKind::Single | TapKind::In | TapKind::Out => {
                !of_this.any(|void| void.1.since_s(tap.time).abs() <= JOURNEY_S_MAX)
            }
        }
    });
    standing.sort_by_key(|tap| (tap.time, tap.id));
    let mut shown: BTreeMap<(RiderId, [u8; 16]), TapKind> = BTreeMap::new();
    let once = |tap| {
        let repeats_code = is_way_out_of_shown(tap, &mut shown)?;
        Some((tap, repeats_code))
    };
    standing.into_iter().filter_map(once).collect()
}

/// Whether a tap shows a code anew (`false`), or on the way out once more (`true`). `None` for any
/// other showing of a code already shown.
fn is_way_out_of_shown(
    tap: &Tap,
    shown: &mut BTreeMap<(RiderId, [u8; 16]), TapKind>,
) -> Option<bool> {
    let Some(showing) = tap.showing else {
        return Some(false);
    };
    match (shown.insert((tap.rider, showing), tap.kind), tap.kind) {
        (None, _) => Some(false),
        (Some(TapKind::In), TapKind::Out) => Some(true),
        (Some(before), _) => {
            shown.insert((tap.rider, showing), before);
            None
        }
    }
}
