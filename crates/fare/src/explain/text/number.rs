//! Amounts, durations and lengths as people read them.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};

use super::Words;
use crate::names::Language;

impl Words {
    pub(super) fn money(self, money: Money) -> String {
        let digits = decimal(i128::from(money.minor), money.currency.decimals());
        self.with_unit(digits, money.currency)
    }

    /// An amount in thousandths of a minor unit, with as many decimals as it needs.
    pub(super) fn exact(self, milli: i64, currency: Currency) -> String {
        let digits = decimal(i128::from(milli), currency.decimals() + 3);
        let cut = digits.trim_end_matches('0');
        let needed = &digits[..cut.len().max(digits.len() - 3)];
        self.with_unit(needed.trim_end_matches('.').to_string(), currency)
    }

    fn with_unit(self, digits: String, currency: Currency) -> String {
        if currency == Currency::CNY {
            self.pick(
                format!("{digits} yuan"),
                format!("{digits} 元"),
                format!("{digits} 元"),
            )
        } else {
            format!("{} {digits}", currency.0.escape_ascii())
        }
    }

    /// A duration in hours, minutes and seconds, without those that are zero.
    pub(super) fn time(self, seconds: u32) -> String {
        let units = match self.0 {
            Language::English => [" h", " min", " s"],
            Language::SimplifiedChinese => ["小时", "分钟", "秒"],
            Language::TraditionalChinese => ["小時", "分鐘", "秒"],
        };
        let amounts = [seconds / 3_600, seconds / 60 % 60, seconds % 60];
        let parts: Vec<String> = amounts
            .iter()
            .zip(units)
            .filter(|(amount, _)| **amount > 0)
            .map(|(amount, unit)| format!("{amount}{unit}"))
            .collect();
        match self.0 {
            _ if parts.is_empty() => format!("0{}", units[2]),
            Language::English => parts.join(" "),
            Language::SimplifiedChinese | Language::TraditionalChinese => parts.concat(),
        }
    }
}

/// Meters as kilometers with as many decimals as they need.
pub(super) fn kilometers(meters: u32) -> String {
    let digits = decimal(i128::from(meters), 3);
    digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_string()
}

/// A number of so many decimals, written with a point.
fn decimal(number: i128, decimals: u32) -> String {
    let scale = 10_u128.pow(decimals);
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    if decimals == 0 {
        return format!("{sign}{size}");
    }
    let width = usize::try_from(decimals).unwrap_or_default();
    format!("{sign}{}.{:0width$}", size / scale, size % scale)
}
