//! `ridecode fare quote`.

use std::process::ExitCode;

use ridecode_fare::{
    AfterRide, Language, LineRecord, MeasuredFrom, Names, Path, PathPart, Quote, TariffBook, Trip,
    Way, amount_text, quote,
};
use serde_json::{Value, json};

use super::{Asked, Table, TimeOfDay, language, refuse};
use crate::city::Cities;

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode fare quote --city guangzhou --from 西塱 --to 广州东站
  ridecode fare quote --city shanghai --from 莘庄 --to 虹桥火车站
  ridecode fare quote --city guangzhou --from \"Canton Tower\" --to 機場南 --lang en
  ridecode fare quote --city foshan --from 祖庙 --to 花卉世界 --json
  ridecode fare quote --city shenzhen --from 罗湖 --to 机场东
  ridecode fare quote --city beijing --from 三元桥 --to 2号航站楼
  ridecode fare quote --city beijing --from 天安门东 --to 国贸 --at 06:30 --category 2
  ridecode fare quote --tariff feed.toml --from a1 --to b7 --lang en

Fares are those of an ordinary rider at noon unless told otherwise, before discounts of the month.
A fare is that of the shortest path whichever way one rides; other ways are told beside it with what
they cost, and so is what a ride before it takes off. In JSON amounts are in minor
units (fen), lengths in meters. Exit status: 0 a fare, 1 no such city, stop or way, 2 other errors.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    table: Table,
    /// Where the trip begins: a stop's name in any language, or its id.
    #[arg(long, value_name = "STOP")]
    from: String,
    /// Where it ends.
    #[arg(long, value_name = "STOP")]
    to: String,
    /// Time of day the trip begins, such as 08:30.
    #[arg(long, value_name = "TIME", default_value = "12:00")]
    at: TimeOfDay,
    /// Rider category as the issuer numbers it; 0 is an ordinary rider.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    category: u8,
    /// Language of the answer: en, zh (zh-Hans) or zh-Hant.
    #[arg(long, alias = "language", value_name = "LANGUAGE", default_value = "zh", value_parser = language)]
    lang: Language,
    /// Answer as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let asked = args.table.load()?;
    let quote = match quote(&asked.cities.book, &args.trip(&asked)) {
        Ok(quote) => quote,
        Err(fault) => return Ok(refuse(&fault)),
    };
    if args.json {
        anstream::println!("{:#}", as_json(&quote, &asked.cities, args.lang));
    } else {
        anstream::print!("{}", as_text(&quote, &asked.cities.book, args.lang));
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn trip<'a>(&'a self, asked: &'a Asked) -> Trip<'a> {
        Trip {
            second: self.at.0,
            category: self.category,
            network: self.table.network.as_deref(),
            ..Trip::new(&asked.city, [&self.from, &self.to], asked.day)
        }
    }
}

/// The rides of the path, one a line, then the explanation, then other ways.
fn as_text(quote: &Quote, book: &TariffBook, language: Language) -> String {
    let name = |names: &Names| names.in_language(language).as_str().to_owned();
    let mut text = format!("{} → {}\n", name(&quote.from.names), name(&quote.to.names));
    for part in parts(&quote.way) {
        text.push_str(&format!(
            "  {}  {} → {}  {}\n",
            name(&line_names(book, part)),
            name(&book.names_of(&part.from)),
            name(&book.names_of(&part.to)),
            kilometers(part.length_m),
        ));
    }
    for sentence in quote.explanation.text(language).lines() {
        text.push_str(sentence);
        text.push('\n');
    }
    for after in &quote.after {
        text.push_str(&after.text(language));
        text.push('\n');
    }
    for way in &quote.others {
        let lines: Vec<String> = parts(way)
            .iter()
            .map(|part| name(&line_names(book, part)))
            .collect();
        let length = way.path.as_ref().map(|path| kilometers(path.length_m));
        let lines = [lines.join(" → "), length.unwrap_or_default()].join("  ");
        text.push_str(&format!(
            "{}{}  {}\n",
            other_way(language),
            lines.trim(),
            amount_text(way.fare, language)
        ));
    }
    text.push_str(&format!(
        "sha256 {}\n",
        hex::encode(quote.explanation.tariff.hash)
    ));
    text
}

fn other_way(language: Language) -> &'static str {
    match language {
        Language::English => "Another way: ",
        Language::SimplifiedChinese | Language::TraditionalChinese => "其他走法：",
    }
}

fn parts(way: &Way) -> &[PathPart] {
    way.path.as_ref().map_or(&[], |path| &path.parts)
}

fn kilometers(length_m: u32) -> String {
    format!("{}.{:03} km", length_m / 1_000, length_m % 1_000)
}

/// The quote as a JSON object.
fn as_json(quote: &Quote, cities: &Cities, language: Language) -> Value {
    let tariff = &quote.explanation.tariff;
    let path = quote.way.path.as_ref();
    let stops = path.map_or(&[][..], |path| &path.stops);
    json!({
        "fare_minor": quote.way.fare.minor,
        "currency": quote.way.fare.currency.to_string(),
        "from": stop(&quote.from.names, quote.from.stop.as_str(), language),
        "to": stop(&quote.to.names, quote.to.stop.as_str(), language),
        "length_m": path.map(|path| path.length_m),
        "estimated_m": path.map(|path| path.estimated_m),
        "path": path_json(path, cities, language),
        "stops": stops.iter().map(|stop| stop.as_str()).collect::<Vec<_>>(),
        "rule": quote.way.rule.as_str(),
        "explanation": quote.explanation.text(language).lines().collect::<Vec<_>>(),
        "others": quote.others.iter().map(|way| json!({
            "fare_minor": way.fare.minor,
            "length_m": way.path.as_ref().map(|path| path.length_m),
            "path": path_json(way.path.as_ref(), cities, language),
            "rule": way.rule.as_str(),
        })).collect::<Vec<_>>(),
        "after": quote.after.iter().map(|after| after_json(after, language)).collect::<Vec<_>>(),
        "tariff": {
            "name": tariff.name.as_str(),
            "version": tariff.version.as_str(),
            "sha256": hex::encode(tariff.hash),
        },
    })
}

fn stop(names: &Names, id: &str, language: Language) -> Value {
    json!({ "id": id, "name": names.in_language(language).as_str() })
}

fn path_json(path: Option<&Path>, cities: &Cities, language: Language) -> Vec<Value> {
    let book = &cities.book;
    let part = |part: &PathPart| {
        let operator = cities.operator_names(part.operator);
        json!({
            "line": part.line.as_str(),
            "name": line_names(book, part).in_language(language).as_str(),
            "operator": part.operator.0,
            "operator_name": operator.in_language(language).as_str(),
            "from": stop(&book.names_of(&part.from), part.from.as_str(), language),
            "to": stop(&book.names_of(&part.to), part.to.as_str(), language),
            "length_m": part.length_m,
        })
    };
    let parts = path.map_or(&[][..], |path| &path.parts);
    parts.iter().map(part).collect()
}

fn after_json(after: &AfterRide, language: Language) -> Value {
    json!({
        "modes": after.modes.iter().map(|mode| mode.word()).collect::<Vec<_>>(),
        "within_s": after.within_s,
        "measured_from": match after.measured_from {
            MeasuredFrom::Start => "start",
            MeasuredFrom::End => "end",
        },
        "off_minor": after.off.minor,
        "fare_minor": after.fare.minor,
        "text": after.text(language),
    })
}

fn line_names(book: &TariffBook, part: &PathPart) -> Names {
    let line: Option<&LineRecord> = book.find_line(&part.line);
    line.map_or_else(
        || Names::new(part.line.0.clone()),
        |line| line.names.clone(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(from: &str, to: &str) -> Args {
        Args {
            table: Table {
                city: Some("guangzhou".to_owned()),
                day: "2026-11-21".parse().ok(),
                data: None,
                tariff: None,
                network: None,
            },
            from: from.to_owned(),
            to: to.to_owned(),
            at: TimeOfDay(43_200),
            category: 0,
            lang: Language::English,
            json: false,
        }
    }

    /// The text of a trip, without the table's hash.
    fn check(from: &str, to: &str, (language, expected): (Language, &[&str])) {
        let args = args(from, to);
        let asked = args.table.load().unwrap();
        let cities = &asked.cities;
        let quote = quote(&cities.book, &args.trip(&asked)).unwrap();
        let text = as_text(&quote, &cities.book, language);
        let hash = hex::encode(quote.explanation.tariff.hash);
        let text = text.replace(&hash, "HASH").replace(&hash[..8], "HASH");
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
        let json = as_json(&quote, cities, language);
        assert_eq!(json["fare_minor"], quote.way.fare.minor);
        assert_eq!(json["tariff"]["sha256"], hash);
        assert_eq!(
            json["path"].as_array().unwrap().len(),
            parts(&quote.way).len()
        );
    }

    #[test]
    fn a_quote_shows_path_fare_rules_and_table() {
        let simplified = [
            "公园前 → 万胜围",
            "  2号线  公园前 → 昌岗  4.180 km",
            "  8号线  昌岗 → 万胜围  11.480 km",
            "公园前至万胜围：最短路径 15.66 公里（2号线 → 8号线）。",
            "18 公里（含）以内，票价 5.00 元。",
            "应付：5.00 元。票价表 guangzhou，版本 2026-11（HASH）。",
            "sha256 HASH",
        ];
        let chinese = (Language::SimplifiedChinese, simplified.as_slice());
        check("公园前", "万胜围", chinese);
        let flat = [
            "Haixinsha → Linhexi",
            "  APM Line  Haixinsha → Linhexi  3.340 km",
            "Flat fare: 2.00 yuan.",
            "To pay: 2.00 yuan. Fare table guangzhou, version 2026-11 (HASH).",
            "sha256 HASH",
        ];
        check("海心沙", "林和西", (Language::English, flat.as_slice()));
    }

    #[test]
    fn a_question_without_answer_fails() {
        let status = |from, to| format!("{:?}", run(&args(from, to)).unwrap());
        let failure = format!("{:?}", ExitCode::FAILURE);
        assert_eq!(status("西朗", "公园前"), failure);
        assert_eq!(status("西塱", "海心沙"), failure);
        assert_ne!(status("西塱", "公园前"), failure);
    }
}
