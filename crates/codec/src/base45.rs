//! Base45, RFC 9285: the alphabet of QR alphanumeric mode. Two bytes become three characters, so
//! 97 % of the symbol's room is used and no scanner can take the text for binary. Strict: lower
//! case, values above two bytes and impossible lengths are refused, and nothing is trimmed.

use alloc::string::String;
use alloc::vec::Vec;

/// Writes bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for pair in bytes.chunks(2) {
        let (mut value, digits) = match pair {
            [high, low] => (u32::from(*high) << 8 | u32::from(*low), 3),
            [single, ..] => (u32::from(*single), 2),
            [] => continue,
        };
        for _ in 0..digits {
            text.push(char::from(ALPHABET[(value % 45) as usize]));
            value /= 45;
        }
    }
    text
}

/// Reads text back. `None` if it is no base45.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for digits in text.chunks(3) {
        let mut value = 0;
        for digit in digits.iter().rev() {
            value = value * 45 + u32::from(value_of(*digit)?);
        }
        match digits.len() {
            3 => bytes.extend(u16::try_from(value).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

fn value_of(character: u8) -> Option<u8> {
    let value = VALUES[usize::from(character)];
    (value < 45).then_some(value)
}

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The value of each character; 255 where there is none.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_base45() {
        let check = |text: &str| assert_eq!(decode(text.as_bytes()), None, "{text}");
        // A length of 1 modulo 3 carries nothing.
        check("A");
        check("BB8A");
        // 65536 and above in three characters, 256 and above in two.
        check("GGX");
        check(":::");
        check("V5");
        check("::");
        // Lower case, a trimmed-off look, and letters of other scripts.
        check("bb8");
        check("BB\n");
        check("BB8\r\n ");
        check("站");
        check("BB8,");
    }

    #[test]
    fn carries_the_examples_of_rfc_9285() {
        let check = |bytes: &[u8], text: &str| {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes));
        };
        check(b"", "");
        check(b"AB", "BB8");
        check(b"Hello!!", "%69 VD92EX0");
        check(b"base-45", "UJCLQE7W581");
        check(b"ietf!", "QED8WEX0");
        check(&[0xff, 0xff], "FGW");
        check(&[0xff], "U5");
    }
}
