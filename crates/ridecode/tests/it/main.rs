//! The one integration binary: actors drive the program as its users would.

mod world;

mod server;
mod simulate;

mod program;

mod roles;

mod repeats;

mod enrol;

mod closing;
mod essential;

mod code;

mod validators;

mod segments;

mod device;
mod unit;

mod killed;

mod adjustments;
mod bills;
mod books;
mod live;
mod refunds;
mod repairs;
mod rides;

mod payouts;

mod reconcile;

mod sandbox;
mod staff;
mod stand_ins;

mod audits;
mod bench;
mod callbacks;
mod load;

mod demo;
mod stories;
mod tidy;
