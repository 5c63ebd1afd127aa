//! The office at work, in a small world: riders with phones, gates with journals, a payment
//! provider with moods. Time and chance are given by each test.

mod gate;
mod phone;
mod provider;
mod world;

mod charge;
mod order;
mod ride;
