//! How often a sign-in may fail: by name, so that a password is not guessed, and by address, so
//! that names are not.

use std::net::IpAddr;

use ridecode_words::UnixSeconds;

use crate::serve::pace::{Digest, Lately, digest};
use crate::serve::problem::{Kind, Problem, Result};

/// The sign-ins that failed lately, or are being looked at. Forgotten when the program ends.
#[derive(Debug, Default)]
pub(super) struct Tries(Lately<WINDOW_S>);

/// A try that was noted.
pub(super) struct Tried([Digest; 2]);

impl Tries {
    /// Notes a try before it is looked at, so that many at once count too, or refuses it.
    pub(super) fn note(&self, name: &str, address: IpAddr, now: UnixSeconds) -> Result<Tried> {
        let (name, address) = (digest("name", name), digest("address", &network(address)));
        let limits = [(name, TRIES_OF_NAME_MAX), (address, TRIES_OF_ADDRESS_MAX)];
        let noted = self.0.note(&limits, now);
        noted.map(|()| Tried([name, address])).map_err(|wait_s| {
            let minutes = (wait_s + 59) / 60;
            let detail = format!(
                "too many sign-ins failed lately, with this name or from this address; try again \
                 in {minutes} min"
            );
            Problem::new(Kind::TooManySignIns, detail).with("retry_after_s", wait_s)
        })
    }

    /// Takes a try back: it succeeded.
    pub(super) fn forget(&self, tried: &Tried) {
        self.0.forget(&tried.0);
    }
}

/// An address, or the network of 64 bits that one subscriber has of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x?}", &address.segments()[..4]),
    }
}

const WINDOW_S: i64 = 900;
const TRIES_OF_NAME_MAX: usize = 10;
const TRIES_OF_ADDRESS_MAX: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_for_a_name_and_thirty_from_an_address() {
        let tries = Tries::default();
        let note = |name: &str, address: &str, time| {
            let address = address.parse().expect("an address");
            tries.note(name, address, UnixSeconds(time))
        };
        let check = |name: &str, address: &str, time, expected: bool| {
            let noted = note(name, address, time);
            assert_eq!(noted.is_ok(), expected, "{name} {address} {time}");
        };
        for time in 0..10 {
            check("desk", "192.0.2.7", time, true);
        }
        check("desk", "192.0.2.8", 10, false);
        for time in 10..30 {
            check(&format!("desk {time}"), "192.0.2.7", time, true);
        }
        check("night desk", "192.0.2.7", 30, false);
        check("night desk", "2001:db8::1", 30, true);
        check("desk", "192.0.2.8", 900, true);
        check("desk", "192.0.2.8", 900, false);
        for time in 0..29 {
            check(&format!("{time}"), "2001:db8::2", 31, true);
        }
        check("one more", "2001:db8::ffff", 31, false);
        check("one more", "2001:db8:0:1::1", 31, true);
    }

    #[test]
    fn who_signs_in_is_not_slowed_down() {
        let tries = Tries::default();
        let address = "192.0.2.7".parse().expect("an address");
        for time in 0..100 {
            let tried = tries.note("desk", address, UnixSeconds(time));
            tries.forget(&tried.map_err(|problem| problem.document()).expect("a try"));
        }
    }
}
