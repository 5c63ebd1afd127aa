//! Sentences about the ride before.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{Mode, Text};

use super::Words;
use super::number::kilometers;
use crate::names::{Language, Names};
use crate::quote::AfterRide;
use crate::tariff::MeasuredFrom;

impl Words {
    /// A discount for changing: seconds passed and allowed, what is taken off and what remains.
    pub(super) fn transfer(
        self,
        from: Mode,
        ([passed_s, within_s], measured_from): ([u32; 2], MeasuredFrom),
        [off, price]: [Money; 2],
    ) -> String {
        let mode = self.mode(from);
        let [off, price] = [off, price].map(|money| self.money(money));
        let [passed, within] = [passed_s, within_s].map(|time| self.time(time));
        let [english, simplified, traditional] = end_of_ride(measured_from);
        self.pick(
            format!(
                "Transfer from {mode}: {passed} after the {english} of that ride, within {within}; \
                 {off} less leaves {price}."
            ),
            format!(
                "{mode}换乘优惠：前次行程{simplified}后{passed}（{within}内有效），减 {off}，\
                 余 {price}。"
            ),
            format!(
                "{mode}轉乘優惠：前次行程{traditional}後{passed}（{within}內有效），減 {off}，\
                 餘 {price}。"
            ),
        )
    }

    /// A price of its own after another ride: of which groups, seconds passed and allowed, the price
    /// alone and the price that is paid.
    pub(super) fn leg_transfer(
        self,
        [from, to]: [&Text; 2],
        (passed_s, within_s): (u32, Option<u32>),
        [own, price]: [Money; 2],
    ) -> String {
        let [own, price] = [own, price].map(|money| self.money(money));
        let passed = self.time(passed_s);
        let within = within_s.map(|within_s| self.time(within_s));
        let within = within.map_or_else(String::new, |within| {
            self.pick(
                format!(", within {within}"),
                format!("（{within}内有效）"),
                format!("（{within}內有效）"),
            )
        });
        self.pick(
            format!(
                "Transfer from {from} to {to} after {passed}{within}: {price} in place of {own}."
            ),
            format!("由{from}换乘{to}：间隔{passed}{within}，原价 {own}，计 {price}。"),
            format!("由{from}轉乘{to}：間隔{passed}{within}，原價 {own}，計 {price}。"),
        )
    }

    /// A fare that goes on: what all rides so joined cost, what the earlier ones did, what remains.
    pub(super) fn continued(
        self,
        stop: &Names,
        [outside_s, length_m]: [u32; 2],
        amounts: [Money; 3],
    ) -> String {
        let stop = stop.in_language(self.0);
        let (outside, length) = (self.time(outside_s), kilometers(length_m));
        let [through, before, price] = amounts.map(|money| self.money(money));
        self.pick(
            format!(
                "Continues the ride that ended at {stop} {outside} before: {length} km in all cost \
                 {through}, {before} of it was for the earlier ride; {price} remains."
            ),
            format!(
                "{outside}前在{stop}出站，本次连续计费：全程 {length} 公里 {through}，\
                 前程已计 {before}，本程 {price}。"
            ),
            format!(
                "{outside}前在{stop}出站，本次連續計費：全程 {length} 公里 {through}，\
                 前程已計 {before}，本程 {price}。"
            ),
        )
    }

    /// What a ride costs that follows another one soon enough.
    pub(super) fn after_ride(self, after: &AfterRide) -> String {
        let modes: Vec<&str> = after.modes.iter().map(|mode| self.mode(*mode)).collect();
        let [or, comma] = match self.0 {
            Language::English => [" or ", ", "],
            Language::SimplifiedChinese | Language::TraditionalChinese => ["或", "、"],
        };
        let modes = match modes.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{}{or}{last}", rest.join(comma)),
            Some(_) | None => modes.concat(),
        };
        let within = self.time(after.within_s);
        let [off, fare] = [after.off, after.fare].map(|money| self.money(money));
        let [english, simplified, traditional] = end_of_ride(after.measured_from);
        self.pick(
            format!(
                "Within {within} after the {english} of a ride by {modes}: {off} less, {fare}."
            ),
            format!("{modes}行程{simplified}后{within}内换乘：减 {off}，票价 {fare}。"),
            format!("{modes}行程{traditional}後{within}內轉乘：減 {off}，票價 {fare}。"),
        )
    }

    fn mode(self, mode: Mode) -> &'static str {
        let [english, simplified, traditional] = match mode {
            Mode::Bus => ["bus", "公交", "公交"],
            Mode::Metro => ["metro", "地铁", "地鐵"],
            Mode::Brt => ["BRT", "快速公交", "快速公交"],
            Mode::Tram => ["tram", "有轨电车", "有軌電車"],
            Mode::Ferry => ["ferry", "轮渡", "輪渡"],
            Mode::Cableway => ["cableway", "索道", "索道"],
        };
        match self.0 {
            Language::English => english,
            Language::SimplifiedChinese => simplified,
            Language::TraditionalChinese => traditional,
        }
    }
}

/// Which end of a ride time is counted from, in each language.
fn end_of_ride(measured_from: MeasuredFrom) -> [&'static str; 3] {
    match measured_from {
        MeasuredFrom::Start => ["start", "开始", "開始"],
        MeasuredFrom::End => ["end", "结束", "結束"],
    }
}
