//! Runs of small worlds.

mod seeds;
