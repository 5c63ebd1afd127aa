//! The sandbox provider's protocol (docs/sandbox-provider.md): JSON over HTTP, Ed25519 signatures
//! both ways.

/// Speaks to the sandbox provider.
#[derive(Clone, Debug)]
pub struct Connector {}
