//! `ridecode fare explain`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use ridecode_fare::{Language, amount_text};
use ridecode_ledger::Money;

use super::{language, recompute};
use crate::bill::{At, BillFault, BillFile};

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode fare explain 2026-11.json
  ridecode fare explain 2026-11.json --language en --journey 00002001-17

Reads out an exported bill (docs/bills.md): each ride with its taps and the sentences its rider
reads. What the bill says is not checked here; `ridecode fare recompute` does. Exit status: 0 read
out, 1 no such journey, 2 the file is no bill.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Bill, as `ridecode fare export` or GET /v1/bills/{month} writes it.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only this journey, by its id.
    #[arg(long, value_name = "ID")]
    journey: Option<String>,
    /// Language of the sentences: en, zh (zh-Hans) or zh-Hant.
    #[arg(long, alias = "lang", value_name = "LANGUAGE", default_value = "zh", value_parser = language)]
    language: Language,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let file = recompute::read(&args.file)?;
    let wanted = args.journey.as_deref();
    let text = Reader::new(&file, args.language)
        .and_then(|reader| reader.bill(wanted))
        .map_err(|fault| anyhow::anyhow!("{}: {fault}", args.file.display()))?;
    match (text, wanted) {
        (Some(text), _) => {
            anstream::print!("{text}");
            Ok(ExitCode::SUCCESS)
        }
        (None, wanted) => {
            anstream::eprintln!(
                "error: {} has no journey {}; leave out --journey to see all",
                args.file.display(),
                wanted.unwrap_or_default()
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Reads out one bill in one language.
struct Reader<'a> {
    file: At<'a>,
    month: String,
    words: &'static Words,
    language: Language,
    /// Taps by their ids.
    taps: BTreeMap<&'a str, At<'a>>,
}

impl<'a> Reader<'a> {
    fn new(bill: &'a BillFile, language: Language) -> Result<Self, BillFault> {
        let file = At::whole(&bill.whole);
        let taps = file.field("taps")?.items(BillFile::TAPS_MAX)?.into_iter();
        Ok(Self {
            month: bill.period.month.to_string(),
            words: Words::of(language),
            language,
            taps: taps
                .map(|tap| Ok((tap.field("id")?.text()?, tap)))
                .collect::<Result<_, BillFault>>()?,
            file,
        })
    }

    /// The whole bill, or one journey of it. `None` if that is not there.
    fn bill(&self, wanted: Option<&str>) -> Result<Option<String>, BillFault> {
        let mut rides = Vec::new();
        for list in ["fares", "open", "unpriced"] {
            for journey in self.file.field(list)?.items(BillFile::TAPS_MAX)? {
                let id = journey.field("journey")?.text()?;
                if wanted.is_none_or(|wanted| wanted == id) {
                    rides.push(self.journey(id, &journey, list)?);
                }
            }
        }
        if wanted.is_some() {
            return Ok((!rides.is_empty()).then(|| rides.join("\n")));
        }
        let mut totals = Vec::new();
        for total in self.file.field("totals")?.items(BillFile::TAPS_MAX)? {
            totals.push(self.amount(&total)?);
        }
        let sum = totals.join(" + ");
        let count = rides.len();
        let word = self.words.rides[usize::from(count != 1)];
        let head = format!("{} {}: {count} {word}", self.words.bill, self.month);
        let head = [head, sum].join(if totals.is_empty() { "" } else { ", " });
        rides.insert(0, format!("{head}\n"));
        Ok(Some(rides.join("\n")))
    }

    /// A head line, the taps, the sentences.
    fn journey(&self, id: &str, journey: &At<'_>, list: &str) -> Result<String, BillFault> {
        let mut text = match list {
            "fares" => {
                let amount = self.amount(&journey.field("amount")?)?;
                let day = journey.field("day")?.text()?;
                format!("{day}  {amount}  [{id}]\n")
            }
            "open" => format!("{}  [{id}]\n", self.words.open),
            _ => format!("{}  [{id}]\n", self.words.unpriced),
        };
        for tap in journey.field("taps")?.items(BillFile::TAPS_MAX)? {
            text.push_str(&self.tap(&tap)?);
        }
        if let Some(explanation) = journey.maybe("explanation")? {
            for sentence in explanation
                .field(self.language.tag())?
                .items(BillFile::TAPS_MAX)?
            {
                text.push_str(&format!("  {}\n", sentence.text()?));
            }
        }
        Ok(text)
    }

    /// When, what and where, as far as the bill says.
    fn tap(&self, id: &At<'_>) -> Result<String, BillFault> {
        let Some(tap) = self.taps.get(id.text()?) else {
            return Err(id.fault("is none of the bill's taps; export the bill again"));
        };
        let time = tap.field("time")?.text()?;
        // The reader has read it as RFC 3339: a day, one letter, the time of that day.
        let (day, clock) = (time.get(5..10), time.get(11..19));
        let kind = match tap.field("kind")?.text()? {
            "in" => self.words.way_in,
            "out" => self.words.way_out,
            "void" => self.words.void,
            _ => self.words.single,
        };
        let place = match (
            tap.maybe("stop_name")?,
            tap.maybe("stop")?,
            tap.maybe("line")?,
        ) {
            (Some(names), _, _) => names.field(self.language.tag())?.text()?,
            (None, Some(id), _) | (None, None, Some(id)) => id.text()?,
            (None, None, None) => "",
        };
        Ok(format!(
            "  {} {}  {kind}  {place}\n",
            day.unwrap_or_default(),
            clock.unwrap_or_default()
        ))
    }

    fn amount(&self, at: &At<'_>) -> Result<String, BillFault> {
        let money = Money {
            minor: at.field("minor")?.number()?,
            currency: at.field("currency")?.parse()?,
        };
        Ok(amount_text(money, self.language))
    }
}

/// The words around the sentences.
struct Words {
    bill: &'static str,
    /// Of one, and of any other number.
    rides: [&'static str; 2],
    open: &'static str,
    unpriced: &'static str,
    single: &'static str,
    way_in: &'static str,
    way_out: &'static str,
    void: &'static str,
}

impl Words {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::SimplifiedChinese => &SIMPLIFIED,
            Language::TraditionalChinese => &TRADITIONAL,
        }
    }
}

const ENGLISH: Words = Words {
    bill: "Bill of",
    rides: ["ride", "rides"],
    open: "Not finished yet",
    unpriced: "No price yet",
    single: "tap",
    way_in: "in",
    way_out: "out",
    void: "undone",
};

const SIMPLIFIED: Words = Words {
    bill: "账单",
    rides: ["次行程"; 2],
    open: "行程未完成",
    unpriced: "暂无票价",
    single: "刷码",
    way_in: "进站",
    way_out: "出站",
    void: "撤销",
};

const TRADITIONAL: Words = Words {
    bill: "帳單",
    rides: ["次行程"; 2],
    open: "行程未完成",
    unpriced: "暫無票價",
    single: "刷碼",
    way_in: "進站",
    way_out: "出站",
    void: "撤銷",
};

#[cfg(test)]
mod tests {
    use crate::bill::tests::example_month;

    use super::*;

    /// What is read out of the example's month, without the table's hash.
    fn check(language: Language, wanted: Option<&str>, expected: Option<&str>) {
        let bill = BillFile::read(&example_month()).unwrap();
        let hash = hex::encode(&bill.tables[0].hash[..4]);
        let told = Reader::new(&bill, language).unwrap().bill(wanted).unwrap();
        let told = told.map(|told| told.replace(&hash, "HASH"));
        assert_eq!(told.as_deref(), expected);
    }

    #[test]
    fn a_bill_is_read_out_ride_by_ride() {
        let first = "\
2026-11-10  4.00 元  [00000001-1]
  11-10 08:00:00  进站  西门
  11-10 08:25:00  出站  南门
  西门至南门：最短路径 8.5 公里（Line 1 → Line 2）。
  12 公里（含）以内，票价 4.00 元。
  本月累计支付：本次前 0.00 元，本次后 4.00 元；本次无累计优惠。
  应付：4.00 元。票价表 example，版本 1（HASH）。
";
        check(Language::SimplifiedChinese, Some("00000001-1"), Some(first));
        let unpriced = "\
No price yet  [00000001-6]
  11-11 15:00:00  tap  b1
  No fare rule covers this ride yet; nothing is charged until one does.
";
        check(Language::English, Some("00000001-6"), Some(unpriced));
        let open = "\
行程未完成  [00000001-10]
  11-30 07:50:00  進站  West
";
        check(
            Language::TraditionalChinese,
            Some("00000001-10"),
            Some(open),
        );
        check(Language::English, Some("00000001-99"), None);
        let bill = BillFile::read(&example_month()).unwrap();
        let whole = Reader::new(&bill, Language::English).unwrap().bill(None);
        let whole = whole.unwrap().unwrap();
        assert!(whole.starts_with("Bill of 2026-11: 6 rides, 8.00 yuan\n\n2026-11-10"));
    }

    #[test]
    fn what_cannot_be_read_out_is_told_by_field() {
        let check = |field: &[&str], value: serde_json::Value, expected: &str| {
            let mut document: serde_json::Value = serde_json::from_str(&example_month()).unwrap();
            let first = &mut document["fares"][0];
            *field.iter().fold(first, |at, name| &mut at[*name]) = value;
            let bill = BillFile::read(&document.to_string()).unwrap();
            let fault = Reader::new(&bill, Language::English).unwrap().bill(None);
            assert_eq!(fault.unwrap_err().to_string(), expected);
        };
        check(
            &["amount", "currency"],
            "yuan".into(),
            "fares[0].amount.currency: a currency is three capital letters as in ISO 4217, such \
             as CNY",
        );
        check(&["amount"], 4.into(), "fares[0].amount: must be an object");
        check(
            &["explanation", "en"],
            "free".into(),
            "fares[0].explanation.en: must be a list",
        );
        check(
            &["taps"],
            serde_json::json!(["00000001-77"]),
            "fares[0].taps[0]: is none of the bill's taps; export the bill again",
        );
    }
}
