//! A rider's rides, with the truth as far as it is known.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_fare::{Fare, Language, Names, Tap};
use ridecode_office::rides::{self, Ride, RideState};
use ridecode_store::ChargeState;
use ridecode_words::{JourneyId, RiderId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::SignedRider;
use super::fares::{TariffView, language};
use super::problem::{Problem, Result};
use super::wire::{MoneyView, Parameters, parse};
use crate::clock::now;

/// Which rides.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Only rides after this one in the list: the `next` of the page before.
    after: Option<String>,
    /// How many, 1 to 100; 50 unless told.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Some rides, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct RidesView {
    /// The rides.
    rides: Vec<RideView>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// One ride.
#[derive(Serialize, ToSchema)]
pub(super) struct RideView {
    /// The journey's id.
    journey: String,
    /// When it began, RFC 3339.
    began: String,
    /// `uploaded`, `priced`, or the state of its charge: `planned`, `submitted`, `accepted`,
    /// `collected`, `declined`, `unknown`, or `collected_other_amount` if another amount than asked
    /// for came in.
    state: &'static str,
    /// The provider's word for why a charge was declined; of another amount, what came in.
    reason: Option<String>,
    /// The taps that are here, in time order.
    taps: Vec<TapView>,
    /// What it costs, once that is known.
    fare: Option<FareView>,
    /// The charge that `state` tells of, once there is one.
    charge: Option<RideChargeView>,
    /// Where one charge takes a day's rides: when that is made for this one, RFC 3339, as long as
    /// it is not.
    charged_from: Option<String>,
}

/// The charge of a ride.
#[derive(Serialize, ToSchema)]
pub(super) struct RideChargeView {
    /// Its id, which is the provider's order number.
    id: String,
    /// What it asks for.
    amount: MoneyView,
    /// The ids of the journeys it is for: this one alone, or those of its day.
    rides: Vec<String>,
}

/// A tap.
#[derive(Serialize, ToSchema)]
pub(super) struct TapView {
    /// When, RFC 3339.
    time: String,
    /// `single`, `in`, `out` or `void`.
    kind: &'static str,
    /// The operator's number.
    operator: u32,
    /// The operator's name.
    operator_name: String,
    /// bus, metro and so on.
    mode: &'static str,
    /// GTFS `route_id`, where known.
    line: Option<String>,
    /// The line's name in the language of Accept-Language, where known.
    line_name: Option<String>,
    /// GTFS `stop_id`, where known.
    stop: Option<String>,
    /// The stop's name in the language of Accept-Language, where known.
    stop_name: Option<String>,
}

/// A fare with its reasoning.
#[derive(Serialize, ToSchema)]
pub(super) struct FareView {
    /// What it costs.
    amount: MoneyView,
    /// How the journey ended.
    ending: &'static str,
    /// The rules used, in the order they applied; in the language of Accept-Language.
    explanation: Vec<String>,
    /// The table used.
    tariff: TariffView,
}

/// The signed-in rider's rides, newest first.
#[utoipa::path(get, path = "/v1/rides", tag = "rides", params(Page),
    responses((status = 200, body = RidesView)))]
pub(super) async fn list(
    State(app): State<App>,
    rider: SignedRider,
    headers: HeaderMap,
    Parameters(page): Parameters<Page>,
) -> Result<Json<RidesView>> {
    self::page(&app, rider.rider, (&page, language(&headers))).await
}

/// A page of a rider's rides.
pub(super) async fn page(
    app: &App,
    rider: RiderId,
    (page, language): (&Page, Language),
) -> Result<Json<RidesView>> {
    let limit = limit(page.limit.as_deref())?;
    let after: Option<JourneyId> = match &page.after {
        Some(text) => Some(parse("after", text)?),
        None => None,
    };
    let rides = rides::of(&app.office, rider, now()).await?;
    let skipped = after.map_or(0, |after| {
        let position = rides.iter().position(|ride| ride.journey == after);
        position.map_or(rides.len(), |position| position + 1)
    });
    let rest = &rides[skipped..];
    let shown = &rest[..rest.len().min(limit)];
    let last = shown.last().filter(|_| rest.len() > shown.len());
    Ok(Json(RidesView {
        rides: shown
            .iter()
            .map(|ride| ride_view(app, ride, language))
            .collect(),
        next: last.map(|ride| ride.journey.to_string()),
    }))
}

/// How many of a list, 1 to 100; 50 unless told.
pub(super) fn limit(text: Option<&str>) -> Result<usize> {
    let limit = text.map_or(Ok(50), |text| parse::<usize>("limit", text))?;
    if !(1..=100).contains(&limit) {
        return Err(Problem::field("limit", "must be 1 to 100"));
    }
    Ok(limit)
}

/// A ride as its rider sees it.
pub(super) fn ride_view(app: &App, ride: &Ride, language: Language) -> RideView {
    let (state, reason) = match &ride.state {
        RideState::Uploaded => ("uploaded", None),
        RideState::Priced => ("priced", None),
        RideState::Charged(state) => charge_words(state),
    };
    RideView {
        journey: ride.journey.to_string(),
        began: ride.began.to_string(),
        state,
        reason,
        taps: ride
            .taps
            .iter()
            .map(|tap| tap_view(app, tap, language))
            .collect(),
        fare: ride.fare.as_ref().map(|fare| fare_view(fare, language)),
        charge: ride.charge.as_ref().map(|charge| RideChargeView {
            id: charge.id.to_string(),
            amount: charge.amount.into(),
            rides: charge.rides.iter().map(ToString::to_string).collect(),
        }),
        charged_from: ride.charged_from.map(|from| from.to_string()),
    }
}

/// The word for where a charge stands, and the detail that goes with it.
pub(super) fn charge_words(state: &ChargeState) -> (&'static str, Option<String>) {
    let detail = match state {
        ChargeState::Declined { reason } => Some(reason.clone()),
        ChargeState::CollectedOther { amount, .. } => Some(amount.to_string()),
        ChargeState::Planned
        | ChargeState::Submitted
        | ChargeState::Accepted
        | ChargeState::Collected { .. }
        | ChargeState::Unknown
        | ChargeState::Superseded => None,
    };
    (state.word(), detail)
}

fn tap_view(app: &App, tap: &Tap, language: Language) -> TapView {
    let book = &app.office.book;
    let line = tap.line.as_ref().and_then(|line| book.find_line(line));
    let stop = tap.stop.as_ref().map(|stop| book.names_of(stop));
    let operator = app.office.desk.find_operator(tap.operator);
    let said = |names: &Names| names.in_language(language).to_string();
    TapView {
        time: tap.time.to_string(),
        kind: tap.kind.word(),
        operator: tap.operator.0,
        operator_name: operator.map_or_else(String::new, |operator| operator.name.to_string()),
        mode: tap.mode.word(),
        line: tap.line.as_ref().map(ToString::to_string),
        line_name: line.map(|line| said(&line.names)),
        stop: tap.stop.as_ref().map(ToString::to_string),
        stop_name: stop.as_ref().map(said),
    }
}

pub(super) fn fare_view(fare: &Fare, language: Language) -> FareView {
    let text = fare.explanation.text(language);
    FareView {
        amount: fare.amount.into(),
        ending: fare.ending.word(),
        explanation: text.lines().map(str::to_owned).collect(),
        tariff: TariffView::of(&fare.explanation.tariff),
    }
}
