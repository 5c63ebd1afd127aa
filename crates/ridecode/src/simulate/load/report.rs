//! What a load source tells: a line a second, and a closing table; in words, or as JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use anstream::println;
use ridecode_fare::Language;
use serde_json::{Map, Value, json};

use super::meter::{Counts, Group};
use super::proof::{Found, Settled};
use crate::output::pad;

/// How a run goes.
pub(super) struct Line<'a> {
    /// Since the first ride was due.
    pub(super) at: Duration,
    pub(super) all: &'a Counts,
    /// Since the line before.
    pub(super) lately: &'a Counts,
}

/// What is waited for after the last ride.
pub(super) struct Settling {
    /// Since the first ride was due.
    pub(super) at: Duration,
    /// Taps that wait to be held.
    pub(super) taps_waiting: u64,
    /// Months that wait to be priced.
    pub(super) bills_due: u64,
    /// Charges that are not collected.
    pub(super) charges_open: u64,
}

/// How a run went.
pub(super) struct Closing<'a> {
    pub(super) counts: &'a Counts,
    /// For how long rides began.
    pub(super) lasted: Duration,
    /// Processor time of this source over that time and the rides under way after it.
    pub(super) processor: Duration,
    pub(super) settled: Settled,
    /// `None` if the back office could not be asked.
    pub(super) found: Option<Found>,
}

impl Line<'_> {
    /// Prints it: as JSON or not, in a language.
    pub(super) fn print(&self, (json, language): (bool, Language)) {
        if json {
            println!("{}", self.json());
        } else {
            println!("{}", self.words(language));
        }
    }

    fn json(&self) -> Value {
        json!({
            "at_s": seconds(self.at),
            "rides_due": self.all.due,
            "rides_begun": self.all.begun,
            "rides_over": self.all.over,
            "taps": self.all.taps,
            "taps_held": self.all.held,
            "late_most_ms": ms(self.lately.late_most),
            "refused": refused_json(self.lately),
            "troubles": troubles_json(self.lately),
            "times": times_json(self.lately),
        })
    }

    fn words(&self, language: Language) -> String {
        let (all, lately) = (self.all, self.lately);
        let (begun, due, held, taps) = (all.begun, all.due, all.held, all.taps);
        let mut line = format!("{}  ", clock(self.at));
        line.push_str(&in_language(
            language,
            format!("rides {begun} of {due} begun  taps {held} of {taps} held"),
            format!("行程 {begun} / {due} 已开始  刷码 {held} / {taps} 已入库"),
        ));
        for group in [Group::Held, Group::Rides, Group::Debts] {
            if let Some(times) = lately.times.get(&group) {
                let (p50, p99, most) = (times.at(500), times.at(990), times.most());
                let name = group_words(group, language);
                let (p50, p99, most) = (number(p50), number(p99), number(most));
                line.push_str(&format!("  {name} {p50}/{p99}/{most} ms"));
            }
        }
        let refused: u64 = lately.refused.values().sum();
        let troubles: u64 = lately.troubles.values().sum();
        let (refused_word, trouble_word, late_word) = in_language(
            language,
            ("refused", "trouble", "source late"),
            ("拒绝", "故障", "压测端滞后"),
        );
        if refused > 0 {
            line.push_str(&format!("  {refused_word} {refused}"));
        }
        if troubles > 0 {
            line.push_str(&format!("  {trouble_word} {troubles}"));
        }
        if lately.late_most > LATE {
            line.push_str(&format!("  {late_word} {}", short(lately.late_most)));
        }
        line
    }
}

impl Settling {
    /// Prints it: as JSON or not, in a language.
    pub(super) fn print(&self, (json, language): (bool, Language)) {
        let Self {
            at,
            taps_waiting,
            bills_due,
            charges_open,
        } = self;
        if json {
            let line = json!({
                "at_s": seconds(*at),
                "settling": true,
                "taps_waiting": taps_waiting,
                "bills_due": bills_due,
                "charges_open": charges_open,
            });
            println!("{line}");
            return;
        }
        let words = in_language(
            language,
            format!("waiting: {taps_waiting} taps, {bills_due} bills, {charges_open} charges"),
            format!("等待：刷码 {taps_waiting}，账单 {bills_due}，扣款 {charges_open}"),
        );
        println!("{}  {words}", clock(*at));
    }
}

impl Closing<'_> {
    /// Prints it: as JSON or not, in a language.
    pub(super) fn print(&self, (json, language): (bool, Language)) {
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
        let mut refused: Vec<String> = Vec::new();
        for (why, count) in &counts.refused {
            refused.push(format!("{count} {why}"));
        }
        if refused.is_empty() {
            refused.push("0".to_owned());
        }
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
        let source = say(
            format!("{cores:.2} of a core, late by {late} at most"),
            format!("占用 {cores:.2} 核，最多滞后 {late}"),
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
            (("refused", "拒绝"), refused.join(", ")),
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

/// Minutes and seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// What is said in a language.
fn in_language<T>(language: Language, english: T, chinese: T) -> T {
    match language {
        Language::English => english,
        Language::SimplifiedChinese | Language::TraditionalChinese => chinese,
    }
}

fn group_words(group: Group, language: Language) -> &'static str {
    let (english, chinese) = match group {
        Group::Held => ("tap to held", "刷码到入库"),
        Group::Rides => ("look at rides", "查行程"),
        Group::Debts => ("look at debts", "查欠费"),
        Group::Segments => ("upload", "上传"),
        Group::Bundles => ("bundle", "参数包"),
        Group::SignIn => ("sign in", "登录"),
        Group::Mandates => ("mandate", "签约"),
        Group::Phones => ("phone", "手机凭证"),
        Group::Other => ("other", "其他"),
    };
    in_language(language, english, chinese)
}

fn refused_json(counts: &Counts) -> Value {
    let refused = counts.refused.iter();
    let refused: BTreeMap<&str, u64> = refused.map(|(why, count)| (*why, *count)).collect();
    json!(refused)
}

fn troubles_json(counts: &Counts) -> Value {
    let troubles = counts.troubles.iter();
    let troubles = troubles
        .map(|((group, why), count)| json!({ "group": group.word(), "why": why, "count": count }));
    troubles.collect()
}

fn times_json(counts: &Counts) -> Value {
    let mut groups = Map::new();
    for (group, times) in &counts.times {
        let cells = json!({
            "count": times.count(),
            "p50_ms": ms(times.at(500)),
            "p99_ms": ms(times.at(990)),
            "p999_ms": ms(times.at(999)),
            "max_ms": ms(times.most()),
        });
        groups.insert(group.word().to_owned(), cells);
    }
    Value::Object(groups)
}

/// Milliseconds to a hundredth.
fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 1e2
}

/// Seconds to a thousandth.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}

/// A time in as few letters as say it.
fn short(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{} ms", number(time))
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// Milliseconds, with a tenth where there are few.
fn number(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 9.95 {
        format!("{ms:.1}")
    } else {
        format!("{ms:.0}")
    }
}

/// From here on it is told that rides begin late: the machine of the source is too slow.
const LATE: Duration = Duration::from_millis(100);
