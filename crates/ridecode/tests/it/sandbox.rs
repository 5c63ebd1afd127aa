//! The connector against the running sandbox provider, over real HTTP: two programs that share
//! nothing but docs/sandbox-provider.md.

mod callbacks;
mod contracts;
mod forgeries;
mod orders;
mod pages;
mod refunds;
mod registration;
mod world;
