//! Codes from issuing to refusing, over both signature libraries.

mod compact;
mod mot;
mod world;
