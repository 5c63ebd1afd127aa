//! Reading caps.

use alloc::vec::Vec;

use super::super::fields::Fields;
use super::super::{AccumulationKey, Cap, CapPeriod, Rule, TariffFault, WeekEdge};
use super::audience::{Known, audience, refuse_repeat, riders_names, tables};
use super::discounts::key;
use super::{amount, modes, rule_names};

/// Reads every `[[cap]]`; the rules are those it may name.
pub(super) fn caps(
    fields: &Fields<'_>,
    known: &Known,
    rules: &[Rule],
) -> Result<Vec<Cap>, TariffFault> {
    let mut caps: Vec<Cap> = Vec::new();
    for (field, table) in tables(fields, "cap", "a list of [[cap]] tables")? {
        let read = Cap {
            names: riders_names(&table, "give the cap a name")?,
            per: table
                .find("per")
                .map_or(Ok(AccumulationKey::Rider), |field| key(&field))?,
            period: period(&table)?,
            at_most: amount(&table.need("at_most", "the most that is paid, in minor units")?)?,
            rules: table
                .find("rules")
                .map_or(Ok(Vec::new()), |field| rule_names(&field, rules))?,
            modes: match table.find("modes") {
                Some(_) => modes(&table, "modes")?,
                None => Vec::new(),
            },
            audience: audience(&table, known)?,
        };
        table.refuse_others()?;
        refuse_repeat(&field, &read.names, caps.iter().map(|cap| &cap.names))?;
        caps.push(read);
    }
    Ok(caps)
}

fn period(fields: &Fields<'_>) -> Result<CapPeriod, TariffFault> {
    let expected = "\"day\", \"week\" (Monday to Sunday) or \"month\"";
    let field = fields.need("period", expected)?;
    let edge = fields.find("week_at_month_end");
    let period = match (field.str(expected)?, &edge) {
        ("week", None) => {
            return Err(fields.fault(
                "`week_at_month_end` is missing: in each part of a week that two months share, \
                 \"by_days\" (so many sevenths of the cap) or \"whole\" (the whole cap)",
            ));
        }
        ("week", Some(edge)) => {
            let expected = "\"by_days\" (so many sevenths of the cap) or \"whole\"";
            match edge.str(expected)? {
                "by_days" => CapPeriod::Week(WeekEdge::ByDays),
                "whole" => CapPeriod::Week(WeekEdge::Whole),
                _ => return Err(edge.fault(expected)),
            }
        }
        ("day", None) => CapPeriod::Day,
        ("month", None) => CapPeriod::Month,
        ("day" | "month", Some(edge)) => return Err(edge.fault("left out: it is for weeks")),
        _ => return Err(field.fault(expected)),
    };
    Ok(period)
}
