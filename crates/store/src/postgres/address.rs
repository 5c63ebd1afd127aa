//! Where a database is, and as whom to go there. The password is shown by nothing.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::open::OpenFault;

/// The address of a database: `postgres://user@host/database`, or words such as
/// `host=/run/postgresql dbname=ridecode`.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) config: Config,
}

impl Address {
    /// Reads an address. A password may stand in it, or be given apart, which keeps it out of
    /// command lines and settings.
    pub fn read(text: &str, password: Option<&str>) -> Result<Self, OpenFault> {
        // What the library says of it may repeat a part of it, and so of the password.
        let mut config = Config::from_str(text).map_err(|_| OpenFault::Address)?;
        if config.get_hosts().is_empty() || config.get_dbname().is_none() {
            return Err(OpenFault::Address);
        }
        if let Some(password) = password {
            config.password(password);
        }
        // An address that is given beside a name is where the library goes.
        let addresses = config.get_hostaddrs().iter();
        let far = addresses.filter(|address| !address.is_loopback());
        let mut far = far.map(ToString::to_string);
        let hosts = config.get_hosts().iter().find_map(far_host);
        if let Some(host) = far.next().or(hosts.map(str::to_owned)) {
            return Err(OpenFault::Unsealed(host));
        }
        let options = match config.get_options() {
            Some(own) => format!("{SETTINGS} {own}"),
            None => SETTINGS.to_owned(),
        };
        config
            .options(options)
            .application_name("ridecode")
            .connect_timeout(PATIENCE)
            .tcp_user_timeout(PATIENCE)
            .keepalives_idle(PATIENCE);
        Ok(Self { config })
    }

    /// Whether a password stands in it.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// The same database, where a schema stands in place of the usual one.
    pub(super) fn in_schema(&self, name: &str) -> Self {
        let mut config = self.config.clone();
        let options = config.get_options().unwrap_or_default();
        let options = format!("{options} -c search_path={name}");
        config.options(options);
        Self { config }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.config.get_dbname().unwrap_or_default();
        write!(f, "{database} at ")?;
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                Host::Unix(folder) => write!(f, "{comma}{}", folder.display())?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// The host, if what is sent to it leaves the machine.
fn far_host(host: &Host) -> Option<&str> {
    match host {
        Host::Unix(_) => None,
        Host::Tcp(name) => {
            let is_near = match name.parse::<std::net::IpAddr>() {
                Ok(address) => address.is_loopback(),
                Err(_) => name == "localhost",
            };
            (!is_near).then_some(name)
        }
    }
}

/// What every connection is set to. Plans do not look at the values bound, so that a statement is
/// planned once; and what a program holds is let go when it stops in the middle.
const SETTINGS: &str =
    "-c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=60s";

/// How long a server may take to be reached, or to answer at all.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let read = Address::read(text, None).map(|address| address.to_string());
        match (read, expected) {
            (Ok(shown), Ok(expected)) => assert_eq!(shown, expected, "{text}"),
            (Err(fault), Err(expected)) => {
                let words = fault.to_string();
                assert!(words.contains(expected), "{text}: {words}");
                assert!(!words.contains("secret"), "{text}: {words}");
            }
            (read, expected) => panic!("{text}: {read:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn addresses_that_name_no_database_are_refused() {
        check("", Err("postgres://"));
        check("postgres://", Err("postgres://"));
        check("postgres://localhost", Err("postgres://"));
        check("postgres://a:secret@localhost:x/ride", Err("postgres://"));
        check("dbname=ride password=secret", Err("postgres://"));
        check("host=localhost secret", Err("postgres://"));
    }

    #[test]
    fn what_leaves_the_machine_must_be_sealed() {
        check(
            "postgres://a:secret@db.example.com/ride",
            Err("db.example.com"),
        );
        check("postgres://a:secret@192.0.2.7/ride", Err("192.0.2.7"));
        check(
            "postgres://a:secret@localhost/ride?hostaddr=192.0.2.7",
            Err("192.0.2.7"),
        );
    }

    #[test]
    fn addresses_are_shown_without_who_goes_there() {
        check(
            "postgres://a:secret@localhost/ride",
            Ok("ride at localhost"),
        );
        check("postgres://127.0.0.1:5433/ride", Ok("ride at 127.0.0.1"));
        check(
            "host=/run/postgresql dbname=ride",
            Ok("ride at /run/postgresql"),
        );
        let address = Address::read("postgres://a@localhost/ride", Some("secret"));
        let shown = format!("{:?}", address.expect("an address"));
        assert_eq!(shown, "Address(ride at localhost)");
    }
}
