//! One-time codes of an authenticator: TOTP (RFC 6238) with HMAC-SHA-1, six digits, 30 seconds.
//!
//! These are the values every authenticator app speaks. A code of the step before or after is
//! taken too, for clocks drift; whoever checks must refuse a step that was used (RFC 6238, 5.2).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use ridecode_office::Entropy;
use ridecode_words::UnixSeconds;

/// What an authenticator and this server share.
#[derive(Clone, PartialEq, Eq)]
pub struct Totp(Vec<u8>);

/// A step of 30 seconds since 1970.
pub type Step = i64;

impl Totp {
    /// Draws a secret of 20 bytes (RFC 4226, 4: the length of the hash).
    pub fn draw(entropy: &mut impl Entropy) -> Self {
        let mut bytes = vec![0; 20];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads a secret of 16 to 64 bytes in base32 (RFC 4648); spaces and case do not matter.
    pub fn parse(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|one| !one.is_whitespace()).collect();
        let bytes = from_base32(&digits.trim_end_matches('=').to_ascii_uppercase())
            .filter(|bytes| (16..=64).contains(&bytes.len()));
        bytes.map(Self).ok_or_else(|| {
            "no secret of an authenticator; write 16 to 64 bytes in base32, as `ridecode staff add` \
             prints them"
                .to_owned()
        })
    }

    /// The secret in base32.
    pub fn base32(&self) -> String {
        to_base32(&self.0)
    }

    /// The code of a step.
    pub fn code(&self, step: Step) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        // RFC 4226, 5.3: the last four bits say where the number stands.
        let start = usize::from(tag[19] & 0x0f);
        let number = tag[start..start + 4]
            .iter()
            .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// The step whose code this is, now or one step off; the earliest first.
    pub fn find_step(&self, code: &str, now: UnixSeconds) -> Option<Step> {
        let here = step_at(now);
        // Every step is compared, so that timing tells nothing.
        let fits: Vec<Step> = (here - 1..=here + 1)
            .filter(|step| {
                verify_slices_are_equal(self.code(*step).as_bytes(), code.as_bytes()).is_ok()
            })
            .collect();
        fits.first().copied()
    }

    /// What authenticator apps read from a QR symbol (Key URI Format).
    pub fn uri(&self, name: &str) -> String {
        format!(
            "otpauth://totp/Ridecode:{}?secret={}&issuer=Ridecode",
            percent_encoded(name),
            self.base32()
        )
    }
}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Totp(…)")
    }
}

/// The step of a time.
pub fn step_at(now: UnixSeconds) -> Step {
    now.0.div_euclid(STEP_S)
}

/// How long a code is shown, in seconds.
pub const STEP_S: i64 = 30;

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn to_base32(bytes: &[u8]) -> String {
    bytes
        .chunks(5)
        .flat_map(|chunk| {
            let mut padded = [0; 8];
            padded[3..3 + chunk.len()].copy_from_slice(chunk);
            let number = u64::from_be_bytes(padded);
            let digits = (chunk.len() * 8).div_ceil(5);
            (0..digits).map(move |at| {
                let digit = usize::try_from(number >> (35 - 5 * at) & 31).unwrap_or_default();
                char::from(ALPHABET[digit])
            })
        })
        .collect()
}

fn from_base32(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = ALPHABET.iter().position(|one| *one == digit)?;
        held = (held << 5 | u32::try_from(value).ok()?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = Totp(b"12345678901234567890".to_vec());
        let check = |time, expected| {
            let step = step_at(UnixSeconds(time));
            assert_eq!(totp.code(step), expected, "at {time}");
        };
        check(59, "287082");
        check(1_111_111_109, "081804");
        check(1_111_111_111, "050471");
        check(1_234_567_890, "005924");
        check(2_000_000_000, "279037");
        check(20_000_000_000, "353130");
    }

    #[test]
    fn a_code_is_good_one_step_off_and_no_more() {
        let totp = Totp::draw(&mut SystemEntropy);
        let code = totp.code(100);
        let check = |time, expected: Option<Step>| {
            // Two steps may share a code by chance; a secret without such a pair is the usual one.
            let found = totp.find_step(&code, UnixSeconds(time));
            let alone = (97..=103).filter(|step| totp.code(*step) == code).count() == 1;
            assert!(!alone || found == expected, "at {time}: {found:?}");
        };
        check(98 * 30 + 29, None);
        check(99 * 30, Some(100));
        check(100 * 30, Some(100));
        check(101 * 30 + 29, Some(100));
        check(102 * 30, None);
        for other in ["", "12345", "1234567", "一二三四五六"] {
            assert_eq!(totp.find_step(other, UnixSeconds(3_000)), None, "{other}");
        }
    }

    /// RFC 4648, section 10, without its padding; ours are never so short.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, digits) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(to_base32(bytes.as_bytes()), digits);
            assert_eq!(from_base32(digits).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn secrets_are_read_as_people_write_them() {
        let totp = Totp(b"12345678901234567890".to_vec());
        let written = "gezd gnbv gy3t qojq gezd gnbv gy3t qojq";
        assert_eq!(Totp::parse(written).as_ref(), Ok(&totp));
        assert_eq!(Totp::parse(&totp.base32()).as_ref(), Ok(&totp));
        for wrong in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0", "字"] {
            assert!(Totp::parse(wrong).is_err(), "{wrong}");
        }
        assert!(!format!("{totp:?}").contains("GEZD"));
        assert_eq!(
            totp.uri("夜班 1"),
            "otpauth://totp/Ridecode:%E5%A4%9C%E7%8F%AD%201?secret=\
             GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ridecode"
        );
    }
}
