//! Bytes of journals, segments and bundles: a writer, and a reader with limits.
//!
//! Numbers are big-endian and of fixed width, texts and lists carry their length in front, so
//! every value has exactly one encoding. The reader never allocates more than the input could
//! hold and answers `None` to anything that does not fit.

use alloc::vec::Vec;

use ridecode_words::{Text, UnixSeconds};

/// Collects bytes.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn time(&mut self, value: UnixSeconds) {
        self.0.extend_from_slice(&value.0.to_be_bytes());
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.0.extend_from_slice(value);
    }

    /// A number that may be absent: a byte 0 or 1, then the number.
    pub(crate) fn optional_u32(&mut self, value: Option<u32>) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            self.u32(value);
        }
    }

    /// A text that may be absent: its length in one byte, 0 for none.
    pub(crate) fn optional_text(&mut self, value: Option<&Text>) {
        let text = value.map_or("", Text::as_str);
        self.byte(u8::try_from(text.len()).expect("a Text has at most 255 bytes"));
        self.bytes(text.as_bytes());
    }

    /// How many items follow, in two bytes.
    pub(crate) fn count(&mut self, items: usize) {
        self.u16(u16::try_from(items).expect("a list has at most 65,535 items"));
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Takes bytes apart.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn time(&mut self) -> Option<UnixSeconds> {
        self.array().map(i64::from_be_bytes).map(UnixSeconds)
    }

    pub(crate) fn optional_u32(&mut self) -> Option<Option<u32>> {
        match self.byte()? {
            0 => Some(None),
            1 => self.u32().map(Some),
            _ => None,
        }
    }

    pub(crate) fn optional_text(&mut self) -> Option<Option<Text>> {
        let length = usize::from(self.byte()?);
        if length == 0 {
            return Some(None);
        }
        let text = core::str::from_utf8(self.take(length)?).ok()?;
        Text::new(text).ok().map(Some)
    }

    /// Reads a list of `count` items, none shorter than `item_length_min` bytes: a count that the
    /// rest cannot hold is refused before anything is set aside for it.
    pub(crate) fn list<T>(
        &mut self,
        count: usize,
        item_length_min: usize,
        item: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        if !self.holds(count, item_length_min) {
            return None;
        }
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    /// Whether the rest can hold so many items of that length.
    pub(crate) fn holds(&self, count: usize, item_length_min: usize) -> bool {
        count
            .checked_mul(item_length_min)
            .is_some_and(|length| length <= self.0.len())
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
