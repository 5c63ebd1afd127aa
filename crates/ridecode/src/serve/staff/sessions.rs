//! Sessions of staff, and the one-time codes that were used. Kept in this process alone.
//!
//! A token is known by its hash; its session ends when it is idle for too long, when it is too old,
//! or when somebody ends it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ridecode_office::Entropy as _;
use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

use super::seen::Seen;
use crate::entropy::SystemEntropy;
use crate::staff::totp::Step;

/// A session's number. It opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::serve) struct SessionId(u64);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for SessionId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or("must be 16 hex digits")
    }
}

/// A session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::serve) struct Session {
    pub(super) id: SessionId,
    /// The name in the settings.
    pub(in crate::serve) name: String,
    pub(super) since: UnixSeconds,
    pub(super) last_seen: UnixSeconds,
    /// When it ends at the latest.
    pub(super) expires: UnixSeconds,
    pub(super) user_agent: String,
    pub(super) address: IpAddr,
}

impl Session {
    /// Its number.
    pub(in crate::serve) fn id(&self) -> SessionId {
        self.id
    }
}

/// Every session.
#[derive(Debug)]
pub(in crate::serve) struct Sessions {
    idle_s: i64,
    session_s: i64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By the hash of the token.
    sessions: BTreeMap<[u8; 32], Session>,
    /// The newest step used, by name: one that was used opens nothing more, nor does one before.
    used: BTreeMap<String, Step>,
}

impl Sessions {
    /// None yet. Seconds after which an idle one, and any, ends.
    pub(super) fn new(idle_s: i64, session_s: i64) -> Self {
        Self {
            idle_s,
            session_s,
            kept: Mutex::default(),
        }
    }

    /// Takes a one-time code's step; `false` if it or a later one was used.
    pub(super) fn use_step(&self, name: &str, step: Step) -> bool {
        let mut kept = self.kept();
        if kept.used.get(name).is_some_and(|used| step <= *used) {
            return false;
        }
        kept.used.insert(name.to_owned(), step);
        true
    }

    /// Opens a session and gives its token. The oldest of a person ends where there are too many.
    pub(super) fn open(&self, name: &str, seen: &Seen, now: UnixSeconds) -> (String, Session) {
        let mut bytes = [0; 32];
        SystemEntropy.fill(&mut bytes);
        let token = hex::encode(bytes);
        let session = Session {
            id: SessionId(SystemEntropy.number()),
            name: name.to_owned(),
            since: now,
            last_seen: now,
            expires: UnixSeconds(now.0.saturating_add(self.session_s)),
            user_agent: seen.user_agent.clone(),
            address: seen.address,
        };
        let mut kept = self.kept();
        kept.sessions.retain(|_, session| self.lives(session, now));
        let own = kept.sessions.iter().filter(|(_, one)| one.name == name);
        if own.clone().count() >= SESSIONS_MAX {
            let oldest = own
                .min_by_key(|(_, one)| one.last_seen)
                .map(|(hash, _)| *hash);
            oldest.map(|hash| kept.sessions.remove(&hash));
        }
        kept.sessions.insert(hash_of(&token), session.clone());
        (token, session)
    }

    /// The session of a token, used now.
    pub(in crate::serve) fn find(&self, token: &str, now: UnixSeconds) -> Option<Session> {
        let mut kept = self.kept();
        let session = kept.sessions.get_mut(&hash_of(token))?;
        if !self.lives(session, now) {
            return None;
        }
        session.last_seen = session.last_seen.max(now);
        Some(session.clone())
    }

    /// Every session that lives, newest first.
    pub(super) fn list(&self, now: UnixSeconds) -> Vec<Session> {
        let kept = self.kept();
        let living = kept.sessions.values().filter(|one| self.lives(one, now));
        let mut listed: Vec<Session> = living.cloned().collect();
        listed.sort_by_key(|one| (std::cmp::Reverse(one.since), one.id));
        listed
    }

    /// Ends a session of whom it is `allowed` to; `false` if there is none.
    pub(super) fn end(&self, id: SessionId, allowed: impl Fn(&str) -> bool) -> bool {
        let mut kept = self.kept();
        let before = kept.sessions.len();
        kept.sessions
            .retain(|_, one| one.id != id || !allowed(&one.name));
        kept.sessions.len() < before
    }

    fn lives(&self, session: &Session, now: UnixSeconds) -> bool {
        now < session.expires && now.since_s(session.last_seen) < self.idle_s
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Sessions of one person.
const SESSIONS_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen {
        Seen {
            address: [192, 0, 2, 7].into(),
            user_agent: "a browser".to_owned(),
        }
    }

    #[test]
    fn a_session_ends_idle_old_or_by_hand() {
        let sessions = Sessions::new(100, 250);
        let (token, opened) = sessions.open("night desk", &seen(), UnixSeconds(0));
        let check = |time, expected: bool| {
            let found = sessions.find(&token, UnixSeconds(time));
            assert_eq!(found.is_some(), expected, "at {time}");
            assert_eq!(
                sessions.list(UnixSeconds(time)).len(),
                usize::from(expected)
            );
        };
        check(99, true);
        check(198, true);
        check(249, true);
        check(250, false);
        assert_eq!(sessions.find("", UnixSeconds(0)), None);
        let (idle, _) = sessions.open("night desk", &seen(), UnixSeconds(0));
        assert_eq!(sessions.find(&idle, UnixSeconds(100)), None);
        let (ended, opened) = (sessions.open("a", &seen(), UnixSeconds(0)), opened.id);
        assert!(!sessions.end(ended.1.id, |name| name == "b"));
        assert!(sessions.end(ended.1.id, |name| name == "a"));
        assert!(!sessions.end(ended.1.id, |_| true));
        assert_eq!(sessions.find(&ended.0, UnixSeconds(1)), None);
        assert_eq!(opened.to_string().parse(), Ok(opened));
        for wrong in ["", "1", "000000000000000g", "00000000000000001"] {
            assert!(wrong.parse::<SessionId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_person_has_twenty_sessions_and_the_least_used_goes() {
        let sessions = Sessions::new(1_000, 1_000);
        let open = |name: &str, time| sessions.open(name, &seen(), UnixSeconds(time)).0;
        let other = open("other", 0);
        let tokens: Vec<String> = (0..20).map(|time| open("desk", time)).collect();
        assert!(sessions.find(&tokens[0], UnixSeconds(30)).is_some());
        open("desk", 31);
        let alive = |token: &String| sessions.find(token, UnixSeconds(40)).is_some();
        assert!(alive(&tokens[0]) && !alive(&tokens[1]) && alive(&tokens[2]) && alive(&other));
    }

    #[test]
    fn a_used_step_and_those_before_it_open_nothing() {
        let sessions = Sessions::new(1, 1);
        for (name, step, expected) in [
            ("desk", 100, true),
            ("desk", 100, false),
            ("desk", 99, false),
            ("other", 100, true),
            ("desk", 101, true),
        ] {
            assert_eq!(sessions.use_step(name, step), expected, "{name} {step}");
        }
    }
}
