//! Codes from issuing to refusing, over both signature libraries.

mod compact;
mod corpus;
mod door;
mod mot;
mod reading;
mod remembering;
#[cfg(feature = "native")]
mod signatures;
mod vectors;
mod world;
