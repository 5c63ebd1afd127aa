//! The Ministry of Transport code, both directions.

use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::key::{IdProfile, KeyList};
use ridecode_codec::{
    ReadFault, Scheme, SignatureFault, Unreadable, Verifier, inner_signatures, mot, read,
};
use ridecode_words::{IssuerId, UnixSeconds};

use crate::world::{self, MotWorld, NEW_YEAR};

/// Each byte of the code belongs to exactly one check; here is which one must refuse it.
#[test]
fn every_changed_byte_is_refused_by_the_check_it_belongs_to() {
    let code = world::synthetic_mot();
    let mut verifier = Verifier::new(Portable, world::synthetic_keys(), 16);
    let now = NEW_YEAR.plus_s(60);
    assert!(verifier.verify(read(&code).unwrap(), now).is_ok());
    for position in 0..code.len() {
        for change in [0x01, 0x80, 0xff, 0x10] {
            let mut changed = code.clone();
            changed[position] ^= change;
            let found = match read(&changed) {
                Ok(scan) => match verifier.verify(scan, now) {
                    Ok(_) => panic!("byte {position} changed by {change:02x} was accepted"),
                    Err(fault) => Fault::Signature(fault),
                },
                Err(fault) => Fault::Read(fault),
            };
            assert!(
                is_expected(position, found),
                "byte {position} by {change:02x}: {found:?}"
            );
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Read(ReadFault),
    Signature(SignatureFault),
}

fn is_expected(position: usize, fault: Fault) -> bool {
    use Fault::{Read, Signature};
    use ReadFault::Unreadable as Not;
    match position {
        // Version: other versions are signed by nobody; text bytes are no code.
        0 => matches!(
            fault,
            Read(Not(Unreadable::UnknownKind)) | Signature(SignatureFault::BadDeviceSignature)
        ),
        1..3 | 197 => matches!(fault, Read(Not(Unreadable::WrongLength))),
        // Header, algorithms, issuer, expiry, serial, key and signature of the certificate.
        3 | 9..120 => matches!(fault, Signature(SignatureFault::BadCertificate)),
        // The service id lies outside what the root signs and inside what the issuer signs.
        4..8 => matches!(fault, Signature(SignatureFault::BadIssuerSignature)),
        8 | 146..150 => matches!(fault, Signature(SignatureFault::UnknownIssuer)),
        120..136 => matches!(
            fault,
            Read(Not(Unreadable::Malformed("payment account")))
                | Signature(SignatureFault::BadIssuerSignature)
        ),
        158 => matches!(
            fault,
            Read(Not(Unreadable::Malformed("user public key")))
                | Signature(SignatureFault::BadIssuerSignature)
        ),
        198 => matches!(fault, Read(Not(Unreadable::Malformed("issuer signature")))),
        136..263 => matches!(fault, Signature(SignatureFault::BadIssuerSignature)),
        267 => matches!(fault, Read(Not(Unreadable::Malformed("user signature")))),
        _ => matches!(fault, Signature(SignatureFault::BadDeviceSignature)),
    }
}

#[test]
fn codes_cut_off_or_drawn_out_have_the_wrong_length() {
    let code = world::synthetic_mot();
    let check = |bytes: &[u8], expected| assert_eq!(read(bytes), Err(expected), "{}", bytes.len());
    for length in 4..code.len() {
        check(
            &code[..length],
            ReadFault::Unreadable(Unreadable::WrongLength),
        );
    }
    for more in 1..=40 {
        let mut longer = code.clone();
        longer.resize(code.len() + more, 0);
        check(&longer, ReadFault::Unreadable(Unreadable::WrongLength));
    }
}

#[test]
fn the_synthetic_code_says_what_was_put_into_it() {
    let verified = world::verify(&world::synthetic_mot(), world::synthetic_keys(), NEW_YEAR);
    let scan = verified.unwrap().into_scan();
    assert_eq!(scan.scheme, Scheme::Mot);
    assert_eq!(scan.credential.issuer, IssuerId(0x9999_0001));
    assert_eq!(
        scan.credential.credential.to_string(),
        "9999000100000000001f"
    );
    assert_eq!(scan.key_id, 0x7f);
    assert_eq!(scan.product, 0x9999_0002);
    assert_eq!(scan.category, 1);
    assert_eq!(scan.fare_ceiling_minor, 2000);
    assert_eq!(scan.expires, NEW_YEAR.plus_s(7 * 86_400));
    assert_eq!(scan.valid_for_s, Some(600));
    assert_eq!(scan.generated, NEW_YEAR);
    assert_eq!(scan.payment_account.as_ref(), Some(b"TESTUSER00000001"));
    assert!(scan.custom.is_empty());
    // A name in Debug would end in logs.
    assert!(!format!("{scan:?}").contains("TESTUSER"));
}

#[test]
fn a_certificate_speaks_only_for_its_own_issuer_and_time() {
    let check = |change: fn(&mut KeyList), now: UnixSeconds, expected| {
        let mut keys = world::synthetic_keys();
        change(&mut keys);
        let result = world::verify(&world::synthetic_mot(), keys, now);
        assert_eq!(result.map(|_| ()), Err(expected));
    };
    let unknown = SignatureFault::UnknownIssuer;
    let bad = SignatureFault::BadCertificate;
    check(|keys| keys.mot_issuers.clear(), NEW_YEAR, unknown);
    check(|keys| keys.root_keys.clear(), NEW_YEAR, unknown);
    check(|keys| keys.root_keys[0].index = 1, NEW_YEAR, unknown);
    check(
        |keys| keys.root_keys[0].expires = NEW_YEAR.plus_s(-1),
        NEW_YEAR,
        unknown,
    );
    check(
        |keys| keys.mot_issuers[0].certificate_issuer = IssuerId(1),
        NEW_YEAR,
        bad,
    );
    check(
        |keys| keys.mot_issuers[0].id_profile = IdProfile::ShanghaiLocal,
        NEW_YEAR,
        bad,
    );
    // December 2039 ends in UTC.
    let end = UnixSeconds(2_208_988_800);
    check(|_| (), end, bad);
    assert!(
        world::verify(
            &world::synthetic_mot(),
            world::synthetic_keys(),
            end.plus_s(-1)
        )
        .is_ok()
    );
}

#[test]
fn what_is_granted_and_presented_verifies_under_either_identity_rule() {
    for profile in [IdProfile::Default, IdProfile::ShanghaiLocal] {
        for custom_length in [0, 1, 32] {
            let world = MotWorld::new(profile);
            let mut grant = world.grant();
            grant.custom = vec![0xc5; custom_length];
            let credential = mot::grant(&grant, &world.issuer).unwrap();
            let code = mot::present(&credential, profile, NEW_YEAR, &world.device).unwrap();
            assert_eq!(code.len(), 332 + custom_length);
            let verified = world::verify(&code, world.keys(), NEW_YEAR).unwrap();
            assert_eq!(verified.scan().custom, grant.custom);
            assert_eq!(verified.scan().category, 2);
            assert_eq!(verified.scan().expires, grant.expires);
            let certificate = mot::certificate(&code).unwrap();
            assert_eq!(certificate, grant.certificate);
            assert_eq!(certificate.serial(), 7);
            assert_eq!(
                certificate.expires().unwrap().to_string(),
                "2026-02-28T23:59:59Z"
            );
        }
    }
}

#[test]
fn a_credential_is_shown_by_its_own_phone_only() {
    let world = MotWorld::new(IdProfile::Default);
    let credential = mot::grant(&world.grant(), &world.issuer).unwrap();
    let code = mot::present(&credential, world.profile, NEW_YEAR, &world.issuer).unwrap();
    assert_eq!(
        world::verify(&code, world.keys(), NEW_YEAR).map(|_| ()),
        Err(SignatureFault::BadDeviceSignature)
    );
    assert_eq!(
        mot::present(&credential[1..], world.profile, NEW_YEAR, &world.device),
        None
    );
    let before = UnixSeconds(-1);
    assert_eq!(
        mot::present(&credential, world.profile, before, &world.device),
        None
    );
}

#[test]
fn a_grant_the_scheme_cannot_carry_names_its_field() {
    let world = MotWorld::new(IdProfile::Default);
    let check = |field: &str, change: fn(&mut mot::Grant)| {
        let mut grant = world.grant();
        change(&mut grant);
        assert_eq!(
            mot::grant(&grant, &world.issuer).map_err(|fault| fault.0),
            Err(field)
        );
    };
    check("version", |grant| grant.version = 0x7f);
    check("payment_account", |grant| grant.payment_account[3] = b'\n');
    check("fare_ceiling_minor", |grant| {
        grant.fare_ceiling_minor = 1 << 24
    });
    check("device_key", |grant| {
        grant.device_key.algorithm = Algorithm::Es256
    });
    check("device_key", |grant| grant.device_key.bytes[0] = 4);
    check("expires", |grant| grant.expires = UnixSeconds(-1));
    check("valid_for_s", |grant| grant.valid_for_s = 0);
    check("valid_for_s", |grant| grant.valid_for_s = 1201);
    check("custom", |grant| grant.custom = vec![0; 33]);
    let wrong_issuer = world::secret(Algorithm::Es256, 0x32);
    assert!(mot::grant(&world.grant(), &wrong_issuer).is_err());

    let check = |field: &str, change: fn(&mut mot::CertificateGrant)| {
        let mut grant = world.certificate_grant();
        change(&mut grant);
        let result = mot::certify(&grant, world.profile, &world.root);
        assert_eq!(result.map_err(|fault| fault.0), Err(field));
    };
    check("expires_year", |grant| grant.expires_year = 2100);
    check("expires_month", |grant| grant.expires_month = 13);
    check("expires_month", |grant| grant.expires_month = 0);
    check("serial", |grant| grant.serial = 1 << 24);
    check("issuer_key", |grant| grant.issuer_key.bytes[0] = 0);
}

#[test]
fn root_keys_come_bare_or_in_a_record() {
    let point = world::synthetic_root();
    let bare = {
        let mut file =
            hex::decode("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020")
                .unwrap();
        file.extend(
            hex::decode("CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13")
                .unwrap(),
        );
        file
    };
    assert_eq!(mot::root_point(&point.key).unwrap().to_vec(), bare);
    let mut record = vec![
        0x21, 1, 1, 0, 0, 0xa0, 0, 0, 6, 0x32, 0x17, 0x06, 0x30, 4, 0, 0x40,
    ];
    record.extend(&bare);
    let read = mot::root_key(&record, 0).unwrap();
    assert_eq!(read.index, 0x17);
    assert_eq!(read.key, point.key);
    assert_eq!(read.expires.to_string(), "2030-06-30T23:59:59Z");
    for length in [144, 158] {
        let mut longer = record.clone();
        longer.resize(length, 0xee);
        assert_eq!(mot::root_key(&longer, 0).as_ref(), Some(&read));
    }
    let check = |file: &[u8]| assert_eq!(mot::root_key(file, 0), None);
    check(&[]);
    check(&[0; 64]);
    check(&record[..79]);
    // Another record, another algorithm, a month that is none, a point beside the curve.
    for (position, byte) in [
        (0, 0x22),
        (13, 5),
        (15, 0x21),
        (11, 0x13),
        (11, 0x00),
        (12, 0x0a),
        (79, 0),
    ] {
        let mut wrong = record.clone();
        wrong[position] = byte;
        check(&wrong);
    }
}

#[test]
fn a_code_is_judged_by_itself_where_no_root_is_known() {
    let check = |position: Option<usize>, expected| {
        let mut code = world::synthetic_mot();
        if let Some(position) = position {
            code[position] ^= 1;
        }
        let scan = read(&code).unwrap();
        let found = inner_signatures(&Portable, &scan, IdProfile::Default);
        assert_eq!((found.issuer, found.device), expected, "{position:?}");
    };
    check(None, (Some(true), Some(true)));
    check(Some(155), (Some(false), Some(false)));
    check(Some(264), (Some(true), Some(false)));
    check(Some(331), (Some(true), Some(false)));
}
