//! Sentences about riders and times with prices of their own.

use alloc::format;
use alloc::string::String;

use ridecode_ledger::Money;

use super::Words;
use crate::names::Names;

impl Words {
    /// In which window of time a ride began: seconds since midnight.
    pub(super) fn window(self, name: &Names, begun_s: u32) -> String {
        let (name, clock) = (name.in_language(self.0), clock(begun_s));
        self.pick(
            format!("Begun at {clock}: {name}."),
            format!("首次刷码 {clock}:{name}。"),
            format!("首次刷碼 {clock}:{name}。"),
        )
    }

    /// What a category of riders, or a time of day, costs less.
    pub(super) fn concession(self, name: &Names, percent: Option<u8>, price: Money) -> String {
        let name = name.in_language(self.0);
        let price = self.money(price);
        match percent {
            Some(percent) => self.pick(
                format!("{name}: {percent} % is paid, {price}."),
                format!("{name}:按 {percent}% 计为 {price}。"),
                format!("{name}:按 {percent}% 計為 {price}。"),
            ),
            None => self.pick(
                format!("{name}: {price}."),
                format!("{name}:{price}。"),
                format!("{name}:{price}。"),
            ),
        }
    }
}

/// A time of day, with seconds where there are any.
fn clock(second: u32) -> String {
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    match seconds {
        0 => format!("{hours:02}:{minutes:02}"),
        _ => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    }
}
