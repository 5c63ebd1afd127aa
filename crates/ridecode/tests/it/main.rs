//! The one integration binary: actors drive the program as its users would.

mod sandbox;
mod tidy;
