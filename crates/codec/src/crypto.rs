//! Signatures behind one small trait, so that the same verifier runs on AWS-LC or on portable
//! Rust. SM2 is always RustCrypto's (docs/decisions/0003-crypto-crates.md). Both libraries accept
//! exactly the same keys and signatures.

#[cfg(any(feature = "portable", feature = "native"))]
mod ed25519_point;
#[cfg(any(feature = "portable", feature = "native"))]
mod sm2_key;

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "portable")]
pub mod portable;

use core::fmt;

/// A signature algorithm. Which one applies is told by the issuer key list, never by the code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, RFC 9053 section 2.1.
    Es256,
    /// Ed25519, RFC 9053 section 2.2, verified strictly.
    EdDsa,
    /// SM2 with SM3, GB/T 32918.2.
    Sm2,
}

/// A public key: 33 bytes of compressed point, or 32 bytes for Ed25519 with the last byte zero.
/// Holding one does not mean the point is on its curve; [`Crypto::parse_key`] finds that out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    /// The curve and hash it is for.
    pub algorithm: Algorithm,
    /// The point.
    pub bytes: [u8; 33],
}

impl PublicKey {
    /// The compressed point, 02 or 03 ‖ X. `None` if the first byte is another.
    #[cfg(any(feature = "portable", feature = "native"))]
    fn compressed_point(&self) -> Option<&[u8; 33]> {
        matches!(self.bytes[0], 0x02 | 0x03).then_some(&self.bytes)
    }

    /// The 32 bytes of an Ed25519 point. `None` if something stands behind them, or if they are
    /// no canonical encoding or a point of small order.
    #[cfg(any(feature = "portable", feature = "native"))]
    fn ed25519_point(&self) -> Option<&[u8; 32]> {
        let (point, rest) = self.bytes.split_first_chunk::<32>()?;
        (rest == [0] && ed25519_point::is_acceptable(point)).then_some(point)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:", self.algorithm)?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A raw signature, r ‖ s or R ‖ S, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// r and s, or R and S.
    pub fn halves(&self) -> (&[u8; 32], &[u8; 32]) {
        let (first, second) = self.0.split_at(32);
        let whole = "a half has 32 bytes";
        (
            first.try_into().expect(whole),
            second.try_into().expect(whole),
        )
    }
}

/// The identity that SM2 mixes into its digest (GB/T 32918.2 section 5.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sm2Id<'a>(pub &'a [u8]);

impl Sm2Id<'static> {
    /// The default identity `1234567812345678`.
    pub const DEFAULT: Self = Self(b"1234567812345678");
}

/// Checks signatures. One implementation per crypto library.
pub trait Crypto {
    /// A key ready for checking, so that a returning rider's point is decompressed once.
    type Key: Clone;

    /// Makes a key ready. `None` if the bytes are no point of the curve. Ed25519 bytes that are
    /// no point may also be found out by [`Crypto::verify`], which is then never true.
    fn parse_key(&self, key: &PublicKey) -> Option<Self::Key>;

    /// Whether `signature` over `message` is the key's. `id` matters to SM2 only.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four things a signature check is made of"
    )]
    fn verify(&self, key: &Self::Key, id: Sm2Id<'_>, message: &[u8], signature: &Signature)
    -> bool;
}

/// Makes signatures with one key it keeps to itself.
pub trait Signer {
    /// The public half.
    fn public_key(&self) -> PublicKey;

    /// Signs `message`. `id` matters to SM2 only.
    fn sign(&self, id: Sm2Id<'_>, message: &[u8]) -> Signature;
}
