//! Which codes and riders were here lately. Rebuilt from the journal after a power cut.

/// Remembers used codes for as long as they could be shown again.
#[derive(Clone, Debug, Default)]
pub struct ReplayStore {}
