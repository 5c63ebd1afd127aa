//! Prices written as decimals become whole minor units, exactly.

use ridecode_fare::Tariff;

/// The minor units of a price such as `3.2` in a currency. Errors say what to write.
pub(super) fn minor(price: &str, currency: &str) -> Result<i64, String> {
    let digits = minor_digits(currency);
    let fault = || {
        format!(
            "the price {price:?} must be an amount of {currency} from 0 with at most {digits} \
             decimals"
        )
    };
    let (whole, part) = price.split_once('.').unwrap_or((price, ""));
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
    Ok(amount)
}

/// Decimals of a currency (ISO 4217, table A.1).
fn minor_digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_exact_or_refused() {
        let check = |price, currency, expected: Option<i64>| {
            assert_eq!(minor(price, currency).ok(), expected, "{price} {currency}");
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
        check("1,5", "CAD", None);
        check("1e3", "CAD", None);
        check("10000000.01", "CAD", None);
        check("9999999999999999999999", "CAD", None);
    }
}
