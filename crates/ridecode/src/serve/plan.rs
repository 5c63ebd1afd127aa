//! The plan of the lines, for maps that need nobody else's tiles.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_fare::Language;
use ridecode_words::StopId;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::fares::language;
use crate::city::Track;

/// Stops and lines.
#[derive(Serialize, ToSchema)]
pub(super) struct PlanView {
    /// The stops of the lines below.
    stops: Vec<StopView>,
    /// The lines, network by network.
    lines: Vec<TrackView>,
}

/// A stop.
#[derive(Serialize, ToSchema)]
struct StopView {
    /// GTFS `stop_id`.
    stop: String,
    /// Its name in the language of Accept-Language.
    name: String,
    /// Degrees north (WGS 84) times 100 000, where its place is known.
    latitude_e5: Option<i32>,
    /// Degrees east (WGS 84) times 100 000, where its place is known.
    longitude_e5: Option<i32>,
}

/// A line.
#[derive(Serialize, ToSchema)]
struct TrackView {
    /// GTFS `network_id`.
    network: String,
    /// GTFS `route_id`.
    line: String,
    /// Its name in the language of Accept-Language.
    name: String,
    /// The operator's number.
    operator: u32,
    /// bus, metro and so on.
    mode: &'static str,
    /// Pairs of neighbors, by their places in `stops`, counted from 0.
    sections: Vec<(u32, u32)>,
}

/// The stops and lines of every network here, with their places as far as they are known.
#[utoipa::path(get, path = "/v1/plan", tag = "riders",
    responses((status = 200, body = PlanView)))]
pub(super) async fn plan(State(app): State<App>, headers: HeaderMap) -> Json<PlanView> {
    let language = language(&headers);
    let mut stops = Stops::default();
    let tracks = app.plan.tracks.iter();
    let lines = tracks
        .filter_map(|track| stops.track(&app, track, language))
        .collect();
    Json(PlanView {
        stops: stops.views,
        lines,
    })
}

/// The stops that lines call at, as they come.
#[derive(Default)]
struct Stops<'a> {
    views: Vec<StopView>,
    places: BTreeMap<&'a StopId, u32>,
}

impl<'a> Stops<'a> {
    fn track(&mut self, app: &'a App, track: &'a Track, language: Language) -> Option<TrackView> {
        let line = app.office.book.find_line(&track.line)?;
        let sections = track.sections.iter().map(|(from, to)| {
            let from = self.place(app, from, language);
            (from, self.place(app, to, language))
        });
        Some(TrackView {
            network: track.network.to_string(),
            line: track.line.to_string(),
            name: line.names.in_language(language).to_string(),
            operator: line.operator.0,
            mode: line.mode.word(),
            sections: sections.collect(),
        })
    }

    fn place(&mut self, app: &App, stop: &'a StopId, language: Language) -> u32 {
        if let Some(place) = self.places.get(stop) {
            return *place;
        }
        let place = u32::try_from(self.views.len()).unwrap_or(u32::MAX);
        self.places.insert(stop, place);
        let spot = app.plan.spots.get(stop);
        let names = app.office.book.names_of(stop);
        self.views.push(StopView {
            stop: stop.to_string(),
            name: names.in_language(language).to_string(),
            latitude_e5: spot.map(|spot| spot.latitude_e5),
            longitude_e5: spot.map(|spot| spot.longitude_e5),
        });
        place
    }
}
