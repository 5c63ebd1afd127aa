//! Products: of the prices of each the one that a rider with a ride code pays.

use std::collections::{BTreeMap, BTreeSet};

use super::super::amount::{self, Written};
use super::super::archive::Files;
use super::super::report::{Kind, Report};
use super::super::sheet::rows;

/// The prices of products, in minor units of one currency.
#[derive(Default)]
pub(super) struct Products {
    pub(super) currency: Option<String>,
    /// By `fare_product_id`, the rows that can be read.
    rows: BTreeMap<String, Vec<Sale>>,
    /// By `fare_product_id`: the place of the row that counts.
    chosen: BTreeMap<String, usize>,
}

/// A row of `fare_products.txt`.
struct Sale {
    line: u64,
    category: String,
    medium: String,
    /// How near the medium is to a code on a phone, 0 the nearest.
    distance: u8,
    minor: i64,
}

impl Products {
    pub(super) fn read(files: &Files, report: &mut Report) -> Self {
        let default = read_categories(files, report);
        let media = read_media(files, report);
        let mut products = Self::default();
        products.read_rows(files, &media, report);
        products.choose(&default, report);
        products
    }

    /// What a product costs, or why that cannot be said.
    pub(super) fn price(&self, product: &str) -> Result<i64, (Kind, String)> {
        let Some(sales) = self.rows.get(product) else {
            let what = format!("there is no product {product:?} to be taken; the rule is left out");
            return Err((Kind::Unreadable, what));
        };
        let Some(place) = self.chosen.get(product) else {
            let what = format!("product {product} is not for ordinary riders");
            return Err((Kind::NotExpressed, what));
        };
        Ok(sales[*place].minor)
    }

    /// Tells the products no rule sells: passes and packs of rides.
    pub(super) fn tell_unsold(&self, sold: &BTreeSet<String>, report: &mut Report) {
        for (product, sales) in &self.rows {
            for sale in sales.iter().filter(|_| !sold.contains(product)) {
                let what = format!("no rule for a leg or a transfer sells product {product}");
                report.add(Kind::NotExpressed, (PRODUCTS, sale.line), what);
            }
        }
    }

    fn read_rows(&mut self, files: &Files, media: &BTreeMap<String, u8>, report: &mut Report) {
        let columns = [
            "fare_product_id",
            "amount",
            "currency",
            "rider_category_id",
            "fare_media_id",
        ];
        rows(files, (PRODUCTS, 3, columns), report, |row, report| {
            let at = (PRODUCTS, row.line);
            let [id, price, currency, category, medium] = row.texts();
            if id.is_empty() {
                let what = "fare_product_id is missing; the row is left out".to_owned();
                return report.add(Kind::Unreadable, at, what);
            }
            let written = Written {
                of: &format!("product {id}"),
                price: &price,
                currency: &currency,
                signed: true,
            };
            let price = amount::take(written, &mut self.currency, (at, report));
            let Some(minor) = price else { return };
            let distance = match media.get(&medium) {
                Some(distance) => *distance,
                None if medium.is_empty() => UNKNOWN_MEDIUM,
                None => {
                    let what = format!("there is no medium {medium}; it may be any");
                    report.add(Kind::Assumed, at, what);
                    UNKNOWN_MEDIUM
                }
            };
            let sales = self.rows.entry(id).or_default();
            let repeated = |sale: &&Sale| sale.category == category && sale.medium == medium;
            if let Some(first) = sales.iter().find(repeated) {
                let what = format!("this price stands on line {} already; left out", first.line);
                return report.add(Kind::Unreadable, at, what);
            }
            sales.push(Sale {
                line: row.line,
                category,
                medium,
                distance,
                minor,
            });
        });
    }

    /// Of each product the price for ordinary riders on the medium nearest to a phone counts.
    fn choose(&mut self, default: &Default, report: &mut Report) {
        for (product, sales) in &self.rows {
            let ordinary = sales
                .iter()
                .enumerate()
                .filter(|(_, sale)| default.is(sale));
            let chosen = ordinary.min_by_key(|(_, sale)| (sale.distance, sale.line));
            for (place, sale) in sales.iter().enumerate() {
                let what = match chosen {
                    Some((counts, _)) if counts == place => continue,
                    _ if !default.is(sale) => {
                        format!("a price of product {product} for riders {}", sale.category)
                    }
                    Some((_, counts)) if counts.minor == sale.minor => continue,
                    Some((_, counts)) => format!(
                        "a price of product {product} on medium {:?}; a ride code pays that of \
                         line {}",
                        sale.medium, counts.line
                    ),
                    None => continue,
                };
                report.add(Kind::NotExpressed, (PRODUCTS, sale.line), what);
            }
            if let Some((place, _)) = chosen {
                self.chosen.insert(product.clone(), place);
            }
        }
    }
}

/// The category of ordinary riders, if the feed has categories.
struct Default(Option<String>);

impl Default {
    fn is(&self, sale: &Sale) -> bool {
        sale.category.is_empty() || self.0.as_ref() == Some(&sale.category)
    }
}

fn read_categories(files: &Files, report: &mut Report) -> Default {
    const FILE: &str = "rider_categories.txt";
    let columns = ["rider_category_id", "is_default_fare_category"];
    let mut categories: Vec<(String, bool, u64)> = Vec::new();
    rows(files, (FILE, 1, columns), report, |row, report| {
        let [id, is_default] = row.texts();
        if id.is_empty() || categories.iter().any(|known| known.0 == id) {
            let what = format!("rider_category_id {id:?} is missing or stands twice; left out");
            return report.add(Kind::Unreadable, (FILE, row.line), what);
        }
        categories.push((id, is_default == "1", row.line));
    });
    let default = categories.iter().find(|category| category.1);
    if default.is_none()
        && let Some(first) = categories.first()
    {
        let what = format!(
            "no category is the default one; {} is taken for it",
            first.0
        );
        report.add(Kind::Assumed, (FILE, first.2), what);
    }
    let default = default.or(categories.first()).map(|first| first.0.clone());
    for (id, _, line) in &categories {
        if default.as_ref() != Some(id) {
            let what = format!("prices for riders {id} are not taken over");
            report.add(Kind::NotExpressed, (FILE, *line), what);
        }
    }
    Default(default)
}

/// How near each medium is to a code on a phone.
fn read_media(files: &Files, report: &mut Report) -> BTreeMap<String, u8> {
    const FILE: &str = "fare_media.txt";
    let columns = ["fare_media_id", "fare_media_type"];
    let mut media = BTreeMap::new();
    rows(files, (FILE, 1, columns), report, |row, report| {
        let [id, kind] = row.texts();
        // A mobile app, a bank card at the gate, any, a transit card, cash, paper.
        let distance = match kind.as_str() {
            "4" => 0,
            "3" => 1,
            "2" => 3,
            "0" => 4,
            "1" => 5,
            _ => {
                let what = format!("fare_media_type {kind:?} must be 0 to 4; it may be any");
                report.add(Kind::Assumed, (FILE, row.line), what);
                UNKNOWN_MEDIUM
            }
        };
        media.insert(id, distance);
    });
    media
}

/// A medium the feed does not tell.
const UNKNOWN_MEDIUM: u8 = 2;
const PRODUCTS: &str = "fare_products.txt";
