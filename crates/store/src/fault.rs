//! What can go wrong with a verb.

/// A verb's failure. Its words are for the log; riders and devices see a problem document.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The same id came with other content: their fault or ours, never to be retried.
    #[error("{what} {id} is already held with other content")]
    Conflict {
        /// The kind of thing, such as `charge`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Something a verb builds on is not there.
    #[error("there is no {what} {id}")]
    Missing {
        /// The kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The engine failed; nothing was changed. Worth trying again.
    #[error("the database failed: {0}")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was read back breaks an invariant. A bug or a damaged file.
    #[error("the database holds something impossible: {0}")]
    Corrupt(String),
}

impl StoreFault {
    /// `what` with this id is held with other content.
    #[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
    pub(crate) fn conflict(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Conflict {
            what,
            id: id.to_string(),
        }
    }

    /// The engine failed, in words.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn engine(words: &str) -> Self {
        Self::Engine(words.into())
    }

    /// There is no `what` with this id.
    #[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
    pub(crate) fn missing(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Missing {
            what,
            id: id.to_string(),
        }
    }
}

#[cfg(feature = "sqlite")]
impl From<rusqlite::Error> for StoreFault {
    fn from(fault: rusqlite::Error) -> Self {
        Self::Engine(Box::new(fault))
    }
}
