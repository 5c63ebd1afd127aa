//! The taps that may count.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{RiderId, TapId, UnixSeconds};

use crate::book::JOURNEY_S_MAX;
use crate::tap::{Mend, RepairedBy, Tap, TapKind};

/// Taps that may count, and what mends them.
pub(super) struct Standing<'a> {
    /// Each id once, neither voids nor repairs, nothing taken back, each showing of a code once, or
    /// once in and then once out, which is told with the tap; in time order.
    pub(super) taps: Vec<(&'a Tap, bool)>,
    repairs: Repairs<'a>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(taps: &'a [Tap]) -> Self {
        let mut standing: Vec<&Tap> = taps.iter().collect();
        standing.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.cmp(b)));
        standing.dedup_by(|later, first| later.id == first.id);
        let repairs = Repairs::of(&standing);
        let mut voids: Vec<(TapId, UnixSeconds)> = standing
            .iter()
            .filter_map(|tap| match tap.kind {
                TapKind::Void { tap: taken } => {
                    (taken.validator == tap.id.validator).then_some((taken, tap.time))
                }
                TapKind::Single | TapKind::In | TapKind::Out | TapKind::Repair { .. } => None,
            })
            .collect();
        voids.sort_unstable();
        standing.retain(|tap| {
            let from = voids.partition_point(|void| void.0 < tap.id);
            let mut of_this = voids[from..].iter().take_while(|void| void.0 == tap.id);
            match tap.kind {
                TapKind::Void { .. } | TapKind::Repair { .. } => false,
                TapKind::Single | TapKind::In | TapKind::Out => {
                    !of_this.any(|void| void.1.since_s(tap.time).abs() <= JOURNEY_S_MAX)
                        && repairs
                            .find(tap)
                            .is_none_or(|(mend, _)| mend != Mend::Unridden)
                }
            }
        });
        standing.sort_by_key(|tap| (tap.time, tap.id));
        let mut shown: BTreeMap<(RiderId, [u8; 16]), TapKind> = BTreeMap::new();
        let once = |tap| {
            let repeats_code = is_way_out_of_shown(tap, &mut shown)?;
            Some((tap, repeats_code))
        };
        Self {
            taps: standing.into_iter().filter_map(once).collect(),
            repairs,
        }
    }

    /// What mends a tap, with the repair that says so.
    pub(super) fn find_repair(&self, tap: &Tap) -> Option<(Mend, &'a Tap)> {
        self.repairs.find(tap)
    }
}

/// Repairs by the tap they mend, ascending, and of one tap by their ids.
struct Repairs<'a>(Vec<(TapId, Mend, &'a Tap)>);

impl<'a> Repairs<'a> {
    /// Of taps that ascend by id.
    fn of(taps: &[&'a Tap]) -> Self {
        let mut repairs: Vec<(TapId, Mend, &'a Tap)> = taps
            .iter()
            .filter_map(|repair| match repair.kind {
                TapKind::Repair { tap, mend } => Some((tap, mend, *repair)),
                TapKind::Single | TapKind::In | TapKind::Out | TapKind::Void { .. } => None,
            })
            .collect();
        repairs.sort_by_key(|(tap, _, _)| *tap);
        Self(repairs)
    }

    /// What mends a tap: of an agent's repairs the last, or else of the rider's the first. What an
    /// agent said an agent may correct; what a rider said stays said. Repairs are of the rider's
    /// own taps and within a day of them.
    fn find(&self, tap: &Tap) -> Option<(Mend, &'a Tap)> {
        let from = self.0.partition_point(|repair| repair.0 < tap.id);
        let of_this = self.0[from..].iter();
        let of_this = of_this
            .take_while(|repair| repair.0 == tap.id)
            .filter(|(_, _, repair)| {
                repair.rider == tap.rider && repair.time.since_s(tap.time).abs() <= JOURNEY_S_MAX
            })
            .map(|(_, mend, repair)| (*mend, *repair));
        let by_agent = |(mend, _): &(Mend, &Tap)| mend.by() == RepairedBy::Agent;
        let agreed = of_this.clone().filter(by_agent).last();
        agreed.or_else(|| of_this.clone().next())
    }
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
