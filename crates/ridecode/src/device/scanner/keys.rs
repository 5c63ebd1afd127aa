//! A scanner that types: a USB keyboard as Linux reports it, one event a key.
//!
//! Such scanners type codes on a US keyboard and press Enter behind them. They cannot type every
//! byte, so only text codes, and binary codes in hex, come through whole.

use super::frame::{Framer, Framing};

/// Takes key events apart.
#[derive(Clone, Debug)]
pub struct Keys {
    framer: Framer,
    /// An event that came in part.
    partial: Vec<u8>,
    shift: bool,
    capitals: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            framer: Framer::new(Framing::Lines),
            partial: Vec::new(),
            shift: false,
            capitals: false,
        }
    }
}

impl Keys {
    /// Takes in bytes of `struct input_event` (linux/input.h, 64-bit). Gives the codes they end.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.partial.extend_from_slice(bytes);
        let whole = self.partial.len() / EVENT_LENGTH * EVENT_LENGTH;
        let events: Vec<u8> = self.partial.drain(..whole).collect();
        let mut codes = Vec::new();
        for event in events.chunks_exact(EVENT_LENGTH) {
            if let Some(byte) = self.press(event) {
                codes.extend(self.framer.push(&[byte]));
            }
        }
        codes
    }

    /// Nothing was typed for a while. Gives the part of a code that was.
    pub fn pause(&mut self) -> Option<Vec<u8>> {
        self.framer.pause()
    }

    /// Whether a pause would end something.
    pub fn is_inside(&self) -> bool {
        self.framer.is_inside()
    }

    /// The character an event types.
    fn press(&mut self, event: &[u8]) -> Option<u8> {
        let kind = u16::from_ne_bytes([event[16], event[17]]);
        let key = u16::from_ne_bytes([event[18], event[19]]);
        let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
        if kind != EV_KEY {
            return None;
        }
        let is_down = value != RELEASED;
        match key {
            KEY_LEFT_SHIFT | KEY_RIGHT_SHIFT => self.shift = is_down,
            KEY_CAPS_LOCK if value == PRESSED => self.capitals = !self.capitals,
            KEY_ENTER | KEY_KEYPAD_ENTER if value == PRESSED => return Some(b'\n'),
            _ if is_down => return self.character(key),
            _ => {}
        }
        None
    }

    fn character(&self, key: u16) -> Option<u8> {
        let typed = |(first, plain, shifted): &(u16, &[u8], &[u8])| {
            let place = usize::from(key.checked_sub(*first)?);
            let plain = *plain.get(place)?;
            let shifts = self.shift != (self.capitals && plain.is_ascii_alphabetic());
            Some(if shifts { shifted[place] } else { plain })
        };
        ROWS.iter().find_map(typed)
    }
}

/// First key code of a row, its characters, and those with shift (linux/input-event-codes.h).
const ROWS: [(u16, &[u8], &[u8]); 5] = [
    (2, b"1234567890-=", b"!@#$%^&*()_+"),
    (16, b"qwertyuiop[]", b"QWERTYUIOP{}"),
    (30, b"asdfghjkl;'`", b"ASDFGHJKL:\"~"),
    (43, b"\\zxcvbnm,./", b"|ZXCVBNM<>?"),
    (57, b" ", b" "),
];

const EVENT_LENGTH: usize = 24;
const EV_KEY: u16 = 1;
const RELEASED: i32 = 0;
const PRESSED: i32 = 1;
const KEY_ENTER: u16 = 28;
const KEY_LEFT_SHIFT: u16 = 42;
const KEY_RIGHT_SHIFT: u16 = 54;
const KEY_CAPS_LOCK: u16 = 58;
const KEY_KEYPAD_ENTER: u16 = 96;

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: u16, key: u16, value: i32) -> Vec<u8> {
        let mut event = vec![0; 16];
        event.extend(kind.to_ne_bytes());
        event.extend(key.to_ne_bytes());
        event.extend(value.to_ne_bytes());
        event
    }

    /// The events of a text, as a scanner types it.
    fn typed(text: &str) -> Vec<u8> {
        let mut events = Vec::new();
        for character in text.bytes() {
            let found = ROWS.iter().find_map(|(first, plain, shifted)| {
                let place = |row: &[u8]| row.iter().position(|it| *it == character);
                let (place, shift) = place(plain)
                    .map(|at| (at, false))
                    .or_else(|| place(shifted).map(|at| (at, true)))?;
                Some((first + u16::try_from(place).unwrap(), shift))
            });
            let (key, shift) = found.unwrap_or((KEY_ENTER, false));
            if shift {
                events.extend(event(EV_KEY, KEY_LEFT_SHIFT, PRESSED));
            }
            events.extend(event(EV_KEY, key, PRESSED));
            events.extend(event(0, 0, 0));
            events.extend(event(EV_KEY, key, RELEASED));
            if shift {
                events.extend(event(EV_KEY, KEY_LEFT_SHIFT, RELEASED));
            }
        }
        events
    }

    #[test]
    fn what_a_scanner_types_is_its_code() {
        let check = |text: &str, expected: &[&str]| {
            let found = Keys::default().push(&typed(text));
            let expected: Vec<_> = expected.iter().map(|code| code.as_bytes()).collect();
            assert_eq!(found, expected);
        };
        check("R1:0AZ $%*+-./:\n", &["R1:0AZ $%*+-./:"]);
        check("62ab\nTX9\n\n", &["62ab", "TX9"]);
        check("half", &[]);
    }

    #[test]
    fn caps_lock_and_torn_events_are_understood() {
        let mut keys = Keys::default();
        let mut events = event(EV_KEY, KEY_CAPS_LOCK, PRESSED);
        events.extend(event(EV_KEY, KEY_CAPS_LOCK, RELEASED));
        events.extend(typed("r1:a\n"));
        let (front, back) = events.split_at(100);
        assert!(keys.push(front).is_empty());
        assert_eq!(keys.push(back), [b"R1:A"]);
        keys.push(&typed("x"));
        assert!(keys.is_inside());
        assert_eq!(keys.pause(), Some(b"X".to_vec()));
    }
}
