//! The door: bytes from a scanner become a [`Scan`], or a reason why not.

use crate::scan::Scan;

/// The longest input looked at, in bytes. Longer input is refused before any parsing.
pub const INPUT_LENGTH_MAX: usize = 900;

/// A family of codes that is known by its first bytes but not accepted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Family {
    /// Tencent 乘车码, text prefix `TX`.
    Tencent,
    /// Alipay offline code, first byte 0x02.
    Alipay,
    /// A card company's code on Alipay's structure, first byte 0x54.
    CardCompany,
    /// A unified platform code, first byte 0x55.
    UnifiedPlatform,
    /// UnionPay payment code, digits starting with 62; needs an online acquirer.
    UnionPay,
    /// Shanghai 随申码, a web address.
    ShanghaiSuishen,
    /// Shanghai 申通码, text prefix `SHSTMETRO`.
    ShanghaiShentong,
    /// Shanghai Metro大都会, 84 or 128 bytes.
    ShanghaiMetro,
    /// The two-level 226-byte relative of the `mot` code.
    MotTwoLevel,
    /// UIC DOSIPAS, header U1 or U2.
    Dosipas,
    /// A health certificate, text prefix `HC1:`.
    HealthCertificate,
}

/// Why bytes are no code at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum Unreadable {
    /// Nothing was read.
    #[error("the code is empty")]
    Empty,
    /// More than [`INPUT_LENGTH_MAX`] bytes.
    #[error("the code is longer than any ride code")]
    TooLong,
    /// Neither a text nor a first byte that any family has.
    #[error("the code is of no known kind")]
    UnknownKind,
    /// `R1:` followed by something that is not base45 (RFC 9285).
    #[error("the text after R1: is not base45")]
    NotBase45,
    /// The bytes are cut off or have something behind them.
    #[error("the code has the wrong length")]
    WrongLength,
    /// A byte stands where the scheme allows none such: {0} names the field.
    #[error("the field {0} is not laid out as the scheme says")]
    Malformed(&'static str),
    /// Bytes that went through a text conversion and cannot be recovered.
    #[error("the bytes were altered by a text conversion; the scanner must deliver raw bytes")]
    AlteredByTextConversion,
}

/// Why a read gave no scan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum ReadFault {
    /// No code.
    #[error("unreadable: {0}")]
    Unreadable(Unreadable),
    /// A code of a family that is recognised and not accepted.
    #[error("codes of the family {0:?} are recognised but not accepted here")]
    Unsupported(Family),
}

/// Reads a code as the scanner delivered it: text or raw bytes.
///
/// Line ends behind a text code are ignored. The dispatch order is that of validators in the
/// field (docs/code-schemes.md).
pub fn read(_input: &[u8]) -> Result<Scan, ReadFault> {
    todo!()
}
