//! As much CBOR as the compact scheme needs: unsigned integers, byte strings, arrays and maps of
//! definite length, each in its shortest form (RFC 8949 section 4.2). Anything else is refused, so
//! that a credential has exactly one encoding.

use alloc::vec::Vec;

/// Why an item is not what it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CborFault {
    /// The bytes end inside the item.
    CutOff,
    /// Another type, a longer form than needed, or out of range.
    Shape,
}

/// Takes items from the front of some bytes.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            length: bytes.len(),
        }
    }

    /// How many bytes were taken.
    pub(crate) fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// An unsigned integer of at most `max`.
    pub(crate) fn unsigned(&mut self, max: u64) -> Result<u64, CborFault> {
        let value = self.head(Major::Unsigned)?;
        if value > max {
            return Err(CborFault::Shape);
        }
        Ok(value)
    }

    /// An unsigned integer that fits 32 bits.
    pub(crate) fn unsigned_32(&mut self) -> Result<u32, CborFault> {
        u32::try_from(self.head(Major::Unsigned)?).map_err(|_| CborFault::Shape)
    }

    /// A byte string.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], CborFault> {
        let length = self.head(Major::Bytes)?;
        let length = usize::try_from(length).map_err(|_| CborFault::CutOff)?;
        let (bytes, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CborFault::CutOff)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A byte string of exactly `N` bytes.
    pub(crate) fn array_of_bytes<const N: usize>(&mut self) -> Result<[u8; N], CborFault> {
        self.bytes()?.try_into().map_err(|_| CborFault::Shape)
    }

    /// The head of an array: how many items follow.
    pub(crate) fn array(&mut self) -> Result<u64, CborFault> {
        self.head(Major::Array)
    }

    /// The head of a map: how many pairs follow.
    pub(crate) fn map(&mut self) -> Result<u64, CborFault> {
        self.head(Major::Map)
    }

    fn head(&mut self, major: Major) -> Result<u64, CborFault> {
        let (first, rest) = self.rest.split_first().ok_or(CborFault::CutOff)?;
        if first >> 5 != major as u8 {
            return Err(CborFault::Shape);
        }
        let (width, smallest) = match first & 0x1f {
            value @ 0..24 => {
                self.rest = rest;
                return Ok(u64::from(value));
            }
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(CborFault::Shape),
        };
        let (number, rest) = rest.split_at_checked(width).ok_or(CborFault::CutOff)?;
        let value = number
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        if value < smallest {
            return Err(CborFault::Shape);
        }
        self.rest = rest;
        Ok(value)
    }
}

/// Appends an unsigned integer.
pub(crate) fn put_unsigned(out: &mut Vec<u8>, value: u64) {
    put_head(out, Major::Unsigned, value);
}

/// Appends a byte string.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_head(out, Major::Bytes, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends the head of a byte string whose bytes follow.
pub(crate) fn put_bytes_head(out: &mut Vec<u8>, length: usize) {
    put_head(out, Major::Bytes, length as u64);
}

/// Appends a text string.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_head(out, Major::Text, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends the head of an array.
pub(crate) fn put_array(out: &mut Vec<u8>, items: u64) {
    put_head(out, Major::Array, items);
}

fn put_head(out: &mut Vec<u8>, major: Major, value: u64) {
    let major = (major as u8) << 5;
    let big_endian = value.to_be_bytes();
    let (additional, width) = match value {
        0..24 => {
            out.push(major | big_endian[7]);
            return;
        }
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(major | additional);
    out.extend_from_slice(&big_endian[8 - width..]);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Major {
    Unsigned = 0,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shortest_form_is_read() {
        let check = |bytes: &[u8], expected| {
            assert_eq!(
                Reader::new(bytes).unsigned(u64::MAX),
                expected,
                "{bytes:x?}"
            );
        };
        check(&[], Err(CborFault::CutOff));
        check(&[0x18], Err(CborFault::CutOff));
        check(&[0x1b, 0, 0, 0, 1, 0, 0, 0], Err(CborFault::CutOff));
        check(&[0x18, 0x17], Err(CborFault::Shape));
        check(&[0x19, 0x00, 0xff], Err(CborFault::Shape));
        check(&[0x1a, 0x00, 0x00, 0xff, 0xff], Err(CborFault::Shape));
        check(
            &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
            Err(CborFault::Shape),
        );
        // Reserved, indefinite, negative, text.
        check(&[0x1c], Err(CborFault::Shape));
        check(&[0x1f], Err(CborFault::Shape));
        check(&[0x20], Err(CborFault::Shape));
        check(&[0x60], Err(CborFault::Shape));
        check(&[0x18, 0x18], Ok(24));
    }

    #[test]
    fn a_length_beyond_the_input_is_cut_off() {
        let check = |bytes: &[u8]| assert_eq!(Reader::new(bytes).bytes(), Err(CborFault::CutOff));
        check(&[0x41]);
        check(&[0x5a, 0xff, 0xff, 0xff, 0xff, 0]);
        check(&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]);
    }

    #[test]
    fn what_is_written_is_read() {
        for value in [
            0,
            23,
            24,
            255,
            256,
            65_535,
            65_536,
            0xffff_ffff,
            1 << 32,
            u64::MAX,
        ] {
            let mut out = Vec::new();
            put_unsigned(&mut out, value);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.unsigned(u64::MAX), Ok(value));
            assert!(reader.is_at_end());
            assert_eq!(reader.position(), out.len());
        }
    }
}
