//! Rows of GTFS files, as far as fares need them (GTFS Schedule reference, revision of 2024).

use serde::Deserialize;

/// `agency.txt`.
#[derive(Deserialize)]
pub(super) struct Agency {
    pub(super) agency_id: String,
    pub(super) agency_name: String,
}

/// `stops.txt`.
#[derive(Deserialize)]
pub(super) struct Stop {
    pub(super) stop_id: String,
    pub(super) stop_name: String,
    #[serde(default)]
    pub(super) stop_lat: String,
    #[serde(default)]
    pub(super) stop_lon: String,
}

/// `routes.txt`.
#[derive(Deserialize)]
pub(super) struct Route {
    pub(super) route_id: String,
    pub(super) agency_id: String,
    pub(super) route_short_name: String,
    pub(super) route_type: u16,
}

/// `route_networks.txt`.
#[derive(Deserialize)]
pub(super) struct RouteNetwork {
    pub(super) network_id: String,
    pub(super) route_id: String,
}

/// `trips.txt`.
#[derive(Deserialize)]
pub(super) struct Trip {
    pub(super) route_id: String,
    pub(super) trip_id: String,
}

/// `stop_times.txt`, with the extra column `dist_source` (data/README.md).
#[derive(Deserialize)]
pub(super) struct StopTime {
    pub(super) trip_id: String,
    pub(super) stop_id: String,
    pub(super) stop_sequence: u32,
    /// Kilometers from the first stop.
    pub(super) shape_dist_traveled: String,
    #[serde(default)]
    pub(super) dist_source: String,
}

/// `translations.txt`.
#[derive(Deserialize)]
pub(super) struct Translation {
    pub(super) table_name: String,
    pub(super) field_name: String,
    pub(super) language: String,
    pub(super) translation: String,
    #[serde(default)]
    pub(super) record_id: String,
}
