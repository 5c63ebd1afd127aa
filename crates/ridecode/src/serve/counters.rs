//! Counts for the metrics page. Nothing else reads them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::problem::Kind;

/// What was counted since the start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    problems: Mutex<BTreeMap<Kind, u64>>,
    /// Journal entries that were new.
    pub(super) entries_new: AtomicU64,
    /// Journal entries that were held already.
    pub(super) entries_repeated: AtomicU64,
}

impl Counters {
    /// Counts an answer.
    pub(super) fn answered(&self, route: &str, status: u16, problem: Option<Kind>) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        match requests.get_mut(&(route.to_owned(), status)) {
            Some(count) => *count += 1,
            None => {
                requests.insert((route.to_owned(), status), 1);
            }
        }
        drop(requests);
        if let Some(kind) = problem {
            let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
            *problems.entry(kind).or_default() += 1;
        }
    }

    /// Every count in the text format of Prometheus.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("# TYPE ridecode_requests_total counter\n");
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((route, status), count) in requests.iter() {
            text.push_str(&format!(
                "ridecode_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}\n"
            ));
        }
        drop(requests);
        text.push_str("# TYPE ridecode_problems_total counter\n");
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, count) in problems.iter() {
            let name = kind.name();
            text.push_str(&format!(
                "ridecode_problems_total{{name=\"{name}\"}} {count}\n"
            ));
        }
        drop(problems);
        text.push_str("# TYPE ridecode_entries_total counter\n");
        for (word, count) in [
            ("new", &self.entries_new),
            ("repeated", &self.entries_repeated),
        ] {
            let count = count.load(Ordering::Relaxed);
            text.push_str(&format!(
                "ridecode_entries_total{{kind=\"{word}\"}} {count}\n"
            ));
        }
        text
    }
}
