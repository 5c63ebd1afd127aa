//! The compact scheme, both directions.

use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::crypto::{Algorithm, Crypto, PublicKey, Signature, Signer as _, Sm2Id};
use ridecode_codec::key::{CompactProfile, KeyList};
use ridecode_codec::{
    Family, ReadFault, Scan, Scheme, Services, SignatureFault, Unreadable, Verifier, compact, read,
};
use ridecode_words::{CredentialId, UnixSeconds};

use crate::world::{
    self, CompactWorld, LEVEL_1, LEVEL_2, NEW_YEAR, SIGNATURE_1, SIGNATURE_2, Written, raw,
};

const PROFILES: [CompactProfile; 3] = [
    CompactProfile::Es256,
    CompactProfile::EdDsaEs256,
    CompactProfile::Sm2,
];

#[test]
fn every_changed_byte_is_refused() {
    for profile in PROFILES {
        let world = CompactWorld::new(profile);
        let code = raw(&world);
        let mut verifier = Verifier::new(Portable, world.keys(), 8);
        for position in 0..code.len() {
            for change in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = code.clone();
                changed[position] ^= change;
                let Ok(scan) = read(&changed) else {
                    assert!(
                        !SIGNATURE_1.contains(&position) && !SIGNATURE_2.contains(&position),
                        "a signature may be any bytes: {position}"
                    );
                    continue;
                };
                let fault = verifier.verify(scan, NEW_YEAR).map(|_| ()).unwrap_err();
                let expected = if SIGNATURE_2.contains(&position) || LEVEL_2.contains(&position) {
                    fault == SignatureFault::BadDeviceSignature
                } else if SIGNATURE_1.contains(&position) {
                    fault == SignatureFault::BadIssuerSignature
                } else {
                    LEVEL_1.contains(&position)
                        && matches!(
                            fault,
                            SignatureFault::UnknownIssuer | SignatureFault::BadIssuerSignature
                        )
                };
                assert!(expected, "byte {position} by {change:02x}: {fault:?}");
            }
        }
    }
}

#[test]
fn codes_cut_off_or_drawn_out_have_the_wrong_length() {
    let code = raw(&CompactWorld::new(CompactProfile::Es256));
    let wrong = Err(ReadFault::Unreadable(Unreadable::WrongLength));
    for length in 2..code.len() {
        assert_eq!(read(&code[..length]), wrong, "{length}");
    }
    for more in [&[0][..], &[0x40], b"\n", &[0xff; 300]] {
        assert_eq!(read(&[&code, more].concat()), wrong);
    }
    let too_long = [&code[..], &[0; 397]].concat();
    assert_eq!(
        read(&too_long),
        Err(ReadFault::Unreadable(Unreadable::TooLong))
    );
}

/// Writes a change into the good parts, signs it truly, and reads it.
fn read_changed(change: impl Fn(&mut Written)) -> Result<Scan, ReadFault> {
    let world = CompactWorld::new(CompactProfile::Es256);
    let mut written = Written::good(&world);
    change(&mut written);
    read(compact::text(&written.signed(&world)).as_bytes())
}

#[test]
fn only_one_encoding_is_read() {
    let check = |field: &str, change: fn(&mut Written)| {
        let found = read_changed(change).map(|_| ());
        match found {
            Err(ReadFault::Unreadable(Unreadable::Malformed(name))) => assert_eq!(name, field),
            other => panic!("{field}: {other:?}"),
        }
    };
    // Level 1: 89, profile 1, issuer 3, key id 1, pseudonym 9, not before 5, lifetime 3,
    // services 1, ceiling 3, key 35.
    check("level 1", |parts| parts.level_1[0] = 0x88);
    check("level 1", |parts| parts.level_1[0] = 0xa9);
    check("level 1", |parts| parts.level_1.push(0));
    check("level 1", |parts| parts.level_1.clear());
    check("profile", |parts| parts.level_1[1] = 0);
    check("profile", |parts| parts.level_1[1] = 6);
    check("profile", |parts| {
        drop(parts.level_1.splice(1..2, [0x18, 0x01]))
    });
    check("issuer", |parts| {
        drop(parts.level_1.splice(2..5, [0x1a, 0, 0, 0x11, 0x31]))
    });
    check("issuer", |parts| {
        drop(parts.level_1.splice(2..5, [0x1b, 0, 0, 0, 1, 0, 0, 0, 0]))
    });
    check("key id", |parts| parts.level_1[5] = 0x20);
    check("credential id", |parts| {
        drop(parts.level_1.splice(6..7, [0x49, 0]))
    });
    check("not before", |parts| parts.level_1[15] = 0x5a);
    check("lifetime", |parts| {
        drop(parts.level_1.splice(20..23, [0x00]))
    });
    check("lifetime", |parts| {
        drop(parts.level_1.splice(20..23, [0x19, 0x10, 0xe1]))
    });
    check("product and services", |parts| parts.level_1[23] = 0xf4);
    check("fare ceiling", |parts| parts.level_1[24] = 0x39);
    check("device key", |parts| parts.level_1[29] = 0x04);
    check("device key", |parts| parts.level_1.truncate(61));
    // A status map: empty, unsorted, with an unknown key, with a text, as an array.
    for status in [
        &[0xa0][..],
        &[0xa2, 2, 0, 1, 0],
        &[0xa1, 4, 0],
        &[0xa1, 1, 0x61, b'x'],
        &[0x82, 1, 0],
    ] {
        let found = read_changed(|parts| {
            parts.level_1[0] = 0x8a;
            parts.level_1.extend(status);
        });
        let expected = ReadFault::Unreadable(Unreadable::Malformed("status"));
        assert_eq!(found.map(|_| ()), Err(expected));
    }
    check("status", |parts| parts.level_1[0] = 0x8a);
    // Level 2: 81, time 5.
    check("level 2", |parts| parts.level_2[0] = 0x80);
    check("level 2", |parts| parts.level_2[0] = 0x85);
    check("level 2", |parts| parts.level_2.push(0));
    check("time", |parts| parts.level_2[1] = 0x3a);
    check("counter", |parts| parts.level_2[0] = 0x82);
    check("reader nonce", |parts| {
        parts.level_2 = b"\x83\x00\x00\x47abcdefg".to_vec()
    });
    check("reader ids", |parts| {
        parts.level_2 = b"\x84\x00\x00\x48abcdefgh\x49abcdefghi".to_vec();
    });
}

#[test]
fn reserved_profiles_are_recognized_and_not_accepted() {
    for profile in [4, 5] {
        let found = read_changed(|parts| parts.level_1[1] = profile);
        let expected = ReadFault::Unsupported(Family::CompactReserved);
        assert_eq!(found.map(|_| ()), Err(expected));
    }
}

#[test]
fn optional_parts_are_kept() {
    let world = CompactWorld::new(CompactProfile::Es256);
    let mut written = Written::good(&world);
    let status = [0xa2, 1, 5, 3, 0x18, 0x20];
    written.level_1[0] = 0x8a;
    written.level_1.extend(status);
    written.level_2[0] = 0x84;
    written.level_2.extend(b"\x18\x2a\x48noncenon\x48readerid");
    let code = written.signed(&world);
    let scan = read(&code).unwrap();
    let verified = Verifier::new(Portable, world.keys(), 0).verify(scan, NEW_YEAR);
    let scan = verified.unwrap().into_scan();
    assert_eq!(scan.custom, status);
    assert_eq!(scan.device_items.counter, Some(42));
    assert_eq!(scan.device_items.reader_nonce.as_ref(), Some(b"noncenon"));
    assert_eq!(scan.device_items.reader.as_ref(), Some(b"readerid"));
    // A nonce needs a counter before it: 214 bytes, as it fits one short APDU.
    let mut written = Written::good(&world);
    written.level_2[0] = 0x83;
    written.level_2.extend(b"\x00\x48noncenon");
    assert_eq!(written.signed(&world).len(), 214);
    written.level_2[0] = 0x84;
    written.level_2.extend(b"\x48readerid");
    assert_eq!(written.signed(&world).len(), 224);
}

#[test]
fn a_credential_without_its_phone_is_fraud_and_not_damage() {
    let world = CompactWorld::new(CompactProfile::Es256);
    let code = raw(&world);
    let head = &code[..SIGNATURE_1.end];
    let level_2 = &code[SIGNATURE_1.end..LEVEL_2.end];
    let signature_2 = &code[LEVEL_2.end..];
    let mut verifier = Verifier::new(Portable, world.keys(), 8);
    let mut check = |parts: [&[u8]; 3]| {
        let scan = read(&parts.concat()).unwrap();
        let fault = verifier.verify(scan, NEW_YEAR).map(|_| ());
        assert_eq!(fault, Err(SignatureFault::DeviceSignatureMissing));
    };
    check([head, &[0x40], &[0x40]]);
    check([head, level_2, &[0x40]]);
    check([head, &[0x40], signature_2]);
    // A credential no issuer signed is not even that.
    let mut forged = head.to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let scan = read(&[&forged[..], &[0x40, 0x40]].concat()).unwrap();
    assert_eq!(
        verifier.verify(scan, NEW_YEAR).map(|_| ()),
        Err(SignatureFault::BadIssuerSignature)
    );
    // Half a signature is damage.
    let half = [head, level_2, &[0x58, 0x20], &[7; 32]].concat();
    let expected = ReadFault::Unreadable(Unreadable::Malformed("device signature"));
    assert_eq!(read(&half), Err(expected));
}

#[test]
fn parts_of_two_codes_do_not_fit_together() {
    let world = CompactWorld::new(CompactProfile::Es256);
    let mut other = CompactWorld::new(CompactProfile::Es256);
    other.grant.credential = CredentialId([9, 9, 9, 9, 9, 9, 9, 9, 0, 0]);
    let mut mixed = raw(&world)[..SIGNATURE_1.end].to_vec();
    mixed.extend(&raw(&other)[SIGNATURE_1.end..]);
    assert_eq!(
        world::verify(&mixed, world.keys(), NEW_YEAR).map(|_| ()),
        Err(SignatureFault::BadDeviceSignature)
    );
}

#[test]
fn the_key_list_and_not_the_code_names_the_algorithm() {
    let check = |change: fn(&mut KeyList), expected| {
        let world = CompactWorld::new(CompactProfile::Es256);
        let mut keys = world.keys();
        change(&mut keys);
        let result = world::verify(world.code().as_bytes(), keys, NEW_YEAR);
        assert_eq!(result.map(|_| ()), expected);
    };
    let unknown = Err(SignatureFault::UnknownIssuer);
    check(|_| (), Ok(()));
    check(|keys| keys.issuer_keys[0].key_id = 2, unknown);
    check(|keys| keys.issuer_keys[0].issuer.0 = 4402, unknown);
    check(
        |keys| keys.issuer_keys[0].expires = NEW_YEAR.plus_s(-1),
        unknown,
    );
    // A key for another algorithm than its profile's, or beside the curve, is left out.
    check(
        |keys| keys.issuer_keys[0].key.algorithm = Algorithm::Sm2,
        unknown,
    );
    check(|keys| keys.issuer_keys[0].key.bytes = [0; 33], unknown);
    check(
        |keys| {
            keys.issuer_keys[0].profile = CompactProfile::EdDsaEs256;
            keys.issuer_keys[0].key = world::secret(Algorithm::EdDsa, 0x11).public_key();
        },
        Err(SignatureFault::BadIssuerSignature),
    );
    // An expired key with the same number does not hide the one in force.
    check(
        |keys| {
            let mut old = keys.issuer_keys[0].clone();
            old.expires = NEW_YEAR.plus_s(-1);
            old.key = world::secret(Algorithm::Es256, 0x66).public_key();
            keys.issuer_keys.insert(0, old);
        },
        Ok(()),
    );
}

/// A library that takes any signature for good.
struct Credulous;

impl Crypto for Credulous {
    type Key = <Portable as Crypto>::Key;

    fn parse_key(&self, key: &PublicKey) -> Option<Self::Key> {
        Portable.parse_key(key)
    }

    fn verify(&self, _: &Self::Key, _: Sm2Id<'_>, _: &[u8], _: &Signature) -> bool {
        true
    }
}

#[test]
fn a_code_in_another_profile_is_not_even_shown_to_the_library() {
    let world = CompactWorld::new(CompactProfile::Es256);
    let check = |profile, algorithm, expected| {
        let mut keys = world.keys();
        keys.issuer_keys[0].profile = profile;
        keys.issuer_keys[0].key = world::secret(algorithm, 0x11).public_key();
        let scan = read(world.code().as_bytes()).expect("the code is readable");
        let verified = Verifier::new(Credulous, keys, 0).verify(scan, NEW_YEAR);
        assert_eq!(verified.map(|_| ()), expected);
    };
    let refused = Err(SignatureFault::BadIssuerSignature);
    check(CompactProfile::Es256, Algorithm::Es256, Ok(()));
    check(CompactProfile::EdDsaEs256, Algorithm::EdDsa, refused);
    check(CompactProfile::Sm2, Algorithm::Sm2, refused);
}

#[test]
fn a_grant_the_scheme_cannot_carry_names_its_field() {
    let check = |field: &str, change: fn(&mut compact::Grant)| {
        let mut world = CompactWorld::new(CompactProfile::Es256);
        change(&mut world.grant);
        let result = compact::grant(&world.grant, &world.issuer);
        assert_eq!(result.map_err(|fault| fault.0), Err(field));
    };
    check("credential", |grant| grant.credential.0[9] = 1);
    check("not_before", |grant| grant.not_before = NEW_YEAR.plus_s(1));
    check("not_before", |grant| grant.not_before = UnixSeconds(-60));
    check("lifetime_min", |grant| grant.lifetime_min = 0);
    check("lifetime_min", |grant| grant.lifetime_min = 4321);
    check("product", |grant| grant.product = 65_536);
    check("device_key", |grant| {
        grant.device_key.algorithm = Algorithm::Sm2
    });
    check("device_key", |grant| grant.device_key.bytes[0] = 0x04);
    check("issuer key", |grant| {
        grant.profile = CompactProfile::EdDsaEs256
    });
}

#[test]
fn a_phone_shows_nothing_with_bytes_that_are_no_credential() {
    let world = CompactWorld::new(CompactProfile::Es256);
    let credential = world.credential();
    let check = |bytes: &[u8], now| {
        assert_eq!(compact::present(bytes, now, &world.device), None);
    };
    check(&[], NEW_YEAR);
    check(&credential[1..], NEW_YEAR);
    check(&credential[..credential.len() - 1], NEW_YEAR);
    check(&[&credential[..], &[0]].concat(), NEW_YEAR);
    check(&credential, UnixSeconds(-1));
    check(&credential, UnixSeconds(1 << 32));
}

#[test]
fn what_is_granted_and_presented_verifies_in_every_profile() {
    for profile in PROFILES {
        let mut world = CompactWorld::new(profile);
        world.grant.product = 65_535;
        world.grant.category = 3;
        world.grant.services = Services::ENTRY_EXIT;
        let verified = world::verify(world.code().as_bytes(), world.keys(), NEW_YEAR);
        let scan = verified.unwrap().into_scan();
        assert_eq!(scan.scheme, Scheme::Compact);
        assert_eq!(scan.credential.issuer, world.grant.issuer);
        assert_eq!(scan.credential.credential, world.grant.credential);
        assert_eq!(scan.key_id, 1);
        assert_eq!((scan.product, scan.category), (65_535, 3));
        assert_eq!(scan.services, Services::ENTRY_EXIT);
        assert_eq!(scan.not_before, NEW_YEAR);
        assert_eq!(scan.expires, NEW_YEAR.plus_s(86_400));
        assert_eq!(scan.generated, NEW_YEAR.plus_s(60));
        assert_eq!(scan.valid_for_s, None);
        assert_eq!(scan.fare_ceiling_minor, 2000);
        assert_eq!(compact::text(&scan.raw), world.code());
    }
}

/// 309 characters: the most a QR symbol of version 10-M holds is 311 (ISO/IEC 18004).
#[test]
fn the_base_form_has_204_bytes() {
    for profile in PROFILES {
        let world = CompactWorld::new(profile);
        assert_eq!(raw(&world).len(), 204);
        assert_eq!(world.code().len(), 309);
        // Written out by hand it is the same credential.
        let written = Written::good(&world).signed(&world);
        assert_eq!(written[..SIGNATURE_1.end], raw(&world)[..SIGNATURE_1.end]);
        assert_eq!(written, raw(&world));
    }
}
