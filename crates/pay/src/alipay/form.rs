//! Forms (`application/x-www-form-urlencoded`), written and read: what Alipay's requests,
//! notifications and addresses are made of.

use alloc::string::String;
use alloc::vec::Vec;

/// Fields as one line of `name=value` with percent-encoding.
pub(super) fn write(fields: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        encode(name, &mut text);
        text.push('=');
        encode(value, &mut text);
    }
    text
}

fn encode(part: &str, text: &mut String) {
    let digit = |nibble: u8| {
        let digit = char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        digit.to_ascii_uppercase()
    };
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.extend(['%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

/// The fields of a form of at most 64 KiB. `None` if it is longer, has more than 128 fields, or
/// is not percent-encoded UTF-8.
pub(super) fn read(body: &[u8]) -> Option<Vec<(String, String)>> {
    if body.len() > LENGTH_MAX {
        return None;
    }
    let parts: Vec<_> = body.split(|byte| *byte == b'&').collect();
    if parts.len() > FIELDS_MAX {
        return None;
    }
    parts
        .into_iter()
        .map(|part| {
            let end = part.iter().position(|byte| *byte == b'=')?;
            Some((decode(&part[..end])?, decode(&part[end + 1..])?))
        })
        .collect()
}

fn decode(part: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

/// A field that stands once.
pub(super) fn find<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    crate::http::find_header(fields, name)
}

const LENGTH_MAX: usize = 64 * 1024;

const FIELDS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec;

    use super::*;

    #[test]
    fn forms_are_read_as_they_were_written() {
        let field = |name: &str, value: &str| (name.to_string(), value.to_string());
        let fields = vec![field("subject", "乘车 a+b&c=d%"), field("empty", "")];
        let text = write(&fields);
        assert_eq!(text, "subject=%E4%B9%98%E8%BD%A6%20a%2Bb%26c%3Dd%25&empty=");
        assert_eq!(read(text.as_bytes()), Some(fields));
        let spaces = read(b"a=b+c%20d").unwrap();
        assert_eq!(find(&spaces, "a"), Some("b c d"));
        assert_eq!(find(&spaces, "b"), None);
        let twice = read(b"a=1&a=2").unwrap();
        assert_eq!(find(&twice, "a"), None);
    }

    #[test]
    fn what_is_no_form_is_not_read() {
        for wrong in ["", "a", "a=%", "a=%4", "a=%zz", "a=%ff", "a=1&&b=2"] {
            assert_eq!(read(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(read(&vec![b'='; LENGTH_MAX + 1]), None);
        assert_eq!(
            read("a=1&".repeat(200).trim_end_matches('&').as_bytes()),
            None
        );
    }
}
