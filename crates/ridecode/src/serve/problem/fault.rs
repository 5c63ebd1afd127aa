//! From the faults of the office to problems. Their faults keep their words; ours are logged here,
//! once, and leave without any.

use ridecode_fare::QuoteFault;
use ridecode_office::adjust::AdjustFault;
use ridecode_office::close::CloseFault;
use ridecode_office::closing::CloseAccountFault;
use ridecode_office::credential::CredentialFault;
use ridecode_office::enrol::EnrolFault;
use ridecode_office::mandate::MandateStepFault;
use ridecode_office::payout::PayoutFault;
use ridecode_office::reconcile::BillFault;
use ridecode_office::repair::RepairFault;
use ridecode_office::upload::UploadFault;
use ridecode_pay::CallbackFault;
use ridecode_store::{BillRefused, PayoutRefused, SegmentConflict, StoreFault};
use ridecode_validator::segment::SegmentFault;

use super::{Kind, Problem};

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        match fault {
            StoreFault::Engine(_) => {
                tracing::error!(error = %chain(&fault), "the database failed");
                Self::new(
                    Kind::StoreFailed,
                    "the database failed and nothing was changed; send it again",
                )
            }
            StoreFault::Conflict { .. } | StoreFault::Missing { .. } | StoreFault::Corrupt(_) => {
                tracing::error!(error = %chain(&fault), "a step contradicts the database");
                Self::internal()
            }
        }
    }
}

impl Problem {
    /// Our fault, without any of its words.
    pub(in crate::serve) fn internal() -> Self {
        Self::new(
            Kind::Internal,
            "something is wrong on our side; report it with the x-request-id of this reply",
        )
    }
}

impl From<EnrolFault> for Problem {
    fn from(fault: EnrolFault) -> Self {
        let detail = fault.to_string();
        match fault {
            EnrolFault::WrongCode { tries_left } => Self::new(Kind::WrongCode, detail)
                .at("code")
                .with("tries_left", tries_left),
            EnrolFault::NoCodeWaiting => Self::new(Kind::NoCodeWaiting, detail).at("code"),
            EnrolFault::Store(fault) => fault.into(),
        }
    }
}

impl From<AdjustFault> for Problem {
    fn from(fault: AdjustFault) -> Self {
        let detail = fault.to_string();
        match fault {
            AdjustFault::UnknownRide(_) => Self::new(Kind::UnknownRide, detail).at("journey"),
            AdjustFault::TooMuch { .. } => Self::field("amount_minor", detail),
            AdjustFault::NoRide => Self::new(Kind::UnknownRide, detail),
            AdjustFault::TooManyRides => Self::field("until", detail),
            AdjustFault::Unknown(_) | AdjustFault::NothingGiven(_) => {
                Self::new(Kind::UnknownAdjustment, detail)
            }
            AdjustFault::Store(fault) => fault.into(),
        }
    }
}

impl From<MandateStepFault> for Problem {
    fn from(fault: MandateStepFault) -> Self {
        let detail = fault.to_string();
        match fault {
            MandateStepFault::ProviderSilent => Self::new(Kind::ProviderSilent, detail),
            MandateStepFault::Refused { .. } => Self::new(Kind::ProviderRefused, detail),
            MandateStepFault::Unknown => Self::new(Kind::UnknownMandate, detail),
            MandateStepFault::State(_) => Self::new(Kind::MandateState, detail),
            MandateStepFault::Store(fault) => fault.into(),
        }
    }
}

impl From<CloseAccountFault> for Problem {
    fn from(fault: CloseAccountFault) -> Self {
        let detail = fault.to_string();
        match fault {
            CloseAccountFault::InTheWay(fault) => {
                Self::new(Kind::CannotClose, detail).with("because", fault.word())
            }
            CloseAccountFault::Busy => Self::new(Kind::Busy, detail),
            CloseAccountFault::Mandate(fault) => fault.into(),
            CloseAccountFault::Store(fault) => fault.into(),
        }
    }
}

impl From<CredentialFault> for Problem {
    fn from(fault: CredentialFault) -> Self {
        let detail = fault.to_string();
        match fault {
            CredentialFault::UnknownBrand(_) => Self::new(Kind::UnknownBrand, detail).at("brand"),
            CredentialFault::WrongKey(_) => Self::new(Kind::WrongKey, detail).at("public_key"),
            CredentialFault::UnknownDevice => Self::new(Kind::UnknownDevice, detail),
            CredentialFault::DeviceRevoked(_) => Self::new(Kind::DeviceRevoked, detail),
            CredentialFault::NoMandate => Self::new(Kind::NoMandate, detail),
            CredentialFault::Blocked {
                amount_minor,
                rides,
                since,
            } => Self::new(Kind::Blocked, detail)
                .with("amount_minor", amount_minor)
                .with("rides", rides)
                .with("since", since.to_string()),
            CredentialFault::Closed => Self::new(Kind::AccountClosed, detail),
            CredentialFault::NoRideHome(_) => Self::new(Kind::NoRideHome, detail),
            CredentialFault::RideHomeGone(_) => Self::new(Kind::RideHomeGone, detail),
            CredentialFault::Settings(_) => {
                tracing::error!(error = detail, "the brands file does not fit the scheme");
                Self::internal()
            }
            CredentialFault::Store(fault) => fault.into(),
        }
    }
}

impl From<RepairFault> for Problem {
    fn from(fault: RepairFault) -> Self {
        let detail = fault.to_string();
        match fault {
            RepairFault::Unknown(_) => Self::new(Kind::UnknownTap, detail),
            RepairFault::NothingMissing
            | RepairFault::SaidBefore
            | RepairFault::TooLate
            | RepairFault::Moved
            | RepairFault::TooMany => Self::new(Kind::RepairState, detail),
            RepairFault::Time => Self::field("time", detail),
            RepairFault::Stop => Self::field("stop", detail),
            RepairFault::Supplied => Self::field("mend", detail),
            RepairFault::Store(fault) => fault.into(),
        }
    }
}

impl From<UploadFault> for Problem {
    fn from(fault: UploadFault) -> Self {
        match fault {
            UploadFault::UnknownValidator => Self::new(
                Kind::UnknownValidator,
                "this validator is not registered; register it with a one-time code",
            ),
            UploadFault::Retired(_) => Self::new(Kind::ValidatorRetired, fault.to_string()),
            UploadFault::Segment(fault) => fault.into(),
            UploadFault::Conflict(fault) => fault.into(),
            UploadFault::Store(fault) => fault.into(),
        }
    }
}

impl From<SegmentFault> for Problem {
    fn from(fault: SegmentFault) -> Self {
        let detail = fault.to_string();
        match fault {
            SegmentFault::TooLong => Self::new(Kind::TooLarge, detail),
            SegmentFault::Malformed => Self::new(Kind::SegmentMalformed, detail),
            SegmentFault::BadSignature => Self::new(Kind::SegmentSignature, detail),
            SegmentFault::EntryCount => Self::new(Kind::SegmentEntryCount, detail),
            SegmentFault::Hole { expected, found } => Self::new(Kind::SegmentHole, detail)
                .with("expected", expected)
                .with("found", found),
            SegmentFault::WrongHash(sequence) => {
                Self::new(Kind::SegmentHash, detail).with("sequence", sequence)
            }
        }
    }
}

impl From<SegmentConflict> for Problem {
    fn from(fault: SegmentConflict) -> Self {
        let detail = fault.to_string();
        match fault {
            SegmentConflict::OtherContent(sequence) | SegmentConflict::BrokenChain(sequence) => {
                Self::new(Kind::SegmentConflict, detail).with("sequence", sequence)
            }
        }
    }
}

impl From<PayoutFault> for Problem {
    fn from(fault: PayoutFault) -> Self {
        let detail = fault.to_string();
        match fault {
            PayoutFault::Refused(PayoutRefused::Unknown(_)) => {
                Self::new(Kind::UnknownPayout, detail)
            }
            PayoutFault::Refused(PayoutRefused::NoSuchLine(..)) => {
                Self::new(Kind::UnknownPayout, detail).at("line")
            }
            PayoutFault::Refused(
                PayoutRefused::Withdrawn(_)
                | PayoutRefused::SamePerson(_)
                | PayoutRefused::NotApproved(_)
                | PayoutRefused::Exported(_)
                | PayoutRefused::NotExported(_)
                | PayoutRefused::PaidOtherwise(..),
            )
            | PayoutFault::TooMany => Self::new(Kind::PayoutState, detail),
            PayoutFault::Text(_) => Self::new(Kind::InvalidField, detail).at("reference"),
            PayoutFault::Busy => Self::new(Kind::Busy, detail),
            PayoutFault::Net(_) => {
                tracing::error!(error = %chain(&fault), "statements do not net");
                Self::internal()
            }
            PayoutFault::Store(fault) => fault.into(),
        }
    }
}

impl From<BillFault> for Problem {
    fn from(fault: BillFault) -> Self {
        let detail = fault.to_string();
        match fault {
            BillFault::OtherDay { .. } | BillFault::OtherCurrency { .. } | BillFault::TooLarge => {
                Self::new(Kind::BillRefused, detail)
            }
            BillFault::Refused(BillRefused::Unknown(..)) => Self::new(Kind::UnknownBill, detail),
            BillFault::Refused(BillRefused::NoSuchDifference(_)) => {
                Self::new(Kind::UnknownBill, detail).at("place")
            }
            BillFault::Other(..)
            | BillFault::Refused(
                BillRefused::NothingToDo(_)
                | BillRefused::ResolvedBefore(_)
                | BillRefused::OtherTotal { .. }
                | BillRefused::Amounts
                | BillRefused::PaidOtherwise,
            ) => Self::new(Kind::BillState, detail),
            BillFault::Text(_) => Self::new(Kind::InvalidField, detail).at("reason"),
            BillFault::Books(_) => {
                tracing::error!(error = %chain(&fault), "our books give a charge twice");
                Self::internal()
            }
            BillFault::Store(fault) => fault.into(),
        }
    }
}

impl From<QuoteFault> for Problem {
    fn from(fault: QuoteFault) -> Self {
        let detail = fault.to_string();
        match fault {
            QuoteFault::UnknownCity { .. } => Self::new(Kind::UnknownCity, detail).at("city"),
            QuoteFault::NotInForce { .. } => Self::new(Kind::NotInForce, detail).at("day"),
            QuoteFault::UnknownNetwork { .. } => {
                Self::new(Kind::InvalidField, detail).at("network")
            }
            QuoteFault::UnknownStop { suggestions, .. } => {
                Self::new(Kind::UnknownStop, detail).with("suggestions", suggestions)
            }
            QuoteFault::NoPath { .. } => Self::new(Kind::NoPath, detail),
        }
    }
}

impl From<CallbackFault> for Problem {
    fn from(fault: CallbackFault) -> Self {
        let detail = fault.to_string();
        match fault {
            CallbackFault::MissingHeader(header) => {
                Self::new(Kind::CallbackRefused, detail).at(header)
            }
            CallbackFault::Stale | CallbackFault::UnknownKey | CallbackFault::BadSignature => {
                Self::new(Kind::CallbackRefused, detail)
            }
            CallbackFault::Malformed(_) => Self::new(Kind::CallbackMalformed, detail),
        }
    }
}

impl From<CloseFault> for Problem {
    fn from(fault: CloseFault) -> Self {
        match fault {
            CloseFault::Clear(fault) => {
                tracing::error!(error = %chain(&fault), "a day does not clear");
                Self::internal()
            }
            CloseFault::Busy(_) => Self::new(Kind::Busy, fault.to_string()),
            CloseFault::Store(fault) => fault.into(),
        }
    }
}

/// An error with its causes, in one line.
pub(in crate::serve) fn chain(fault: &dyn std::error::Error) -> String {
    let mut shown = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        shown.push_str(": ");
        shown.push_str(&cause.to_string());
        source = cause.source();
    }
    shown
}

#[cfg(test)]
mod tests;
