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
