//! One line of a story that is not what was said.
//!
//! ```text
//! language zh-Hans                             of the explanations; English unless told
//! tariff isle.toml                             a tariff beside the shipped ones
//! day 2026-11-02                               of the times that follow, in UTC+8
//! 08:00:00 chen in 1 metro xilang as e1        who, kind, operator, mode, stop; a name for later
//! 08:00:00 chen in 3 bus x line=7 vehicle=v1 direction=0 code=c1
//! late 08:40:00 chen out 1 metro zumiao        lies in a validator without network until deliver
//! 08:00:08 void e1                             the gate or the driver takes it back
//! 09:00:00 repair e1 rider out zumiao 08:40:00 what is missing, where and when
//! 09:00:00 repair e1 agent unridden            or excused
//! again 14                                     the taps of the day on each of the next 14 days
//! deliver                                      what was late arrives, the latest first
//! price 2026-11-03 12:00:00                    prices; says each new fare with its reasons
//! count 2026-11-03 12:00:00                    the same, a line for each fare
//! close 2026-11-02                             statements of every operator
//! charge per day                               of the fares posted from now on; or per ride
//! charges                                      says each charge and refund that is new or moved
//! pay 2026-11-03 05:00:00                      every charge that waits is paid
//! ```

use std::str::FromStr;

use ridecode_fare::{Language, Mend, RepairedBy, TapKind};
use ridecode_office::ChargePer;
use ridecode_words::{LineId, Mode, OperatorId, ServiceDay, StopId, UnixSeconds, VehicleId};

/// A deed.
#[derive(Debug)]
pub(super) enum Deed {
    /// A comment or an empty line.
    Nothing,
    Language(Language),
    Tariff(String),
    Day(ServiceDay),
    Tap(Told),
    Void {
        at_s: i64,
        name: String,
    },
    Repair(ToldRepair),
    Again(u32),
    Deliver,
    Price {
        at: UnixSeconds,
        briefly: bool,
    },
    Close(ServiceDay),
    ChargePer(ChargePer),
    Charges,
    Pay(UnixSeconds),
}

/// A tap as it is told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) at_s: i64,
    pub(super) late: bool,
    pub(super) who: String,
    pub(super) kind: TapKind,
    pub(super) operator: OperatorId,
    pub(super) mode: Mode,
    pub(super) stop: Option<StopId>,
    pub(super) line: Option<LineId>,
    pub(super) vehicle: Option<VehicleId>,
    pub(super) direction: Option<u8>,
    pub(super) code: Option<String>,
    pub(super) name: Option<String>,
}

/// A repair as it is told.
#[derive(Debug)]
pub(super) struct ToldRepair {
    pub(super) at_s: i64,
    pub(super) name: String,
    pub(super) mend: Mend,
    /// Where and when, seconds of the day, of what is supplied.
    pub(super) supplied: Option<(StopId, i64)>,
}

type Read<T> = Result<T, String>;

impl Deed {
    /// Reads a line. A fault says what is wrong and what to write.
    pub(super) fn read(line: &str) -> Read<Self> {
        let line = line.trim();
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|word| !word.starts_with('#')) else {
            return Ok(Self::Nothing);
        };
        let rest: Vec<&str> = words.collect();
        match (first, rest.as_slice()) {
            ("language", [tag]) => Language::find(tag)
                .map(Self::Language)
                .ok_or_else(|| format!("{tag} is no language; write en, zh-Hans or zh-Hant")),
            ("tariff", [file]) => Ok(Self::Tariff((*file).to_owned())),
            ("day", [day]) => Ok(Self::Day(parse(day, "a day, such as 2026-11-02")?)),
            ("close", [day]) => Ok(Self::Close(parse(day, "a day, such as 2026-11-02")?)),
            ("charge", ["per", "ride"]) => Ok(Self::ChargePer(ChargePer::Ride)),
            ("charge", ["per", "day"]) => Ok(Self::ChargePer(ChargePer::Day { after_s: 0 })),
            ("charges", []) => Ok(Self::Charges),
            ("pay", [day, time]) => {
                let day: ServiceDay = parse(day, "a day, such as 2026-11-02")?;
                Ok(Self::Pay(instant(day, seconds(time)?)))
            }
            ("again", [times]) => Ok(Self::Again(parse(times, "again how often, such as 14")?)),
            ("deliver", []) => Ok(Self::Deliver),
            ("price" | "count", [day, time]) => {
                let day: ServiceDay = parse(day, "a day, such as 2026-11-02")?;
                let at = instant(day, seconds(time)?);
                let briefly = first == "count";
                Ok(Self::Price { at, briefly })
            }
            ("late", [time, words @ ..]) => Self::at(seconds(time)?, words, true),
            (time, words) if time.contains(':') => Self::at(seconds(time)?, words, false),
            _ => Err(format!("{line} is no deed; see stories/deed.rs")),
        }
    }

    fn at(at_s: i64, words: &[&str], late: bool) -> Read<Self> {
        match words {
            ["void", name] => Ok(Self::Void {
                at_s,
                name: (*name).to_owned(),
            }),
            ["repair", name, by, what, rest @ ..] => {
                let mut mends = Mend::ALL.into_iter();
                let mend = mends
                    .find(|mend| mend.word() == *what && mend.by().word() == *by)
                    .ok_or("write rider or agent and in, out; or agent and unridden, excused")?;
                let supplied = match (mend, rest) {
                    (Mend::Entry(_) | Mend::Exit(_), [stop, time]) => {
                        Some((StopId::new(stop).map_err(|_| "a stop")?, seconds(time)?))
                    }
                    (Mend::Unridden | Mend::Excused, []) => None,
                    _ => return Err("say where and when of in and out, and nothing else".into()),
                };
                Ok(Self::Repair(ToldRepair {
                    at_s,
                    name: (*name).to_owned(),
                    mend,
                    supplied,
                }))
            }
            [who, kind, operator, mode, rest @ ..] => {
                let mut told = Told {
                    at_s,
                    late,
                    who: (*who).to_owned(),
                    kind: kind_of(kind)?,
                    operator: OperatorId(parse(operator, "the operator's number")?),
                    mode: parse(mode, "a mode, such as metro")?,
                    stop: None,
                    line: None,
                    vehicle: None,
                    direction: None,
                    code: None,
                    name: None,
                };
                told.read_rest(rest)?;
                Ok(Self::Tap(told))
            }
            _ => Err("say who, in, out or single, the operator and the mode".into()),
        }
    }
}

impl Told {
    fn read_rest(&mut self, mut words: &[&str]) -> Read<()> {
        while let [word, rest @ ..] = words {
            words = rest;
            match word.split_once('=') {
                None if *word == "as" => {
                    let [name, rest @ ..] = rest else {
                        return Err("say as what, such as: as e1".into());
                    };
                    self.name = Some((*name).to_owned());
                    words = rest;
                }
                None => self.stop = Some(StopId::new(word).map_err(|_| "a stop")?),
                Some(("line", line)) => self.line = LineId::new(line).ok(),
                Some(("vehicle", vehicle)) => self.vehicle = VehicleId::new(vehicle).ok(),
                Some(("direction", way)) => self.direction = Some(parse(way, "0 or 1")?),
                Some(("code", code)) => self.code = Some(code.to_owned()),
                Some((other, _)) => {
                    return Err(format!(
                        "{other} is not known of a tap; there are line, vehicle, direction, code"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// A moment of a day in UTC+8.
pub(super) fn instant(day: ServiceDay, at_s: i64) -> UnixSeconds {
    UnixSeconds(i64::from(day.0) * 86_400 + at_s - ZONE_S)
}

/// A moment as it is told: the day, if it is another one, and the time in UTC+8.
pub(super) fn clock(time: UnixSeconds, day: ServiceDay) -> String {
    let at_s = time.0 + ZONE_S;
    let own = ServiceDay(i32::try_from(at_s.div_euclid(86_400)).expect("a near day"));
    let of_day_s = at_s.rem_euclid(86_400);
    let (h, m, s) = (of_day_s / 3_600, of_day_s / 60 % 60, of_day_s % 60);
    if own == day {
        format!("{h:02}:{m:02}:{s:02}")
    } else {
        format!("{own} {h:02}:{m:02}:{s:02}")
    }
}

fn kind_of(word: &str) -> Read<TapKind> {
    let mut kinds = [TapKind::Single, TapKind::In, TapKind::Out].into_iter();
    kinds
        .find(|kind| kind.word() == word)
        .ok_or_else(|| format!("{word} is no kind of tap; write in, out, single"))
}

fn seconds(time: &str) -> Read<i64> {
    let parts: Vec<i64> = time
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    match parts[..] {
        [h @ 0..24, m @ 0..60, s @ 0..60] => Ok(h * 3_600 + m * 60 + s),
        _ => Err(format!("{time} is no time of day; write such as 08:00:00")),
    }
}

fn parse<T: FromStr>(word: &str, expected: &str) -> Read<T> {
    word.parse()
        .map_err(|_| format!("{word} is not understood; write {expected}"))
}

/// Agents make what riders may not.
pub(super) fn author(mend: Mend) -> &'static str {
    match mend.by() {
        RepairedBy::Rider => "",
        RepairedBy::Agent => "desk",
    }
}

/// UTC+8, in seconds.
const ZONE_S: i64 = 8 * 3_600;
