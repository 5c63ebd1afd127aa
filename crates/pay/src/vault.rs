//! What a provider's protocol needs of cryptography, as traits: the connectors stay free of any
//! library and of keys.
//!
//! Both sides of RSA are the same everywhere in these protocols: RSASSA-PKCS1-v1_5 with SHA-256
//! (RFC 8017 section 8.2). `native` implements them with AWS-LC.

use alloc::sync::Arc;
use alloc::vec::Vec;

/// A merchant's RSA key and the provider's public keys.
pub trait RsaVault {
    /// The merchant's signature over a text.
    fn sign(&self, text: &[u8]) -> Vec<u8>;

    /// Whether a key of the provider's of that name is on the list.
    fn is_known(&self, key: &str) -> bool;

    /// Whether a signature over a text is by the provider's key of that name. A name that is not
    /// on the list signs nothing.
    fn is_signed(&self, key: &str, text: &[u8], signature: &[u8]) -> bool;
}

/// The keys of a protocol that also seals what it sends and names digests of files.
pub trait EnvelopeVault: RsaVault {
    /// Opens what was sealed with the shared key by AES-256-GCM; the 16 bytes of the tag stand
    /// last. `None` if nonce, associated data, key or a single bit is another.
    fn open(&self, nonce: &[u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;

    /// The SHA-1 of a file: the provider's check against a torn download, not a signature.
    fn sha1(&self, file: &[u8]) -> [u8; 20];
}

/// Keys that several connectors or threads share.
pub type SharedVault = Arc<dyn EnvelopeVault + Send + Sync>;

impl RsaVault for SharedVault {
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        (**self).sign(text)
    }

    fn is_known(&self, key: &str) -> bool {
        (**self).is_known(key)
    }

    fn is_signed(&self, key: &str, text: &[u8], signature: &[u8]) -> bool {
        (**self).is_signed(key, text, signature)
    }
}

impl EnvelopeVault for SharedVault {
    fn open(&self, nonce: &[u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        (**self).open(nonce, associated, sealed)
    }

    fn sha1(&self, file: &[u8]) -> [u8; 20] {
        (**self).sha1(file)
    }
}
