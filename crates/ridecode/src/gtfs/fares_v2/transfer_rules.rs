//! `fare_transfer_rules.txt`: what a leg costs after another.

use std::collections::BTreeSet;

use super::super::archive::Files;
use super::super::legs::Names;
use super::super::report::{Kind, Report};
use super::super::sheet::rows;
use super::super::transfers::{COUNT_MAX, Pays, Transfer, WITHIN_S_MAX};
use super::products::Products;

/// A row, its product priced.
struct Rule {
    line: u64,
    /// Empty where any is meant that no rule names.
    groups: [String; 2],
    count: String,
    limit: [String; 2],
    kind: String,
    minor: i64,
}

/// Reads them, the first that counts first. Gives the products they sell, too.
pub(super) fn read(
    files: &Files,
    (products, groups): (&Products, &Names),
    report: &mut Report,
) -> (Vec<Transfer>, BTreeSet<String>) {
    let mut sold = BTreeSet::new();
    let rules = read_rows(files, (products, &mut sold), report);
    let named = [0, 1].map(|end| -> BTreeSet<u32> {
        let named = rules.iter();
        named
            .filter_map(|rule| groups.find(&rule.groups[end]))
            .collect()
    });
    let mut transfers = Vec::new();
    for rule in &rules {
        match rule.transfer((groups, &named), report) {
            Ok(transfer) => transfers.push(transfer),
            Err((kind, what)) => report.add(kind, (FILE, rule.line), what),
        }
    }
    if !transfers.is_empty() {
        let what = "a ride on the line of the ride before counts as no transfer".to_owned();
        report.add(Kind::Assumed, FILE, what);
    }
    transfers.sort_by_key(Transfer::precedence);
    (transfers, sold)
}

fn read_rows(
    files: &Files,
    (products, sold): (&Products, &mut BTreeSet<String>),
    report: &mut Report,
) -> Vec<Rule> {
    let columns = [
        "fare_transfer_type",
        "from_leg_group_id",
        "to_leg_group_id",
        "transfer_count",
        "duration_limit",
        "duration_limit_type",
        "fare_product_id",
    ];
    let mut rules = Vec::new();
    rows(files, (FILE, 1, columns), report, |row, report| {
        let at = (FILE, row.line);
        let [kind, from, to, count, limit, limit_type, product] = row.texts();
        let minor = match product.as_str() {
            "" => 0,
            _ => match products.prices(&product) {
                Ok(prices) => {
                    if prices.iter().any(|price| *price != prices[0]) {
                        let what = format!("every rider pays the ordinary price of {product} here");
                        report.add(Kind::NotExpressed, at, what);
                    }
                    prices[0]
                }
                Err((kind, what)) => return report.add(kind, at, what),
            },
        };
        sold.insert(product);
        rules.push(Rule {
            line: row.line,
            groups: [from, to],
            count,
            limit: [limit, limit_type],
            kind,
            minor,
        });
    });
    rules
}

impl Rule {
    /// The transfer of a rule, or why there is none.
    fn transfer(
        &self,
        (groups, named): (&Names, &[BTreeSet<u32>; 2]),
        report: &mut Report,
    ) -> Result<Transfer, (Kind, String)> {
        let unreadable = |what: String| (Kind::Unreadable, what);
        let mut ends = [BTreeSet::new(), BTreeSet::new()];
        for (end, group) in self.groups.iter().enumerate() {
            ends[end] = match groups.find(group) {
                Some(group) => BTreeSet::from([group]),
                None if group.is_empty() => {
                    let all = (0..).take(groups.names.len());
                    all.filter(|group| !named[end].contains(group)).collect()
                }
                None => {
                    let what = format!("no leg rule is in the group {group}; left out");
                    return Err(unreadable(what));
                }
            };
            if ends[end].is_empty() {
                let what = "every group is named by another rule; the rule fits no leg";
                return Err(unreadable(what.to_owned()));
            }
        }
        Ok(Transfer {
            at: (FILE, self.line),
            groups: ends,
            count: self.count(report).map_err(unreadable)?,
            limit: self.limit(report).map_err(unreadable)?,
            pays: self.pays()?,
        })
    }

    fn count(&self, report: &mut Report) -> Result<Option<u32>, String> {
        let is_one_group = self.groups[0] == self.groups[1];
        match self.count.as_str() {
            "" if is_one_group => {
                let what = "no transfer_count: any number is taken".to_owned();
                report.add(Kind::Assumed, (FILE, self.line), what);
                Ok(None)
            }
            "" | "-1" => Ok(None),
            _ if !is_one_group => {
                let what = "a transfer_count between two groups is left out".to_owned();
                report.add(Kind::Assumed, (FILE, self.line), what);
                Ok(None)
            }
            written => {
                let count: Option<u32> = written.parse().ok().filter(|count| *count > 0);
                let fault = || format!("transfer_count {written:?} must be -1, or 1 or more");
                count
                    .map(|count| Some(count.min(COUNT_MAX)))
                    .ok_or_else(fault)
            }
        }
    }

    fn limit(&self, report: &mut Report) -> Result<Option<(u32, &'static str)>, String> {
        let at = (FILE, self.line);
        let [limit, limit_type] = &self.limit;
        if limit.is_empty() {
            let what = "no duration_limit: a ride follows one that began a day before at most";
            report.add(Kind::Assumed, at, what.to_owned());
            return Ok(None);
        }
        let Some(within_s) = limit.parse().ok().filter(|within_s: &u32| *within_s > 0) else {
            return Err(format!(
                "duration_limit {limit:?} must be seconds, 1 or more"
            ));
        };
        if within_s > WITHIN_S_MAX {
            let what = format!("a ride follows one that began {WITHIN_S_MAX} s before at most");
            report.add(Kind::NotExpressed, at, what);
        }
        let measured = match limit_type.as_str() {
            "0" => "start_to_end",
            "1" => "start_to_start",
            "2" => "end_to_start",
            "3" => "end_to_end",
            other => return Err(format!("duration_limit_type {other:?} must be 0 to 3")),
        };
        Ok(Some((within_s.min(WITHIN_S_MAX), measured)))
    }

    /// The ride before is charged when the later one is not known yet: nothing of it is given back.
    fn pays(&self) -> Result<Pays, (Kind, String)> {
        match self.kind.as_str() {
            "1" => Ok(Pays::OnTop(self.minor)),
            "0" | "2" if self.minor < 0 => {
                let what = "a transfer that gives back of the ride before; left out".to_owned();
                Err((Kind::NotExpressed, what))
            }
            "0" => Ok(Pays::InPlace(self.minor)),
            "2" => Ok(Pays::Together(self.minor)),
            other => {
                let what = format!("fare_transfer_type {other:?} must be 0 to 2; left out");
                Err((Kind::Unreadable, what))
            }
        }
    }
}

const FILE: &str = "fare_transfer_rules.txt";
