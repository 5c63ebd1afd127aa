//! Timeframes become windows of a tariff.
//!
//! A day is of a weekday, or of a kind of its own where the calendar makes an exception of it. On
//! every kind of day the timeframes cut the day into stretches; all stretches in which the same
//! groups of timeframes hold are one time, whatever their number.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::DayKind;
use ridecode_words::ServiceDay;

use super::super::archive::Files;
use super::super::feed::{Feed, day};
use super::super::legs::{Names, Time, Times, Window};
use super::super::report::{Kind, Report};
use super::super::sheet::rows;

/// The groups of timeframes of a feed, and when they hold.
#[derive(Default)]
pub(super) struct Timeframes {
    pub(super) groups: Names,
    frames: Vec<Frame>,
    services: BTreeMap<String, Service>,
}

/// A row of `timeframes.txt`.
struct Frame {
    group: u32,
    service: String,
    /// Seconds of the day, the latter not included.
    times: [u32; 2],
}

/// The days of a `service_id`.
#[derive(Default)]
struct Service {
    /// From Monday.
    weekdays: [bool; 7],
    exceptions: BTreeMap<ServiceDay, bool>,
}

impl Timeframes {
    pub(super) fn read(files: &Files, feed: &Feed, report: &mut Report) -> Self {
        let mut frames = Self::default();
        if files.contains_key(TIMEFRAMES) {
            frames.read_calendar(files, feed, report);
            frames.read_dates(files, report);
            frames.read_frames(files, report);
        }
        frames
    }

    /// When which of the groups named hold. Errors say why there are too many times.
    pub(super) fn times(&self, named: &BTreeSet<u32>) -> Result<Times, String> {
        let frames = self.frames.iter();
        let frames: Vec<&Frame> = frames.filter(|f| named.contains(&f.group)).collect();
        let used: BTreeSet<&str> = frames.iter().map(|frame| &*frame.service).collect();
        let used: Vec<(&str, &Service)> = used
            .into_iter()
            .map(|service| (service, &self.services[service]))
            .collect();
        let (kinds, day_kinds) = kinds_of_day(&used);
        // By the groups that hold: on each kind of day the stretches of it.
        let mut stretches: BTreeMap<Vec<u32>, BTreeMap<usize, Vec<[u32; 2]>>> = BTreeMap::new();
        for (place, (_, running)) in kinds.iter().enumerate() {
            let is_on = |frame: &&&Frame| running.contains(&*frame.service);
            let today: Vec<&Frame> = frames.iter().filter(is_on).copied().collect();
            for (holding, times) in cut(&today) {
                let of_kind = stretches.entry(holding).or_default();
                let of_kind = of_kind.entry(place).or_default();
                match of_kind.last_mut() {
                    Some(last) if last[1] == times[0] => last[1] = times[1],
                    _ => of_kind.push(times),
                }
            }
        }
        if stretches.len() > TIMES_MAX {
            return Err(format!(
                "timeframes overlap in more than {TIMES_MAX} ways; import parts of the feed by \
                 themselves"
            ));
        }
        let mut times = Times {
            day_kinds,
            ..Times::default()
        };
        for (holding, days) in stretches {
            let windows = windows(&days, &kinds, times.windows.len());
            let first = times.windows.len();
            times.windows.extend(windows);
            times.times.push(Time {
                frames: holding.into_iter().collect(),
                windows: (first..times.windows.len()).collect(),
            });
        }
        Ok(times)
    }

    fn read_calendar(&mut self, files: &Files, feed: &Feed, report: &mut Report) {
        const FILE: &str = "calendar.txt";
        let [
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        ] = DayKind::WEEKDAYS;
        let columns = [
            "service_id",
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
            "start_date",
            "end_date",
        ];
        rows(files, (FILE, 1, columns), report, |row, report| {
            let [service, days @ .., from, until] = row.texts::<10>();
            let [from, until] = [from, until].map(|written| day(&written));
            let [first, last] = feed.valid;
            let begins_late = first.zip(from).is_some_and(|(first, from)| first < from);
            let ends_early = last.zip(until).is_some_and(|(last, until)| until < last);
            if begins_late || ends_early {
                let what =
                    format!("service {service} is taken to run as long as the feed is valid");
                report.add(Kind::Assumed, (FILE, row.line), what);
            }
            let service = self.services.entry(service).or_default();
            service.weekdays = days.map(|runs| runs == "1");
        });
    }

    fn read_dates(&mut self, files: &Files, report: &mut Report) {
        const FILE: &str = "calendar_dates.txt";
        let columns = ["service_id", "date", "exception_type"];
        rows(files, (FILE, 3, columns), report, |row, report| {
            let [service, written, exception] = row.texts();
            let runs = match exception.as_str() {
                "1" => Some(true),
                "2" => Some(false),
                _ => None,
            };
            let (Some(date), Some(runs)) = (day(&written), runs) else {
                let what = format!("no day {written:?} or no exception {exception:?}; left out");
                return report.add(Kind::Unreadable, (FILE, row.line), what);
            };
            let service = self.services.entry(service).or_default();
            service.exceptions.insert(date, runs);
        });
    }

    fn read_frames(&mut self, files: &Files, report: &mut Report) {
        let columns = ["timeframe_group_id", "service_id", "start_time", "end_time"];
        rows(files, (TIMEFRAMES, 2, columns), report, |row, report| {
            let at = (TIMEFRAMES, row.line);
            let [group, service, start, end] = row.texts();
            let times = [(&start, 0), (&end, DAY_S)].map(|(written, else_s)| {
                let is_empty = written.is_empty();
                is_empty.then_some(else_s).or_else(|| second(written))
            });
            let [Some(start_s), Some(end_s)] = times else {
                let what = format!("{start:?} or {end:?} is no time of day up to 24:00:00");
                return report.add(Kind::Unreadable, at, what);
            };
            if start_s >= end_s {
                let what = format!("{start:?} is not before {end:?}; the row is left out");
                return report.add(Kind::Unreadable, at, what);
            }
            if !self.services.contains_key(&service) {
                let what = format!("there is no service {service}; the row is left out");
                return report.add(Kind::Unreadable, at, what);
            }
            self.frames.push(Frame {
                group: self.groups.number(&group),
                service,
                times: [start_s, end_s],
            });
        });
    }
}

/// Names of kinds of day, each with the services that run on it.
type Kinds<'a> = Vec<(String, BTreeSet<&'a str>)>;

/// The kinds of day the services tell apart: weekdays, and lists of exceptional dates.
fn kinds_of_day<'a>(used: &[(&'a str, &Service)]) -> (Kinds<'a>, Vec<(String, Vec<ServiceDay>)>) {
    let weekday_services = |weekday: usize| -> BTreeSet<&'a str> {
        let running = used.iter().filter(|(_, service)| service.weekdays[weekday]);
        running.map(|(name, _)| *name).collect()
    };
    let mut kinds: Kinds<'a> = DayKind::WEEKDAYS
        .iter()
        .zip(0..)
        .map(|(name, weekday)| ((*name).to_owned(), weekday_services(weekday)))
        .collect();
    let mut dates: BTreeMap<BTreeSet<&'a str>, Vec<ServiceDay>> = BTreeMap::new();
    let exceptions = used
        .iter()
        .flat_map(|(_, service)| service.exceptions.keys());
    for date in exceptions.copied().collect::<BTreeSet<ServiceDay>>() {
        // 1970-01-01 was a Thursday.
        let weekday = (i64::from(date.0) + 3).rem_euclid(7);
        let weekday = usize::try_from(weekday).expect("less than seven");
        let running = used.iter().filter(|(_, service)| {
            let exception = service.exceptions.get(&date).copied();
            exception.unwrap_or(service.weekdays[weekday])
        });
        let running: BTreeSet<&'a str> = running.map(|(name, _)| *name).collect();
        if running != kinds[weekday].1 {
            dates.entry(running).or_default().push(date);
        }
    }
    let mut day_kinds = Vec::new();
    for (place, (running, dates)) in (1..).zip(dates) {
        let name = format!("dates {place}");
        day_kinds.push((name.clone(), dates));
        kinds.push((name, running));
    }
    (kinds, day_kinds)
}

/// A day cut where a timeframe begins or ends: the groups that hold, if any, and from when until
/// when, in order.
fn cut(today: &[&Frame]) -> Vec<(Vec<u32>, [u32; 2])> {
    let edges: BTreeSet<u32> = today.iter().flat_map(|frame| frame.times).collect();
    let edges: Vec<u32> = edges.into_iter().collect();
    let stretches = edges.windows(2).map(|edges| {
        let holds = |frame: &&&Frame| frame.times[0] <= edges[0] && edges[0] < frame.times[1];
        let holding = today.iter().filter(holds).map(|frame| frame.group);
        let holding: BTreeSet<u32> = holding.collect();
        (
            holding.into_iter().collect::<Vec<u32>>(),
            [edges[0], edges[1]],
        )
    });
    stretches
        .filter(|(holding, _)| !holding.is_empty())
        .collect()
}

/// Kinds of day with the same stretches share a window.
fn windows(days: &BTreeMap<usize, Vec<[u32; 2]>>, kinds: &Kinds<'_>, before: usize) -> Vec<Window> {
    let mut by_times: BTreeMap<&[[u32; 2]], Vec<String>> = BTreeMap::new();
    for (kind, times) in days {
        let of_times = by_times.entry(times).or_default();
        of_times.push(kinds[*kind].0.clone());
    }
    let windows = (before + 1..)
        .zip(by_times)
        .map(|(place, (times, days))| Window {
            name: format!("time {place}"),
            days,
            times: times.to_vec(),
        });
    windows.collect()
}

/// `7:00:00` as seconds since midnight, up to `24:00:00`.
fn second(written: &str) -> Option<u32> {
    let mut parts = written.split(':');
    let mut part = || {
        let part = parts.next()?;
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| is_number)
    };
    let [hour, minute, second] = [part()?, part()?, part()?];
    let seconds = hour * 3_600 + minute * 60 + second;
    let is_time = parts.next().is_none() && minute < 60 && second < 60 && seconds <= DAY_S;
    is_time.then_some(seconds)
}

const DAY_S: u32 = 86_400;
/// More ways for timeframes to overlap would make a tariff nobody can read.
const TIMES_MAX: usize = 64;
const TIMEFRAMES: &str = "timeframes.txt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_exact_or_refused() {
        let check = |written, expected| assert_eq!(second(written), expected, "{written}");
        check("07:00:00", Some(25_200));
        check("7:00:30", Some(25_230));
        check("24:00:00", Some(86_400));
        check("24:00:01", None);
        check("07:00", None);
        check("07:60:00", None);
        check("-7:00:00", None);
        check("07:00:00:00", None);
        check("", None);
    }

    #[test]
    fn a_day_is_cut_where_timeframes_begin_and_end() {
        let frame = |group, times| Frame {
            group,
            service: String::new(),
            times,
        };
        let frames = [
            frame(1, [0, 600]),
            frame(2, [300, 900]),
            frame(1, [900, 1_000]),
        ];
        let today: Vec<&Frame> = frames.iter().collect();
        let expected = [
            (vec![1], [0, 300]),
            (vec![1, 2], [300, 600]),
            (vec![2], [600, 900]),
            (vec![1], [900, 1_000]),
        ];
        assert_eq!(cut(&today), expected);
    }
}
