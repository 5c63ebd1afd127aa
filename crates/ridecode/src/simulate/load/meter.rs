//! What a load source counts and measures, by kind of request.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ridecode_validator::Outcome;

use super::histogram::Histogram;
use crate::client::{Trouble, Witness};

/// A kind of request, or of wait.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Group {
    /// From when a tap was due until the back office holds it.
    Held,
    /// From when a rider looked at the rides until they were there.
    Rides,
    /// The same for what is owed.
    Debts,
    /// Uploading a segment.
    Segments,
    /// Asking for a newer bundle.
    Bundles,
    /// Telling how a validator is.
    Heartbeats,
    /// Asking for a code by SMS, and answering it.
    SignIn,
    /// Asking for a mandate, and for its state.
    Mandates,
    /// Registering a phone, and asking for credentials.
    Phones,
    /// Everything else.
    Other,
}

impl Group {
    /// Every group.
    pub(super) const ALL: [Self; 10] = [
        Self::Held,
        Self::Rides,
        Self::Debts,
        Self::Segments,
        Self::Bundles,
        Self::Heartbeats,
        Self::SignIn,
        Self::Mandates,
        Self::Phones,
        Self::Other,
    ];

    /// Its word in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Rides => "rides",
            Self::Debts => "debts",
            Self::Segments => "segments",
            Self::Bundles => "bundles",
            Self::Heartbeats => "heartbeats",
            Self::SignIn => "sign_in",
            Self::Mandates => "mandates",
            Self::Phones => "phones",
            Self::Other => "other",
        }
    }

    /// The group of a path.
    fn of(path: &str) -> Self {
        let mut words = path.trim_start_matches("/v1/").split('/');
        match (words.next().unwrap_or_default(), words.next_back()) {
            ("rides", _) => Self::Rides,
            ("debts", _) => Self::Debts,
            ("validators", Some("segments")) => Self::Segments,
            ("validators", Some("bundle")) => Self::Bundles,
            ("validators", Some("heartbeats")) => Self::Heartbeats,
            ("riders", Some("codes" | "sessions")) => Self::SignIn,
            ("mandates", _) => Self::Mandates,
            ("devices", _) => Self::Phones,
            _ => Self::Other,
        }
    }

    /// Whether its time counts from when it was due, told apart from each request.
    fn is_due(self) -> bool {
        matches!(self, Self::Held | Self::Rides | Self::Debts)
    }
}

/// Counts and times.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// Rides whose time to begin has come.
    pub(super) due: u64,
    /// Rides that began: the first tap was admitted.
    pub(super) begun: u64,
    /// Rides that are over.
    pub(super) over: u64,
    /// Taps admitted.
    pub(super) taps: u64,
    /// Of those, taps the back office holds.
    pub(super) held: u64,
    /// Codes a validator refused, by why.
    pub(super) refused: BTreeMap<&'static str, u64>,
    /// How long no ride could begin, as every rider was under way.
    pub(super) idle: Duration,
    /// Forged codes shown.
    pub(super) forged: u64,
    /// Of those, codes that a validator admitted: there may be none.
    pub(super) forged_admitted: u64,
    /// Times a validator's line was cut.
    pub(super) cuts: u64,
    /// Journal entries that could not be written: the disk of the source failed.
    pub(super) unwritten: u64,
    /// Requests that met trouble, by why.
    pub(super) troubles: BTreeMap<(Group, String), u64>,
    /// How long things took.
    pub(super) times: BTreeMap<Group, Histogram>,
    /// The most a ride began after it was due.
    pub(super) late_most: Duration,
}

/// Counts for all, and for those since the last line.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<(Counts, Counts)>);

impl Meter {
    /// Changes the counts.
    pub(super) fn note(&self, change: impl Fn(&mut Counts)) {
        let (all, lately) = &mut *self.lock();
        change(all);
        change(lately);
    }

    /// Something took so long.
    pub(super) fn took(&self, group: Group, time: Duration) {
        self.note(|counts| counts.times.entry(group).or_default().add(time));
    }

    /// A validator refused a code.
    pub(super) fn refused(&self, outcome: Outcome) {
        self.note(|counts| *counts.refused.entry(outcome.word()).or_default() += 1);
    }

    /// All counts, and those since this was last asked.
    pub(super) fn read(&self) -> (Counts, Counts) {
        let mut both = self.lock();
        let lately = std::mem::take(&mut both.1);
        (both.0.clone(), lately)
    }

    /// Taps that wait to be held.
    pub(super) fn waiting(&self) -> u64 {
        let all = &self.lock().0;
        all.taps.saturating_sub(all.held)
    }

    /// Rides that are due and did not begin yet.
    pub(super) fn behind(&self) -> u64 {
        let all = &self.lock().0;
        all.due.saturating_sub(all.begun.max(all.over))
    }

    fn lock(&self) -> MutexGuard<'_, (Counts, Counts)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Meter {
    fn answered(&self, path: &str, after: Duration, trouble: Option<&Trouble>) {
        let group = Group::of(path);
        match trouble {
            Some(trouble) => {
                let why = words(trouble);
                self.note(|counts| {
                    *counts.troubles.entry((group, why.clone())).or_default() += 1;
                });
            }
            None if group.is_due() => {}
            None => self.took(group, after),
        }
    }
}

/// Trouble in words that are the same each time.
fn words(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Unreachable(cause) => format!("no answer: {cause}"),
        Trouble::Nonsense(what) => format!("no sense: {what}"),
        Trouble::Busy { problem, .. } | Trouble::Refused(problem) => {
            match (&*problem.kind, &*problem.title) {
                ("", "") => format!("status {}", problem.status),
                ("", title) => format!("{title} ({})", problem.status),
                (kind, title) => format!("{title} ({} {kind})", problem.status),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Problem;

    #[test]
    fn paths_are_of_groups() {
        let check = |path, expected| assert_eq!(Group::of(path), expected, "{path}");
        check("/v1/rides", Group::Rides);
        check("/v1/debts", Group::Debts);
        check("/v1/validators/00000001/segments", Group::Segments);
        check("/v1/validators/00000001/bundle", Group::Bundles);
        check("/v1/validators/00000001/heartbeats", Group::Heartbeats);
        check("/v1/validators/codes", Group::Other);
        check("/v1/riders/codes", Group::SignIn);
        check("/v1/riders/me", Group::Other);
        check("/v1/devices", Group::Phones);
        check("/v1/devices/0000000000000001/credentials", Group::Phones);
        check("/healthz", Group::Other);
    }

    #[test]
    fn trouble_is_counted_by_its_kind_and_a_time_from_when_it_was_due_once() {
        let meter = Meter::default();
        let busy = Trouble::Busy {
            problem: Problem {
                status: 503,
                kind: "busy".to_owned(),
                title: "Too much is waiting".to_owned(),
                detail: "come back in 7 s".to_owned(),
            },
            retry_after: None,
        };
        let path = "/v1/validators/00000001/segments";
        meter.answered(path, Duration::ZERO, Some(&busy));
        meter.answered(path, Duration::ZERO, Some(&busy));
        meter.answered(path, Duration::from_millis(5), None);
        meter.answered("/v1/rides", Duration::from_millis(5), None);
        let (all, lately) = meter.read();
        let words = "Too much is waiting (503 busy)".to_owned();
        assert_eq!(
            all.troubles,
            BTreeMap::from([((Group::Segments, words), 2)])
        );
        assert_eq!(lately.troubles, all.troubles);
        assert_eq!(
            all.times.keys().collect::<Vec<_>>(),
            [&Group::Segments],
            "a look is told by who knows when it was due"
        );
        assert!(meter.read().1.troubles.is_empty());
    }
}
