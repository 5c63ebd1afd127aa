//! The key folder: made once, kept, guarded, never shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::*;
use crate::config::Engine;
use crate::entropy::SystemEntropy;

fn config(folder: &Path) -> Config {
    let mut config = Config {
        folder: folder.to_owned(),
        ..Config::default()
    };
    config.store.engine = Engine::Memory;
    config
}

fn check_fault(folder: &Path, expected: &[&str]) {
    let Err(fault) = open(&config(folder), &mut SystemEntropy) else {
        panic!("the folder is refused");
    };
    let shown = format!("{fault:#}");
    for part in expected {
        assert!(shown.contains(part), "{shown:?} does not say {part:?}");
    }
}

#[test]
fn keys_are_made_once_and_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = open(&config(folder.path()), &mut SystemEntropy).expect("it opens");
    let second = open(&config(folder.path()), &mut SystemEntropy).expect("it opens again");
    assert_eq!(first.office.desk.keys, second.office.desk.keys);
    assert_eq!(first.merchant_key, second.merchant_key);
    assert_eq!(first.admission.0, second.admission.0);
    assert_eq!(
        first.office.desk.brands[0].certificate,
        second.office.desk.brands[0].certificate
    );
    let mode = fs::metadata(folder.path().join("keys.toml"))
        .expect("the key file is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn every_brand_has_its_key_on_the_list() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let opened = open(&config(folder.path()), &mut SystemEntropy).expect("it opens");
    let desk = &opened.office.desk;
    assert_eq!(desk.brands.len(), 3);
    assert_eq!(desk.keys.issuer_keys.len(), 2);
    assert_eq!(desk.keys.root_keys.len(), 1);
    assert_eq!(desk.keys.mot_issuers[0].issuer, IssuerId(0x9999_0101));
    assert_eq!(
        desk.keys.issuer_keys[0].key,
        desk.brands[1].signer.public_key()
    );
}

#[test]
fn a_key_file_others_may_read_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    open(&config(folder.path()), &mut SystemEntropy).expect("it opens");
    let path = folder.path().join("keys.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("the mode is set");
    check_fault(folder.path(), &["chmod 600", "mode 640"]);
}

#[test]
fn a_damaged_key_file_is_refused_without_showing_a_key() {
    let damage = |change: &dyn Fn(&str) -> String, expected: &[&str]| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        open(&config(folder.path()), &mut SystemEntropy).expect("it opens");
        let path = folder.path().join("keys.toml");
        let text = fs::read_to_string(&path).expect("it is text");
        fs::write(&path, change(&text)).expect("it is written");
        check_fault(folder.path(), expected);
        let Err(fault) = open(&config(folder.path()), &mut SystemEntropy) else {
            panic!("the folder is refused");
        };
        let shown = format!("{fault:#}");
        for secret in text
            .lines()
            .filter_map(|line| line.strip_prefix("bytes = "))
        {
            assert!(!shown.contains(secret.trim_matches('"')), "a key is shown");
        }
    };
    let cut = |text: &str| text[..text.len() - 40].to_owned();
    damage(&cut, &["damaged at line", "backup"]);
    let short = |text: &str| text.replacen("bytes = \"", "bytes = \"0", 1);
    damage(&short, &["hex digits", "backup"]);
    let zero = |text: &str| {
        let start = text.find("name = \"compact").expect("a compact key");
        let bytes = start + text[start..].find("bytes = \"").expect("its bytes") + 9;
        format!(
            "{}{}{}",
            &text[..bytes],
            "0".repeat(64),
            &text[bytes + 64..]
        )
    };
    damage(&zero, &["no es256 key", "backup"]);
    let other = |text: &str| text.replacen("\"es256\"", "\"sm2\"", 1);
    damage(&other, &["is for sm2", "es256 is needed"]);
    let twice = |text: &str| {
        let start = text.find("[[key]]").expect("a key");
        format!("{text}\n{}", &text[start..])
    };
    damage(&twice, &["twice"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    check_fault(Path::new("/proc/ridecode"), &["/proc/ridecode", "--folder"]);
}

#[test]
fn a_brands_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config {
        brands: Some("/nowhere/brands.toml".into()),
        ..config(folder.path())
    };
    let Err(fault) = open(&config, &mut SystemEntropy) else {
        panic!("the file is not there");
    };
    assert!(format!("{fault:#}").contains("desk.brands"), "{fault:#}");
}
