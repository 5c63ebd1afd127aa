//! Random verbs, the same for two engines.

pub mod world;
