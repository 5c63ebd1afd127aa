//! Texts of the library in rooms of C.

use core::ffi::c_char;

/// Bytes of a text in a struct, with the zero behind it.
pub const TEXT_CAPACITY: usize = 64;

/// A text in a room of its own, with zeros behind it; cut at a character where it is too long.
pub(crate) type Room = [c_char; TEXT_CAPACITY];

/// The room of a text; empty for none.
pub(crate) fn room(text: Option<&str>) -> Room {
    let mut room = [0; TEXT_CAPACITY];
    let text = text.unwrap_or_default();
    let end = text.floor_char_boundary(TEXT_CAPACITY - 1);
    for (place, byte) in room.iter_mut().zip(&text.as_bytes()[..end]) {
        *place = c_char::from_ne_bytes([*byte]);
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_with_a_zero_and_never_inside_a_character() {
        let check = |text: &str, expected: &str| {
            let found: Vec<u8> = room(Some(text)).map(|it| it.to_ne_bytes()[0]).to_vec();
            let end = found.iter().position(|byte| *byte == 0).unwrap();
            assert_eq!(core::str::from_utf8(&found[..end]), Ok(expected));
        };
        check("", "");
        check("请上车", "请上车");
        check(&"a".repeat(63), &"a".repeat(63));
        check(&"a".repeat(64), &"a".repeat(63));
        check(&"码".repeat(30), &"码".repeat(21));
    }
}
