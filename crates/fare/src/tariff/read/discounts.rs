//! Reading what is taken off a fare.

use alloc::vec::Vec;

use ridecode_words::StopId;

use super::{amount, modes, rule_names};
use crate::book::JOURNEY_S_MAX;
use crate::tariff::fields::{Field, Fields};
use crate::tariff::{
    Accumulation, AccumulationKey, Continuation, MeasuredFrom, Rule, Straddle, TariffFault, Tiers,
    Transfer, TransferOff,
};

/// Reads every `[[transfer]]`; the rules are those it may name.
pub(super) fn transfers(fields: &Fields<'_>, rules: &[Rule]) -> Result<Vec<Transfer>, TariffFault> {
    let Some(list) = fields.find("transfer") else {
        return Ok(Vec::new());
    };
    let expected = "a list of [[transfer]] tables";
    let mut transfers: Vec<Transfer> = Vec::new();
    for member in list.list(expected)? {
        let read = transfer(&member.table(expected)?, rules)?;
        if transfers.iter().any(|transfer| transfer.name == read.name) {
            let what = "named differently: there is a transfer of this name already";
            return Err(member.fault(what));
        }
        transfers.push(read);
    }
    Ok(transfers)
}

fn transfer(fields: &Fields<'_>, rules: &[Rule]) -> Result<Transfer, TariffFault> {
    let transfer = Transfer {
        name: fields
            .need("name", "give the transfer a name")?
            .short_text()?,
        from: modes(fields, "from")?,
        to: modes(fields, "to")?,
        rules: fields
            .find("rules")
            .map_or(Ok(Vec::new()), |field| rule_names(&field, rules))?,
        within_s: fields
            .need("within_s", "the seconds allowed between the two rides")?
            .number(1..=JOURNEY_S_MAX, "seconds allowed between the two rides")?,
        measured_from: measured_from(fields)?,
        off: off(fields)?,
        chained: fields
            .find("chained")
            .map_or(Ok(true), |field| field.truth())?,
        same_line: fields
            .find("same_line")
            .map_or(Ok(false), |field| field.truth())?,
    };
    fields.refuse_others()?;
    Ok(transfer)
}

fn measured_from(fields: &Fields<'_>) -> Result<MeasuredFrom, TariffFault> {
    let field = fields.need("measured_from", "\"start\" or \"end\" of the earlier ride")?;
    match field.short_text()?.as_str() {
        "start" => Ok(MeasuredFrom::Start),
        "end" => Ok(MeasuredFrom::End),
        _ => Err(field.fault("\"start\" or \"end\" of the earlier ride")),
    }
}

fn off(fields: &Fields<'_>) -> Result<TransferOff, TariffFault> {
    match (fields.find("off"), fields.find("off_percent")) {
        (Some(off), None) => amount(&off).map(TransferOff::Minor),
        (None, Some(percent)) => percent
            .number(0..=100, "percent taken off")
            .map(TransferOff::Percent),
        (None, None) | (Some(_), Some(_)) => Err(fields.fault(
            "a transfer takes off one thing: write `off = 100` (minor units) or `off_percent = 20`",
        )),
    }
}

/// Reads `continues`.
pub(super) fn continuation(field: &Field<'_>) -> Result<Continuation, TariffFault> {
    let expected = "{ within_s = seconds, pairs = [[stop out, stop in], ...] }";
    let fields = field.table(expected)?;
    let pairs_field = fields.need("pairs", "list [stop out, stop in]")?;
    let mut pairs = Vec::new();
    for member in pairs_field.list(expected)? {
        let stops = member.list("[stop out, stop in]")?;
        let [one, other] = stops.as_slice() else {
            return Err(member.fault("[stop out, stop in]"));
        };
        pairs.push([StopId(one.short_text()?), StopId(other.short_text()?)]);
    }
    if pairs.is_empty() {
        return Err(pairs_field.fault("at least one [stop out, stop in]"));
    }
    let within_s = fields
        .need("within_s", "the seconds allowed outside")?
        .number(1..=JOURNEY_S_MAX, "seconds allowed outside")?;
    fields.refuse_others()?;
    Ok(Continuation { within_s, pairs })
}

/// Reads `tiers`.
pub(super) fn tiers(field: &Field<'_>) -> Result<Tiers, TariffFault> {
    let fields = field.table("{ bands = [[from minor units, percent], ...], round_to = 1 }")?;
    let tiers = Tiers {
        bands: bands(&fields.need("bands", "list [from minor units of the fare, percent]")?)?,
        round_to: round_to(&fields)?,
    };
    fields.refuse_others()?;
    Ok(tiers)
}

/// Reads `[accumulation]`.
pub(super) fn accumulation(field: &Field<'_>) -> Result<Accumulation, TariffFault> {
    let fields = field.table("a table [accumulation]")?;
    let per = key(&fields.need("per", "\"rider\" or \"issuer\"")?)?;
    let straddle_field = fields.need("straddle", "\"split\" or \"next_ride\"")?;
    let straddle = match straddle_field.short_text()?.as_str() {
        "split" => Straddle::Split,
        "next_ride" => Straddle::NextRide,
        _ => return Err(straddle_field.fault("\"split\" or \"next_ride\"")),
    };
    let round_to = round_to(&fields)?;
    let bands = bands(&fields.need("bands", "list [from minor units paid, percent]")?)?;
    fields.refuse_others()?;
    Ok(Accumulation::new(per, straddle, bands, round_to))
}

/// Whose codes are added up.
pub(super) fn key(field: &Field<'_>) -> Result<AccumulationKey, TariffFault> {
    match field.short_text()?.as_str() {
        "rider" => Ok(AccumulationKey::Rider),
        "issuer" => Ok(AccumulationKey::Issuer),
        _ => Err(field.fault("\"rider\" or \"issuer\"")),
    }
}

fn round_to(fields: &Fields<'_>) -> Result<i64, TariffFault> {
    fields
        .need(
            "round_to",
            "fares are rounded to a multiple of so many minor units",
        )?
        .number(1..=10_000, "a multiple in minor units")
}

fn bands(field: &Field<'_>) -> Result<Vec<(i64, u8)>, TariffFault> {
    let expected = "a list of [from minor units, percent to pay], the first from 0, at most 6";
    let mut bands: Vec<(i64, u8)> = Vec::new();
    for member in field.list(expected)? {
        let pair = member.list(expected)?;
        let [from, percent] = pair.as_slice() else {
            return Err(member.fault(expected));
        };
        let from = amount(from)?;
        let rises = bands.last().map_or(from == 0, |last| last.0 < from);
        if !rises {
            return Err(member.fault("in rising order, the first from 0"));
        }
        bands.push((from, percent.number(0..=100, "percent to pay")?));
    }
    if !(1..=Accumulation::BANDS_MAX).contains(&bands.len()) {
        return Err(field.fault(expected));
    }
    Ok(bands)
}
