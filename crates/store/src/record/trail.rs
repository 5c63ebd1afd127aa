//! The trail: what people did with their hands, so that others can ask why.

use ridecode_words::{DeviceId, OperatorId, RiderId, TapId, UnixSeconds, ValidatorId};

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DeedKind {
    /// A rider was looked up.
    LookedUp,
    /// A phone was blocked as lost.
    BlockedPhone,
    /// A tap was mended.
    MendedTap,
    /// A one-time code for a validator was given out.
    GaveCode,
    /// A validator was moved.
    MovedValidator,
    /// A validator was retired.
    RetiredValidator,
}

impl DeedKind {
    /// Every kind, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::LookedUp,
        Self::BlockedPhone,
        Self::MendedTap,
        Self::GaveCode,
        Self::MovedValidator,
        Self::RetiredValidator,
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::LookedUp => "looked_up",
            Self::BlockedPhone => "blocked_phone",
            Self::MendedTap => "mended_tap",
            Self::GaveCode => "gave_code",
            Self::MovedValidator => "moved_validator",
            Self::RetiredValidator => "retired_validator",
        }
    }
}

/// Something a person of staff did. Never edited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deed {
    /// When.
    pub at: UnixSeconds,
    /// Who: the name in the settings.
    pub author: String,
    /// What.
    pub kind: DeedKind,
    /// Whose account it is about; none of a look-up that found nobody.
    pub rider: Option<RiderId>,
    /// The phone it is about.
    pub device: Option<DeviceId>,
    /// The tap it is about.
    pub tap: Option<TapId>,
    /// The validator it is about.
    pub validator: Option<ValidatorId>,
    /// The operator whose staff may read it; none if it is the issuer's alone.
    pub operator: Option<OperatorId>,
    /// Why, in the author's words. Holds no phone number.
    pub reason: String,
}

/// A line of the trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrailLine {
    /// Its number, from 1, without holes.
    pub number: u64,
    /// What was done.
    pub deed: Deed,
}

/// Which lines of the trail are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TrailQuery {
    /// Only what is about this rider.
    pub rider: Option<RiderId>,
    /// Only what is about validators of this operator.
    pub operator: Option<OperatorId>,
    /// Only lines before this number.
    pub before: Option<u64>,
}
