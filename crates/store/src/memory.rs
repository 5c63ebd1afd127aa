//! The memory engine: maps behind one lock.

/// Everything, in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {}
