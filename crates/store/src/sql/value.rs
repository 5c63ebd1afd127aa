//! Values on their way into statements and out of rows. There are four kinds, and every engine
//! has them: nothing, whole numbers, text, bytes.

use super::Result;
use super::column::impossible;

/// A value of a column, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A value that waits to be sent.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owned {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

#[cfg(feature = "postgres")]
impl From<&Value<'_>> for Owned {
    fn from(value: &Value<'_>) -> Self {
        match *value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

#[cfg(feature = "postgres")]
impl Owned {
    /// It, lent.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

/// What can be given to a statement.
pub(crate) trait Given {
    fn value(&self) -> Value<'_>;
}

macro_rules! given_integers {
    ($($type:ty),*) => {
        $(impl Given for $type {
            fn value(&self) -> Value<'_> {
                Value::Integer(i64::from(*self))
            }
        })*
    };
}

given_integers!(bool, u8, u16, u32, i32, i64);

impl Given for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Given for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Given for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<const N: usize> Given for [u8; N] {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<T: Given + ?Sized> Given for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Given> Given for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Given::value)
    }
}

/// What can be taken from a column.
pub(crate) trait Taken: Sized {
    /// `None` where the column holds something else.
    fn taken(value: Value<'_>) -> Option<Self>;
}

macro_rules! taken_integers {
    ($($type:ty),*) => {
        $(impl Taken for $type {
            fn taken(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Integer(number) => number.try_into().ok(),
                    Value::Null | Value::Text(_) | Value::Bytes(_) => None,
                }
            }
        })*
    };
}

taken_integers!(u8, u16, u32, i32, i64);

impl Taken for bool {
    fn taken(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            Value::Null | Value::Integer(_) | Value::Text(_) | Value::Bytes(_) => None,
        }
    }
}

impl Taken for String {
    fn taken(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            Value::Null | Value::Integer(_) | Value::Bytes(_) => None,
        }
    }
}

impl Taken for Vec<u8> {
    fn taken(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            Value::Null | Value::Integer(_) | Value::Text(_) => None,
        }
    }
}

impl<const N: usize> Taken for [u8; N] {
    fn taken(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().ok(),
            Value::Null | Value::Integer(_) | Value::Text(_) => None,
        }
    }
}

impl<T: Taken> Taken for Option<T> {
    fn taken(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value @ (Value::Integer(_) | Value::Text(_) | Value::Bytes(_)) => {
                T::taken(value).map(Some)
            }
        }
    }
}

/// A value as what it should be.
pub(super) fn take<T: Taken>(value: Value<'_>, column: usize) -> Result<T> {
    // The value itself may be a phone number, and faults are written to the log.
    T::taken(value).ok_or_else(|| impossible("value in column", column))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    #[test]
    fn what_is_given_can_be_taken() {
        fn check<T: Given + Taken + PartialEq + Debug>(given: T) {
            assert_eq!(T::taken(given.value()), Some(given));
        }
        check(true);
        check(u32::MAX);
        check(i64::MIN);
        check("线".to_owned());
        check(vec![0_u8, 255]);
        check([7_u8; 32]);
        check(None::<i64>);
        check(Some("text".to_owned()));
    }

    #[test]
    fn what_is_something_else_is_not_taken() {
        assert_eq!(bool::taken(Value::Integer(2)), None);
        assert_eq!(u8::taken(Value::Integer(256)), None);
        assert_eq!(u32::taken(Value::Integer(-1)), None);
        assert_eq!(i64::taken(Value::Null), None);
        assert_eq!(i64::taken(Value::Text("1")), None);
        assert_eq!(String::taken(Value::Bytes(b"a")), None);
        assert_eq!(<[u8; 2]>::taken(Value::Bytes(b"abc")), None);
        assert_eq!(Option::<u8>::taken(Value::Integer(256)), None);
    }
}
