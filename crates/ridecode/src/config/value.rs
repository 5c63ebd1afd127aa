//! Values of settings. Each is checked where it is read, so that the error names its line, and
//! each says what to write instead.

use std::fmt;
use std::net::SocketAddr;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};

use crate::staff::password::Password;
use crate::staff::totp::Totp;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself, for comparing and hashing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A whole number with limits, both inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "i64")]
pub(super) struct Whole<const MIN: i64, const MAX: i64>(pub(super) i64);

impl<const MIN: i64, const MAX: i64> TryFrom<i64> for Whole<MIN, MAX> {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        (MIN..=MAX)
            .contains(&number)
            .then_some(Self(number))
            .ok_or_else(|| format!("{number} is out of range; write a number from {MIN} to {MAX}"))
    }
}

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// The number. Limits of fields keep it in the range asked for.
    pub(super) fn as_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    pub(super) fn as_u16(self) -> u16 {
        u16::try_from(self.0).unwrap_or(u16::MAX)
    }

    pub(super) fn as_u8(self) -> u8 {
        u8::try_from(self.0).unwrap_or(u8::MAX)
    }

    pub(super) fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

macro_rules! text_value {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.show()
            }
        }
    };
}

/// Address and port.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Address(pub(super) SocketAddr);
text_value!(Address);

impl Address {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("`{text}` is no address; write address and port, such as 127.0.0.1:8080")
        })
    }

    fn show(self) -> String {
        self.0.to_string()
    }
}

/// Where the database's server is. A password does not belong in it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct ServerAddress(pub(super) String);
text_value!(ServerAddress);

impl ServerAddress {
    /// Nothing of what was written is said again: it may hold a password.
    fn parse(text: &str) -> Result<Self, String> {
        let address = ridecode_store::postgres::Address::read(text, None);
        let address = address.map_err(|fault| fault.to_string())?;
        if address.has_password() {
            return Err(
                "a password stands in the address; write it into a file and name that with \
                 store.password_file"
                    .to_owned(),
            );
        }
        Ok(Self(text.to_owned()))
    }

    fn show(self) -> String {
        self.0
    }
}

/// Where another program listens: scheme, host and port, no slash at the end.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct BaseUrl(String);
text_value!(BaseUrl);

impl BaseUrl {
    /// A URL that stands in this program.
    pub(super) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no base URL; write scheme, host and port, such as http://127.0.0.1:8090"
            )
        };
        let url = reqwest::Url::parse(text).map_err(|_| wrong())?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !plain || url.host_str().is_none() {
            return Err(wrong());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    fn show(self) -> String {
        self.0
    }
}

/// An Ed25519 public key in hex.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Key(pub(super) [u8; 32]);
text_value!(Key);

impl Key {
    fn parse(text: &str) -> Result<Self, String> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes)
            .map(|()| Self(bytes))
            .map_err(|_| "no key; write the 64 hex digits of an Ed25519 public key".to_owned())
    }

    fn show(self) -> String {
        hex::encode(self.0)
    }
}

/// A time of day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct LocalTime(pub(super) Time);
text_value!(LocalTime);

impl LocalTime {
    fn parse(text: &str) -> Result<Self, String> {
        Time::strptime("%H:%M", text)
            .map(Self)
            .map_err(|_| format!("`{text}` is no time of day; write it as 04:00"))
    }

    fn show(self) -> String {
        self.0.strftime("%H:%M").to_string()
    }
}

/// A service day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Day(pub(super) ServiceDay);
text_value!(Day);

impl Day {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self)
            .map_err(|_| format!("`{text}` is no day; write it as 2026-11-21"))
    }

    fn show(self) -> String {
        self.0.to_string()
    }
}

/// A time zone of the IANA database.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Zone(pub(super) TimeZone);
text_value!(Zone);

impl Zone {
    /// A zone that stands in this program.
    pub(super) fn known(name: &'static str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    fn parse(text: &str) -> Result<Self, String> {
        TimeZone::get(text).map(Self).map_err(|_| {
            format!("`{text}` is no time zone; write an IANA name such as Asia/Shanghai")
        })
    }

    fn show(self) -> String {
        self.0.iana_name().unwrap_or("UTC").to_owned()
    }
}

/// A bearer token.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Token(pub(super) Secret);
text_value!(Token);

impl Token {
    fn parse(text: &str) -> Result<Self, String> {
        let fits = (TOKEN_LENGTH_MIN..=256).contains(&text.len());
        if !fits || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!(
                "no token; write {TOKEN_LENGTH_MIN} to 256 printable characters without spaces, \
                 such as the output of `openssl rand -hex 32`"
            ));
        }
        Ok(Self(Secret::new(text)))
    }

    fn show(self) -> String {
        HIDDEN.to_owned()
    }
}

/// The hash of a password.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Hash(pub(super) Password);
text_value!(Hash);

impl Hash {
    fn parse(text: &str) -> Result<Self, String> {
        Password::parse(text).map(Self)
    }

    fn show(self) -> String {
        HIDDEN.to_owned()
    }
}

/// The secret of an authenticator.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Authenticator(pub(super) Totp);
text_value!(Authenticator);

impl Authenticator {
    fn parse(text: &str) -> Result<Self, String> {
        Totp::parse(text).map(Self)
    }

    fn show(self) -> String {
        HIDDEN.to_owned()
    }
}

/// A validator's one-time code.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Code(pub(super) Secret);
text_value!(Code);

impl Code {
    fn parse(text: &str) -> Result<Self, String> {
        let fits = (8..=128).contains(&text.len());
        if !fits || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "no one-time code; write 8 to 128 printable characters without spaces".to_owned(),
            );
        }
        Ok(Self(Secret::new(text)))
    }

    fn show(self) -> String {
        HIDDEN.to_owned()
    }
}

const TOKEN_LENGTH_MIN: usize = 16;
const HIDDEN: &str = "(hidden)";
