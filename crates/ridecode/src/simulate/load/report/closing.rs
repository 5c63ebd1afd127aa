//! The closing table: how a run went, what was found, and how long everything took.

use std::time::Duration;

use anstream::println;
use ridecode_fare::Language;
use serde_json::{Value, json};

use super::{
    group_words, in_language, ms, refused_json, refused_words, seconds, short, times_json,
    troubles_json,
};
use crate::output::pad;
use crate::simulate::load::meter::{Counts, Group};
use crate::simulate::load::proof::{Found, Settled};

/// How a run went.
pub(in crate::simulate::load) struct Closing<'a> {
    pub(in crate::simulate::load) counts: &'a Counts,
    /// For how long rides began.
    pub(in crate::simulate::load) lasted: Duration,
    /// Processor time of this source over that time and the rides under way after it.
    pub(in crate::simulate::load) processor: Duration,
    pub(in crate::simulate::load) settled: Settled,
    /// `None` if the back office could not be asked.
    pub(in crate::simulate::load) found: Option<Found>,
}

impl Closing<'_> {
    /// Prints it: as JSON or not, in a language.
    pub(in crate::simulate::load) fn print(&self, (json, language): (bool, Language)) {
        if json {
            println!("{}", self.json());
        } else {
            println!("{}", self.words(language));
        }
    }

    fn json(&self) -> Value {
        let after = |time: Option<Duration>| time.map(seconds);
        json!({
            "closing": true,
            "lasted_s": seconds(self.lasted),
            "rides_due": self.counts.due,
            "rides_begun": self.counts.begun,
            "taps": self.counts.taps,
            "taps_held": self.counts.held,
            "rides_per_s": self.rides_per_s(),
            "processor_s": seconds(self.processor),
            "late_most_ms": ms(self.counts.late_most),
            "refused": refused_json(self.counts),
            "troubles": troubles_json(self.counts),
            "times": times_json(self.counts),
            "held_after_s": after(self.settled.held),
            "priced_after_s": after(self.settled.priced),
            "charged_after_s": after(self.settled.charged),
            "forged": self.counts.forged,
            "cuts": self.counts.cuts,
            "idle_s": seconds(self.counts.idle),
            "unwritten": self.counts.unwritten,
            "found": self.found.map(found_json),
            "whole": self.found.map(|found| found.is_whole()),
        })
    }

    fn words(&self, language: Language) -> String {
        let mut lines = vec![String::new()];
        for (name, value) in self.rows(language) {
            lines.push(format!("{}{value}", pad(name, 20)));
        }
        lines.push(String::new());
        lines.extend(self.time_lines(language));
        for ((group, why), count) in &self.counts.troubles {
            let name = group_words(*group, language);
            lines.push(format!("{}{count} × {why}", pad(name, 20)));
        }
        lines.join("\n")
    }

    fn rides_per_s(&self) -> f64 {
        let rides_per_s = self.counts.begun as f64 / self.lasted.as_secs_f64().max(1e-3);
        (rides_per_s * 10.0).round() / 10.0
    }

    /// The rows above the times: a name, and what there is to say.
    fn rows(&self, language: Language) -> Vec<(&'static str, String)> {
        let counts = self.counts;
        let say = |english: String, chinese: String| in_language(language, english, chinese);
        let after = |time: Option<Duration>| match time.map(short) {
            Some(time) => say(format!("after {time}"), format!("{time} 后")),
            None => in_language(language, "not in time", "未在时限内完成").to_owned(),
        };
        let refused = match refused_words(counts) {
            none if none.is_empty() => "0".to_owned(),
            reasons => reasons,
        };
        let (due, begun, rides_per_s) = (counts.due, counts.begun, self.rides_per_s());
        let rides = say(
            format!("{begun} begun of {due} due, {rides_per_s} a second"),
            format!("应开始 {due}，已开始 {begun}，每秒 {rides_per_s}"),
        );
        let (taps, held) = (counts.taps, counts.held);
        let taps = say(
            format!("{taps} admitted, {held} held"),
            format!("放行 {taps}，已入库 {held}"),
        );
        let cores = self.processor.as_secs_f64() / self.lasted.as_secs_f64().max(1e-3);
        let late = short(counts.late_most);
        let idle = short(counts.idle);
        let source = say(
            format!("{cores:.2} of a core, late by {late} at most, no rider free for {idle}"),
            format!("占用 {cores:.2} 核，最多滞后 {late}，无空闲用户 {idle}"),
        );
        let (forged, cuts, unwritten) = (counts.forged, counts.cuts, counts.unwritten);
        let played = say(
            format!("{forged} forged codes, {cuts} cut lines, {unwritten} entries not written"),
            format!("伪造码 {forged}，断线 {cuts}，未写入 {unwritten}"),
        );
        let (checked, to_come) = match &self.found {
            Some(found) => (found_words(found, language), to_come(found, language)),
            None => {
                let nobody = in_language(language, "the back office did not answer", "后台无应答");
                (nobody.to_owned(), String::new())
            }
        };
        let rows = [
            (("rides", "行程"), rides),
            (("taps", "刷码"), taps),
            (("refused", "拒绝"), refused),
            (("all held", "全部入库"), after(self.settled.held)),
            (("all priced", "全部计价"), after(self.settled.priced)),
            (("all charged", "全部扣款"), after(self.settled.charged)),
            (("this source", "压测端"), source),
            (("played", "故障演练"), played),
            (("checked", "核对"), checked),
            (("", ""), to_come),
        ];
        let rows = rows.map(|((english, chinese), value)| {
            let name: &'static str = in_language(language, english, chinese);
            (name, value)
        });
        rows.into()
    }

    fn time_lines(&self, language: Language) -> Vec<String> {
        let heading = in_language(language, "time", "耗时");
        let mut lines = vec![row(
            heading,
            ["n", "p50", "p99", "p99.9", "max"].map(str::to_owned),
        )];
        for group in Group::ALL {
            if let Some(times) = self.counts.times.get(&group) {
                let at = [times.at(500), times.at(990), times.at(999), times.most()];
                let [p50, p99, p999, most] = at.map(short);
                let cells = [times.count().to_string(), p50, p99, p999, most];
                lines.push(row(group_words(group, language), cells));
            }
        }
        lines
    }
}

fn row(name: &str, cells: [String; 5]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>10}")).collect();
    format!("{}{}", pad(name, 20), cells.concat())
}

fn found_words(found: &Found, language: Language) -> String {
    let Found {
        rides,
        taps_waiting,
        rides_lost,
        taps_lost,
        doubled,
        uneven,
        forged,
        unpriced: _,
        unsettled: _,
    } = found;
    in_language(
        language,
        format!(
            "{rides} rides: {taps_waiting} taps not held, {rides_lost} rides lost, {taps_lost} \
             short of a tap, {doubled} doubled, {uneven} riders whose amounts do not add up, {forged} \
             forged codes admitted"
        ),
        format!(
            "行程 {rides}：未入库刷码 {taps_waiting}，丢失行程 {rides_lost}，缺少刷码 {taps_lost}，\
             重复 {doubled}，金额不符的用户 {uneven}，放行的伪造码 {forged}"
        ),
    )
}

fn to_come(found: &Found, language: Language) -> String {
    let (unpriced, unsettled) = (found.unpriced, found.unsettled);
    in_language(
        language,
        format!("{unpriced} rides unpriced, {unsettled} riders with charges under way"),
        format!("未计价行程 {unpriced}，仍在扣款的用户 {unsettled}"),
    )
}

fn found_json(found: Found) -> Value {
    json!({
        "rides": found.rides,
        "taps_waiting": found.taps_waiting,
        "rides_lost": found.rides_lost,
        "taps_lost": found.taps_lost,
        "doubled": found.doubled,
        "uneven": found.uneven,
        "forged_admitted": found.forged,
        "unpriced": found.unpriced,
        "unsettled": found.unsettled,
    })
}
