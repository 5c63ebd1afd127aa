//! What every provider's arriving bytes are held against, whatever its protocol: a header field
//! stands once, a signature is of now, a JSON body is short, hex is hex.

use alloc::string::String;

use ridecode_words::UnixSeconds;
use serde::Deserialize;

use crate::connector::CallbackFault;
use crate::http::find_header;

/// A header field that must be there.
pub(crate) fn header<'a>(
    headers: &'a [(String, String)],
    name: &'static str,
) -> Result<&'a str, CallbackFault> {
    find_header(headers, name).ok_or(CallbackFault::MissingHeader(name))
}

/// Checks that a time in Unix seconds, as a header wrote it, is within [`WINDOW_S`] of now.
pub(crate) fn check_fresh(
    timestamp: &str,
    malformed: &'static str,
    now: UnixSeconds,
) -> Result<(), CallbackFault> {
    let signed = read_timestamp(timestamp).ok_or(CallbackFault::Malformed(malformed))?;
    if now.since_s(signed).unsigned_abs() > WINDOW_S {
        return Err(CallbackFault::Stale);
    }
    Ok(())
}

/// Reads a time stamp in its one written form.
pub(crate) fn read_timestamp(text: &str) -> Option<UnixSeconds> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).map(UnixSeconds)
}

/// Reads a JSON body of at most 64 KiB.
pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    if body.len() > BODY_LENGTH_MAX {
        return None;
    }
    serde_json::from_slice(body).ok()
}

/// Reads hex digits of either case, exactly as many as asked for.
pub(crate) fn from_hex<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    if text.len() != 2 * LENGTH {
        return None;
    }
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

/// How far from now a reply or a callback may have been signed, in seconds.
pub(crate) const WINDOW_S: u64 = 300;

const BODY_LENGTH_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_are_digits() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(read_timestamp(text), expected.map(UnixSeconds));
        };
        check("1767225660", Some(1_767_225_660));
        for wrong in ["", "-1", "+1", "1.0", " 1", "99999999999999999999"] {
            check(wrong, None);
        }
    }

    #[test]
    fn hex_is_read_in_its_length_and_nothing_else() {
        let check = |text: &str, expected: Option<[u8; 2]>| assert_eq!(from_hex(text), expected);
        check("0aff", Some([0x0a, 0xff]));
        check("0AFF", Some([0x0a, 0xff]));
        for wrong in ["", "0af", "0afff", "0ag0", "+aff", "站a"] {
            check(wrong, None);
        }
    }

    #[test]
    fn fresh_is_five_minutes_either_way() {
        let check = |timestamp: &str, expected| {
            let found = check_fresh(timestamp, "what", UnixSeconds(1_000));
            assert_eq!(found, expected, "{timestamp}");
        };
        check("700", Ok(()));
        check("1300", Ok(()));
        check("699", Err(CallbackFault::Stale));
        check("1301", Err(CallbackFault::Stale));
        check("soon", Err(CallbackFault::Malformed("what")));
    }
}
