//! The one integration binary: actors drive the program as its users would.

mod code;
mod sandbox;
mod tidy;
