//! How values stand in columns. Domain types know nothing of SQL; the small numbers here are the
//! ones the migrations document, and never change their meaning.

use std::fmt::Display;

use ridecode_account::{Client, CredentialState, DeniedFor, RevokeReason};
use ridecode_codec::Scheme;
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_fare::Ending;
use ridecode_ledger::{Account, Currency, Money};
use ridecode_words::{
    AdjustmentId, ChargeId, CredentialId, DeviceId, JourneyId, MandateId, Month, RiderId,
    ServiceDay, TapId, Text, UnixSeconds, ValidatorId,
};

use super::connection::Row;
use super::value::Taken;
use super::{Connection, Count, Params, Result};
use crate::fault::StoreFault;
use crate::record::{DeedKind, Evidence, LineState, NoticeKind, Standing};

/// The columns of a row, read from left to right.
pub(super) struct Columns<'a> {
    row: Row<'a>,
    next: usize,
}

impl Columns<'_> {
    /// The next column as it is.
    pub(super) fn take<T: Taken>(&mut self) -> Result<T> {
        let value = self.row.take(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// A journal number, mark, version or count.
    pub(super) fn count(&mut self) -> Result<u64> {
        self.take().map(i64::cast_unsigned)
    }

    /// A random 64-bit id.
    fn id(&mut self) -> Result<u64> {
        self.take().map(random_id)
    }

    pub(super) fn rider(&mut self) -> Result<RiderId> {
        self.id().map(RiderId)
    }

    pub(super) fn device(&mut self) -> Result<DeviceId> {
        self.id().map(DeviceId)
    }

    pub(super) fn find_rider(&mut self) -> Result<Option<RiderId>> {
        Ok(self.take::<Option<i64>>()?.map(random_id).map(RiderId))
    }

    pub(super) fn find_device(&mut self) -> Result<Option<DeviceId>> {
        Ok(self.take::<Option<i64>>()?.map(random_id).map(DeviceId))
    }

    pub(super) fn mandate(&mut self) -> Result<MandateId> {
        self.id().map(MandateId)
    }

    pub(super) fn adjustment(&mut self) -> Result<AdjustmentId> {
        self.id().map(AdjustmentId)
    }

    pub(super) fn time(&mut self) -> Result<UnixSeconds> {
        self.take().map(UnixSeconds)
    }

    pub(super) fn find_time(&mut self) -> Result<Option<UnixSeconds>> {
        Ok(self.take::<Option<i64>>()?.map(UnixSeconds))
    }

    pub(super) fn day(&mut self) -> Result<ServiceDay> {
        self.take().map(ServiceDay)
    }

    pub(super) fn month(&mut self) -> Result<Month> {
        self.take().map(Month::from_number)
    }

    /// Validator and sequence.
    pub(super) fn tap_id(&mut self) -> Result<TapId> {
        Ok(TapId {
            validator: ValidatorId(self.take()?),
            sequence: self.count()?,
        })
    }

    /// Validator, sequence and version.
    pub(super) fn charge_id(&mut self) -> Result<ChargeId> {
        Ok(ChargeId {
            journey: JourneyId(self.tap_id()?),
            version: self.take()?,
        })
    }

    pub(super) fn credential(&mut self) -> Result<CredentialId> {
        self.take().map(CredentialId)
    }

    pub(super) fn currency(&mut self) -> Result<Currency> {
        read_currency(&self.take::<String>()?)
    }

    /// Amount and currency.
    pub(super) fn money(&mut self) -> Result<Money> {
        Ok(Money {
            minor: self.take()?,
            currency: self.currency()?,
        })
    }

    pub(super) fn find_text(&mut self) -> Result<Option<Text>> {
        let text = self.take::<Option<String>>()?;
        text.map(|text| Text::new(&text).map_err(|_| impossible("text", text)))
            .transpose()
    }

    pub(super) fn account(&mut self) -> Result<Account> {
        let code = self.take()?;
        Account::from_code(code).map_err(|_| impossible("account", format!("{code:02x?}")))
    }

    /// A small number that names a state.
    pub(super) fn coded<T: Coded>(&mut self) -> Result<T> {
        let code = self.take()?;
        T::from_code(code).ok_or_else(|| impossible(T::WHAT, code))
    }

    pub(super) fn find_coded<T: Coded>(&mut self) -> Result<Option<T>> {
        let Some(code) = self.take()? else {
            return Ok(None);
        };
        T::from_code(code)
            .map(Some)
            .ok_or_else(|| impossible(T::WHAT, code))
    }

    /// Algorithm and key.
    pub(super) fn key(&mut self) -> Result<PublicKey> {
        Ok(PublicKey {
            algorithm: self.coded()?,
            bytes: self.take()?,
        })
    }
}

/// Values that stand in a column as a small number.
pub(super) trait Coded: Sized + Copy {
    /// What it is, for faults.
    const WHAT: &'static str;

    fn code(self) -> u8;
    fn from_code(code: u8) -> Option<Self>;
}

/// Gives each value its number, in both directions.
macro_rules! coded {
    ($type:ty, $what:literal, { $($value:pat => $code:literal => $result:expr),* $(,)? }) => {
        impl Coded for $type {
            const WHAT: &'static str = $what;

            fn code(self) -> u8 {
                match self {
                    $($value => $code),*
                }
            }

            fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some($result),)*
                    _ => None,
                }
            }
        }
    };
    ($type:ident, $what:literal, { $($value:ident = $code:literal),* $(,)? }) => {
        coded!($type, $what, { $($type::$value => $code => $type::$value),* });
    };
}

coded!(Algorithm, "algorithm", { Es256 = 0, EdDsa = 1, Sm2 = 2 });
coded!(Scheme, "scheme", { Compact = 0, Mot = 1 });
coded!(RevokeReason, "revoke reason", { Lost = 0, Replaced = 1, Closed = 2 });
coded!(CredentialState, "credential state", {
    CredentialState::Live => 0 => CredentialState::Live,
    CredentialState::Denied(DeniedFor::Overdue) => 1 => CredentialState::Denied(DeniedFor::Overdue),
    CredentialState::Denied(DeniedFor::Lost) => 2 => CredentialState::Denied(DeniedFor::Lost),
    CredentialState::Denied(DeniedFor::Closed) => 3 => CredentialState::Denied(DeniedFor::Closed),
});
coded!(Client, "client", {
    Other = 0, Android = 1, Iphone = 2, Ipad = 3, Windows = 4, Mac = 5, Linux = 6,
});
coded!(LineState, "adjustment line", { Waiting = 0, Posted = 1, Refused = 2 });
coded!(NoticeKind, "notice kind", {
    Declined = 0, Reminder = 1, LastAttempt = 2, Settled = 3,
});
coded!(DeedKind, "deed", {
    LookedUp = 0, BlockedPhone = 1, MendedTap = 2, GaveCode = 3, MovedValidator = 4,
    RetiredValidator = 5,
});
coded!(Standing, "standing", { Smooth = 0, Advanced = 1, WrittenOff = 2 });
coded!(Evidence, "evidence", { Word = 0, Gate = 1, Timetable = 2, OtherTaps = 3 });
coded!(Ending, "ending", {
    Complete = 0, Open = 1, EntryOnly = 2, ExitOnly = 3, SameStation = 4, Overstay = 5, Voided = 6,
    Repaired = 7,
});

/// Runs a statement that gives no rows ([`Connection::execute`]).
pub(super) fn execute(db: &Connection<'_>, sql: &str, params: impl Params) -> Result<()> {
    db.execute(sql, params)
}

/// Runs a statement that gives no rows, and says how many rows it changed.
pub(super) fn change(db: &Connection<'_>, sql: &str, params: impl Params) -> Result<usize> {
    db.change(sql, params)
}

/// The first row of a query, if there is one.
pub(super) fn find<T>(
    db: &Connection<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&mut Columns<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut read = Some(read);
    let mut found = None;
    db.query(sql, params, |row| {
        if let Some(read) = read.take() {
            found = Some(read(&mut Columns { row, next: 0 })?);
        }
        Ok(false)
    })?;
    Ok(found)
}

/// Every row of a query.
pub(super) fn load<T>(
    db: &Connection<'_>,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    db.query(sql, params, |row| {
        all.push(read(&mut Columns { row, next: 0 })?);
        Ok(true)
    })?;
    Ok(all)
}

/// The rows of a query for each of many keys, in the order of the keys.
pub(super) fn load_all<T, P: Params>(
    db: &Connection<'_>,
    sql: &str,
    keys: impl IntoIterator<Item = P>,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let keys: Vec<P> = keys.into_iter().collect();
    let mut all = Vec::new();
    all.resize_with(keys.len(), Vec::new);
    db.query_each(sql, keys, |place, row| {
        all[place].push(read(&mut Columns { row, next: 0 })?);
        Ok(())
    })?;
    Ok(all)
}

/// Every row of a query about a rider's journey, for each of some journeys. Its parameters are
/// rider, validator and sequence.
pub(super) fn load_each<T>(
    db: &Connection<'_>,
    sql: &str,
    (rider, journeys): (RiderId, &[JourneyId]),
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let keys = journeys.iter().map(|journey| {
        let (validator, sequence) = (journey.0.validator.0, journey.0.sequence.cast_signed());
        (id(rider.0), validator, sequence)
    });
    let all = load_all(db, sql, keys, read)?;
    Ok(all.into_iter().flatten().collect())
}

/// A count's value.
pub(super) fn counter(db: &Connection<'_>, count: Count) -> Result<u64> {
    const SQL: &str = "SELECT CAST(sum(value) AS BIGINT) FROM counters WHERE name = ?1";
    find(db, SQL, [count.name()], |row| row.count())?
        .ok_or_else(|| impossible("count", count.name()))
}

/// A random 64-bit id as it is stored: in its own order under signed numbers.
pub(super) fn id(id: u64) -> i64 {
    (id ^ TOP_BIT).cast_signed()
}

/// A random 64-bit id read back.
pub(super) fn random_id(stored: i64) -> u64 {
    stored.cast_unsigned() ^ TOP_BIT
}

/// A currency as it is stored.
pub(super) fn currency(currency: &Currency) -> Result<&str> {
    let code = str::from_utf8(&currency.0);
    code.map_err(|_| impossible("currency", format!("{currency:?}")))
}

pub(super) fn read_currency(text: &str) -> Result<Currency> {
    let code = text.as_bytes().try_into();
    code.map(Currency)
        .map_err(|_| impossible("currency", text.to_owned()))
}

/// Something that was never written that way.
pub(super) fn impossible(what: &str, found: impl Display) -> StoreFault {
    StoreFault::Corrupt(format!("{what} {found}"))
}

/// What random ids are shifted by.
const TOP_BIT: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_ids_keep_their_order() {
        let ids = [0, 1, TOP_BIT - 1, TOP_BIT, u64::MAX];
        assert!(ids.map(id).is_sorted());
        assert_eq!(id(0), i64::MIN);
    }

    #[test]
    fn every_code_reads_back() {
        fn check<T: Coded + PartialEq + std::fmt::Debug>(count: u8) {
            for code in 0..count {
                assert_eq!(T::from_code(code).map(T::code), Some(code));
            }
            assert_eq!(T::from_code(count), None);
        }
        check::<Algorithm>(3);
        check::<Scheme>(2);
        check::<RevokeReason>(3);
        check::<CredentialState>(4);
        check::<LineState>(3);
        check::<NoticeKind>(4);
        check::<Ending>(8);
        check::<Evidence>(4);
        check::<DeedKind>(6);
        check::<Standing>(3);
    }
}
