//! The door: every kind of input has one answer.

use ridecode_codec::Family::{self, *};
use ridecode_codec::{ReadFault, Unreadable, read};

use crate::world::{self, CompactWorld};
use ridecode_codec::key::CompactProfile;

fn check_unreadable(input: &[u8], expected: Unreadable) {
    let found = read(input).map(|scan| scan.scheme);
    assert_eq!(found, Err(ReadFault::Unreadable(expected)), "{input:02x?}");
}

fn check_family(input: &[u8], expected: Family) {
    let found = read(input).map(|scan| scan.scheme);
    assert_eq!(found, Err(ReadFault::Unsupported(expected)), "{input:02x?}");
}

fn binary(first: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = first.to_vec();
    bytes.resize(length, 0xa5);
    bytes
}

#[test]
fn nothing_too_much_and_nonsense() {
    check_unreadable(b"", Unreadable::Empty);
    check_unreadable(b"\r\n", Unreadable::Empty);
    check_unreadable(&[b'A'; 901], Unreadable::TooLong);
    check_unreadable(&[0x80; 901], Unreadable::TooLong);
    check_unreadable(&[b'A'; 900], Unreadable::UnknownKind);
    check_unreadable(b"hello", Unreadable::UnknownKind);
    check_unreadable("乘车码".as_bytes(), Unreadable::UnknownKind);
    // Text that begins like a binary family is no such code.
    check_unreadable(b"Ticket to ride", Unreadable::UnknownKind);
    check_unreadable(b"UNKNOWN", Unreadable::UnknownKind);
    check_unreadable(b"@2345", Unreadable::UnknownKind);
    check_unreadable(&[b'A'; 84], Unreadable::UnknownKind);
    check_unreadable(&[b'A'; 128], Unreadable::UnknownKind);
    // A payment code has digits only and fewer than 50 of them.
    check_unreadable(b"62345a", Unreadable::UnknownKind);
    check_unreadable(&[b'6', b'2'].repeat(25), Unreadable::UnknownKind);
    check_unreadable(b"r1:ABC", Unreadable::UnknownKind);
    check_unreadable(b" R1:ABC", Unreadable::UnknownKind);
    check_unreadable(&[0x00], Unreadable::UnknownKind);
    check_unreadable(&binary(&[0x80], 331), Unreadable::UnknownKind);
}

#[test]
fn recognized_families_are_told_apart() {
    check_family(b"TXAAECAwQ=", Tencent);
    check_family(&binary(&[0x02, 1, 0, 0x57], 224), Alipay);
    check_family(&binary(&[0x54, 0x01], 200), CardCompany);
    check_family(&binary(&[0x55, 0x00], 200), UnifiedPlatform);
    check_family(b"6225880212345678901", UnionPay);
    check_family(b"https://s.sh.gov.cn/0123abcd##", ShanghaiSuishen);
    check_family(b"SHSTMETRO012", ShanghaiShentong);
    check_family(&binary(b"SHSTMETRO\x00\x9f", 160), ShanghaiShentong);
    check_family(&binary(&[0x01], 84), ShanghaiMetro);
    check_family(&binary(&[0x01], 128), ShanghaiMetro);
    check_family(&binary(&[0x80, 0, 0], 226), MotTwoLevel);
    check_family(&binary(&[0x40, 0, 0], 226), MotTwoLevel);
    for first in [0x81, 0x01] {
        for third in [0x63, 0x65] {
            check_family(&binary(&[first, 0x55, third], 300), Dosipas);
            check_family(&binary(&[first, 0x55, third], 400), Dosipas);
        }
    }
    check_family(b"HC1:6BF+70790T9WJWG.FKY*4GO0", HealthCertificate);
    // Line ends of a wedge scanner change nothing.
    check_family(b"6225880212345678901\r\n", UnionPay);
    check_family(b"HC1:6BF+70790T9WJWG.FKY*4GO0\n", HealthCertificate);
}

#[test]
fn a_text_conversion_is_recognized() {
    let code = world::synthetic_mot();
    let altered = Unreadable::AlteredByTextConversion;
    let latin_1: String = code.iter().map(|byte| char::from(*byte)).collect();
    check_unreadable(latin_1.as_bytes(), altered);
    check_unreadable(latin_1.trim_end_matches('\r').as_bytes(), altered);
    let replaced = String::from_utf8_lossy(&code);
    check_unreadable(replaced.as_bytes(), altered);
    // Some drivers cut at the first zero byte after converting.
    let cut = replaced.split('\0').next().unwrap();
    check_unreadable(cut.as_bytes(), altered);
}

#[test]
fn line_ends_belong_to_text_only() {
    let world = CompactWorld::new(CompactProfile::Es256);
    let code = world.code();
    let scan = read(code.as_bytes()).unwrap();
    for end in ["\r", "\n", "\r\n"] {
        assert_eq!(read(format!("{code}{end}").as_bytes()), Ok(scan.clone()));
    }
    // Space and percent are base45 characters: nothing else is trimmed.
    check_unreadable(format!("{code} ").as_bytes(), Unreadable::NotBase45);
    let mut raw = world::synthetic_mot();
    raw.push(b'\n');
    check_unreadable(&raw, Unreadable::WrongLength);
}

/// Whatever comes, an answer goes back.
#[test]
fn random_bytes_never_panic() {
    let seed = world::seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let code = world::synthetic_mot();
    let compact = read(CompactWorld::new(CompactProfile::Es256).code().as_bytes())
        .unwrap()
        .raw;
    for _ in 0..20_000 {
        let mut input = match random.u8(..3) {
            0 => (0..random.usize(..950)).map(|_| random.u8(..)).collect(),
            1 => code.clone(),
            _ => compact.clone(),
        };
        for _ in 0..random.usize(..4) {
            match input.len() {
                0 => input.push(random.u8(..)),
                length => match random.u8(..3) {
                    0 => input[random.usize(..length)] = random.u8(..),
                    1 => input.truncate(random.usize(..length)),
                    _ => input.insert(random.usize(..length), random.u8(..)),
                },
            }
        }
        if let Ok(scan) = read(&input) {
            assert_eq!(read(&scan.raw), Ok(scan), "RIDECODE_SEED={seed}");
        }
    }
}
