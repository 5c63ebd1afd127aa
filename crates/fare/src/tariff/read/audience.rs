//! Reading categories of riders, lists of dates, windows of time, and concessions.

use alloc::format;
use alloc::vec::Vec;

use super::super::audience::WEEKDAYS;
use super::super::fields::{Field, Fields};
use super::super::{
    Audience, Calendar, Category, Codes, Concession, DayKinds, Pays, Rule, TariffFault, Window,
};
use super::{amount, rule_names};
use crate::names::{Language, Names};

/// Categories and windows that rules and concessions may name.
pub(super) struct Known {
    pub(super) categories: Vec<Category>,
    pub(super) calendar: Calendar,
}

/// Reads `[[category]]`, `[[day_kind]]` and `[[window]]`.
pub(super) fn known(fields: &Fields<'_>) -> Result<Known, TariffFault> {
    let mut categories: Vec<Category> = Vec::new();
    for (field, table) in tables(fields, "category", "a list of [[category]] tables")? {
        let read = category(&table, &categories)?;
        if read.names.own().as_str() == ORDINARY {
            return Err(field.fault("named otherwise: riders of no category are `ordinary`"));
        }
        refuse_repeat(&field, &read.names, categories.iter().map(|c| &c.names))?;
        categories.push(read);
    }
    let mut kinds = DayKinds::default();
    for (field, table) in tables(fields, "day_kind", "a list of [[day_kind]] tables")? {
        day_kind(&field, &table, &mut kinds)?;
    }
    let mut windows: Vec<Window> = Vec::new();
    for (field, table) in tables(fields, "window", "a list of [[window]] tables")? {
        let read = window(&table, &kinds)?;
        refuse_repeat(&field, &read.names, windows.iter().map(|w| &w.names))?;
        windows.push(read);
    }
    let calendar = Calendar { kinds, windows };
    Ok(Known {
        categories,
        calendar,
    })
}

/// Reads `categories` and `windows` of a rule or a concession.
pub(super) fn audience(fields: &Fields<'_>, known: &Known) -> Result<Audience, TariffFault> {
    let mut audience = Audience::EVERYONE;
    if let Some(field) = fields.find("categories") {
        audience.codes = Codes::NONE;
        let expected = "a list of names of [[category]], or \"ordinary\"";
        for member in names(&field, expected)? {
            let name = member.str(expected)?;
            let codes = find_codes(name, &known.categories);
            let codes = codes.ok_or_else(|| member.fault(expected))?;
            audience.codes = audience.codes.union(codes);
        }
    }
    if let Some(field) = fields.find("windows") {
        let expected = "a list of names of [[window]]";
        for member in names(&field, expected)? {
            let name = member.str(expected)?;
            let mut windows = known.calendar.windows.iter();
            let place = windows.position(|window| window.names.own().as_str() == name);
            let place = place.ok_or_else(|| member.fault(expected))?;
            audience.windows.push(place);
        }
    }
    Ok(audience)
}

/// Reads every `[[concession]]`; the rules are those it may name.
pub(super) fn concessions(
    fields: &Fields<'_>,
    known: &Known,
    rules: &[Rule],
) -> Result<Vec<Concession>, TariffFault> {
    let mut concessions: Vec<Concession> = Vec::new();
    for (field, table) in tables(fields, "concession", "a list of [[concession]] tables")? {
        let read = Concession {
            names: riders_names(&table, "give the concession a name")?,
            audience: audience(&table, known)?,
            rules: table
                .find("rules")
                .map_or(Ok(Vec::new()), |field| rule_names(&field, rules))?,
            pays: pays(&table)?,
            accumulates: table
                .find("accumulates")
                .map_or(Ok(true), |field| field.truth())?,
        };
        table.refuse_others()?;
        refuse_repeat(&field, &read.names, concessions.iter().map(|c| &c.names))?;
        concessions.push(read);
    }
    Ok(concessions)
}

fn pays(fields: &Fields<'_>) -> Result<Pays, TariffFault> {
    let round_to = fields.find("round_to");
    match (fields.find("percent"), fields.find("flat")) {
        (Some(percent), None) => Ok(Pays::Percent {
            percent: percent.number(0..=100, "percent to pay, 0 is free")?,
            round_to: round_to.map_or(Ok(1), |field| {
                field.number(1..=10_000, "a multiple in minor units")
            })?,
        }),
        (None, Some(flat)) => match round_to {
            Some(field) => Err(field.fault("left out: a flat price is not rounded")),
            None => amount(&flat).map(Pays::Minor),
        },
        (None, None) | (Some(_), Some(_)) => Err(fields.fault(
            "a concession has one price: write `percent = 50` (0 is free) or `flat = 100` (minor \
             units)",
        )),
    }
}

fn category(fields: &Fields<'_>, earlier: &[Category]) -> Result<Category, TariffFault> {
    let names = riders_names(fields, "give the category a name")?;
    let expected = "a list of the issuers' category codes, 1 to 255";
    let field = fields.need("codes", expected)?;
    let mut codes = Codes::NONE;
    for member in self::names(&field, expected)? {
        let code = Codes::of(member.number(1..=255, "category codes; 0 is an ordinary rider")?);
        let known = earlier.iter().map(|category| category.codes);
        if known.chain([codes]).any(|known| known.meets(code)) {
            return Err(member.fault("a code of one category; this one is listed already"));
        }
        codes = codes.union(code);
    }
    fields.refuse_others()?;
    Ok(Category { names, codes })
}

fn day_kind(
    field: &Field<'_>,
    fields: &Fields<'_>,
    kinds: &mut DayKinds,
) -> Result<(), TariffFault> {
    let name = fields
        .need("name", "give the kind of day a name")?
        .short_text()?;
    if kinds.find(name.as_str()).is_some() {
        return Err(field.fault("named differently: there is a kind of day of this name already"));
    }
    let place = kinds.name(name);
    let expected = "a list of days such as [2026-10-01]";
    let dates = fields.need("dates", expected)?;
    for member in dates.list(expected)? {
        if !kinds.list(member.day()?, place) {
            return Err(member.fault("a day listed once; this one has a kind already"));
        }
    }
    fields.refuse_others()
}

fn window(fields: &Fields<'_>, kinds: &DayKinds) -> Result<Window, TariffFault> {
    let names = riders_names(fields, "give the window a name")?;
    let mut days = Vec::new();
    if let Some(field) = fields.find("days") {
        let expected = format!(
            "a list of names of [[day_kind]] or of weekdays: {}",
            WEEKDAYS.join(", ")
        );
        for member in self::names(&field, &expected)? {
            let kind = kinds.find(member.str(&expected)?);
            days.push(kind.ok_or_else(|| member.fault(&expected))?);
        }
    }
    let mut times = Vec::new();
    if let Some(field) = fields.find("times") {
        let expected = "a list of [from, until] such as [[\"07:00\", \"09:00\"]]";
        for member in self::names(&field, expected)? {
            let pair = member.list(expected)?;
            let [from, until] = pair.as_slice() else {
                return Err(member.fault(expected));
            };
            let (from, until) = (second_of_day(from)?, second_of_day(until)?);
            if from >= until {
                return Err(member.fault(
                    "from an earlier time until a later one of the same day, \"24:00\" at the \
                     latest; write a window over midnight as two",
                ));
            }
            times.push([from, until]);
        }
    }
    fields.refuse_others()?;
    Ok(Window { names, days, times })
}

/// `07:00` or `07:00:30` as seconds since midnight; up to `24:00`.
fn second_of_day(field: &Field<'_>) -> Result<u32, TariffFault> {
    let expected = "times of day such as \"07:00\" or \"07:00:30\", \"24:00\" at the latest";
    let text = field.str(expected)?;
    let parse = || {
        let mut seconds = 0;
        let mut parts = 0;
        for (part, unit_s) in text.split(':').zip([3_600, 60, 1]) {
            let is_two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let number: u32 = part.parse().ok().filter(|_| is_two_digits)?;
            if unit_s < 3_600 && number > 59 {
                return None;
            }
            seconds += number * unit_s;
            parts += 1;
        }
        let as_long = if parts == 3 { 8 } else { 5 };
        (parts >= 2 && text.len() == as_long && seconds <= 86_400).then_some(seconds)
    };
    parse().ok_or_else(|| field.fault(expected))
}

/// The codes of a category's name.
fn find_codes(name: &str, categories: &[Category]) -> Option<Codes> {
    if name == ORDINARY {
        let codes = categories.iter().map(|category| category.codes);
        return Some(codes.fold(Codes::NONE, Codes::union).others());
    }
    let mut categories = categories.iter();
    let found = categories.find(|category| category.names.own().as_str() == name);
    found.map(|category| category.codes)
}

/// `name`, and `names` in riders' languages.
pub(super) fn riders_names(fields: &Fields<'_>, remedy: &str) -> Result<Names, TariffFault> {
    let mut names = Names::new(fields.need("name", remedy)?.short_text()?);
    if let Some(field) = fields.find("names") {
        let table = field.table("names by language: { en = \"...\", zh-Hans = \"...\" }")?;
        for language in Language::ALL {
            if let Some(name) = table.find(language.tag()) {
                names = names.with(language, name.short_text()?);
            }
        }
        table.refuse_others()?;
    }
    Ok(names)
}

/// The tables of a list that may be missing.
pub(super) fn tables<'a>(
    fields: &Fields<'a>,
    name: &'static str,
    expected: &str,
) -> Result<Vec<(Field<'a>, Fields<'a>)>, TariffFault> {
    let Some(list) = fields.find(name) else {
        return Ok(Vec::new());
    };
    let members = list.list(expected)?.into_iter();
    members
        .map(|member| Ok((member.clone(), member.table(expected)?)))
        .collect()
}

/// Refuses a table of a name that stands already.
pub(super) fn refuse_repeat<'n>(
    field: &Field<'_>,
    names: &Names,
    mut earlier: impl Iterator<Item = &'n Names>,
) -> Result<(), TariffFault> {
    let again = earlier.any(|known| known.own() == names.own());
    if again {
        let what = format!("named differently: there is a {} already", names.own());
        return Err(field.fault(&what));
    }
    Ok(())
}

/// The members of a list that may not be empty.
fn names<'a>(field: &Field<'a>, expected: &str) -> Result<Vec<Field<'a>>, TariffFault> {
    let members = field.list(expected)?;
    if members.is_empty() {
        return Err(field.fault(&format!(
            "{expected}; leave it out where it does not matter"
        )));
    }
    Ok(members)
}

/// Riders whose code is in no category.
const ORDINARY: &str = "ordinary";
