//! Runs of small worlds.

mod seeds;
mod tables;
