//! Sentences about riders and times with prices of their own, and about caps.

use alloc::format;
use alloc::string::String;

use ridecode_ledger::Money;

use super::Words;
use crate::explain::Step;
use crate::names::Names;
use crate::tariff::CapPeriod;

impl Words {
    /// The sentence of a window, a concession or a cap.
    pub(super) fn for_some(self, step: &Step) -> String {
        if let Step::Window { name, begun_s } = step {
            return self.window(name, *begun_s);
        }
        if let Step::Concession {
            name,
            percent,
            price,
        } = step
        {
            return self.concession(name, *percent, *price);
        }
        let Step::Cap {
            name,
            period,
            before,
            at_most,
            price,
        } = step
        else {
            unreachable!("every other step has a sentence elsewhere");
        };
        self.cap(name, *period, [*before, *at_most, *price])
    }

    /// In which window of time a ride began: seconds since midnight.
    fn window(self, name: &Names, begun_s: u32) -> String {
        let (name, clock) = (name.in_language(self.0), clock(begun_s));
        self.pick(
            format!("Begun at {clock}: {name}."),
            format!("首次刷码时间 {clock}：{name}。"),
            format!("首次刷碼時間 {clock}：{name}。"),
        )
    }

    /// What a category of riders, or a time of day, costs less.
    fn concession(self, name: &Names, percent: Option<u8>, price: Money) -> String {
        let name = name.in_language(self.0);
        let price = self.money(price);
        match percent {
            Some(percent) => self.pick(
                format!("{name}: {percent}% is paid, {price}."),
                format!("{name}：按 {percent}% 计为 {price}。"),
                format!("{name}：按 {percent}% 計為 {price}。"),
            ),
            None => self.pick(
                format!("{name}: {price}."),
                format!("{name}：{price}。"),
                format!("{name}：{price}。"),
            ),
        }
    }

    /// A cap: what was paid before, the most that is paid, what remains.
    fn cap(self, name: &Names, period: CapPeriod, amounts: [Money; 3]) -> String {
        let name = name.in_language(self.0);
        let [before, at_most, price] = amounts.map(|money| self.money(money));
        let [english, simplified, traditional] = period_words(period);
        self.pick(
            format!(
                "{name}: at most {at_most} {english}, {before} of it paid before; {price} remains."
            ),
            format!("{name}：{simplified}封顶 {at_most}，此前已付 {before}，本次 {price}。"),
            format!("{name}：{traditional}封頂 {at_most}，此前已付 {before}，本次 {price}。"),
        )
    }
}

/// A period in each language.
fn period_words(period: CapPeriod) -> [&'static str; 3] {
    match period {
        CapPeriod::Day => ["that day", "当日", "當日"],
        CapPeriod::Week(_) => ["that week", "当周", "當週"],
        CapPeriod::Month => ["that month", "当月", "當月"],
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
