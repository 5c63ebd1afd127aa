//! Reading `[[leg_transfer]]`.

use alloc::vec::Vec;

use ridecode_words::Text;

use super::super::fields::{Field, Fields};
use super::super::{
    LegTransfer, MeasuredFrom, Price, Rule, Tariff, TariffFault, TransferLimit, TransferPays,
};
use super::amount;
use super::audience::tables;
use crate::book::JOURNEY_S_MAX;

/// Reads every `[[leg_transfer]]`; fares of the rules name the groups.
pub(super) fn leg_transfers(
    fields: &Fields<'_>,
    rules: &[Rule],
) -> Result<Vec<LegTransfer>, TariffFault> {
    let mut transfers: Vec<LegTransfer> = Vec::new();
    let expected = "a list of [[leg_transfer]] tables";
    for (field, table) in tables(fields, "leg_transfer", expected)? {
        let read = LegTransfer {
            name: table
                .need("name", "give the transfer a name")?
                .short_text()?,
            from: groups(&table.need("from", GROUPS)?, rules)?,
            to: groups(&table.need("to", GROUPS)?, rules)?,
            count: table
                .find("count")
                .map(|count| count.number(1..=1_000, "how many rides in a row"))
                .transpose()?,
            limit: limit(&table)?,
            pays: pays(&table)?,
        };
        table.refuse_others()?;
        if transfers.iter().any(|transfer| transfer.name == read.name) {
            let what = "named differently: there is a leg transfer of this name already";
            return Err(field.fault(what));
        }
        transfers.push(read);
    }
    Ok(transfers)
}

fn groups(field: &Field<'_>, rules: &[Rule]) -> Result<Vec<Text>, TariffFault> {
    let members = field.list(GROUPS)?;
    if members.is_empty() {
        return Err(field.fault(GROUPS));
    }
    let is_known = |group: &Text| {
        rules.iter().any(|rule| match rule.price() {
            Price::Zones(zones) => zones.groups().contains(group),
            Price::Flat(_) | Price::Ladder(_) => false,
        })
    };
    let group = |member: &Field<'_>| {
        let group = member.short_text()?;
        is_known(&group)
            .then_some(group)
            .ok_or_else(|| member.fault(GROUPS))
    };
    members.iter().map(group).collect()
}

fn limit(fields: &Fields<'_>) -> Result<Option<TransferLimit>, TariffFault> {
    let (within, measured) = (fields.find("within_s"), fields.find("measured"));
    let (within, measured) = match (within, measured) {
        (Some(within), Some(measured)) => (within, measured),
        (None, None) => return Ok(None),
        (Some(_), None) | (None, Some(_)) => {
            let what = "write both `within_s` (seconds) and `measured`, or neither of them";
            return Err(fields.fault(what));
        }
    };
    let (from, to) = match measured.short_text()?.as_str() {
        "start_to_start" => (MeasuredFrom::Start, MeasuredFrom::Start),
        "start_to_end" => (MeasuredFrom::Start, MeasuredFrom::End),
        "end_to_start" => (MeasuredFrom::End, MeasuredFrom::Start),
        "end_to_end" => (MeasuredFrom::End, MeasuredFrom::End),
        _ => {
            let expected = "\"start_to_start\", \"start_to_end\", \"end_to_start\" or \
                            \"end_to_end\": of the first ride, to the later one";
            return Err(measured.fault(expected));
        }
    };
    Ok(Some(TransferLimit {
        within_s: within.number(1..=JOURNEY_S_MAX, "seconds allowed")?,
        from,
        to,
    }))
}

fn pays(fields: &Fields<'_>) -> Result<TransferPays, TariffFault> {
    let kinds = ["costs", "adds", "together"].map(|kind| fields.find(kind));
    match kinds {
        [Some(costs), None, None] => amount(&costs).map(TransferPays::InPlace),
        [None, Some(adds), None] => adds
            .number(
                -Tariff::AMOUNT_MAX..=Tariff::AMOUNT_MAX,
                "minor units, negative ones too",
            )
            .map(TransferPays::OnTop),
        [None, None, Some(together)] => amount(&together).map(TransferPays::Together),
        _ => Err(fields.fault(
            "a leg transfer has one price: write `costs = 50` (in place of the later ride's), \
             `adds = -100` (on top of it) or `together = 500` (minor units)",
        )),
    }
}

const GROUPS: &str = "a list of groups that fares between zones of this tariff name";
