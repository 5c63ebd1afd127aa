//! What the edge lends to the office.

use std::future::Future;

use ridecode_pay::{HttpReply, HttpRequest};
use ridecode_words::ProviderId;

/// Carries requests to payment providers.
pub trait Carrier: Send + Sync {
    /// Sends a request. `None` if no complete reply came back in time, whatever happened there.
    fn carry(
        &self,
        provider: ProviderId,
        request: HttpRequest,
    ) -> impl Future<Output = Option<HttpReply>> + Send;
}

/// A source of randomness fit for keys.
pub trait Entropy: Send {
    /// Fills the bytes.
    fn fill(&mut self, bytes: &mut [u8]);

    /// A random number.
    fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }
}
