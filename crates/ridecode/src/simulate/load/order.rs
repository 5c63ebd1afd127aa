//! What a load source is asked for on the command line, and whether it can be done.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use ridecode_fare::Language;
use ridecode_sim::Profile;

use super::schedule::TRIP_S;
use crate::config::{self, Secret};

/// Options of a load source.
#[derive(clap::Args, Clone, Debug)]
pub(in crate::simulate) struct LoadArgs {
    /// Drive a running back office at this address over HTTP, in place of a simulated one. It must
    /// be wired to the sandbox.
    #[arg(long, value_name = "URL", value_parser = server)]
    pub(super) against: Option<String>,
    /// Rides begun in a second, 0.01 to 10000: the time of each is fixed beforehand and waits for
    /// no answer. Or `max`: a ride begins whenever fewer than 500 taps wait to be held.
    #[arg(long, value_name = "RIDES", requires = "against")]
    pub(super) rate: Option<Rate>,
    /// For how long rides begin, such as 60s, 10m or 2h.
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = time,
        requires = "against")]
    pub(super) lasts: Duration,
    /// File with the token of an operator's or administrator's entry under [[staff]]. Default: the
    /// environment variable RIDECODE_LOAD_TOKEN.
    #[arg(long, value_name = "FILE", requires = "against")]
    pub(super) token_file: Option<PathBuf>,
    /// The sandbox the back office is wired to: riders' messages are read and mandates signed there.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8090",
        value_parser = server, requires = "against")]
    pub(super) sandbox: String,
    /// After how many of a hundred rides the rider looks at rides and debts, 0 to 100.
    #[arg(long, value_name = "PERCENT", default_value_t = 20, requires = "against",
        value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(super) looks: u32,
    /// How long at the end the back office may take in, price and charge what was sent, such as 2m.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time,
        requires = "against")]
    pub(super) settle: Duration,
    /// A JSON object a line, in place of words.
    #[arg(long, requires = "against")]
    pub(super) json: bool,
    /// Folder for the validators' journals, which are removed again. Default: /dev/shm where there
    /// is one, else the system's temporary folder.
    #[arg(long, value_name = "FOLDER", requires = "against")]
    pub(super) folder: Option<PathBuf>,
}

/// A checked order.
pub(super) struct Order {
    pub(super) against: String,
    pub(super) sandbox: String,
    pub(super) token: Secret,
    pub(super) rate: Rate,
    pub(super) riders: u32,
    pub(super) seed: u64,
    pub(super) profile: Profile,
    pub(super) args: LoadArgs,
    pub(super) language: Language,
}

/// What the simulation's own options say.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulate) struct Asked {
    pub(in crate::simulate) seed: u64,
    pub(in crate::simulate) riders: Option<u32>,
    pub(in crate::simulate) profile: Profile,
    pub(in crate::simulate) language: Language,
}

impl LoadArgs {
    /// Whether a running system is to be driven.
    pub(in crate::simulate) fn is_wanted(&self) -> bool {
        self.against.is_some()
    }

    /// Checks what clap cannot. Nothing has been asked of anybody yet.
    pub(super) fn order(&self, asked: Asked) -> anyhow::Result<Order> {
        let against = self.against.clone().context("--against is given")?;
        let rate = self.rate;
        let rate = rate.context("--against needs --rate: how many rides begin in a second")?;
        match asked.profile {
            Profile::Calm | Profile::Rush | Profile::Outage | Profile::Fraud => {}
            Profile::Migration => bail!(
                "--profile migration changes keys and tariffs, which a load source cannot; with \
                 --against use calm, rush, outage or fraud"
            ),
        }
        let riders = asked.riders.unwrap_or_else(|| rate.riders());
        ensure!(
            riders >= rate.riders_min(),
            "--riders {riders} cannot begin {rate} rides a second, since each is under way for \
             {TRIP_S} s; give at least --riders {}",
            rate.riders_min()
        );
        Ok(Order {
            against,
            sandbox: self.sandbox.clone(),
            token: self.token()?,
            rate,
            riders,
            seed: asked.seed,
            profile: asked.profile,
            args: self.clone(),
            language: asked.language,
        })
    }

    fn token(&self) -> anyhow::Result<Secret> {
        let (said, text) = match &self.token_file {
            Some(file) => {
                let shown = file.display();
                let text = std::fs::read_to_string(file).with_context(|| {
                    format!("--token-file {shown} cannot be read; check its name and owner")
                })?;
                (format!("--token-file {shown}"), text)
            }
            None => {
                let token = config::load_token().context(
                    "a load source registers validators and needs the token of a member of staff \
                     who may: give a file that holds it with --token-file, or set \
                     RIDECODE_LOAD_TOKEN",
                )?;
                ("RIDECODE_LOAD_TOKEN".to_owned(), token)
            }
        };
        let token = text.trim();
        ensure!(
            !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()),
            "{said} holds no token: write the token alone, on one line"
        );
        Ok(Secret::new(token))
    }
}

/// How rides are paced.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Rate {
    /// So many begin in a second.
    PerSecond(f64),
    /// As many as the back office takes.
    Most,
}

impl Rate {
    /// When a ride begins, counted from 0, since the first one. `None` where that is not fixed.
    pub(super) fn due(self, number: u64) -> Option<Duration> {
        match self {
            Self::PerSecond(rides) => Some(Duration::from_secs_f64(number as f64 / rides)),
            Self::Most => None,
        }
    }

    /// Riders who can do it: each is under way for some seconds.
    fn riders_min(self) -> u32 {
        match self {
            Self::PerSecond(rides) => (rides * TRIP_S as f64).ceil() as u32,
            Self::Most => 1,
        }
    }

    /// Riders who can do it in some leisure.
    fn riders(self) -> u32 {
        match self {
            Self::PerSecond(rides) => ((rides * 10.0).ceil() as u32).max(RIDERS_MIN),
            Self::Most => RIDERS_AT_MOST,
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerSecond(rides) => rides.fmt(f),
            Self::Most => f.write_str("max"),
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Most);
        }
        let rate = text.parse::<f64>().ok();
        let rate = rate.filter(|rate| (RATE_MIN..=RATE_MAX).contains(rate));
        rate.map(Self::PerSecond).ok_or_else(|| {
            format!("must be a number of rides a second from {RATE_MIN} to {RATE_MAX}, or max")
        })
    }
}

/// A time such as `90s`, `10m` or `2h`, at least a second and at most a week.
fn time(text: &str) -> Result<Duration, String> {
    let read = || {
        let (number, unit_s) = match text.strip_suffix(['s', 'm', 'h']) {
            Some(number) if text.ends_with('m') => (number, 60),
            Some(number) if text.ends_with('h') => (number, 3_600),
            Some(number) => (number, 1),
            None => (text, 1),
        };
        let seconds = number.parse::<u64>().ok()?.checked_mul(unit_s)?;
        (1..=WEEK_S).contains(&seconds).then_some(seconds)
    };
    let seconds = read().ok_or("must be 1s to 168h, such as 60s, 10m or 2h")?;
    Ok(Duration::from_secs(seconds))
}

/// The address of a server.
fn server(text: &str) -> Result<String, String> {
    let example = "write it as http://127.0.0.1:8080";
    let url = reqwest::Url::parse(text).map_err(|_| format!("is no address; {example}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(format!("must begin with http:// or https://; {example}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no name and no password: others read command lines".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("must have nothing behind the port; {example}"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Fewer riders make no city.
const RIDERS_MIN: u32 = 20;

/// Riders where the back office says how many rides there are.
const RIDERS_AT_MOST: u32 = 2_000;

const RATE_MIN: f64 = 0.01;
const RATE_MAX: f64 = 10_000.0;

const WEEK_S: u64 = 7 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        let check = |text: &str, expected: Option<u64>| {
            let expected = expected.map(Duration::from_secs);
            assert_eq!(time(text).ok(), expected, "{text}");
        };
        check("60s", Some(60));
        check("60", Some(60));
        check("10m", Some(600));
        check("2h", Some(7_200));
        check("168h", Some(WEEK_S));
        for wrong in [
            "",
            "s",
            "0s",
            "-1s",
            "1.5m",
            "1d",
            "169h",
            "99999999999999999999h",
            "秒",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn rates_are_numbers_above_nothing() {
        let check = |text: &str, expected: bool| {
            assert_eq!(text.parse::<Rate>().is_ok(), expected, "{text}");
        };
        for good in ["1", "0.5", "200", "10000", "0.01", "max"] {
            check(good, true);
        }
        for wrong in ["0", "-1", "0.001", "10001", "NaN", "inf", "fast", "Max", ""] {
            check(wrong, false);
        }
    }

    #[test]
    fn rides_are_due_evenly_and_enough_riders_are_asked_for() {
        let rate: Rate = "200".parse().unwrap();
        assert_eq!(rate.due(0), Some(Duration::ZERO));
        assert_eq!(rate.due(100), Some(Duration::from_millis(500)));
        assert_eq!(Rate::Most.due(100), None);
        assert_eq!((rate.riders_min(), rate.riders()), (1_200, 2_000));
        let slow: Rate = "0.5".parse().unwrap();
        assert_eq!((slow.riders_min(), slow.riders()), (3, 20));
    }

    #[test]
    fn an_address_is_a_server_and_holds_no_secret() {
        let check = |text: &str, expected: Result<&str, &str>| match (server(text), expected) {
            (Ok(url), Ok(expected)) => assert_eq!(url, expected),
            (Err(said), Err(expected)) => assert!(said.contains(expected), "{text}: {said}"),
            (found, _) => panic!("{text}: {found:?}"),
        };
        check("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080"));
        check("https://ride.example/", Ok("https://ride.example"));
        check("127.0.0.1:8080", Err("127.0.0.1:8080"));
        check("ftp://ride.example", Err("http://"));
        check("http://", Err("address"));
        check("http://me:secret@ride.example", Err("password"));
        check("http://ride.example/v1", Err("nothing behind"));
        check("http://ride.example/?token=1", Err("nothing behind"));
        check("", Err("address"));
    }
}
