//! Where one code ends and the next begins in a stream of bytes.
//!
//! A scanner may stop in the middle of a code. What came is then given as it is: the ladder says
//! what is wrong with it, and the next code begins clean.

use ridecode_codec::INPUT_LENGTH_MAX;

use super::code_of_line;

/// How a scanner marks the end of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    /// A line: text codes as they are, binary codes in hex.
    Lines,
    /// Silence: raw bytes, then a pause.
    Pause,
    /// A length in two bytes, most significant first, in front of the raw bytes.
    Length,
}

/// Takes a stream apart.
#[derive(Clone, Debug)]
pub struct Framer {
    framing: Framing,
    bytes: Vec<u8>,
    /// Bytes beyond the longest code, which are not kept.
    spilled: usize,
}

impl Framer {
    /// A stream that has just begun.
    pub fn new(framing: Framing) -> Self {
        Self {
            framing,
            bytes: Vec::new(),
            spilled: 0,
        }
    }

    /// Takes bytes in. Gives the codes they end.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut codes = Vec::new();
        for byte in bytes {
            codes.extend(self.push_byte(*byte));
        }
        codes
    }

    /// The stream paused. Gives the code that ends with that, or the part of one that came.
    pub fn pause(&mut self) -> Option<Vec<u8>> {
        let bytes = self.take();
        let code = match self.framing {
            Framing::Lines => code_of_line(bytes),
            Framing::Pause => bytes,
            Framing::Length => bytes.get(LENGTH_LENGTH..).unwrap_or_default().to_vec(),
        };
        (!code.is_empty()).then_some(code)
    }

    /// Whether a pause would end something.
    pub fn is_inside(&self) -> bool {
        !self.bytes.is_empty()
    }

    fn push_byte(&mut self, byte: u8) -> Option<Vec<u8>> {
        if self.framing == Framing::Lines && matches!(byte, b'\n' | b'\r') {
            return self.pause();
        }
        if self.bytes.len() < BYTES_MAX {
            self.bytes.push(byte);
        } else {
            self.spilled += 1;
        }
        let (length, rest) = self.bytes.split_first_chunk::<LENGTH_LENGTH>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let is_whole = self.framing == Framing::Length && rest.len() + self.spilled >= length;
        (is_whole && length > 0).then(|| self.pause()).flatten()
    }

    fn take(&mut self) -> Vec<u8> {
        self.spilled = 0;
        std::mem::take(&mut self.bytes)
    }
}

const LENGTH_LENGTH: usize = 2;

/// Enough to show that a code is too long, in every framing.
const BYTES_MAX: usize = 2 * (INPUT_LENGTH_MAX + 1) + LENGTH_LENGTH;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(framing: Framing, pieces: &[&[u8]], expected: &[&[u8]]) {
        let mut framer = Framer::new(framing);
        let mut found = Vec::new();
        for piece in pieces {
            // An empty piece stands for a pause.
            if piece.is_empty() {
                found.extend(framer.pause());
            } else {
                found.extend(framer.push(piece));
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_end_codes_and_half_a_line_is_given_after_a_pause() {
        let all = Framing::Lines;
        check(all, &[b"R1:AB\r\nR1:CD\r"], &[b"R1:AB", b"R1:CD"]);
        check(all, &[b"R1:", b"AB\n"], &[b"R1:AB"]);
        check(all, &[b"R1:A", b"", b"R1:CD\n"], &[b"R1:A", b"R1:CD"]);
        check(all, &[b"", b"\n\n"], &[]);
        check(all, &["80".repeat(84).as_bytes(), b"\n"], &[&[0x80; 84]]);
    }

    #[test]
    fn a_pause_ends_raw_bytes() {
        let all = Framing::Pause;
        check(
            all,
            &[&[0x80, 10], &[13, 0], b"", &[1], b""],
            &[&[0x80, 10, 13, 0], &[1]],
        );
        check(all, &[b"", b""], &[]);
    }

    #[test]
    fn a_length_ends_raw_bytes_and_half_a_code_does_not_spoil_the_next() {
        let all = Framing::Length;
        check(all, &[&[0, 2, 7, 8, 0, 1, 9]], &[&[7, 8], &[9]]);
        check(all, &[&[0], &[2], &[7], &[8]], &[&[7, 8]]);
        check(all, &[&[0, 9, 7], b"", &[0, 1, 9]], &[&[7], &[9]]);
        check(all, &[&[0], b"", &[0, 1, 9]], &[&[9]]);
        check(all, &[&[0, 0], b"", &[0, 1, 9]], &[&[9]]);
    }

    #[test]
    fn an_endless_code_is_cut_and_still_too_long() {
        for framing in [Framing::Lines, Framing::Pause, Framing::Length] {
            let mut framer = Framer::new(framing);
            assert_eq!(framer.push(&vec![0xff; 60_000]), Vec::<Vec<u8>>::new());
            let code = framer.pause().unwrap();
            assert!((INPUT_LENGTH_MAX + 1..=BYTES_MAX).contains(&code.len()));
        }
    }
}
