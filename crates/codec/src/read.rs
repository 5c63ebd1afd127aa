//! The door: bytes from a scanner become a [`Scan`], or a reason why not.
//!
//! Length first, then the family by its first bytes, then that scheme's own strict parser. No
//! signature is looked at here, and nothing is repaired.

use alloc::borrow::ToOwned as _;

use crate::compact;
use crate::mot;
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
    /// A compact code of profile 4 or 5, which carry no phone signature anyone could check.
    CompactReserved,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 12] = [
        Self::Tencent,
        Self::Alipay,
        Self::CardCompany,
        Self::UnifiedPlatform,
        Self::UnionPay,
        Self::ShanghaiSuishen,
        Self::ShanghaiShentong,
        Self::ShanghaiMetro,
        Self::MotTwoLevel,
        Self::Dosipas,
        Self::HealthCertificate,
        Self::CompactReserved,
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tencent => "tencent",
            Self::Alipay => "alipay",
            Self::CardCompany => "card_company",
            Self::UnifiedPlatform => "unified_platform",
            Self::UnionPay => "union_pay",
            Self::ShanghaiSuishen => "shanghai_suishen",
            Self::ShanghaiShentong => "shanghai_shentong",
            Self::ShanghaiMetro => "shanghai_metro",
            Self::MotTwoLevel => "mot_two_level",
            Self::Dosipas => "dosipas",
            Self::HealthCertificate => "health_certificate",
            Self::CompactReserved => "compact_reserved",
        }
    }
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

impl Unreadable {
    /// The word for every reason.
    pub const WORDS: [&'static str; 7] = [
        "empty",
        "too_long",
        "unknown_kind",
        "not_base45",
        "wrong_length",
        "malformed",
        "altered_by_text_conversion",
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        let position = match self {
            Self::Empty => 0,
            Self::TooLong => 1,
            Self::UnknownKind => 2,
            Self::NotBase45 => 3,
            Self::WrongLength => 4,
            Self::Malformed(_) => 5,
            Self::AlteredByTextConversion => 6,
        };
        Self::WORDS[position]
    }
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
pub fn read(input: &[u8]) -> Result<Scan, ReadFault> {
    if input.is_empty() {
        return Err(ReadFault::Unreadable(Unreadable::Empty));
    }
    if input.len() > INPUT_LENGTH_MAX {
        return Err(ReadFault::Unreadable(Unreadable::TooLong));
    }
    let text = without_line_end(input);
    if text.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return read_text(text);
    }
    if is_converted_text(input) {
        return Err(ReadFault::Unreadable(Unreadable::AlteredByTextConversion));
    }
    read_binary(input)
}

/// The families that are text. A text of a length that only binary families have is of no known
/// kind.
fn read_text(text: &[u8]) -> Result<Scan, ReadFault> {
    let family = if text.is_empty() {
        return Err(ReadFault::Unreadable(Unreadable::Empty));
    } else if text.starts_with(b"R1:") {
        return compact::read_text(text);
    } else if text.starts_with(b"HC1:") {
        Family::HealthCertificate
    } else if text.starts_with(b"https://s.sh.gov.cn/") && text.ends_with(b"##") {
        Family::ShanghaiSuishen
    } else if text.starts_with(b"SHSTMETRO") {
        Family::ShanghaiShentong
    } else if text.starts_with(b"TX") {
        Family::Tencent
    } else if text.starts_with(b"62")
        && text.len() < UNION_PAY_LENGTH_END
        && text.iter().all(u8::is_ascii_digit)
    {
        Family::UnionPay
    } else {
        return Err(ReadFault::Unreadable(Unreadable::UnknownKind));
    };
    Err(ReadFault::Unsupported(family))
}

/// The binary families. Prefixes that cannot be anything else come before mere lengths.
fn read_binary(input: &[u8]) -> Result<Scan, ReadFault> {
    let family = match input {
        // array(4), then a byte string with a one-byte length.
        [0x84, 0x58, ..] => return compact::read_bytes(input.to_owned()),
        // The header's text "U1" or "U2" behind its first bit, in seven-bit characters.
        [0x81 | 0x01, 0x55, 0x63 | 0x65, ..] => Family::Dosipas,
        _ if looks_like_mot(input) => return read_mot(input),
        _ if input.len() == SHANGHAI_METRO_V1_LENGTH => Family::ShanghaiMetro,
        _ if input.starts_with(b"SHSTMETRO") => Family::ShanghaiShentong,
        [0x02, ..] => Family::Alipay,
        [0x54, ..] => Family::CardCompany,
        [0x55, ..] => Family::UnifiedPlatform,
        [0x80..=0xff, ..] if input.len() >= MOT_LENGTH_MIN => return read_mot(input),
        [0x80..=0xff | 0x40, ..] if input.len() == MOT_TWO_LEVEL_LENGTH => Family::MotTwoLevel,
        _ if input.len() == SHANGHAI_METRO_V2_LENGTH => Family::ShanghaiMetro,
        _ => return Err(ReadFault::Unreadable(Unreadable::UnknownKind)),
    };
    Err(ReadFault::Unsupported(family))
}

fn read_mot(input: &[u8]) -> Result<Scan, ReadFault> {
    mot::read(input.to_owned()).map_err(ReadFault::Unreadable)
}

/// Whether the head of a `mot` code stands here, so that one cut off at a length some other family
/// has is still called cut off.
fn looks_like_mot(input: &[u8]) -> bool {
    matches!(input, [0x80..=0xff, 0x01, 0x49..=0x69, 0x24, ..])
}

/// Text codes often come with the line end of a keyboard-wedge scanner.
fn without_line_end(input: &[u8]) -> &[u8] {
    let length = input
        .iter()
        .rposition(|byte| !matches!(byte, b'\r' | b'\n'))
        .map_or(0, |last| last + 1);
    &input[..length]
}

/// Whether bytes are what becomes of a binary code when a driver takes it for text: UTF-8 that
/// starts beyond ASCII and holds replacement characters (EF BF BD), characters of Latin-1's upper
/// half (C2 or C3 and one byte), or control characters. A `mot` code never is UTF-8 itself: its
/// length field would have to continue a character.
fn is_converted_text(input: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(input) else {
        return false;
    };
    text.chars().next().is_some_and(|first| !first.is_ascii())
        && text.chars().any(|character| {
            matches!(character, '\u{fffd}' | '\u{80}'..='\u{ff}') || character.is_control()
        })
}

const UNION_PAY_LENGTH_END: usize = 50;
const SHANGHAI_METRO_V1_LENGTH: usize = 84;
const SHANGHAI_METRO_V2_LENGTH: usize = 128;
const MOT_LENGTH_MIN: usize = 332;
const MOT_TWO_LEVEL_LENGTH: usize = 226;
