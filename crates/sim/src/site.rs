//! Sites: where the validators of a city stand.

use ridecode_validator::{Passage, Place};
use ridecode_words::{Mode, VehicleId};

use crate::city::City;
use crate::plan::Layout;

/// Where the validator at a site stands at first.
pub(crate) fn place(city: &City, layout: Layout, site: u32) -> Place {
    let gates = layout.way_in(layout.stations);

    if let Some(bus) = site.checked_sub(gates) {
        let operator = city.buses[bus as usize % city.buses.len()];
        return Place {
            vehicle: VehicleId::new(&format!("bus-{bus}")).ok(),
            fare_minor: Some(BUS_MINOR),
            ..Place::new(operator, Mode::Bus, Passage::Single)
        };
    }
    // Stations spread over the network, whatever order it has them in.
    let station = (site / 2) as usize * city.stations.len();
    let station = &city.stations[station / layout.stations as usize];
    let passage = if site.is_multiple_of(2) {
        Passage::In
    } else {
        Passage::Out
    };
    Place {
        stop: Some(station.stop.clone()),
        ..Place::new(station.operator, Mode::Metro, passage)
    }
}

/// What a bus costs in every city here, in minor units.
const BUS_MINOR: u32 = 200;
