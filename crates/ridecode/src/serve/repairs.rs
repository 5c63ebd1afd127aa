//! Repairs: riders say where a missing tap was, agents mend taps.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use ridecode_fare::{Mend, RepairedBy};
use ridecode_office::repair::{self, Claim, Mending};
use ridecode_store::Evidence;
use ridecode_words::{JourneyId, RiderId, StopId, TapId, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::{SignedRider, StaffMember};
use super::fares::language;
use super::problem::{Problem, Result};
use super::rides::{FareView, fare_view};
use super::wire::{Body, Named, is_text, parse};
use crate::clock::now;

/// Where the missing tap of a ride was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimBody {
    /// GTFS `stop_id`.
    #[schema(example = "guangzhoudongzhan")]
    stop: String,
    /// RFC 3339.
    time: String,
}

/// How a tap is mended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MendingBody {
    /// Whose tap.
    rider: String,
    /// What is done.
    mend: MendWord,
    /// Of `in` and `out`: the GTFS `stop_id` of the tap that is supplied.
    stop: Option<String>,
    /// Of `in` and `out`: when that tap was, RFC 3339.
    time: Option<String>,
    /// What it rests on.
    evidence: EvidenceWord,
    /// What you have to say, up to 500 characters.
    note: String,
}

/// How a tap is mended.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MendWord {
    /// The missing way in is supplied.
    In,
    /// The missing way out is supplied.
    Out,
    /// The tap is taken back: nobody rode.
    Unridden,
    /// Staying longer than allowed costs nothing.
    Excused,
}

/// What a repair rests on.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EvidenceWord {
    /// The rider's word.
    Word,
    /// What the gate noted: voids, refusals, counts of its sensor.
    Gate,
    /// The timetable.
    Timetable,
    /// The rider's other taps.
    OtherTaps,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct RepairView {
    /// What the ride costs with the repair; none if no ride is left. A tap that arrives later may
    /// change it.
    fare: Option<FareView>,
}

/// Says where the missing tap of one of the signed-in rider's rides was: once for a ride, within 30
/// days. The ride costs no less than the cheapest one that its tap on record allows.
#[utoipa::path(post, path = "/v1/rides/{journey}/repairs", tag = "rides",
    request_body = ClaimBody,
    params(("journey" = String, Path, description = "The journey's id")),
    responses((status = 201, body = RepairView)))]
pub(super) async fn claim(
    State(app): State<App>,
    (rider, headers): (SignedRider, HeaderMap),
    Named(journey): Named<JourneyId>,
    Body(body): Body<ClaimBody>,
) -> Result<(StatusCode, Json<RepairView>)> {
    let claim = Claim {
        rider: rider.rider,
        journey,
        stop: stop(&body.stop)?,
        time: time(&body.time)?,
    };
    let fare = repair::claim(&app.office, claim, now()).await?;
    app.doorbell.ring();
    let fare = Some(fare_view(&fare, language(&headers)));
    Ok((StatusCode::CREATED, Json(RepairView { fare })))
}

/// Mends a tap of a rider's.
#[utoipa::path(post, path = "/v1/taps/{tap}/repairs", tag = "agents",
    request_body = MendingBody,
    params(("tap" = String, Path, description = "The tap's id")),
    responses((status = 201, body = RepairView)))]
pub(super) async fn mend(
    State(app): State<App>,
    (staff, headers): (StaffMember, HeaderMap),
    Named(tap): Named<TapId>,
    Body(body): Body<MendingBody>,
) -> Result<(StatusCode, Json<RepairView>)> {
    staff.of_the_issuer()?;
    let mending = read(body, tap, staff.name)?;
    let fare = repair::mend(&app.office, mending, now()).await?;
    app.doorbell.ring();
    let fare = fare.map(|fare| fare_view(&fare, language(&headers)));
    Ok((StatusCode::CREATED, Json(RepairView { fare })))
}

fn read(body: MendingBody, tap: TapId, author: String) -> Result<Mending> {
    if !is_text(&body.note, 0..=NOTE_LENGTH_MAX) {
        return Err(Problem::field("note", "has at most 500 characters"));
    }
    let supplied = match (&body.stop, &body.time) {
        (Some(at), Some(when)) => Some((stop(at)?, time(when)?)),
        (None, None) => None,
        (Some(_), None) => return Err(Problem::field("time", "goes together with stop")),
        (None, Some(_)) => return Err(Problem::field("stop", "goes together with time")),
    };
    Ok(Mending {
        rider: parse::<RiderId>("rider", &body.rider)?,
        tap,
        mend: match body.mend {
            MendWord::In => Mend::Entry(RepairedBy::Agent),
            MendWord::Out => Mend::Exit(RepairedBy::Agent),
            MendWord::Unridden => Mend::Unridden,
            MendWord::Excused => Mend::Excused,
        },
        supplied,
        author,
        evidence: match body.evidence {
            EvidenceWord::Word => Evidence::Word,
            EvidenceWord::Gate => Evidence::Gate,
            EvidenceWord::Timetable => Evidence::Timetable,
            EvidenceWord::OtherTaps => Evidence::OtherTaps,
        },
        note: body.note,
    })
}

fn stop(text: &str) -> Result<StopId> {
    StopId::new(text).map_err(|rule| Problem::field("stop", rule))
}

fn time(text: &str) -> Result<UnixSeconds> {
    let time: jiff::Timestamp = text.parse().map_err(|_| {
        Problem::field(
            "time",
            "must be RFC 3339, such as 2026-11-21T08:40:00+08:00",
        )
    })?;
    Ok(UnixSeconds(time.as_second()))
}

/// The longest note, in characters.
const NOTE_LENGTH_MAX: usize = 500;
