//! The document as it is written.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::Offset;
use ridecode_fare::{
    Bill, Fare, Journey, Language, LegShare, Names, Tap, TapKind, Tariff, TariffBook, TariffRef,
    Unpriced,
};
use ridecode_ledger::Money;
use ridecode_words::{StopId, TapId, UnixSeconds};
use serde::Serialize;
use utoipa::ToSchema;

use super::step::BillStep;
use super::{FORMAT, MADE_BY, VERSION};

/// A rider's month: taps, fares with their reasons, and the tables by which anyone can compute
/// them again (docs/bills.md).
#[derive(Serialize, ToSchema)]
pub(crate) struct BillView {
    /// `ridecode-bill`.
    format: &'static str,
    /// The version of the format: 1.
    version: u32,
    /// The program that worded the explanations.
    made_by: &'static str,
    /// The rider's id: random, it tells nothing about the person.
    rider: String,
    /// The month, such as 2026-11.
    month: String,
    /// Up to when missing taps were waited for, RFC 3339.
    as_of: String,
    /// The sum of the fares, by currency.
    totals: Vec<BillAmount>,
    /// The tables the taps fall under.
    tariffs: Vec<BillTable>,
    /// The fares, in time order.
    fares: Vec<BillFare>,
    /// Journeys that are not closed yet.
    open: Vec<BillJourney>,
    /// Closed journeys without a price yet, and why.
    unpriced: Vec<BillJourney>,
    /// Every tap the fares may rest on, in time order: those of the month, and of up to two days
    /// before and after it.
    taps: Vec<BillTap>,
}

/// An amount of money.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillAmount {
    /// Minor units: fen.
    minor: i64,
    /// ISO 4217.
    currency: String,
}

/// A table of fares.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillTable {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// SHA-256 of its text, hex.
    sha256: String,
    /// The key of its city.
    city: String,
    /// The first service day it is in force.
    valid_from: String,
    /// The last, if it ends.
    valid_until: Option<String>,
}

/// A tap.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillTap {
    /// Validator and sequence.
    id: String,
    /// RFC 3339, in the zone of its table.
    time: String,
    /// `single`, `in`, `out`, `void` or `repair`.
    kind: &'static str,
    /// Of a void: the tap it takes back.
    void_of: Option<String>,
    /// Of a repair: what it mends.
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<BillRepair>,
    /// Issuer of the code, eight hex digits.
    issuer: String,
    /// The operator's number.
    operator: u32,
    /// bus, metro and so on.
    mode: &'static str,
    /// GTFS `route_id`, where known.
    line: Option<String>,
    /// GTFS `stop_id`, where known.
    stop: Option<String>,
    /// The stop as riders know it. Not read back.
    stop_name: Option<BillNames>,
    /// GTFS `direction_id`, where known.
    direction: Option<u8>,
    /// The vehicle, where known.
    vehicle: Option<String>,
    /// The rider category the code said; 0 is an ordinary rider.
    category: u8,
    /// Which showing of a code it was, hex: two taps with one showing are one ride at most.
    showing: Option<String>,
}

/// What a repair mends, and who says so.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillRepair {
    /// The tap mended.
    of: String,
    /// `in` or `out` is supplied; `unridden` takes the tap back; `excused` excuses an overstay.
    mend: &'static str,
    /// `rider` or `agent`.
    by: &'static str,
}

/// A fare with its reasons.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillFare {
    /// The journey, named by its first tap.
    journey: String,
    /// The service day of its first tap.
    day: String,
    /// How it ended.
    ending: &'static str,
    /// Its taps, in time order.
    taps: Vec<String>,
    /// Issuer of the code.
    issuer: String,
    /// What the rider pays.
    amount: BillAmount,
    /// Its parts by operator and line; their amounts sum to the fare.
    legs: Vec<BillLeg>,
    /// The table that priced it.
    tariff: BillTariff,
    /// The name of the rule in it.
    rule: String,
    /// Each rule with its input and effect, in the order they applied.
    #[schema(value_type = Vec<Object>)]
    steps: Vec<BillStep>,
    /// The same in sentences.
    explanation: BillSentences,
}

/// Which table priced a fare.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillTariff {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// SHA-256 of its text, hex.
    sha256: String,
}

/// A part of a journey.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillLeg {
    /// The operator's number.
    operator: u32,
    /// GTFS `route_id`, where known.
    line: Option<String>,
    /// GTFS `stop_id`, where known.
    from: Option<String>,
    /// GTFS `stop_id`, where known.
    to: Option<String>,
    /// Meters by which the fare is split.
    length_m: u32,
    /// What the operator is owed.
    amount: BillAmount,
}

/// A journey without a fare.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillJourney {
    /// The journey, named by its first tap.
    journey: String,
    /// How it stands.
    ending: &'static str,
    /// Its taps, in time order.
    taps: Vec<String>,
    /// Of an open journey: when it closes by waiting alone, RFC 3339.
    closes_at: Option<String>,
    /// Why a closed one has no price.
    reason: Option<&'static str>,
    /// The same in sentences.
    explanation: Option<BillSentences>,
}

/// A name in three languages.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillNames {
    /// 简体中文.
    #[serde(rename = "zh-Hans")]
    simplified: String,
    /// 繁體中文.
    #[serde(rename = "zh-Hant")]
    traditional: String,
    /// English.
    en: String,
}

/// Sentences in three languages.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillSentences {
    /// 简体中文.
    #[serde(rename = "zh-Hans")]
    simplified: Vec<String>,
    /// 繁體中文.
    #[serde(rename = "zh-Hant")]
    traditional: Vec<String>,
    /// English.
    en: Vec<String>,
}

impl BillView {
    /// The document of a bill made from these taps at `as_of`. Taps no part of the bill can rest
    /// on are left out.
    pub(crate) fn of(bill: &Bill, taps: &[Tap], (book, as_of): (&TariffBook, UnixSeconds)) -> Self {
        let window = TariffBook::window(bill.period.month);
        let of_bill = |tap: &&Tap| {
            tap.rider == bill.period.rider && (window.from..=window.until).contains(&tap.time)
        };
        // In order of time; of taps with one id only one is kept.
        let taps: BTreeSet<&Tap> = taps.iter().filter(of_bill).collect();
        let open = bill.open.iter().map(|journey| journey_view(journey, None));
        let unpriced = bill.unpriced.iter();
        let unpriced = unpriced.map(|(journey, why)| journey_view(journey, Some(*why)));
        Self {
            format: FORMAT,
            version: VERSION,
            made_by: MADE_BY,
            rider: bill.period.rider.to_string(),
            month: bill.period.month.to_string(),
            as_of: as_of.to_string(),
            totals: totals(&bill.fares),
            tariffs: tables(&taps, book).into_iter().map(table_view).collect(),
            fares: bill.fares.iter().map(fare_view).collect(),
            open: open.collect(),
            unpriced: unpriced.collect(),
            taps: taps.iter().map(|tap| tap_view(tap, book)).collect(),
        }
    }

    /// The document as indented JSON with a line end.
    pub(crate) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("texts and numbers are JSON");
        text.push('\n');
        text
    }
}

/// The tables taps fall under, ascending by name and version. A tap that none covers is dated by
/// the zone of the book's first, which then belongs to them.
pub(super) fn tables<'a>(taps: &BTreeSet<&Tap>, book: &'a TariffBook) -> Vec<&'a Tariff> {
    let mut tables: BTreeMap<(&str, &str, [u8; 32]), &Tariff> = BTreeMap::new();
    for tap in taps {
        if let Some(table) = book.find_tariff(tap).or_else(|| book.tariffs().first()) {
            let reference = table.reference();
            let key = (reference.name.as_str(), reference.version.as_str());
            tables.insert((key.0, key.1, reference.hash), table);
        }
    }
    tables.into_values().collect()
}

fn totals(fares: &[Fare]) -> Vec<BillAmount> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for fare in fares {
        let sum = sums.entry(fare.amount.currency.to_string()).or_default();
        *sum = sum.saturating_add(fare.amount.minor);
    }
    let amounts = sums.into_iter();
    amounts
        .map(|(currency, minor)| BillAmount { minor, currency })
        .collect()
}

fn table_view(table: &Tariff) -> BillTable {
    let reference = table.reference();
    BillTable {
        name: reference.name.to_string(),
        version: reference.version.to_string(),
        sha256: hex::encode(reference.hash),
        city: table.city().to_string(),
        valid_from: table.valid_from().to_string(),
        valid_until: table.valid_until().map(|day| day.to_string()),
    }
}

fn tap_view(tap: &Tap, book: &TariffBook) -> BillTap {
    let (void_of, repair) = match tap.kind {
        TapKind::Single | TapKind::In | TapKind::Out => (None, None),
        TapKind::Void { tap } => (Some(tap), None),
        TapKind::Repair { tap, mend } => {
            let repair = BillRepair {
                of: tap.to_string(),
                mend: mend.word(),
                by: mend.by().word(),
            };
            (None, Some(repair))
        }
    };
    let record = tap.stop.as_ref().and_then(|stop| book.find_stop(stop));
    BillTap {
        id: tap.id.to_string(),
        time: local_time(tap.time, book.offset_s(tap)),
        kind: tap.kind.word(),
        void_of: void_of.map(|tap| tap.to_string()),
        repair,
        issuer: tap.issuer.to_string(),
        operator: tap.operator.0,
        mode: tap.mode.word(),
        line: tap.line.as_ref().map(ToString::to_string),
        stop: tap.stop.as_ref().map(ToString::to_string),
        stop_name: record.map(|record| (&record.names).into()),
        direction: tap.direction,
        vehicle: tap.vehicle.as_ref().map(ToString::to_string),
        category: tap.category,
        showing: tap.showing.map(hex::encode),
    }
}

/// RFC 3339 with the offset riders' clocks have there.
fn local_time(time: UnixSeconds, offset_s: i32) -> String {
    let offset = Offset::from_seconds(offset_s);
    match (Timestamp::from_second(time.0), offset) {
        (Ok(timestamp), Ok(offset)) => timestamp.display_with_offset(offset).to_string(),
        (_, _) => time.to_string(),
    }
}

fn fare_view(fare: &Fare) -> BillFare {
    let TariffRef {
        name,
        version,
        hash,
    } = &fare.explanation.tariff;
    let steps = fare.explanation.steps.iter();
    BillFare {
        journey: fare.journey.to_string(),
        day: fare.day.to_string(),
        ending: fare.ending.word(),
        taps: ids(fare.taps.iter()),
        issuer: fare.issuer.to_string(),
        amount: fare.amount.into(),
        legs: fare.shares.iter().map(leg_view).collect(),
        tariff: BillTariff {
            name: name.to_string(),
            version: version.to_string(),
            sha256: hex::encode(hash),
        },
        rule: fare.rule.to_string(),
        steps: steps.map(|step| BillStep(step.clone())).collect(),
        explanation: BillSentences::of(|language| fare.explanation.text(language)),
    }
}

fn leg_view(leg: &LegShare) -> BillLeg {
    let id = |stop: &Option<StopId>| stop.as_ref().map(ToString::to_string);
    BillLeg {
        operator: leg.operator.0,
        line: leg.line.as_ref().map(ToString::to_string),
        from: id(&leg.from),
        to: id(&leg.to),
        length_m: leg.length_m,
        amount: leg.amount.into(),
    }
}

fn journey_view(journey: &Journey, why: Option<Unpriced>) -> BillJourney {
    BillJourney {
        journey: journey.id.to_string(),
        ending: journey.ending.word(),
        taps: ids(journey.taps.iter().map(|tap| &tap.id)),
        closes_at: journey.closes_at.map(|time| time.to_string()),
        reason: why.map(Unpriced::word),
        explanation: why.map(|why| BillSentences::of(|language| why.text(language))),
    }
}

fn ids<'a>(taps: impl Iterator<Item = &'a TapId>) -> Vec<String> {
    taps.map(ToString::to_string).collect()
}

impl From<Money> for BillAmount {
    fn from(amount: Money) -> Self {
        Self {
            minor: amount.minor,
            currency: amount.currency.to_string(),
        }
    }
}

impl From<&Names> for BillNames {
    fn from(names: &Names) -> Self {
        let name = |language| names.in_language(language).to_string();
        Self {
            simplified: name(Language::SimplifiedChinese),
            traditional: name(Language::TraditionalChinese),
            en: name(Language::English),
        }
    }
}

impl BillSentences {
    fn of(text: impl Fn(Language) -> String) -> Self {
        let lines = |language| text(language).lines().map(str::to_owned).collect();
        Self {
            simplified: lines(Language::SimplifiedChinese),
            traditional: lines(Language::TraditionalChinese),
            en: lines(Language::English),
        }
    }
}
