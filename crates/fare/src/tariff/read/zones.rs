//! Reading zones and the fares between them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{StopId, Text};

use super::super::fields::Field;
use super::super::zones::PairFare;
use super::super::{TariffFault, Zones};
use super::amount;

/// Reads `zones = { stops = [[zone, [stop, ...]], ...], fares = [[from, to, minor units], ...] }`;
/// behind the minor units may stand the group of a fare.
pub(super) fn zones(field: &Field<'_>) -> Result<Zones, TariffFault> {
    let expected = "{ stops = [[zone, [stop_id, ...]], ...], fares = [[from zone, to zone, minor \
                    units], ...] }";
    let fields = field.table(expected)?;
    let stops_field = fields.need("stops", "list [zone, [stop_id, ...]]")?;
    let mut places: BTreeMap<Text, usize> = BTreeMap::new();
    let mut names: Vec<Text> = Vec::new();
    let mut zone_of = BTreeMap::new();
    for member in stops_field.list(expected)? {
        let pair = member.list(expected)?;
        let [zone, stops] = pair.as_slice() else {
            return Err(member.fault(expected));
        };
        let name = zone.short_text()?;
        if places.insert(name.clone(), names.len()).is_some() {
            return Err(zone.fault("zones of different names; this one stands twice"));
        }
        for stop in stops.list(expected)? {
            let id = StopId(stop.short_text()?);
            if zone_of.insert(id, names.len()).is_some() {
                return Err(stop.fault("zones that share no stop; this one has a zone already"));
            }
        }
        names.push(name);
    }
    let fares_field = fields.need("fares", "list [from zone, to zone, minor units]")?;
    let mut fares = BTreeMap::new();
    let mut groups: Vec<Text> = Vec::new();
    for member in fares_field.list(expected)? {
        let parts = member.list(expected)?;
        let (from, to, price, group) = match parts.as_slice() {
            [from, to, price] => (from, to, price, None),
            [from, to, price, group] => (from, to, price, Some(group)),
            _ => return Err(member.fault(expected)),
        };
        let group = group.map(|group| {
            let group = group.short_text()?;
            let known = groups.iter().position(|known| *known == group);
            Ok(known.unwrap_or_else(|| {
                groups.push(group);
                groups.len() - 1
            }))
        });
        let fare = PairFare {
            minor: amount(price)?,
            group: group.transpose()?,
        };
        let place = |zone: &Field<'_>| {
            let place = places.get(&zone.short_text()?).copied();
            place.ok_or_else(|| zone.fault("between zones listed in `stops`"))
        };
        let pair = (place(from)?, place(to)?);
        if fares.insert(pair, fare).is_some() {
            return Err(member.fault("one fare for each pair of zones; this pair stands twice"));
        }
    }
    if fares.is_empty() {
        return Err(fares_field.fault("at least one [from zone, to zone, minor units]"));
    }
    fields.refuse_others()?;
    Ok(Zones::new((names, groups), zone_of, fares))
}
