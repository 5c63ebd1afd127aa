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
    /// Riders with prices of their own, beside ordinary ones.
    pub(super) categories: Vec<String>,
    /// By `fare_product_id`: what ordinary riders pay, then each category.
    chosen: BTreeMap<String, Vec<i64>>,
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
        let mut categories = read_categories(files, report);
        let media = read_media(files, report);
        let mut products = Self::default();
        products.read_rows(files, &media, report);
        products.keep_used(&mut categories, report);
        products.choose(&categories, report);
        let others = categories.others.into_iter();
        products.categories = others.map(|(id, _)| named(id)).collect();
        products
    }

    /// What a product costs ordinary riders, then each category, or why that cannot be said.
    pub(super) fn prices(&self, product: &str) -> Result<&[i64], (Kind, String)> {
        if !self.rows.contains_key(product) {
            let what = format!("there is no product {product:?} to be taken; the rule is left out");
            return Err((Kind::Unreadable, what));
        }
        let prices = self.chosen.get(product);
        prices.map(Vec::as_slice).ok_or_else(|| {
            let what = format!("product {product} is not for ordinary riders");
            (Kind::NotExpressed, what)
        })
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

    /// Categories without a price of their own are ordinary riders.
    fn keep_used(&self, categories: &mut Categories, report: &mut Report) {
        let sales = self.rows.values().flatten();
        let used: BTreeSet<&str> = sales.map(|sale| &*sale.category).collect();
        categories
            .others
            .retain(|(id, _)| used.contains(id.as_str()));
        for (code, (id, line)) in (1..).zip(&categories.others) {
            let what = format!(
                "riders {id} are taken as those whose code names category {code}: write the \
                 issuers' codes into the tariff"
            );
            report.add(Kind::Assumed, (CATEGORIES, *line), what);
        }
    }

    /// Of each product and category the price on the medium nearest to a phone counts. A category
    /// without a price of its own pays what ordinary riders pay.
    fn choose(&mut self, categories: &Categories, report: &mut Report) {
        for (product, sales) in &self.rows {
            let nearest = |category: Option<&str>| {
                let of_it = sales.iter().filter(|sale| match category {
                    Some(category) => sale.category == category,
                    None => categories.is_ordinary(sale),
                });
                of_it.min_by_key(|sale| (sale.distance, sale.line))
            };
            let ordinary = nearest(None);
            let known = |sale: &Sale| categories.others.iter().any(|(id, _)| *id == sale.category);
            for sale in sales {
                let counts = match categories.is_ordinary(sale) {
                    true => ordinary,
                    false => nearest(Some(&sale.category)).filter(|_| known(sale)),
                };
                let what = match counts {
                    Some(counts) if counts.minor == sale.minor => continue,
                    Some(counts) => format!(
                        "a price of product {product} on medium {:?}; a ride code pays that of \
                         line {}",
                        sale.medium, counts.line
                    ),
                    None => format!("a price of product {product} for riders {}", sale.category),
                };
                report.add(Kind::NotExpressed, (PRODUCTS, sale.line), what);
            }
            let Some(ordinary) = ordinary else { continue };
            let others = categories.others.iter().map(|(id, _)| nearest(Some(id)));
            let all = std::iter::once(Some(ordinary)).chain(others);
            let prices = all.map(|sale| sale.unwrap_or(ordinary).minor).collect();
            self.chosen.insert(product.clone(), prices);
        }
    }
}

/// The categories of riders.
struct Categories {
    /// That of ordinary riders, if the feed has categories.
    ordinary: Option<String>,
    /// With their lines.
    others: Vec<(String, u64)>,
}

impl Categories {
    fn is_ordinary(&self, sale: &Sale) -> bool {
        sale.category.is_empty() || self.ordinary.as_ref() == Some(&sale.category)
    }
}

fn read_categories(files: &Files, report: &mut Report) -> Categories {
    let columns = ["rider_category_id", "is_default_fare_category"];
    let mut categories: Vec<(String, bool, u64)> = Vec::new();
    rows(files, (CATEGORIES, 1, columns), report, |row, report| {
        let at = (CATEGORIES, row.line);
        let [id, is_default] = row.texts();
        let is_name = (1..=ridecode_words::Text::LENGTH_MAX).contains(&id.len());
        if !is_name || categories.iter().any(|known| known.0 == id) {
            let what = format!("rider_category_id {id:?} is missing or stands twice; left out");
            return report.add(Kind::Unreadable, at, what);
        }
        if categories.len() > CODES_MAX {
            let what = format!("more than {CODES_MAX} categories; riders {id} are left out");
            return report.add(Kind::NotExpressed, at, what);
        }
        categories.push((id, is_default == "1", row.line));
    });
    let default = categories.iter().position(|category| category.1);
    if default.is_none()
        && let Some((first, _, line)) = categories.first()
    {
        let what = format!("no category is the default one; {first} is taken for it");
        report.add(Kind::Assumed, (CATEGORIES, *line), what);
    }
    let ordinary = match categories.is_empty() {
        true => None,
        false => Some(categories.remove(default.unwrap_or_default()).0),
    };
    let others = categories.into_iter().map(|(id, _, line)| (id, line));
    Categories {
        ordinary,
        others: others.collect(),
    }
}

/// The name of a category in a tariff, where riders of none are `ordinary`.
fn named(id: String) -> String {
    match id.as_str() {
        "ordinary" => "the category ordinary".to_owned(),
        _ => id,
    }
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
/// A credential has one byte for the category; 0 is an ordinary rider.
const CODES_MAX: usize = 255;
const CATEGORIES: &str = "rider_categories.txt";
const PRODUCTS: &str = "fare_products.txt";
