//! `ridecode fare quote`.

use std::process::ExitCode;

use ridecode_fare::{Language, LineRecord, Names, PathPart, Quote, TariffBook, Trip, quote};
use serde_json::{Value, json};

use super::{Table, language, refuse};
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

Fares are those of an ordinary rider before discounts of the month. In JSON amounts are in minor
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
    /// Language of the answer: en, zh (zh-Hans) or zh-Hant.
    #[arg(long, value_name = "LANGUAGE", default_value = "zh", value_parser = language)]
    lang: Language,
    /// Answer as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let cities = Cities::load(args.table.data.as_deref())?;
    let trip = Trip {
        city: &args.table.city,
        from: &args.from,
        to: &args.to,
        day: args.table.day(),
    };
    let quote = match quote(&cities.book, &trip) {
        Ok(quote) => quote,
        Err(fault) => return Ok(refuse(&fault)),
    };
    if args.json {
        anstream::println!("{:#}", as_json(&quote, &cities, args.lang));
    } else {
        anstream::print!("{}", as_text(&quote, &cities.book, args.lang));
    }
    Ok(ExitCode::SUCCESS)
}

/// The rides of the path, one a line, then the explanation.
pub(super) fn as_text(quote: &Quote, book: &TariffBook, language: Language) -> String {
    let name = |names: &Names| names.in_language(language).as_str().to_owned();
    let mut text = format!("{} → {}\n", name(&quote.from.names), name(&quote.to.names));
    for part in &quote.path.parts {
        let (kilometers, meters) = (part.length_m / 1_000, part.length_m % 1_000);
        text.push_str(&format!(
            "  {}  {} → {}  {kilometers}.{meters:03} km\n",
            name(&line_names(book, part)),
            name(&book.names_of(&part.from)),
            name(&book.names_of(&part.to)),
        ));
    }
    for sentence in quote.explanation.text(language).lines() {
        text.push_str(sentence);
        text.push('\n');
    }
    text.push_str(&format!(
        "sha256 {}\n",
        hex::encode(quote.explanation.tariff.hash)
    ));
    text
}

/// The quote as a JSON object.
pub(super) fn as_json(quote: &Quote, cities: &Cities, language: Language) -> Value {
    let book = &cities.book;
    let stop =
        |names: &Names, id: &str| json!({ "id": id, "name": names.in_language(language).as_str() });
    let parts: Vec<Value> = quote
        .path
        .parts
        .iter()
        .map(|part| {
            let operator = cities.operator_names(part.operator);
            json!({
                "line": part.line.as_str(),
                "name": line_names(book, part).in_language(language).as_str(),
                "operator": part.operator.0,
                "operator_name": operator.in_language(language).as_str(),
                "from": stop(&book.names_of(&part.from), part.from.as_str()),
                "to": stop(&book.names_of(&part.to), part.to.as_str()),
                "length_m": part.length_m,
            })
        })
        .collect();
    let tariff = &quote.explanation.tariff;
    json!({
        "fare_minor": quote.fare.minor,
        "currency": String::from_utf8_lossy(&quote.fare.currency.0),
        "from": stop(&quote.from.names, quote.from.stop.as_str()),
        "to": stop(&quote.to.names, quote.to.stop.as_str()),
        "length_m": quote.path.length_m,
        "estimated_m": quote.path.estimated_m,
        "path": parts,
        "stops": quote.path.stops.iter().map(|stop| stop.as_str()).collect::<Vec<_>>(),
        "rule": quote.rule.as_str(),
        "explanation": quote.explanation.text(language).lines().collect::<Vec<_>>(),
        "tariff": {
            "name": tariff.name.as_str(),
            "version": tariff.version.as_str(),
            "sha256": hex::encode(tariff.hash),
        },
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
                city: "guangzhou".to_owned(),
                day: "2026-11-21".parse().ok(),
                data: None,
            },
            from: from.to_owned(),
            to: to.to_owned(),
            lang: Language::English,
            json: false,
        }
    }

    /// The text of a trip, without the table's hash.
    fn check(from: &str, to: &str, (language, expected): (Language, &[&str])) {
        let cities = Cities::embedded();
        let args = args(from, to);
        let trip = Trip {
            city: &args.table.city,
            from,
            to,
            day: args.table.day(),
        };
        let quote = quote(&cities.book, &trip).unwrap();
        let text = as_text(&quote, &cities.book, language);
        let hash = hex::encode(quote.explanation.tariff.hash);
        let text = text.replace(&hash, "HASH").replace(&hash[..8], "HASH");
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
        let json = as_json(&quote, &cities, language);
        assert_eq!(json["fare_minor"], quote.fare.minor);
        assert_eq!(json["tariff"]["sha256"], hash);
        assert_eq!(
            json["path"].as_array().unwrap().len(),
            quote.path.parts.len()
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
