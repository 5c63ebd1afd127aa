//! Ids. An id is also an idempotency key: what happens later derives its id from what happened
//! before, so a repeated step meets its own earlier result.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

/// A text that is no id of its kind. Ids are read in the one form they are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAnId {
    /// An id of that kind, as an example.
    pub example: &'static str,
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be an id such as {}", self.example)
    }
}

impl core::error::Error for NotAnId {}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $format:literal, $radix:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $format, self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                const RADIX: u32 = $radix;
                <$inner>::from_str_radix(text, RADIX)
                    .ok()
                    .map(Self)
                    .filter(|id| id.to_string() == text)
                    .ok_or(NotAnId { example: $example })
            }
        }
    };
}

number_id!(
    /// An issuer (发卡机构), by the number its codes carry. In `mot` codes the four-byte issuer
    /// code of JT/T 1179, shown as eight hex digits there; in `compact` codes an unsigned integer.
    IssuerId(u32), "{:08x}", 16, "00002001"
);
number_id!(
    /// A ride-code brand (乘车码品牌), such as 羊城通乘車碼.
    BrandId(u32), "{}", 10, "2"
);
number_id!(
    /// An operator (运营单位): runs vehicles or stations, owns validators, is paid.
    OperatorId(u32), "{}", 10, "2"
);
number_id!(
    /// A payment provider.
    ProviderId(u32), "{}", 10, "2"
);
number_id!(
    /// A validator (验票终端).
    ValidatorId(u32), "{:08x}", 16, "00002001"
);
number_id!(
    /// A rider's account at an issuer. Random, so that it tells nothing about the person.
    RiderId(u64), "{:016x}", 16, "00000000000000ab"
);
number_id!(
    /// A rider's phone, as a holder of a signing key.
    DeviceId(u64), "{:016x}", 16, "00000000000000ab"
);
number_id!(
    /// A payment mandate (签约授权).
    MandateId(u64), "{:016x}", 16, "00000000000000ab"
);
number_id!(
    /// An adjustment: money given to riders by people, one asking and another approving.
    AdjustmentId(u64), "{:016x}", 16, "00000000000000ab"
);
number_id!(
    /// A ticket (车票), by its serial number: sold once, ridden once or expired.
    TicketId(u64), "{:016x}", 16, "00000000000000ab"
);

/// The pseudonym a code shows: eight random bytes then two zero bytes in `compact` codes, the
/// ten-byte card account number in `mot` codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CredentialId(pub [u8; 10]);

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A credential among all issuers: what deny lists and replay stores are keyed by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CredentialRef {
    /// Who issued it.
    pub issuer: IssuerId,
    /// Its pseudonym at that issuer.
    pub credential: CredentialId,
}

/// A tap (刷码记录): the validator numbered it before it sent it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TapId {
    /// The validator that wrote the journal entry.
    pub validator: ValidatorId,
    /// The entry's number in that validator's journal, from 1.
    pub sequence: u64,
}

impl fmt::Display for TapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.validator, self.sequence)
    }
}

impl FromStr for TapId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fault = NotAnId {
            example: "00002001-17",
        };
        let (validator, sequence) = text.split_once('-').ok_or(fault)?;
        let tap = Self {
            validator: validator.parse().map_err(|_| fault)?,
            sequence: sequence.parse().map_err(|_| fault)?,
        };
        Some(tap).filter(|tap| tap.to_string() == text).ok_or(fault)
    }
}

/// A journey, named by its first tap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct JourneyId(pub TapId);

impl fmt::Display for JourneyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JourneyId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.parse().map(Self)
    }
}

/// A charge (扣款): one version of a journey's fare, or the fares of a service day. Its text form is
/// the order number at the payment provider: 8 to 32 letters, digits and hyphens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChargeId {
    /// The journey charged; of a day's charges the first by id when the day was charged.
    pub journey: JourneyId,
    /// The fare version it collects, from 1; or, from [`ChargeId::FOLLOW_UP`] on, a charge that
    /// follows on others of the journey and stands for no fare version of its own; or, from
    /// [`ChargeId::DAY`] on, a charge of all rides of a service day, the first of them or one that
    /// follows on it.
    pub version: u32,
}

impl ChargeId {
    /// The first number of charges that follow on others. Fare versions stay below.
    pub const FOLLOW_UP: u32 = 1_000_000;

    /// The first number of charges of a service day.
    pub const DAY: u32 = 2_000_000;

    /// Whether it charges the rides of a service day.
    pub fn is_of_day(self) -> bool {
        self.version >= Self::DAY
    }

    /// Whether it stands for no fare version of its own.
    pub fn is_follow_up(self) -> bool {
        self.version >= Self::FOLLOW_UP
    }
}

impl fmt::Display for ChargeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.journey, self.version)
    }
}

impl FromStr for ChargeId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fault = NotAnId {
            example: "00002001-17-1",
        };
        let (journey, version) = text.rsplit_once('-').ok_or(fault)?;
        let charge = Self {
            journey: journey.parse().map_err(|_| fault)?,
            version: version.parse().map_err(|_| fault)?,
        };
        Some(charge)
            .filter(|charge| charge.to_string() == text)
            .ok_or(fault)
    }
}

/// Money of a charge on its way back (退款): the charge, and its number among the charge's refunds.
/// Its text form is the refund's number at the payment provider: 11 to 40 letters, digits and
/// hyphens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RefundId {
    /// The charge that was collected.
    pub charge: ChargeId,
    /// Which of its refunds, from 1.
    pub number: u16,
}

impl fmt::Display for RefundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-r{}", self.charge, self.number)
    }
}

impl FromStr for RefundId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fault = NotAnId {
            example: "00002001-17-1-r1",
        };
        let (charge, number) = text.rsplit_once("-r").ok_or(fault)?;
        let refund = Self {
            charge: charge.parse().map_err(|_| fault)?,
            number: number.parse().map_err(|_| fault)?,
        };
        Some(refund)
            .filter(|refund| refund.number >= 1 && refund.to_string() == text)
            .ok_or(fault)
    }
}

/// A short shared text: an id or a name from a feed or a configuration, 1 to 255 bytes. It holds no
/// U+0000, which some databases cannot keep.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

/// A text that is empty, longer than 255 bytes, or holds U+0000.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAText;

impl fmt::Display for NotAText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must have 1 to 255 bytes, none of them zero")
    }
}

impl core::error::Error for NotAText {}

impl Text {
    /// The longest text, in bytes.
    pub const LENGTH_MAX: usize = 255;

    /// Takes a text of 1 to 255 bytes without U+0000.
    pub fn new(text: &str) -> Result<Self, NotAText> {
        if text.is_empty() || text.len() > Self::LENGTH_MAX || text.contains('\0') {
            return Err(NotAText);
        }
        Ok(Self(text.into()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub Text);

        impl $name {
            /// Takes an id of 1 to 255 bytes.
            pub fn new(text: &str) -> Result<Self, NotAText> {
                Text::new(text).map(Self)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id!(
    /// A line, by its GTFS `route_id`.
    LineId
);
text_id!(
    /// A stop or station, by its GTFS `stop_id`.
    StopId
);
text_id!(
    /// A vehicle or a gate array, as the operator names it.
    VehicleId
);

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn charge_id_is_an_order_number_every_provider_takes() {
        let check = |validator, sequence, version, expected: &str| {
            let tap = TapId {
                validator: ValidatorId(validator),
                sequence,
            };
            let charge = ChargeId {
                journey: JourneyId(tap),
                version,
            };
            assert_eq!(charge.to_string(), expected);
            assert_eq!(expected.parse(), Ok(charge));
            assert!((8..=32).contains(&expected.len()));
        };
        check(0x2001, 1, 1, "00002001-1-1");
        check(
            u32::MAX,
            99_999_999_999_999,
            9_999_999,
            "ffffffff-99999999999999-9999999",
        );
    }

    #[test]
    fn ids_are_read_in_the_form_they_are_written_in() {
        assert_eq!("00002001".parse(), Ok(ValidatorId(0x2001)));
        assert_eq!("2".parse(), Ok(OperatorId(2)));
        assert_eq!("00000000000000ab".parse(), Ok(RiderId(0xab)));
        for wrong in ["", "2001", "0000200G", "+0002001", "000020010"] {
            assert!(wrong.parse::<ValidatorId>().is_err(), "{wrong}");
        }
        for wrong in ["", "02", "+2", "-1", "4294967296", "2 "] {
            assert!(wrong.parse::<OperatorId>().is_err(), "{wrong}");
        }
        for wrong in [
            "",
            "-",
            "00002001-1",
            "00002001-01-1",
            "00002001-1-+1",
            "00002001-1-1-",
            "00002001-1-4294967296",
            "2001-1-1",
        ] {
            assert!(wrong.parse::<ChargeId>().is_err(), "{wrong}");
        }
        assert_eq!(
            "x".parse::<ChargeId>().unwrap_err().to_string(),
            "must be an id such as 00002001-17-1"
        );
    }

    #[test]
    fn refunds_are_numbered_behind_their_charge() {
        let charge: ChargeId = "ffffffff-99999999999999-9999999".parse().unwrap();
        for number in [1, u16::MAX] {
            let text = RefundId { charge, number }.to_string();
            assert_eq!(text.parse(), Ok(RefundId { charge, number }));
            assert!((11..=40).contains(&text.len()), "{text}");
        }
        for wrong in [
            "00002001-17-1",
            "00002001-17-1-r",
            "00002001-17-1-r0",
            "00002001-17-1-r01",
            "00002001-17-1-r65536",
            "00002001-17-r1",
        ] {
            assert!(wrong.parse::<RefundId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn text_has_1_to_255_bytes() {
        assert_eq!(Text::new(""), Err(NotAText));
        assert_eq!(Text::new(&"站".repeat(86)), Err(NotAText));
        assert_eq!(Text::new("bus\u{0}1"), Err(NotAText));
        assert_eq!(
            Text::new(&"站".repeat(85)).map(|text| text.as_str().len()),
            Ok(255)
        );
    }
}
