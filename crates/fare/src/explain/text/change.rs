//! Sentences about the ride before.

use alloc::format;
use alloc::string::String;

use ridecode_words::Mode;

use super::{Words, kilometers};
use crate::explain::Step;
use crate::names::Language;
use crate::tariff::MeasuredFrom;

impl Words {
    /// The sentence of a step that an earlier ride makes.
    pub(super) fn change(self, step: &Step) -> String {
        match step {
            Step::Continued { .. } => self.continued(step),
            Step::Transfer {
                from,
                passed_s,
                measured_from,
                within_s,
                off,
                price,
            } => {
                let mode = self.mode(*from);
                let [off, price] = [*off, *price].map(|money| self.money(money));
                let [passed, within] = [*passed_s, *within_s].map(|time| self.time(time));
                let [english, simplified, traditional] = match measured_from {
                    MeasuredFrom::Start => ["start", "开始", "開始"],
                    MeasuredFrom::End => ["end", "结束", "結束"],
                };
                self.pick(
                    format!(
                        "Transfer from {mode}, {passed} after the {english} of that ride, {within} \
                         allowed: {off} less, {price}."
                    ),
                    format!(
                        "{mode}换乘优惠,前次行程{simplified}后{passed},{within}内有效:减 {off},\
                         计 {price}。"
                    ),
                    format!(
                        "{mode}轉乘優惠,前次行程{traditional}後{passed},{within}內有效:減 {off},\
                         計 {price}。"
                    ),
                )
            }
            Step::Distance { .. }
            | Step::Ladder { .. }
            | Step::Flat { .. }
            | Step::Zones { .. }
            | Step::FreeSameStation { .. }
            | Step::MissingTap { .. }
            | Step::Overstay { .. }
            | Step::Tiers { .. }
            | Step::Accumulation { .. }
            | Step::Rounding { .. } => unreachable!("written by `step`"),
        }
    }

    fn continued(self, step: &Step) -> String {
        let Step::Continued {
            stop,
            outside_s,
            length_m,
            through,
            before,
            price,
        } = step
        else {
            return String::new();
        };
        let stop = stop.in_language(self.0);
        let (outside, length) = (self.time(*outside_s), kilometers(*length_m));
        let [through, before, price] = [*through, *before, *price].map(|money| self.money(money));
        self.pick(
            format!(
                "Continues the ride that ended at {stop} {outside} before: {length} km together \
                 cost {through}, {before} of it there; {price} remains."
            ),
            format!(
                "{outside}前在{stop}出站,续程连续计费:全程 {length} 公里 {through},前程 {before},\
                 余 {price}。"
            ),
            format!(
                "{outside}前在{stop}出站,續程連續計費:全程 {length} 公里 {through},前程 {before},\
                 餘 {price}。"
            ),
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
