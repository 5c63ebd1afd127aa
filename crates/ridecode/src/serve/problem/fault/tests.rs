//! Every fault of the office has its kind of problem, and ours leave without their words.

use axum::response::IntoResponse as _;
use ridecode_account::{MandateFault, RevokeReason};
use ridecode_codec::compact::CannotGrant;
use ridecode_ledger::ClearFault;
use ridecode_words::{BrandId, OperatorId, ServiceDay, UnixSeconds};

use super::*;

fn check(fault: impl Into<Problem>, expected: &str) {
    let problem = fault.into();
    assert_eq!(problem.kind.name(), expected);
    let document = problem.document();
    assert_eq!(document["type"], format!("/problems/{expected}"));
    assert!(
        document["detail"]
            .as_str()
            .is_some_and(|said| !said.is_empty())
    );
    let response = problem.into_response();
    assert_eq!(document["status"], response.status().as_u16());
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
}

fn engine() -> StoreFault {
    StoreFault::Engine("the disk at /var/lib is full".into())
}

#[test]
fn our_faults_say_nothing_of_the_inside() {
    check(engine(), "store-failed");
    for fault in [
        StoreFault::Conflict {
            what: "charge",
            id: "1".to_owned(),
        },
        StoreFault::Missing {
            what: "device",
            id: "1".to_owned(),
        },
        StoreFault::Corrupt("a balance".to_owned()),
    ] {
        check(fault, "internal");
    }
    let shown = Problem::from(engine()).document().to_string();
    assert!(!shown.contains("/var/lib"), "{shown}");
    let retry = Problem::from(engine()).into_response();
    assert_eq!(retry.headers()["retry-after"], "1");
}

#[test]
fn enrolment_and_mandates() {
    check(EnrolFault::WrongCode { tries_left: 2 }, "wrong-code");
    check(EnrolFault::NoCodeWaiting, "no-code-waiting");
    check(EnrolFault::Store(engine()), "store-failed");
    check(MandateStepFault::ProviderSilent, "provider-silent");
    let refused = MandateStepFault::Refused {
        reason: "contract_conflict".to_owned(),
    };
    check(refused, "provider-refused");
    check(MandateStepFault::Unknown, "unknown-mandate");
    check(
        MandateStepFault::State(MandateFault::Ended),
        "mandate-state",
    );
    check(MandateStepFault::Store(engine()), "store-failed");
}

#[test]
fn credentials() {
    check(CredentialFault::UnknownBrand(BrandId(9)), "unknown-brand");
    check(CredentialFault::WrongKey("no point"), "wrong-key");
    check(CredentialFault::UnknownDevice, "unknown-device");
    check(
        CredentialFault::DeviceRevoked(RevokeReason::Lost),
        "device-revoked",
    );
    check(CredentialFault::NoMandate, "no-mandate");
    check(
        CredentialFault::Blocked {
            amount_minor: 200,
            rides: 1,
            since: UnixSeconds(0),
        },
        "blocked",
    );
    check(CredentialFault::Closed, "account-closed");
    check(CredentialFault::NoRideHome("not blocked"), "no-ride-home");
    check(CredentialFault::RideHomeGone("used"), "ride-home-gone");
    check(
        CredentialFault::Settings(CannotGrant("lifetime")),
        "internal",
    );
    check(CredentialFault::Store(engine()), "store-failed");
}

#[test]
fn uploads() {
    check(UploadFault::UnknownValidator, "unknown-validator");
    check(SegmentFault::TooLong, "too-large");
    check(SegmentFault::Malformed, "segment-malformed");
    check(SegmentFault::BadSignature, "segment-signature");
    check(SegmentFault::EntryCount, "segment-entry-count");
    let hole = SegmentFault::Hole {
        expected: 2,
        found: 3,
    };
    check(UploadFault::Segment(hole), "segment-hole");
    check(SegmentFault::WrongHash(2), "segment-hash");
    check(SegmentConflict::OtherContent(1), "segment-conflict");
    let broken = SegmentConflict::BrokenChain(1);
    check(UploadFault::Conflict(broken), "segment-conflict");
    check(UploadFault::Store(engine()), "store-failed");
}

#[test]
fn fares_callbacks_and_days() {
    let text = String::new;
    check(
        QuoteFault::UnknownCity {
            city: text(),
            known: text(),
        },
        "unknown-city",
    );
    check(
        QuoteFault::NotInForce {
            city: text(),
            day: ServiceDay(0),
            in_force: text(),
        },
        "not-in-force",
    );
    check(
        QuoteFault::UnknownNetwork {
            city: text(),
            network: text(),
            known: text(),
        },
        "invalid-field",
    );
    check(
        QuoteFault::UnknownStop {
            name: text(),
            suggestions: Vec::new(),
        },
        "unknown-stop",
    );
    check(
        QuoteFault::NoPath {
            from: text(),
            to: text(),
        },
        "no-path",
    );
    check(CallbackFault::MissingHeader("x"), "callback-refused");
    check(CallbackFault::BadSignature, "callback-refused");
    check(CallbackFault::Stale, "callback-refused");
    check(CallbackFault::Malformed("x"), "callback-malformed");
    check(CloseFault::Clear(ClearFault::TooLarge), "internal");
    check(CloseFault::Busy(OperatorId(1)), "busy");
    check(CloseFault::Store(engine()), "store-failed");
}
