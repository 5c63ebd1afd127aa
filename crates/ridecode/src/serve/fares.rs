//! What a trip costs, and why.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use ridecode_fare::{Language, Trip, quote as price};
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::Result;
use super::wire::{MoneyView, Parameters, parse};
use crate::clock::now;
use crate::work::service_day;

/// A trip.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TripAsked {
    /// The city's key.
    #[param(example = "guangzhou")]
    city: String,
    /// A stop, by name or GTFS `stop_id`.
    #[param(example = "西塱")]
    from: String,
    /// A stop, by name or GTFS `stop_id`.
    #[param(example = "广州东站")]
    to: String,
    /// The service day of the trip; today unless told.
    #[param(example = "2026-11-21")]
    day: Option<String>,
}

/// A price.
#[derive(Serialize, ToSchema)]
pub(super) struct QuoteView {
    /// The fare.
    fare: MoneyView,
    /// The stop it begins at, as riders know it.
    from: String,
    /// The stop it ends at.
    to: String,
    /// The name of the rule that priced it.
    rule: String,
    /// Metres of the shortest path.
    length_m: u32,
    /// The stops on it, both ends included, as GTFS `stop_id`.
    stops: Vec<String>,
    /// The rules used, in the order they applied; in the language of Accept-Language.
    explanation: Vec<String>,
    /// The table used.
    tariff: TariffView,
}

/// A tariff table.
#[derive(Serialize, ToSchema)]
pub(super) struct TariffView {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// SHA-256 of its text, hex.
    sha256: String,
}

impl TariffView {
    /// The view of a table.
    pub(super) fn of(tariff: &ridecode_fare::TariffRef) -> Self {
        Self {
            name: tariff.name.to_string(),
            version: tariff.version.to_string(),
            sha256: hex::encode(tariff.hash),
        }
    }
}

/// What a trip between two stops costs an ordinary rider.
#[utoipa::path(get, path = "/v1/fares/quote", tag = "fares", params(TripAsked),
    responses((status = 200, body = QuoteView)))]
pub(super) async fn quote(
    State(app): State<App>,
    headers: HeaderMap,
    Parameters(asked): Parameters<TripAsked>,
) -> Result<Json<QuoteView>> {
    let day: ServiceDay = match &asked.day {
        Some(text) => parse("day", text)?,
        None => service_day(now(), &app.zone),
    };
    let trip = Trip {
        city: &asked.city,
        from: &asked.from,
        to: &asked.to,
        day,
    };
    let quote = price(&app.office.book, &trip)?;
    let language = language(&headers);
    let text = quote.explanation.text(language);
    Ok(Json(QuoteView {
        fare: quote.fare.into(),
        from: quote.from.names.in_language(language).to_string(),
        to: quote.to.names.in_language(language).to_string(),
        rule: quote.rule.to_string(),
        length_m: quote.path.length_m,
        stops: quote.path.stops.iter().map(ToString::to_string).collect(),
        explanation: text.lines().map(str::to_owned).collect(),
        tariff: TariffView::of(&quote.explanation.tariff),
    }))
}

/// The first language of Accept-Language that fares are explained in; English if there is none.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let accepted = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accepted
        .split(',')
        .filter_map(|range| range.split(';').next())
        .find_map(|tag| Language::find(tag.trim()))
        .unwrap_or(Language::English)
}
