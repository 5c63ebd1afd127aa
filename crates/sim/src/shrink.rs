//! Shrinking: the shortest plan found that breaks the same promise.
//!
//! First whole riders are left out, then runs of steps, then single ones. Every step has chances of
//! its own, so what is left meets the same weather as before. What is found need not be the
//! shortest there is: it is looked for so often and no more.

use std::collections::BTreeSet;

use crate::check::Failure;
use crate::plan::{Plan, Step};
use crate::run::Stage;

/// How often a plan is played again while it is made shorter.
const PLAYS_MAX: u32 = 150;

/// The shortest plan found that fails the same check on this stage, with how it fails.
pub(crate) fn shrink(stage: &Stage<'_>, plan: &Plan, failure: Failure) -> (Plan, Failure) {
    let mut found = (plan.clone(), failure);
    let mut plays = PLAYS_MAX;
    let mut fails = |steps: Vec<Step>| {
        plays = plays.checked_sub(1)?;
        let plan = Plan { steps };
        let failure = stage.play(&plan, &mut |_| {}).ok()?.err()?;
        (failure.check == found.1.check).then(|| {
            found = (plan, failure);
        })
    };
    let steps = without_riders(plan.steps.clone(), &mut fails);
    without_steps(steps, &mut fails);
    found
}

/// Leaves out as many riders as it can, with everything they do.
fn without_riders(
    mut steps: Vec<Step>,
    fails: &mut impl FnMut(Vec<Step>) -> Option<()>,
) -> Vec<Step> {
    let riders: BTreeSet<u32> = steps.iter().filter_map(|step| step.what.rider()).collect();
    let mut riders: Vec<u32> = riders.into_iter().collect();
    let mut run = riders.len().div_ceil(2);
    while run > 0 {
        let mut place = 0;
        while place < riders.len() {
            let end = (place + run).min(riders.len());
            let out = &riders[place..end];
            let kept = steps.iter().filter(|step| {
                let rider = step.what.rider();
                rider.is_none_or(|rider| !out.contains(&rider))
            });
            let kept: Vec<Step> = kept.copied().collect();
            if fails(kept.clone()).is_some() {
                steps = kept;
                riders.drain(place..end);
            } else {
                place = end;
            }
        }
        run /= 2;
    }
    steps
}

/// Leaves out as many steps as it can: long runs first.
fn without_steps(
    mut steps: Vec<Step>,
    fails: &mut impl FnMut(Vec<Step>) -> Option<()>,
) -> Vec<Step> {
    let mut run = steps.len().div_ceil(2);
    while run > 0 {
        let mut place = 0;
        while place < steps.len() {
            let end = (place + run).min(steps.len());
            let mut kept = steps.clone();
            kept.drain(place..end);
            if fails(kept.clone()).is_some() {
                steps = kept;
            } else {
                place = end;
            }
        }
        run /= 2;
    }
    steps
}

#[cfg(test)]
mod tests {
    use ridecode_words::UnixSeconds;

    use super::*;
    use crate::plan::Transition;

    /// A plan of a hundred steps of ten riders, and how many steps are left of it when those at
    /// some places are needed to break it.
    fn check(needed: &[usize], expected: usize) {
        let step = |place: usize| Step {
            at: UnixSeconds(place as i64),
            what: match u32::try_from(place % 10) {
                Ok(9) | Err(_) => Transition::NewKey,
                Ok(rider) => Transition::TopUp { rider },
            },
        };
        let steps: Vec<Step> = (0..100).map(step).collect();
        let needed: Vec<Step> = needed.iter().map(|place| steps[*place]).collect();
        let mut fails =
            |kept: Vec<Step>| needed.iter().all(|step| kept.contains(step)).then_some(());
        let steps = without_riders(steps, &mut fails);
        let left = without_steps(steps, &mut fails);
        assert_eq!(left.len(), expected, "{left:?}");
        assert!(needed.iter().all(|step| left.contains(step)));
    }

    #[test]
    fn nothing_is_left_that_is_not_needed() {
        check(&[], 0);
        check(&[17], 1);
        check(&[3, 19, 84], 3);
        check(&[0, 99], 2);
    }
}
