//! Reading a tariff file: from text to rules that cannot be wrong.

mod audience;
mod caps;
mod discounts;
mod leg_transfers;
mod zones;

use alloc::format;
use alloc::vec::Vec;

use jiff::tz::TimeZone;
use ridecode_ledger::Currency;
use ridecode_words::{LineId, Mode, OperatorId, ServiceDay, Text};
use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

use crate::book::JOURNEY_S_MAX;

use self::audience::Known;
use super::fields::{Field, Fields, line_of};
use super::{
    Ladder, MissingTapCharge, Overstay, OverstayCharge, Price, Rule, Tariff, TariffFault, TariffRef,
};

/// Reads a tariff.
pub(super) fn tariff(text: &str) -> Result<Tariff, TariffFault> {
    if text.len() > Tariff::TEXT_MAX {
        let what = format!(
            "the file is longer than {} bytes; split it",
            Tariff::TEXT_MAX
        );
        return Err(TariffFault { line: 1, what });
    }
    let document = DeTable::parse(text).map_err(|error| TariffFault {
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        what: format!("this is no TOML: {}", error.message().replace('\n', "; ")),
    })?;
    let fields = Fields::document(text, &document);
    let reference = TariffRef {
        name: fields
            .need("name", "give the tariff a name")?
            .short_text()?,
        version: fields
            .need("version", "number this version")?
            .short_text()?,
        hash: Sha256::digest(text.as_bytes()).into(),
    };
    // Nobody can check a table that does not say where it comes from.
    fields
        .need("source", "say where these rules are published")?
        .str("a text: where these rules are published")?;
    let (valid_from, valid_until) = validity(&fields)?;
    let city = fields.need("city", "write the city's key")?.short_text()?;
    let zone = zone(&fields.need("zone", "write a POSIX time zone such as \"CST-8\"")?)?;
    let currency = currency(&fields.need("currency", "write an ISO 4217 code such as \"CNY\"")?)?;
    let known = audience::known(&fields)?;
    let rules = rules(&fields, &known)?;
    let tariff = Tariff {
        reference,
        city,
        zone,
        currency,
        valid_from,
        valid_until,
        concessions: audience::concessions(&fields, &known, &rules)?,
        caps: caps::caps(&fields, &known, &rules)?,
        transfers: discounts::transfers(&fields, &rules)?,
        leg_transfers: leg_transfers::leg_transfers(&fields, &rules)?,
        rules,
        accumulation: fields
            .find("accumulation")
            .map(|field| discounts::accumulation(&field))
            .transpose()?,
        categories: known.categories,
        calendar: known.calendar,
    };
    if tariff.accumulation.is_none() && tariff.rules.iter().any(|rule| rule.accumulates) {
        return Err(fields.fault(
            "a rule accumulates, but there is no [accumulation]: add one, or remove `accumulates`",
        ));
    }
    fields.refuse_others()?;
    Ok(tariff)
}

fn validity(fields: &Fields<'_>) -> Result<(ServiceDay, Option<ServiceDay>), TariffFault> {
    let from = fields
        .need("valid_from", "write the first service day it is in force")?
        .day()?;
    let Some(until) = fields.find("valid_until") else {
        return Ok((from, None));
    };
    let last = until.day()?;
    if last < from {
        return Err(until.fault("no earlier than `valid_from`"));
    }
    Ok((from, Some(last)))
}

fn zone(field: &Field<'_>) -> Result<TimeZone, TariffFault> {
    let expected = "a POSIX time zone such as \"CST-8\" or \"CET-1CEST,M3.5.0,M10.5.0/3\"";
    TimeZone::posix(field.str(expected)?).map_err(|_| field.fault(expected))
}

fn currency(field: &Field<'_>) -> Result<Currency, TariffFault> {
    let expected = "an ISO 4217 code of three capitals such as \"CNY\"";
    <[u8; 3]>::try_from(field.str(expected)?.as_bytes())
        .ok()
        .filter(|code| code.iter().all(u8::is_ascii_uppercase))
        .map(Currency)
        .ok_or_else(|| field.fault(expected))
}

fn rules(fields: &Fields<'_>, known: &Known) -> Result<Vec<Rule>, TariffFault> {
    let expected = "a list of [[rule]] tables";
    let list = fields.need("rule", "add at least one [[rule]]")?;
    let mut rules: Vec<Rule> = Vec::new();
    for member in list.list(expected)? {
        let read = rule(&member.table(expected)?, known)?;
        if rules.iter().any(|rule| rule.name == read.name) {
            let what = format!("named differently: there is a rule {} already", read.name);
            return Err(member.fault(&what));
        }
        rules.push(read);
    }
    if rules.is_empty() {
        return Err(list.fault("at least one [[rule]]"));
    }
    Ok(rules)
}

fn rule(fields: &Fields<'_>, known: &Known) -> Result<Rule, TariffFault> {
    let price = price(fields)?;
    let tiers = fields.find("tiers");
    let tiers = tiers.map(|field| discounts::tiers(&field)).transpose()?;
    let cheapest = tiers
        .as_ref()
        .map_or(price.lowest(), |tiers| tiers.paid(price.lowest()));
    let (missing_tap_wait_s, missing_tap) = missing_tap(fields, cheapest)?;
    let rule = Rule {
        name: fields.need("name", "give the rule a name")?.short_text()?,
        operators: operators(fields)?,
        modes: modes(fields, "modes")?,
        lines: lines(fields)?,
        audience: audience::audience(fields, known)?,
        network: fields
            .find("network")
            .map(|field| field.short_text())
            .transpose()?,
        price,
        tiers,
        continues: fields
            .find("continues")
            .map(|field| discounts::continuation(&field))
            .transpose()?,
        accumulates: fields
            .find("accumulates")
            .map_or(Ok(false), |field| field.truth())?,
        same_station_s: fields.find("same_station_s").map_or(Ok(0), |field| {
            field.number(
                0..=JOURNEY_S_MAX,
                "seconds for which leaving where one came in is free",
            )
        })?,
        overstay: fields
            .find("overstay")
            .map(|field| overstay(&field))
            .transpose()?,
        missing_tap_wait_s,
        missing_tap,
    };
    if rule.network.is_some() && matches!(rule.price, Price::Zones(_)) {
        return Err(fields.fault("zones list their own stops: leave out `network`"));
    }
    if rule.network.is_none() {
        // Both are measured in a network.
        let dearest = !matches!(rule.price, Price::Zones(_))
            && rule
                .overstay
                .is_some_and(|overstay| overstay.charge == OverstayCharge::DearestToExit);
        if dearest || matches!(rule.price, Price::Ladder(_)) {
            return Err(fields.fault(
                "`network` is missing: a ladder and a dearest fare need distances; name the \
                 GTFS network_id",
            ));
        }
    }
    if let Some(field) = fields.find("continues")
        && (rule.tiers.is_some() || !matches!(rule.price, Price::Ladder(_)))
    {
        return Err(field.fault("left out, or the rule's price a `ladder` without `tiers`"));
    }
    fields.refuse_others()?;
    Ok(rule)
}

fn operators(fields: &Fields<'_>) -> Result<Vec<OperatorId>, TariffFault> {
    let expected = "a list of operator numbers such as [1, 4]";
    let field = fields.need("operators", "list operator numbers such as [1, 4]")?;
    let numbers = field.list(expected)?;
    if numbers.is_empty() {
        return Err(field.fault(expected));
    }
    numbers
        .iter()
        .map(|number| {
            number
                .number(0..=i64::from(u32::MAX), "operator numbers")
                .map(OperatorId)
        })
        .collect()
}

fn modes(fields: &Fields<'_>, name: &'static str) -> Result<Vec<Mode>, TariffFault> {
    let expected = "a list of modes such as [\"metro\"], out of bus, metro, brt, tram, ferry, \
                    cableway";
    let field = fields.need(name, "list modes such as [\"metro\"]")?;
    let words = field.list(expected)?;
    if words.is_empty() {
        return Err(field.fault(expected));
    }
    words
        .iter()
        .map(|word| {
            word.str(expected)?
                .parse()
                .map_err(|_| word.fault(expected))
        })
        .collect()
}

fn lines(fields: &Fields<'_>) -> Result<Vec<LineId>, TariffFault> {
    let Some(field) = fields.find("lines") else {
        return Ok(Vec::new());
    };
    let lines = field.list("a list of GTFS route_ids")?;
    if lines.is_empty() {
        return Err(field.fault("a list of GTFS route_ids, or left out for every line"));
    }
    lines
        .iter()
        .map(|line| line.short_text().map(LineId))
        .collect()
}

/// Names of rules of this tariff, at least one.
fn rule_names(field: &Field<'_>, rules: &[Rule]) -> Result<Vec<Text>, TariffFault> {
    let expected = "a list of names of rules of this tariff";
    let names = field.list(expected)?;
    if names.is_empty() {
        return Err(field.fault(expected));
    }
    names
        .iter()
        .map(|name| {
            let text = name.short_text()?;
            let known = rules.iter().any(|rule| rule.name == text);
            known.then_some(text).ok_or_else(|| name.fault(expected))
        })
        .collect()
}

fn price(fields: &Fields<'_>) -> Result<Price, TariffFault> {
    let kinds = ["flat", "ladder", "zones"].map(|kind| fields.find(kind));
    match kinds {
        [Some(flat), None, None] => Ok(Price::Flat(amount(&flat)?)),
        [None, Some(field), None] => Ok(Price::Ladder(ladder(&field)?)),
        [None, None, Some(field)] => Ok(Price::Zones(zones::zones(&field)?)),
        _ => Err(fields.fault(
            "a rule has one price: write `flat = 200`, `ladder = { steps = [[4000, 200]] }` or \
             `zones`",
        )),
    }
}

fn amount(field: &Field<'_>) -> Result<i64, TariffFault> {
    field.number(0..=Tariff::AMOUNT_MAX, "an amount in minor units")
}

fn ladder(field: &Field<'_>) -> Result<Ladder, TariffFault> {
    let expected = "{ steps = [[up to meters, minor units], ...], beyond = [every meters, minor \
                    units] }";
    let fields = field.table(expected)?;
    let steps_field = fields.need("steps", "list [up to meters, minor units]")?;
    let mut steps: Vec<(u32, i64)> = Vec::new();
    for step in steps_field.list(expected)? {
        let (up_to_m, price) = pair(&step, expected)?;
        let rises = steps
            .last()
            .is_none_or(|last| last.0 < up_to_m && last.1 <= price);
        if !rises {
            return Err(step.fault("in rising order: longer ways after shorter, never cheaper"));
        }
        steps.push((up_to_m, price));
    }
    if steps.is_empty() {
        return Err(steps_field.fault("at least one step [up to meters, minor units]"));
    }
    let beyond = fields
        .find("beyond")
        .map(|field| pair(&field, "[every meters, minor units]"))
        .transpose()?;
    fields.refuse_others()?;
    Ok(Ladder { steps, beyond })
}

/// Meters, at least 1, and an amount.
fn pair(field: &Field<'_>, expected: &str) -> Result<(u32, i64), TariffFault> {
    let members = field.list(expected)?;
    let [meters, minor] = members.as_slice() else {
        return Err(field.fault(expected));
    };
    Ok((
        meters.number(1..=i64::from(u32::MAX), "meters")?,
        amount(minor)?,
    ))
}

/// Without a word about it a missing tap costs the cheapest ride there is, in minor units.
fn missing_tap(fields: &Fields<'_>, cheapest: i64) -> Result<(u32, MissingTapCharge), TariffFault> {
    let cheapest = MissingTapCharge::Minor(cheapest);
    let Some(field) = fields.find("missing_tap") else {
        return Ok((WAIT_S, cheapest));
    };
    let fields = field.table("{ wait_s = seconds, price = minor units }")?;
    let wait_s = fields.find("wait_s").map_or(Ok(WAIT_S), |field| {
        field.number(60..=JOURNEY_S_MAX, "seconds to wait for a missing tap")
    })?;
    let expected = "an amount in minor units or \"dearest\"";
    let charge = match fields.find("price") {
        None => cheapest,
        Some(field) => match field.str(expected) {
            Ok("dearest") => MissingTapCharge::Dearest,
            Ok(_) => return Err(field.fault(expected)),
            Err(_) => MissingTapCharge::Minor(amount(&field)?),
        },
    };
    fields.refuse_others()?;
    Ok((wait_s, charge))
}

fn overstay(field: &Field<'_>) -> Result<Overstay, TariffFault> {
    let expected = "{ limit_s = seconds, charge = minor units or \"dearest_to_exit\", on_top = \
                    true or false }";
    let fields = field.table(expected)?;
    let charge_field = fields.need("charge", "an amount in minor units or \"dearest_to_exit\"")?;
    let charge = match charge_field.str(expected) {
        Ok("dearest_to_exit") => OverstayCharge::DearestToExit,
        Ok(_) => return Err(charge_field.fault("an amount in minor units or \"dearest_to_exit\"")),
        Err(_) => OverstayCharge::Minor(amount(&charge_field)?),
    };
    let overstay = Overstay {
        limit_s: fields
            .need("limit_s", "the seconds allowed inside")?
            .number(60..=JOURNEY_S_MAX, "seconds allowed inside")?,
        charge,
        on_top: fields
            .need(
                "on_top",
                "true if it is added to the fare, false if it replaces it",
            )?
            .truth()?,
    };
    fields.refuse_others()?;
    Ok(overstay)
}

/// How long a missing tap is waited for where the tariff does not say: a day.
const WAIT_S: u32 = 86_400;
