//! Prices written as decimals become whole minor units, exactly.

use ridecode_fare::Tariff;

use super::report::{Kind, Report};

/// A price as it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Amount {
    /// Negative only where a discount may stand.
    minor: i64,
    /// Whether its decimals stood behind a comma.
    has_comma: bool,
}

/// A price as a row writes it.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    /// Such as `fare near`, for messages.
    pub(super) of: &'a str,
    pub(super) price: &'a str,
    pub(super) currency: &'a str,
    /// Whether it may be a discount.
    pub(super) signed: bool,
}

/// The price of a row in minor units of the one currency of a tariff, which is that of the first
/// price read. Where there is none, the report says why.
pub(super) fn take(
    written: Written<'_>,
    currency: &mut Option<String>,
    (at, report): ((&'static str, u64), &mut Report),
) -> Option<i64> {
    let Written { of, price, .. } = written;
    let code = written.currency;
    let amount = match is_currency(code) {
        true => read(price, code, written.signed),
        false => Err(format!(
            "the currency {code:?} of {of} must be an ISO 4217 code"
        )),
    };
    let amount = match amount {
        Ok(amount) => amount,
        Err(what) => {
            report.add(Kind::Unreadable, at, what);
            return None;
        }
    };
    if amount.has_comma {
        let what = format!("the decimals of the price {price} stand behind a comma");
        report.add(Kind::Assumed, at, what);
    }
    if currency.get_or_insert_with(|| code.to_owned()) != code {
        let what = format!("{of} is in {code}, the tariff in another currency");
        report.add(Kind::NotExpressed, at, what);
        return None;
    }
    Some(amount.minor)
}

/// The minor units of a price such as `3.2` in a currency; `-0.5` only if it is `signed`. Errors
/// say what to write.
fn read(price: &str, currency: &str, signed: bool) -> Result<Amount, String> {
    let digits = minor_digits(currency);
    let fault = || {
        let from = if signed { "" } else { " from 0" };
        format!(
            "the price {price:?} must be an amount of {currency}{from} with at most {digits} \
             decimals"
        )
    };
    let unsigned = price.strip_prefix('-').filter(|_| signed);
    let (sign, figures) = unsigned.map_or((1, price), |figures| (-1, figures));
    let comma = figures.split_once(',').filter(|(_, part)| {
        // With three digits behind it, it may as well part thousands.
        (1..=2).contains(&part.len()) && part.len() <= digits
    });
    let (whole, part) = comma.unwrap_or_else(|| figures.split_once('.').unwrap_or((figures, "")));
    let part = part.trim_end_matches('0');
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let known = !(whole.is_empty() && part.is_empty()) && all_digits(whole) && all_digits(part);
    if !known || part.len() > digits || whole.len() > 12 {
        return Err(fault());
    }
    let written = format!("{whole}{part:0<digits$}");
    let amount: i64 = written.parse().map_err(|_| fault())?;
    if amount > Tariff::AMOUNT_MAX {
        return Err(fault());
    }
    Ok(Amount {
        minor: sign * amount,
        has_comma: comma.is_some(),
    })
}

/// Whether it has the form of a currency code (ISO 4217).
fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Decimals of a currency (ISO 4217, table A.1).
fn minor_digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_exact_or_refused() {
        let check = |price, currency, expected: Option<i64>| {
            let read = read(price, currency, false).ok();
            assert_eq!(
                read.map(|amount| amount.minor),
                expected,
                "{price} {currency}"
            );
            let has_comma = expected.is_some() && price.contains(',');
            assert!(read.is_none_or(|amount| amount.has_comma == has_comma));
        };
        check("3.2", "CAD", Some(320));
        check("3.20", "CAD", Some(320));
        check("3.200", "CAD", Some(320));
        check("0", "EUR", Some(0));
        check(".5", "EUR", Some(50));
        check("190", "JPY", Some(190));
        check("190.00", "JPY", Some(190));
        check("1.5", "JPY", None);
        check("0.125", "KWD", Some(125));
        check("3.205", "CAD", None);
        check("", "CAD", None);
        check(".", "CAD", None);
        check("-1", "CAD", None);
        check("1,5", "EUR", Some(150));
        check("1,50", "EUR", Some(150));
        check("1,500", "EUR", None);
        check("1,500", "KWD", None);
        check("1,5", "JPY", None);
        check("1,234.50", "EUR", None);
        check("1e3", "CAD", None);
        check("10000000.01", "CAD", None);
        check("9999999999999999999999", "CAD", None);
    }

    #[test]
    fn a_discount_is_negative_where_one_may_stand() {
        let check = |price, expected: Option<i64>| {
            let read = read(price, "CAD", true).ok();
            assert_eq!(read.map(|amount| amount.minor), expected, "{price}");
        };
        check("-0.50", Some(-50));
        check("0.50", Some(50));
        check("--1", None);
        check("-", None);
    }
}
