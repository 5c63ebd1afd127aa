//! The pages: what riders see, and what a driver touches. Each is whole in itself: no network.

/// The screen, for a kiosk browser: green or red, what happened and what to do.
pub(super) const SCREEN: &str = include_str!("screen.html");

/// The driver's desk: signing on to a line, taking the last accept back.
pub(super) const DRIVER: &str = include_str!("driver.html");
