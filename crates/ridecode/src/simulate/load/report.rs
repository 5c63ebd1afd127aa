//! What a load source tells: a line a second, and a closing table; in words, or as JSON.

mod closing;

use std::collections::BTreeMap;
use std::time::Duration;

use anstream::println;
use ridecode_fare::Language;
use serde_json::{Map, Value, json};

use super::meter::{Counts, Group};

pub(super) use self::closing::Closing;

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
            let reasons = refused_words(lately);
            line.push_str(&format!("  {refused_word} {refused} ({reasons})"));
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
        Group::Heartbeats => ("heartbeat", "心跳"),
        Group::SignIn => ("sign in", "登录"),
        Group::Mandates => ("mandate", "签约"),
        Group::Phones => ("phone", "手机凭证"),
        Group::Other => ("other", "其他"),
    };
    in_language(language, english, chinese)
}

/// Codes refused, by why.
fn refused_words(counts: &Counts) -> String {
    let refused = counts.refused.iter();
    let refused: Vec<String> = refused
        .map(|(why, count)| format!("{why} {count}"))
        .collect();
    refused.join(", ")
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
