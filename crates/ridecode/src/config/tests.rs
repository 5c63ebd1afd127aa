//! Settings: errors that name their place, layers that win in order, secrets that stay hidden.

use super::*;

fn check(text: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ridecode.toml");
    std::fs::write(&path, text).expect("the file is written");
    let mut layers = layer::Layers::default();
    let fault = layers.file(&path).expect_err("the file is wrong");
    let shown = format!("{fault:#}");
    for part in expected {
        assert!(shown.contains(part), "{shown:?} does not say {part:?}");
    }
}

fn environment(name: &str, value: &str) -> anyhow::Result<Config> {
    let mut layers = layer::Layers::default();
    layers.environment([(name.into(), value.into())].into_iter())?;
    Config::refine(&layers.merged()?)
}

#[test]
fn a_wrong_file_is_answered_with_line_key_and_remedy() {
    check(
        "folder = \"x\"\n[serve]\nlistn = \"127.0.0.1:1\"\n",
        &["ridecode.toml:3", "listn", "listen"],
    );
    check(
        "[serve]\nlisten = \"localhost\"\n",
        &["ridecode.toml:2 (listen)", "such as 127.0.0.1:8080"],
    );
    check(
        "[serve]\n\nrequest_timeout_s = 0\n",
        &["ridecode.toml:3 (request_timeout_s)", "from 1 to 300"],
    );
    check(
        "[provider]\nurl = \"ftp://pay\"\n",
        &[":2 (url)", "http://127.0.0.1:8090"],
    );
    check(
        "[provider]\npublic_key = \"00\"\n",
        &[":2", "64 hex digits"],
    );
    check("[work]\nzone = \"Asia/Canton\"\n", &[":2", "Asia/Shanghai"]);
    check("[work]\nclose_at = \"4 am\"\n", &[":2", "04:00"]);
    check("[store]\nengine = \"oracle\"\n", &[":2", "sqlite"]);
    check(
        "[store]\naddress = \"ride on localhost\"\n",
        &[":2 (address)", "postgres://"],
    );
    check(
        "[store]\naddress = \"postgres://ride:much@localhost/ride\"\n",
        &[":2 (address)", "store.password_file"],
    );
    check(
        "[store]\naddress = \"postgres://ride@192.0.2.7/ride\"\n",
        &[":2 (address)", "192.0.2.7", "localhost"],
    );
    check(
        "[[staff]]\nname = \"day desk\"\ntoken = \"short\"\n",
        &[":3", "16 to 256"],
    );
    let desk = "[[staff]]\nname = \"day desk\"\nrole = \"agent\"\n";
    check(
        &format!("{desk}password = \"secret\"\n"),
        &[":4", "no hash"],
    );
    check(&format!("{desk}totp = \"MY\"\n"), &[":4", "base32"]);
    check("[serve]\nstaff_idle_s = 0\n", &[":2", "60"]);
    let staff = "[[staff]]\nname = \"day desk\"\ntoken = \"0123456789abcdef\"\n";
    check(staff, &["role"]);
    check(&format!("{staff}role = \"boss\"\n"), &[":4", "accountant"]);
    check("[serve\n", &["ridecode.toml:1"]);
}

/// Settings of a provider with one of them left out.
fn settings_without(kind: &str, own: &[(&str, &str)], lacking: &str) -> anyhow::Result<Config> {
    let both = [
        ("serve.public_url", "https://ride.example"),
        ("messages.url", "https://sms.example"),
    ];
    let mut layers = layer::Layers::default();
    layers.flag("provider.kind", kind).expect("a kind");
    let all = both.iter().chain(own);
    for (key, value) in all.filter(|(key, _)| *key != lacking) {
        layers.flag(key, value).expect("a good value");
    }
    Config::refine(&layers.merged().expect("the layers fit"))
}

fn check_nothing_lacks(kind: &str, own: &[(&str, &str)]) {
    settings_without(kind, own, "").expect("nothing is missing");
    let keys = own.iter().map(|(key, _)| *key);
    for key in keys.chain(["serve.public_url", "messages.url"]) {
        let fault = settings_without(kind, own, key).expect_err("it is missing");
        let fault = format!("{fault:#}");
        assert!(fault.contains(key) && fault.contains("write"), "{fault}");
    }
}

#[test]
fn a_provider_lacks_nothing_it_needs() {
    check_nothing_lacks(
        "wechat",
        &[
            ("wechat.merchant", "1900000109"),
            ("wechat.merchant_serial", "3775B6A45ACD588826D15E583A95F5DD"),
            ("wechat.merchant_key_file", "merchant.pem"),
            ("wechat.app", "wxcbda96de0b165486"),
            ("wechat.plan", "12535"),
            ("wechat.apiv3_key_file", "apiv3.key"),
            (
                "wechat.platform_keys",
                "[{ id = \"PUB_KEY_ID_1\", file = \"wechatpay.pem\" }]",
            ),
        ],
    );
    check_nothing_lacks(
        "alipay",
        &[
            ("alipay.app", "2021000000000001"),
            ("alipay.seller", "2088000000000001"),
            ("alipay.sign_scene", "INDUSTRY|BUS"),
            ("alipay.app_key_file", "app.pem"),
            ("alipay.alipay_key_file", "alipay.pem"),
        ],
    );
}

#[test]
fn a_missing_file_that_was_named_is_an_error() {
    let fault = Config::load(
        &Source {
            config: Some("/nowhere/ridecode.toml".into()),
            ..Source::default()
        },
        &[],
    )
    .expect_err("the file is not there");
    assert!(format!("{fault:#}").contains("--config"), "{fault:#}");
}

#[test]
fn a_wrong_variable_is_named() {
    let check = |name, value, expected: &str| {
        let fault = environment(name, value).expect_err("the variable is wrong");
        let shown = format!("{fault:#}");
        assert!(shown.contains(name) && shown.contains(expected), "{shown}");
    };
    check("RIDECODE_SERVE_LISTN", "x", "listn");
    check("RIDECODE_SERVE_LISTEN", "x", "127.0.0.1:8080");
    check("RIDECODE_WORK_BATCH", "many", "invalid type");
    check("RIDECODE_WORK_BATCH", "0", "from 1 to 10000");
    check("RIDECODE_FOLDR", "x", "folder");
}

#[test]
fn later_layers_win_key_by_key() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ridecode.toml");
    std::fs::write(
        &path,
        "[serve]\nlisten = \"127.0.0.1:1\"\nrequest_timeout_s = 7\n[work]\nbatch = 9\n",
    )
    .expect("the file is written");
    let mut layers = layer::Layers::default();
    layers.file(&path).expect("the file is right");
    layers
        .environment([("RIDECODE_SERVE_LISTEN".into(), "127.0.0.1:2".into())].into_iter())
        .expect("the variable is right");
    layers.flag("work.batch", "11").expect("the flag is right");
    let config = Config::refine(&layers.merged().expect("the layers fit")).expect("complete");
    assert_eq!(config.serve.listen.port(), 2);
    assert_eq!(config.serve.request_timeout, Duration::from_secs(7));
    assert_eq!(config.work.batch, 11);
}

#[test]
fn lists_are_written_as_toml_in_variables() {
    let config = environment(
        "RIDECODE_STAFF",
        "[{ name = \"day desk\", token = \"0123456789abcdef\", role = \"agent\", operator = 2 }]",
    )
    .expect("the variable is right");
    assert_eq!(config.staff[0].operator, Some(OperatorId(2)));
    let token = config.staff[0].token.as_ref();
    assert_eq!(token.map(Secret::reveal), Some("0123456789abcdef"));
}

#[test]
fn staff_can_be_known_and_told_apart() {
    let check = |entries: &str, expected: &[&str]| {
        let fault = environment("RIDECODE_STAFF", entries).expect_err("the list is wrong");
        let shown = format!("{fault:#}");
        for part in expected {
            assert!(shown.contains(part), "{shown:?} does not say {part:?}");
        }
    };
    let desk = "name = \"day desk\", role = \"agent\"";
    check(
        &format!("[{{ {desk} }}]"),
        &["entry 1 (day desk)", "token", "ridecode staff add"],
    );
    check(
        &format!("[{{ {desk}, password = \"{HASH}\" }}]"),
        &["day desk", "needs a totp"],
    );
    check(
        &format!("[{{ {desk}, totp = \"{SECRET}\" }}]"),
        &["needs a password"],
    );
    let whole = format!("{{ {desk}, token = \"0123456789abcdef\" }}");
    check(
        &format!("[{whole}, {whole}]"),
        &["entry 2", "another entry has this name"],
    );
    let nameless = whole.replace("day desk", "");
    check(&format!("[{nameless}]"), &["1 to 64"]);
}

#[test]
fn what_is_printed_hides_secrets_and_reads_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ridecode.toml");
    std::fs::write(
        &path,
        format!(
            "[[staff]]\nname = \"day desk\"\ntoken = \"0123456789abcdef\"\nrole = \"admin\"\n\
             [[staff]]\nname = \"night desk\"\nrole = \"agent\"\npassword = \"{HASH}\"\n\
             totp = \"{SECRET}\"\n\
             [[validator_code]]\ncode = \"bus-12-once\"\noperator = 2\n"
        ),
    )
    .expect("the file is written");
    let source = Source {
        config: Some(path),
        ..Source::default()
    };
    let printed = Config::print(&source, &[]).expect("the settings are right");
    let debug = format!("{:?}", Config::load(&source, &[]).expect("they are right"));
    for secret in ["0123456789abcdef", "bus-12-once", "argon2id", SECRET] {
        assert!(
            !printed.contains(secret) && !debug.contains(secret),
            "{secret}"
        );
    }

    let defaults = Config::print(&Source::default(), &[]).expect("the defaults are right");
    toml::from_str::<File>(&defaults).expect("the defaults are within their own limits");
}

#[test]
fn every_key_is_documented() {
    let manual = include_str!("../../../../docs/operating.md");
    let printed = toml::to_string(&File::default()).expect("the defaults are TOML");
    let optional = [
        "public_url",
        "public_key",
        "files_url",
        "wechat.merchant",
        "merchant_serial",
        "merchant_key_file",
        "app",
        "sub_merchant",
        "plan",
        "apiv3_key_file",
        "platform_keys",
        "alipay.app",
        "seller",
        "sign_scene",
        "app_key_file",
        "alipay_key_file",
        "messages.url",
        "messages.merchant",
        "messages.public_key",
        "brands",
        "staff",
        "validator_code",
    ];
    let keys = printed
        .lines()
        .filter_map(|line| line.split_once(" = ").map(|(key, _)| key));
    for key in keys.chain(optional) {
        assert!(
            manual.contains(&format!("`{key}`")) || manual.contains(&format!(".{key}`")),
            "docs/operating.md does not say what {key} is"
        );
    }
}

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
