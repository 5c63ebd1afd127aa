//! What a trip costs, and why.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use ridecode_fare::{Language, Quote, TariffBook, Trip, Way, quote as price};
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::problem::Result;
use super::wire::{MoneyView, Parameters, parse};
use crate::clock::now;
use crate::fare::TimeOfDay;
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
    /// The time of day it begins; noon unless told.
    #[param(example = "08:30")]
    at: Option<String>,
    /// The rider category as the issuer numbers it; 0, an ordinary rider, unless told.
    #[param(value_type = Option<u8>, example = 0)]
    category: Option<String>,
    /// Only this network, by its GTFS `network_id`.
    #[param(example = "guangfo-metro")]
    network: Option<String>,
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
    /// Meters of the shortest path; null where fares go by zones.
    length_m: Option<u32>,
    /// The stops on it, both ends included, as GTFS `stop_id`.
    stops: Vec<String>,
    /// The lines on it, in order.
    lines: Vec<String>,
    /// The rules used, in the order they applied; in the language of Accept-Language.
    explanation: Vec<String>,
    /// The table used.
    tariff: TariffView,
    /// Other ways: with fewer changes, or with fares of their own. At most three.
    others: Vec<WayView>,
    /// What it costs soon after another ride.
    after: Vec<AfterView>,
}

/// Another way.
#[derive(Serialize, ToSchema)]
pub(super) struct WayView {
    /// What it costs.
    fare: MoneyView,
    /// The name of the rule that prices it.
    rule: String,
    /// Its meters; null where fares go by zones.
    length_m: Option<u32>,
    /// The lines on it, in order.
    lines: Vec<String>,
}

/// A discount for the ride before.
#[derive(Serialize, ToSchema)]
pub(super) struct AfterView {
    /// Modes of that ride, any of them.
    modes: Vec<&'static str>,
    /// At most so many seconds between the two.
    within_s: u32,
    /// What remains to be paid.
    fare: MoneyView,
    /// The same as a sentence, in the language of Accept-Language.
    text: String,
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
        network: asked.network.as_deref(),
        ..Trip::new(&asked.city, [&asked.from, &asked.to], day)
    };
    let trip = Trip {
        second: match &asked.at {
            Some(text) => parse::<TimeOfDay>("at", text)?.0,
            None => trip.second,
        },
        category: match &asked.category {
            Some(text) => parse("category", text)?,
            None => trip.category,
        },
        ..trip
    };
    let quote = price(&app.office.book, &trip)?;
    Ok(Json(view(&quote, &app.office.book, language(&headers))))
}

fn view(quote: &Quote, book: &TariffBook, language: Language) -> QuoteView {
    let text = quote.explanation.text(language);
    let path = quote.way.path.as_ref();
    QuoteView {
        fare: quote.way.fare.into(),
        from: quote.from.names.in_language(language).to_string(),
        to: quote.to.names.in_language(language).to_string(),
        rule: quote.way.rule.to_string(),
        length_m: path.map(|path| path.length_m),
        stops: path.map_or_else(Vec::new, |path| {
            path.stops.iter().map(ToString::to_string).collect()
        }),
        lines: lines(&quote.way, book, language),
        explanation: text.lines().map(str::to_owned).collect(),
        tariff: TariffView::of(&quote.explanation.tariff),
        others: quote
            .others
            .iter()
            .map(|way| WayView {
                fare: way.fare.into(),
                rule: way.rule.to_string(),
                length_m: way.path.as_ref().map(|path| path.length_m),
                lines: lines(way, book, language),
            })
            .collect(),
        after: quote
            .after
            .iter()
            .map(|after| AfterView {
                modes: after.modes.iter().map(|mode| mode.word()).collect(),
                within_s: after.within_s,
                fare: after.fare.into(),
                text: after.text(language),
            })
            .collect(),
    }
}

/// The lines of a way as riders know them.
fn lines(way: &Way, book: &TariffBook, language: Language) -> Vec<String> {
    let parts = way.path.iter().flat_map(|path| &path.parts);
    let lines = parts.filter_map(|part| book.find_line(&part.line));
    lines
        .map(|line| line.names.in_language(language).to_string())
        .collect()
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
