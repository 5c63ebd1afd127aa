//! Explanations in the words of riders.

mod audience;
mod change;
mod number;
mod repair;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};
use ridecode_words::Text;

use super::{Explanation, Step};
use crate::names::{Language, Names};
use crate::price::Unpriced;
use crate::quote::AfterRide;
use crate::tariff::BandPart;

use number::kilometers;

/// One sentence a line: the steps, then what is paid and by which table.
pub(super) fn write(explanation: &Explanation, language: Language) -> String {
    let words = Words(language);
    let mut lines: Vec<String> = explanation
        .steps
        .iter()
        .map(|step| words.step(step))
        .collect();
    lines.push(words.total(explanation));
    lines.join("\n")
}

/// An amount in the unit riders know.
pub(super) fn amount(amount: Money, language: Language) -> String {
    Words(language).money(amount)
}

/// What a ride costs after another.
pub(super) fn after_ride(after: &AfterRide, language: Language) -> String {
    Words(language).after_ride(after)
}

/// Why there is no price yet.
pub(super) fn unpriced(why: Unpriced, language: Language) -> String {
    let words = |english: &str, simplified: &str, traditional: &str| {
        Words(language).pick(english.into(), simplified.into(), traditional.into())
    };
    match why {
        Unpriced::NoRule => words(
            "No fare rule covers this ride yet; nothing is charged until one does.",
            "此行程暂无适用的票价规则，规则补全之前不扣款。",
            "此行程暫無適用的票價規則，規則補全之前不扣款。",
        ),
        Unpriced::NoStop | Unpriced::SingleByDistance => words(
            "The fare goes by distance, but the records do not say from where to where; the \
             operator is to correct this, and nothing is charged until then.",
            "票价按里程计算，但刷码记录缺少站点；待运营单位更正，更正之前不扣款。",
            "票價按里程計算，但刷碼記錄缺少站點；待營運單位更正，更正之前不扣款。",
        ),
        Unpriced::NoPath => words(
            "No line is known to lead from the entry to the exit; the operator is to correct this, \
             and nothing is charged until then.",
            "进站与出站之间没有已知线路；待运营单位更正，更正之前不扣款。",
            "進站與出站之間沒有已知線路；待營運單位更正，更正之前不扣款。",
        ),
    }
}

#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    /// The sentence in the language asked for.
    fn pick(self, english: String, simplified: String, traditional: String) -> String {
        match self.0 {
            Language::English => english,
            Language::SimplifiedChinese => simplified,
            Language::TraditionalChinese => traditional,
        }
    }

    fn step(self, step: &Step) -> String {
        match step {
            Step::Distance {
                from,
                to,
                lines,
                length_m,
                estimated_m,
            } => self.distance([from, to], lines, [*length_m, *estimated_m]),
            Step::Ladder { up_to_m, price } => self.ladder(*up_to_m, *price),
            Step::Flat { price } => self.flat(*price),
            Step::Zones { from, to, price } => self.zones([from, to], *price),
            Step::FreeSameStation {
                stop,
                inside_s,
                free_s,
            } => self.same_station(stop, [*inside_s, *free_s]),
            Step::Overstay {
                inside_s,
                limit_s,
                price,
                on_top,
            } => self.overstay([*inside_s, *limit_s], *price, *on_top),
            Step::MissingTap { .. }
            | Step::Supplied { .. }
            | Step::AtLeast { .. }
            | Step::Excused { .. } => self.missing_or_mended(step),
            Step::Tiers { parts, price } => self.tiers(parts, *price),
            Step::Continued {
                stop,
                outside_s,
                length_m,
                through,
                before,
                price,
            } => self.continued(stop, [*outside_s, *length_m], [*through, *before, *price]),
            Step::Transfer {
                from,
                passed_s,
                measured_from,
                within_s,
                off,
                price,
            } => self.transfer(
                *from,
                ([*passed_s, *within_s], *measured_from),
                [*off, *price],
            ),
            Step::LegTransfer {
                from,
                to,
                passed_s,
                within_s,
                own,
                price,
            } => self.leg_transfer([from, to], (*passed_s, *within_s), [*own, *price]),
            Step::Accumulation {
                before,
                after,
                discount,
                parts,
            } => self.accumulation([*before, *after, *discount], parts),
            Step::Window { .. } | Step::Concession { .. } | Step::Cap { .. } => self.for_some(step),
            Step::Rounding {
                exact_milli,
                to,
                rounded,
            } => self.rounding(*exact_milli, *to, *rounded),
        }
    }

    fn flat(self, price: Money) -> String {
        let price = self.money(price);
        self.pick(
            format!("Flat fare: {price}."),
            format!("一票制，票价 {price}。"),
            format!("一票制，票價 {price}。"),
        )
    }

    fn tiers(self, parts: &[BandPart], price: Money) -> String {
        let (parts, price) = (self.parts(parts, price.currency), self.money(price));
        self.pick(
            format!("By parts: {parts}; {price} in all."),
            format!("分段计费：{parts}，合计 {price}。"),
            format!("分段計費：{parts}，合計 {price}。"),
        )
    }

    fn zones(self, [from, to]: [&Text; 2], price: Money) -> String {
        let price = self.money(price);
        self.pick(
            format!("Zone {from} to zone {to}: {price}."),
            format!("票价区 {from} 至票价区 {to}：{price}。"),
            format!("票價區 {from} 至票價區 {to}：{price}。"),
        )
    }

    fn distance(
        self,
        [from, to]: [&Names; 2],
        lines: &[Names],
        [length_m, estimated_m]: [u32; 2],
    ) -> String {
        let (from, to) = (from.in_language(self.0), to.in_language(self.0));
        let length = kilometers(length_m);
        let path: Vec<&str> = lines
            .iter()
            .map(|line| line.in_language(self.0).as_str())
            .collect();
        let path = path.join(" → ");
        let estimated = kilometers(estimated_m);
        let (path, estimated) = match (path.is_empty(), estimated_m) {
            (true, _) => (String::new(), String::new()),
            (false, 0) => (path, String::new()),
            (false, _) => (
                path,
                self.pick(
                    format!(", of which {estimated} km is estimated"),
                    format!("，其中 {estimated} 公里为估算"),
                    format!("，其中 {estimated} 公里為估算"),
                ),
            ),
        };
        let by = |open: &str, close: &str| {
            if path.is_empty() {
                String::new()
            } else {
                format!("{open}{path}{close}")
            }
        };
        self.pick(
            format!(
                "{from} to {to}: {length} km by the shortest path{}{estimated}.",
                by(" (", ")")
            ),
            format!(
                "{from}至{to}：最短路径 {length} 公里{}{estimated}。",
                by("（", "）")
            ),
            format!(
                "{from}至{to}：最短路徑 {length} 公里{}{estimated}。",
                by("（", "）")
            ),
        )
    }

    fn ladder(self, up_to_m: Option<u32>, price: Money) -> String {
        let price = self.money(price);
        match up_to_m.map(kilometers) {
            Some(up_to) => self.pick(
                format!("Up to {up_to} km: {price}."),
                format!("{up_to} 公里（含）以内，票价 {price}。"),
                format!("{up_to} 公里（含）以內，票價 {price}。"),
            ),
            None => self.pick(
                format!("Any longer distance: {price}."),
                format!("里程超过最后一档，票价均为 {price}。"),
                format!("里程超過最後一檔，票價均為 {price}。"),
            ),
        }
    }

    fn same_station(self, stop: &Names, [inside_s, free_s]: [u32; 2]) -> String {
        let stop = stop.in_language(self.0);
        let [inside, free] = [inside_s, free_s].map(|seconds| self.time(seconds));
        self.pick(
            format!("In at {stop} and out again after {inside}: free within {free}."),
            format!("在{stop}进站，{inside}后同站出站：{free}内免费。"),
            format!("在{stop}進站，{inside}後同站出站：{free}內免費。"),
        )
    }

    fn missing_tap(
        self,
        stop: Option<&Names>,
        (entry_missing, waited_s): (bool, u32),
        price: Money,
    ) -> String {
        let lost = self.missing(stop, entry_missing, waited_s);
        let price = self.money(price);
        self.pick(
            format!("{lost}: {price}."),
            format!("{lost}，按 {price}计费。"),
            format!("{lost}，按 {price}計費。"),
        )
    }

    /// Which tap is missing, without the end of the sentence.
    fn missing(self, stop: Option<&Names>, entry_missing: bool, waited_s: u32) -> String {
        let waited = self.time(waited_s);
        let at = stop.map_or("", |stop| stop.in_language(self.0).as_str());
        let english = |known: &str, missing: &str| {
            let at = if at.is_empty() {
                String::new()
            } else {
                format!(" at {at}")
            };
            format!("Only the {known}{at} was recorded; no {missing} arrived within {waited}")
        };
        if entry_missing {
            self.pick(
                english("exit", "entry"),
                format!("仅有{at}出站记录，{waited}内未收到进站记录"),
                format!("僅有{at}出站記錄，{waited}內未收到進站記錄"),
            )
        } else {
            self.pick(
                english("entry", "exit"),
                format!("仅有{at}进站记录，{waited}内未收到出站记录"),
                format!("僅有{at}進站記錄，{waited}內未收到出站記錄"),
            )
        }
    }

    fn overstay(self, [inside_s, limit_s]: [u32; 2], price: Money, on_top: bool) -> String {
        let (inside, limit) = (self.time(inside_s), self.time(limit_s));
        let price = self.money(price);
        if on_top {
            self.pick(
                format!("{inside} inside, {limit} allowed: {price} on top."),
                format!("站内停留{inside}，超过{limit}：另加收 {price}。"),
                format!("站內停留{inside}，超過{limit}：另加收 {price}。"),
            )
        } else {
            self.pick(
                format!("{inside} inside, {limit} allowed: {price} in place of the fare."),
                format!("站内停留{inside}，超过{limit}：改按 {price}收取。"),
                format!("站內停留{inside}，超過{limit}：改按 {price}收取。"),
            )
        }
    }

    fn accumulation(self, [before, after, discount]: [Money; 3], parts: &[BandPart]) -> String {
        let reduced = if parts.iter().all(|part| part.percent == 100) {
            self.pick(
                "no discount on this ride".into(),
                "本次无累计优惠".into(),
                "本次無累計優惠".into(),
            )
        } else {
            let parts = self.parts(parts, before.currency);
            let discount = self.money(discount);
            self.pick(
                format!("{parts}, {discount} less"),
                format!("{parts}，优惠 {discount}"),
                format!("{parts}，優惠 {discount}"),
            )
        };
        let (before, after) = (self.money(before), self.money(after));
        self.pick(
            format!("Paid this month: {before} before this ride, {after} after; {reduced}."),
            format!("本月累计支付：本次前 {before}，本次后 {after}；{reduced}。"),
            format!("本月累計支付：本次前 {before}，本次後 {after}；{reduced}。"),
        )
    }

    /// The parts of a fare and how much of each is paid.
    fn parts(self, parts: &[BandPart], currency: Currency) -> String {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| {
                let of = self.exact(part.of_milli, currency);
                let paid = self.exact(part.paid_milli, currency);
                let percent = part.percent;
                self.pick(
                    format!("{of} at {percent}% is {paid}"),
                    format!("{of}按 {percent}% 计为 {paid}"),
                    format!("{of}按 {percent}% 計為 {paid}"),
                )
            })
            .collect();
        let comma = match self.0 {
            Language::English => ", ",
            Language::SimplifiedChinese | Language::TraditionalChinese => "，",
        };
        parts.join(comma)
    }

    fn rounding(self, exact_milli: i64, to: Money, rounded: Money) -> String {
        let exact = self.exact(exact_milli, to.currency);
        let (to, rounded) = (self.money(to), self.money(rounded));
        self.pick(
            format!("{exact} is rounded to {rounded} (to the nearest {to}, halves up)."),
            format!("{exact}四舍五入为 {rounded}（以 {to}为单位）。"),
            format!("{exact}四捨五入為 {rounded}（以 {to}為單位）。"),
        )
    }

    fn total(self, explanation: &Explanation) -> String {
        let total = self.money(explanation.total);
        let (name, version) = (&explanation.tariff.name, &explanation.tariff.version);
        let hash = explanation.tariff.short_hash();
        self.pick(
            format!("To pay: {total}. Fare table {name}, version {version} ({hash})."),
            format!("应付：{total}。票价表 {name}，版本 {version}（{hash}）。"),
            format!("應付：{total}。票價表 {name}，版本 {version}（{hash}）。"),
        )
    }
}

#[cfg(test)]
mod tests;
