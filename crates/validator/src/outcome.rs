//! Every answer a validator can give.

use ridecode_codec::{Family, Unreadable};

/// Why a credential is on the deny list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DenyReason {
    /// The rider owes for earlier rides.
    Overdue,
    /// The phone was reported lost, or its key was withdrawn.
    Lost,
    /// The account is closed.
    Closed,
    /// A pass programme refuses the rider.
    Programme,
}

impl DenyReason {
    /// Every reason, in the order of the bytes they have in journals and bundles.
    pub const ALL: [Self; 4] = [Self::Overdue, Self::Lost, Self::Closed, Self::Programme];

    /// The reason's byte in journals and bundles.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The reason of such a byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Lost => "lost",
            Self::Closed => "closed",
            Self::Programme => "programme",
        }
    }
}

/// The result of a decision, in order of precedence: the first rung that applies wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// The bytes are no code.
    Unreadable(Unreadable),
    /// A known family that is not accepted.
    UnsupportedScheme(Family),
    /// The issuer is not on the trust list.
    UnknownIssuer,
    /// The issuer's certificate is not valid.
    BadCertificate,
    /// The issuer's signature is wrong.
    BadIssuerSignature,
    /// The phone's signature is missing: a copied credential.
    DeviceSignatureMissing,
    /// The phone's signature is wrong.
    BadDeviceSignature,
    /// The credential does not live yet.
    NotYetValid,
    /// The credential no longer lives.
    Expired,
    /// The code was made too long ago.
    StaleTime,
    /// The code claims to be made in the future.
    FutureTime,
    /// No brand of this issuer is accepted here.
    BrandNotAccepted,
    /// The credential is on the deny list.
    Denied(DenyReason),
    /// This code was used here before: please refresh. `silent` within the first seconds.
    AlreadyUsed {
        /// Too soon to be anything but the scanner reading twice.
        silent: bool,
    },
    /// The same rider was here a moment ago with another code. Silent.
    SameRiderTooSoon,
    /// The ride may cost more than the code or the city allows.
    OverCeiling,
    /// The validator does not know what time it is.
    ClockNotTrusted,
    /// The deny list is too old for a credential of this risk class.
    ListTooOld,
    /// Let the rider through.
    Admit,
}

impl Outcome {
    /// The word for each rung in files and interfaces, from the first rung to the last.
    pub const WORDS: [&'static str; 19] = [
        "unreadable",
        "unsupported_scheme",
        "unknown_issuer",
        "bad_certificate",
        "bad_issuer_signature",
        "device_signature_missing",
        "bad_device_signature",
        "not_yet_valid",
        "expired",
        "stale_time",
        "future_time",
        "brand_not_accepted",
        "denied",
        "already_used",
        "same_rider_too_soon",
        "over_ceiling",
        "clock_not_trusted",
        "list_too_old",
        "admit",
    ];

    /// The rung's number from the top, 0 to 18: its byte in journals.
    pub fn rung(self) -> u8 {
        match self {
            Self::Unreadable(_) => 0,
            Self::UnsupportedScheme(_) => 1,
            Self::UnknownIssuer => 2,
            Self::BadCertificate => 3,
            Self::BadIssuerSignature => 4,
            Self::DeviceSignatureMissing => 5,
            Self::BadDeviceSignature => 6,
            Self::NotYetValid => 7,
            Self::Expired => 8,
            Self::StaleTime => 9,
            Self::FutureTime => 10,
            Self::BrandNotAccepted => 11,
            Self::Denied(_) => 12,
            Self::AlreadyUsed { .. } => 13,
            Self::SameRiderTooSoon => 14,
            Self::OverCeiling => 15,
            Self::ClockNotTrusted => 16,
            Self::ListTooOld => 17,
            Self::Admit => 18,
        }
    }

    /// The rung's word in files and interfaces, such as `stale_time`.
    pub fn word(self) -> &'static str {
        Self::WORDS[usize::from(self.rung())]
    }

    /// What the rung leaves open, in one word: the reason of a denial, the family of a code that is
    /// not accepted, `silent` or `refresh` for a used code. For an unreadable code the reason, and
    /// for a malformed one the name of the field.
    pub fn detail(self) -> Option<&'static str> {
        match self {
            Self::Unreadable(why) => Some(unreadable_word(why)),
            Self::UnsupportedScheme(family) => Some(family_word(family)),
            Self::Denied(reason) => Some(reason.word()),
            Self::AlreadyUsed { silent: true } => Some("silent"),
            Self::AlreadyUsed { silent: false } => Some("refresh"),
            Self::UnknownIssuer
            | Self::BadCertificate
            | Self::BadIssuerSignature
            | Self::DeviceSignatureMissing
            | Self::BadDeviceSignature
            | Self::NotYetValid
            | Self::Expired
            | Self::StaleTime
            | Self::FutureTime
            | Self::BrandNotAccepted
            | Self::SameRiderTooSoon
            | Self::OverCeiling
            | Self::ClockNotTrusted
            | Self::ListTooOld
            | Self::Admit => None,
        }
    }

    /// Whether the rider is let through.
    pub fn admits(self) -> bool {
        self == Self::Admit
    }

    /// Whether the validator says nothing: the scanner read the same showing twice.
    pub fn is_silent(self) -> bool {
        matches!(
            self,
            Self::AlreadyUsed { silent: true } | Self::SameRiderTooSoon
        )
    }
}

fn unreadable_word(why: Unreadable) -> &'static str {
    match why {
        Unreadable::Empty => "empty",
        Unreadable::TooLong => "too_long",
        Unreadable::UnknownKind => "unknown_kind",
        Unreadable::NotBase45 => "not_base45",
        Unreadable::WrongLength => "wrong_length",
        Unreadable::Malformed(field) => field,
        Unreadable::AlteredByTextConversion => "altered_by_text_conversion",
    }
}

fn family_word(family: Family) -> &'static str {
    match family {
        Family::Tencent => "tencent",
        Family::Alipay => "alipay",
        Family::CardCompany => "card_company",
        Family::UnifiedPlatform => "unified_platform",
        Family::UnionPay => "union_pay",
        Family::ShanghaiSuishen => "shanghai_suishen",
        Family::ShanghaiShentong => "shanghai_shentong",
        Family::ShanghaiMetro => "shanghai_metro",
        Family::MotTwoLevel => "mot_two_level",
        Family::Dosipas => "dosipas",
        Family::HealthCertificate => "health_certificate",
        Family::CompactReserved => "compact_reserved",
    }
}
