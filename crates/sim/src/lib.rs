//! A city in one thread from one seed: riders, phones, validators, networks, a provider, workers
//! and everything that breaks, against the product's own code.
//!
//! A seed gives a plan, a plan is applied to a world step by step, and checkers look at the world
//! after each day and once more after everything has healed. Codec, validator, device, fare,
//! ledger, pay, account, store and office are the real ones; only the edges are played: clock,
//! disk, network, provider, entropy. The same seed gives the same bytes, every time. This crate
//! never reads a clock, opens no socket, and draws no randomness but from the seed.

mod city;
mod profile;
mod seed;
mod site;

mod plan;
mod traffic;

mod world;

mod model;

mod check;

mod run;

mod shrink;

mod soak;

mod report;

pub use check::Failure;
pub use city::{City, CityFault};
pub use ridecode_fare_oracle::feed;

pub use profile::{Profile, UnknownProfile};
pub use report::{Day, Report};
pub use run::{Broken, Engine, Settings, Stopped, simulate};
pub use soak::{Soak, Soaked};
pub use traffic::{Traffic, Trip};
