//! The office at work, in a small world: riders with phones, gates with journals, a payment
//! provider with moods. Time and chance are given by each test.
#![expect(clippy::unwrap_used, reason = "a test stops where its world breaks")]

mod desk;
mod gate;
mod phone;
mod provider;
mod world;

mod enrol;
mod mandate;

mod credential;

mod bundle;

mod upload;

mod attack;

mod ride;

mod repair;

mod order;

mod reprice;

mod charge;

mod day;

mod essential;

mod refund;

mod write_off;

mod adjust;

mod notice;

mod till;

mod storm;

mod close;

mod payout;

mod reconcile;

mod audit;

mod chain;
