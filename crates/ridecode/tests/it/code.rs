//! `ridecode code` as its users run it, with zbarimg as a scanner nobody here wrote.

use std::path::Path;
use std::process::{Command, Output};

const SYNTHETIC_ROOT: &str = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
    CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";

/// A made-up three-level code, made at 2026-01-01T00:00:00Z and good for 600 s.
const SYNTHETIC: &str = "\
80014924010100007F129999000112390000010404002103CDBDECE590C6FCBF565D0382AADF92F17294574D1E8663A4\
36FDFF232B251B588FBBA1E1A602135FFD3C043B80C9ED13902518AD49104347AD12CDDE5B8DFB61EEDA44118A705A4B\
E451C4351AA967232CEC3CA01CA5170E8DF3EE716F4C415C544553545553455230303030303030319999000100000000\
001F9999000199990002010007D003F12C2E681E58E60535B95AC3FFE060C66E63330A09021175F9C552373CF9D38C69\
5EF380025800152986D4A716FE7CBB7C370029D614F2DC1DEED3EF97B6B8DE39393796C4AA640EC55816FA5BF6D99E49\
7CD5A7AF32603FB09DD1E4C1748678E07FB7D03D8E863D6955B90015C2C2BD19FED2EED6D51EB3C4573700C0E6675A91\
1AFBB7C28FB4120986182F269426721904DA290BA01C94CEF3E18E56E6402A39BCA38BAFCFAB1CCB43A61AEE";

fn ridecode(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .arg("code")
        .args(arguments)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("ridecode runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("what is printed is text")
}

/// What zbarimg reads from a picture, byte by byte.
fn zbarimg(folder: &Path, options: &[&str]) -> Vec<u8> {
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .args(options)
        .arg("code.png")
        .current_dir(folder)
        .output()
        .expect("zbarimg runs; scripts/install-tools installs it");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn a_binary_code_is_read_by_another_decoder_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let at = "2026-03-01T08:00:00+08:00";
    let made = ridecode(
        folder,
        &[
            "make",
            "--scheme",
            "mot",
            "--at",
            at,
            "--png",
            "code.png",
            "--root-out",
            "root.hex",
        ],
    );
    assert!(made.status.success(), "{made:?}");
    for options in [&["-Sbinary"][..], &["--oneshot", "-Sbinary"]] {
        std::fs::write(folder.join("code.bin"), zbarimg(folder, options)).unwrap();
        let verify = [
            "verify", "--root", "root.hex", "--file", "code.bin", "--at", at,
        ];
        let verified = ridecode(folder, &verify);
        assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    }
    let verify = [
        "verify", "--root", "root.hex", "--png", "code.png", "--at", at, "--lang", "zh",
    ];
    let verified = ridecode(folder, &verify);
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    assert!(printed(&verified).contains("✓ 用户签名"));
}

#[test]
fn a_text_code_is_read_by_another_decoder_and_verified() {
    for profile in ["es256", "eddsa", "sm2"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let at = "2026-03-01T00:00:00Z";
        let make = [
            "make",
            "--scheme",
            "compact",
            "--profile",
            profile,
            "--at",
            at,
            "--text",
            "--png",
            "code.png",
            "--root-out",
            "issuer.key",
        ];
        let made = ridecode(folder, &make);
        assert!(made.status.success(), "{made:?}");
        let text = String::from_utf8(zbarimg(folder, &[])).unwrap();
        assert_eq!(text, printed(&made));
        let verify = [
            "verify",
            "--root",
            "issuer.key",
            "--text",
            &text,
            "--at",
            at,
        ];
        let verified = ridecode(folder, &verify);
        assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    }
}

fn verify_synthetic(folder: &Path, hex: &str, at: &str) -> Output {
    std::fs::write(folder.join("root.hex"), SYNTHETIC_ROOT).expect("the folder is writable");
    ridecode(
        folder,
        &["verify", "--root", "root.hex", "--hex", hex, "--at", at],
    )
}

#[test]
fn every_field_of_the_synthetic_code_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let output = verify_synthetic(folder.path(), SYNTHETIC, "2026-01-01T00:01:00Z");
    assert_eq!(output.status.code(), Some(0));
    let printed = printed(&output);
    for words in [
        "three-level code, JT/T 1179-2018",
        "332 bytes",
        "TESTUSER00000001",
        "9999000100000000001f",
        "99990001",
        "99990002",
        "20.00 yuan",
        "600 seconds",
        "2026-01-01T00:00:00Z",
        "2026-01-08T00:00:00Z",
        "2039-12-31T23:59:59Z",
        "03f12c2e681e58e60535b95ac3ffe060c66e63330a09021175f9c552373cf9d38c",
    ] {
        assert!(printed.contains(words), "{words} in\n{printed}");
    }
}

#[test]
fn a_changed_byte_or_a_wrong_time_names_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let check = |position: Option<usize>, at: &str, failed: &str| {
        let mut bytes = hex::decode(SYNTHETIC).unwrap();
        if let Some(position) = position {
            bytes[position] ^= 1;
        }
        let output = verify_synthetic(folder.path(), &hex::encode(bytes), at);
        assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
        let wanted = format!("✗ {failed}: FAILED");
        assert!(
            printed(&output).contains(&wanted),
            "{wanted} in\n{}",
            printed(&output)
        );
    };
    let good = "2026-01-01T00:01:00Z";
    check(Some(1), good, "layout");
    check(Some(30), good, "issuer certificate");
    check(Some(155), good, "issuer signature");
    check(Some(264), good, "phone signature");
    check(None, "2026-01-01T00:10:01Z", "code fresh");
    check(None, "2025-12-31T23:59:39Z", "code fresh");
    check(None, "2026-01-08T00:00:01Z", "authorization in force");
    check(None, "2040-01-01T00:00:00Z", "issuer certificate");
}

#[test]
fn without_a_root_nothing_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-01-01T00:01:00Z";
    let output = ridecode(folder.path(), &["verify", "--hex", SYNTHETIC, "--at", at]);
    assert_eq!(output.status.code(), Some(1));
    let printed = printed(&output);
    assert!(
        printed.contains("? issuer certificate: NOT CHECKED"),
        "{printed}"
    );
    assert!(printed.contains("✓ issuer signature"), "{printed}");
    assert!(printed.contains("✓ phone signature"), "{printed}");
}

#[test]
fn looking_into_a_code_checks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = ridecode(folder.path(), &["inspect", "--hex", SYNTHETIC]);
    assert_eq!(output.status.code(), Some(0));
    assert!(printed(&output).contains("No signature was checked."));
    let output = ridecode(
        folder.path(),
        &["inspect", "--text", "TXAAAA", "--lang", "zh"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        printed(&output).contains("识别为腾讯乘车码"),
        "{}",
        printed(&output)
    );
}

#[test]
fn wrong_options_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str], said: &str| {
        let output = ridecode(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.contains(said), "{said} in\n{errors}");
    };
    check(&["verify", "--hex", "80zz"], "pairs of hex digits");
    check(
        &["verify", "--hex", "80", "--text", "R1:"],
        "cannot be used with",
    );
    check(
        &["verify", "--hex", "80", "--root", "none"],
        "cannot read none",
    );
    check(
        &["verify", "--hex", "80", "--at", "noon"],
        "2026-01-01T00:01:00Z",
    );
    check(&["verify", "--png", "none.png"], "cannot read none.png");
    check(&["make", "--scheme", "mot", "--text"], "--hex or --png");
    check(
        &["make", "--scheme", "compact", "--lifetime-min", "0"],
        "lifetime_min",
    );
    check(
        &["make", "--scheme", "mot", "--valid-for-s", "1201"],
        "valid_for_s",
    );
    check(
        &["make", "--scheme", "mot", "--issuer", "guangzhou"],
        "eight hex digits",
    );
    check(
        &[
            "make",
            "--scheme",
            "compact",
            "--png",
            "c.png",
            "--module-px",
            "0",
        ],
        "1 to 64 pixels",
    );
    std::fs::write(folder.path().join("wrong.key"), "rsa:00").unwrap();
    check(
        &["verify", "--hex", "80", "--root", "wrong.key"],
        "holds no key",
    );
    std::fs::write(folder.path().join("short.key"), "0011").unwrap();
    check(
        &[
            "make",
            "--scheme",
            "compact",
            "--issuer-secret",
            "short.key",
        ],
        "a secret key has 32 bytes",
    );
}
