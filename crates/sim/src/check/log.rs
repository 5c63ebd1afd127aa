//! The log: a line at error level says that the product found a fault of its own, so it ends a
//! run. A validator whose disk fails says so at that level too: its lines do not count, since it
//! is the disk that is played. The lines are kept by a subscriber that lives as long as the run.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The error lines of a run.
#[derive(Clone, Default)]
pub(crate) struct Errors(Arc<Mutex<Vec<String>>>);

impl Errors {
    /// The first error line since this was last asked.
    pub(crate) fn take_first(&self) -> Option<String> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *lines).into_iter().next()
    }
}

impl Subscriber for Errors {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR && !metadata.target().starts_with("ridecode_device")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_kept_and_warnings_are_not() {
        let errors = Errors::default();
        tracing::subscriber::with_default(errors.clone(), || {
            tracing::warn!("a journey has no price");
            tracing::error!(rider = 7, "a month cannot be priced");
        });
        let first = errors.take_first().expect("an error was logged");
        assert!(first.contains("a month cannot be priced") && first.contains("rider=7"));
        assert_eq!(errors.take_first(), None);
    }
}
