//! Bodies and keys as callers send them.

use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    phone: String,
    brand: u32,
    #[serde(default)]
    note: Option<String>,
}

/// What a body reads as: the field and the words of its problem, or nothing if it is right.
fn check(body: &str, expected: Option<(&str, &str)>) {
    let read = read_object::<Sample>(body.as_bytes());
    match (read, expected) {
        (Ok(_), None) => {}
        (Err(problem), Some((field, words))) => {
            let document = problem.document();
            let said = document["detail"].as_str().expect("a detail");
            assert_eq!(
                document["field"].as_str().unwrap_or_default(),
                field,
                "{body}"
            );
            assert!(said.contains(words), "{body}: {said}");
        }
        (read, expected) => panic!("{body}: {read:?}, expected {expected:?}"),
    }
}

#[test]
fn a_wrong_body_names_the_field() {
    check(r#"{"phone":"1","brand":2}"#, None);
    check(r#"{"phone":"1","brand":2,"note":null}"#, None);
    check(r#"{"brand":2}"#, Some(("phone", "missing field")));
    check(r#"{"phone":"1"}"#, Some(("brand", "missing field")));
    check(
        r#"{"phone":1,"brand":2}"#,
        Some(("phone", "expected a string")),
    );
    check(r#"{"phone":"1","brand":-2}"#, Some(("brand", "u32")));
    check(r#"{"phone":"1","brand":2.5}"#, Some(("brand", "u32")));
    check(
        r#"{"phone":"1","brand":4294967296}"#,
        Some(("brand", "u32")),
    );
    check(
        r#"{"phone":"1","brand":2,"colour":1}"#,
        Some(("colour", "unknown field")),
    );
    check("[]", Some(("", "object")));
    check("", Some(("", "not JSON")));
    check("{", Some(("", "not JSON")));
    check("\u{feff}{}", Some(("", "not JSON")));
    let deep = "[".repeat(100_000);
    check(&deep, Some(("", "not JSON")));
}

#[test]
fn keys_are_read_in_every_form_phones_export() {
    let x = [7; 32];
    let mut uncompressed = [4; 65];
    uncompressed[1..33].copy_from_slice(&x);
    uncompressed[64] = 9;
    let key = public_key(AlgorithmWord::Es256, &base64(&uncompressed)).expect("a point");
    assert_eq!((key.bytes[0], &key.bytes[1..]), (3, &x[..]));
    let key = public_key(AlgorithmWord::Eddsa, &base64(&x)).expect("a point");
    assert_eq!((&key.bytes[..32], key.bytes[32]), (&x[..], 0));
    assert_eq!(show_key(&key), base64(&x));

    let refused = |algorithm, bytes: &[u8]| {
        let problem = public_key(algorithm, &base64(bytes)).expect_err("no key");
        assert_eq!(problem.document()["type"], json!("/problems/wrong-key"));
        assert_eq!(problem.document()["field"], json!("public_key"));
    };
    for length in [0, 1, 31, 32, 34, 64, 66] {
        refused(AlgorithmWord::Sm2, &vec![2; length]);
        refused(AlgorithmWord::Es256, &vec![4; length]);
    }
    refused(AlgorithmWord::Es256, &[5; 33]);
    refused(AlgorithmWord::Eddsa, &[1; 33]);
    assert!(public_key(AlgorithmWord::Eddsa, "not base64!").is_err());
}
