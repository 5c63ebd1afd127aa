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
