//! The vectors as this crate writes them, from fixed keys.

use ridecode_codec::key::{CompactProfile, IdProfile, KeyList};
use ridecode_codec::{ReadFault, Scan, Scheme, SignatureFault, Unreadable, compact, mot, read};
use ridecode_words::{IssuerId, UnixSeconds};
use serde_json::{Value, json};

use super::word_of_fault;
use crate::world::{self, CompactWorld, MotWorld, NEW_YEAR, Written, raw};

/// Inputs that are no code, or none that is accepted.
pub(super) fn reading() -> Value {
    let inputs = [
        plain_inputs(),
        compact_inputs(),
        mot_inputs(),
        family_inputs(),
    ];
    let cases: Vec<Value> = inputs
        .concat()
        .into_iter()
        .map(|(name, input)| {
            let fault = read(&input).expect_err(name);
            let (kind, word) = word_of_fault(fault);
            let mut case = json!({ "name": name, "input": hex::encode(&input) });
            case[kind] = word.into();
            if let ReadFault::Unreadable(Unreadable::Malformed(field)) = fault {
                case["field"] = field.into();
            }
            case
        })
        .collect();
    json!({
        "about": "Bytes as a scanner delivers them, in hex, that give no scan: either `unreadable` \
            with the reason, and the field if it is malformed, or `unsupported` with the family.",
        "cases": cases,
    })
}

type Inputs = Vec<(&'static str, Vec<u8>)>;

fn plain_inputs() -> Inputs {
    vec![
        ("nothing", vec![]),
        ("a line end and nothing else", b"\r\n".to_vec()),
        ("901 bytes", vec![0x80; 901]),
        ("words", b"hello".to_vec()),
        ("text that begins like a binary family", b"Ticket".to_vec()),
        ("the prefix in lower case", b"r1:BB8".to_vec()),
        ("lower case after the prefix", b"R1:bb8".to_vec()),
        ("65536 in three characters", b"R1:GGW".to_vec()),
    ]
}

fn compact_inputs() -> Inputs {
    let world = CompactWorld::new(CompactProfile::Es256);
    let code = raw(&world);
    let written = |change: fn(&mut Written)| {
        let mut parts = Written::good(&world);
        change(&mut parts);
        parts.signed(&world)
    };
    vec![
        ("compact, cut off", code[..203].to_vec()),
        ("compact, a byte too much", [&code[..], &[0]].concat()),
        (
            "compact, an unknown profile",
            written(|parts| parts.level_1[1] = 6),
        ),
        ("compact, profile 5", written(|parts| parts.level_1[1] = 5)),
        (
            "compact, a lifetime above three days",
            written(|parts| drop(parts.level_1.splice(20..23, [0x19, 0x10, 0xe1]))),
        ),
        (
            "compact, an issuer in more bytes than needed",
            written(|parts| drop(parts.level_1.splice(2..5, [0x1a, 0, 0, 0x11, 0x31]))),
        ),
    ]
}

fn mot_inputs() -> Inputs {
    let code = world::synthetic_mot();
    let latin_1: String = code.iter().map(|byte| char::from(*byte)).collect();
    let replaced = String::from_utf8_lossy(&code).into_owned();
    let changed = |at: usize, to: u8| {
        let mut code = code.clone();
        code[at] = to;
        code
    };
    vec![
        ("mot, cut off", code[..331].to_vec()),
        ("mot, a byte too much", [&code[..], &[0x0a]].concat()),
        ("mot, custom length 33", changed(197, 33)),
        ("mot, payment account not printable", changed(121, 0x1f)),
        (
            "mot, user key with an unknown first byte",
            changed(158, 0x04),
        ),
        ("mot, another issuer signature format", changed(198, 0x30)),
        ("mot, another user signature format", changed(267, 0x30)),
        ("mot, taken for Latin-1 text", latin_1.into_bytes()),
        ("mot, taken for UTF-8 text", replaced.into_bytes()),
    ]
}

fn family_inputs() -> Inputs {
    vec![
        ("Tencent", b"TXAAECAwQFBgc=".to_vec()),
        ("Alipay", filled(&[0x02, 0x01, 0x00, 0x57], 224)),
        ("card company", filled(&[0x54, 0x01], 200)),
        ("unified platform", filled(&[0x55, 0x01], 200)),
        ("UnionPay", b"6225880212345678901".to_vec()),
        (
            "Shanghai, a web address",
            b"https://s.sh.gov.cn/0123abcd##".to_vec(),
        ),
        ("Shanghai metro company", b"SHSTMETRO0123".to_vec()),
        ("Shanghai metro app, first form", filled(&[0x01], 84)),
        ("Shanghai metro app, second form", filled(&[0x01], 128)),
        ("two levels", filled(&[0x80, 0x00, 0x00, 0x00], 226)),
        (
            "DOSIPAS U2 with a phone signature",
            filled(&[0x81, 0x55, 0x65], 260),
        ),
        ("DOSIPAS U1 without", filled(&[0x01, 0x55, 0x63], 260)),
        (
            "a health certificate",
            b"HC1:6BF+70790T9WJWG.FKY*4GO0\n".to_vec(),
        ),
    ]
}

/// Codes with the keys they are checked under.
pub(super) fn codes() -> Value {
    let es256 = CompactWorld::new(CompactProfile::Es256);
    let eddsa = CompactWorld::new(CompactProfile::EdDsaEs256);
    let sm2 = CompactWorld::new(CompactProfile::Sm2);
    let default = MotWorld::new(IdProfile::Default);
    let shanghai = MotWorld::new(IdProfile::ShanghaiLocal);
    let lists = [
        ("none", KeyList::default()),
        ("compact_es256", es256.keys()),
        ("compact_eddsa", eddsa.keys()),
        ("compact_sm2", sm2.keys()),
        ("synthetic", world::synthetic_keys()),
        ("mot", default.keys()),
        ("mot_shanghai", shanghai.keys()),
    ];
    let mut cases = compact_cases(&es256);
    cases.push(case(
        "compact, EdDSA and ES256",
        "compact_eddsa",
        &raw(&eddsa),
    ));
    cases.push(case("compact, SM2", "compact_sm2", &raw(&sm2)));
    cases.extend(mot_cases(&default));
    let code = shown(&shanghai, 0);
    cases.push(case(
        "mot under the Shanghai identity rule",
        "mot_shanghai",
        &code,
    ));
    let mut other_rule = case("mot, another identity rule", "mot", &code);
    other_rule["fault"] = SignatureFault::BadCertificate.word().into();
    cases.push(other_rule);
    for case in &mut cases {
        let keys = lists
            .iter()
            .find(|(name, _)| case["keys"] == *name)
            .map(|(_, keys)| keys.clone());
        judge(case, keys.expect("the list has a name"));
    }
    let keys: serde_json::Map<String, Value> = lists
        .iter()
        .map(|(name, keys)| ((*name).to_owned(), key_list(keys)))
        .collect();
    json!({
        "about": "Readable codes. `input` is the code as bytes in hex: for compact codes what base45 \
            carries, which `text` shows. Under the named key list and at the time `at` (seconds since 1970) it gives \
            the fields `expected`, or the `fault`. Freshness is not asked here. Times are seconds \
            since 1970, keys compressed points, secrets test keys that anybody may use.",
        "secrets": {
            "compact_issuer": "11".repeat(32),
            "compact_device": "22".repeat(32),
            "mot_root": "31".repeat(32),
            "mot_issuer": "32".repeat(32),
            "mot_device": "33".repeat(32),
            "synthetic_root": "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
            "synthetic_issuer": "3dd70d07ce0a190470944b58bc23f8f975d78787198efce550a2afc923f8b0f7",
            "synthetic_device": "72350121caaae0551fc0bf56dd389c37cb5c93bcdf4fd45c0c5fec75e52826f3",
        },
        "keys": keys,
        "cases": cases,
    })
}

fn compact_cases(world: &CompactWorld) -> Vec<Value> {
    let code = raw(world);
    let list = "compact_es256";
    let mut optional = Written::good(world);
    optional.level_1[0] = 0x8a;
    optional.level_1.extend([0xa2, 1, 5, 3, 0x18, 0x20]);
    optional.level_2[0] = 0x84;
    optional.level_2.extend(b"\x18\x2a\x48noncenon\x48readerid");
    let mut detailed = CompactWorld::new(CompactProfile::Es256);
    detailed.grant.product = 65_535;
    detailed.grant.category = 3;
    detailed.grant.services = ridecode_codec::Services::ENTRY_EXIT;
    detailed.grant.fare_ceiling_minor = 70_000;
    let mut lapsed = case("compact, the issuer's key has expired", list, &code);
    lapsed["at"] = NEW_YEAR.plus_s(31 * 86_400).0.into();
    vec![
        case("compact, ES256", list, &code),
        case(
            "compact with every optional item",
            list,
            &optional.signed(world),
        ),
        case("compact with product and category", list, &raw(&detailed)),
        case("compact, unknown issuer", "none", &code),
        lapsed,
        case("compact, key of another profile", "compact_eddsa", &code),
        case("compact, pseudonym altered", list, &flipped(&code, 14)),
        case(
            "compact, issuer signature altered",
            list,
            &flipped(&code, 100),
        ),
        case(
            "compact, no phone part",
            list,
            &[&code[..131], &[0x40, 0x40]].concat(),
        ),
        case(
            "compact, no phone signature",
            list,
            &[&code[..138], &[0x40]].concat(),
        ),
        case("compact, time altered", list, &flipped(&code, 137)),
        case(
            "compact, phone signature altered",
            list,
            &flipped(&code, 200),
        ),
    ]
}

fn mot_cases(world: &MotWorld) -> Vec<Value> {
    let synthetic = world::synthetic_mot();
    let list = "synthetic";
    let mut late = case("mot, certificate of a month that is over", list, &synthetic);
    late["at"] = 2_208_988_800_i64.into();
    vec![
        case("mot, the synthetic code", list, &synthetic),
        case("mot with 32 custom bytes", "mot", &shown(world, 32)),
        case("mot, unknown issuer", "none", &synthetic),
        case("mot, unknown root index", list, &flipped(&synthetic, 8)),
        case(
            "mot, certificate header altered",
            list,
            &flipped(&synthetic, 3),
        ),
        case(
            "mot, certificate of another issuer",
            list,
            &flipped(&synthetic, 13),
        ),
        case(
            "mot, certificate signature altered",
            list,
            &flipped(&synthetic, 100),
        ),
        late,
        case("mot, fare ceiling altered", list, &flipped(&synthetic, 157)),
        case(
            "mot, issuer signature altered",
            list,
            &flipped(&synthetic, 210),
        ),
        case("mot, time altered", list, &flipped(&synthetic, 266)),
        case(
            "mot, user signature altered",
            list,
            &flipped(&synthetic, 331),
        ),
    ]
}

fn shown(world: &MotWorld, custom_length: usize) -> Vec<u8> {
    let mut grant = world.grant();
    grant.custom = vec![0xc5; custom_length];
    let credential = mot::grant(&grant, &world.issuer).expect("the grant fits");
    mot::present(&credential, world.profile, NEW_YEAR, &world.device).expect("a credential")
}

fn case(name: &str, keys: &str, code: &[u8]) -> Value {
    let mut case =
        json!({ "name": name, "keys": keys, "at": NEW_YEAR.0, "input": hex::encode(code) });
    if code.first() == Some(&0x84) {
        case["text"] = compact::text(code).into();
    }
    case
}

/// Adds what the crate says about a case.
fn judge(case: &mut Value, keys: KeyList) {
    let code = hex::decode(case["input"].as_str().unwrap_or_default()).expect("hex");
    let at = UnixSeconds(case["at"].as_i64().unwrap_or_default());
    match world::verify(&code, keys, at) {
        Ok(verified) => case["expected"] = fields(verified.scan()),
        Err(fault) => case["fault"] = fault.word().into(),
    }
}

/// The fields of a scan, as other implementations would name them.
pub(super) fn fields(scan: &Scan) -> Value {
    json!({
        "scheme": match scan.scheme {
            Scheme::Compact => "compact",
            Scheme::Mot => "mot",
        },
        "issuer": scan.credential.issuer.0,
        "credential": scan.credential.credential.to_string(),
        "key_id": scan.key_id,
        "product": scan.product,
        "category": scan.category,
        "services": scan.services.0,
        "not_before": (scan.not_before.0 != i64::MIN).then_some(scan.not_before.0),
        "expires": scan.expires.0,
        "generated": scan.generated.0,
        "valid_for_s": scan.valid_for_s,
        "fare_ceiling_minor": scan.fare_ceiling_minor,
        "device_key": hex::encode(scan.device_key.bytes),
        "payment_account": scan.payment_account.map(|it| String::from_utf8_lossy(&it).into_owned()),
        "counter": scan.device_items.counter,
        "reader_nonce": scan.device_items.reader_nonce.map(hex::encode),
        "reader": scan.device_items.reader.map(hex::encode),
        "custom": hex::encode(&scan.custom),
    })
}

/// The identity rule a key list's issuers follow.
pub(super) fn id_profile_of(keys: &Value) -> IdProfile {
    match keys["mot_issuers"][0]["id_profile"].as_str() {
        Some("shanghai_local") => IdProfile::ShanghaiLocal,
        _ => IdProfile::Default,
    }
}

fn key_list(keys: &KeyList) -> Value {
    let expires = |time: UnixSeconds| time.0;
    let issuer = |issuer: IssuerId| issuer.0;
    json!({
        "issuer_keys": keys.issuer_keys.iter().map(|key| json!({
            "issuer": issuer(key.issuer),
            "key_id": key.key_id,
            "profile": key.profile.number(),
            "key": hex::encode(key.key.bytes),
            "expires": expires(key.expires),
        })).collect::<Vec<_>>(),
        "root_keys": keys.root_keys.iter().map(|key| json!({
            "index": key.index,
            "key": hex::encode(key.key.bytes),
            "expires": expires(key.expires),
        })).collect::<Vec<_>>(),
        "mot_issuers": keys.mot_issuers.iter().map(|rule| json!({
            "issuer": issuer(rule.issuer),
            "certificate_issuer": issuer(rule.certificate_issuer),
            "id_profile": match rule.id_profile {
                IdProfile::Default => "default",
                IdProfile::ShanghaiLocal => "shanghai_local",
            },
        })).collect::<Vec<_>>(),
    })
}

fn filled(first: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = first.to_vec();
    bytes.resize(length, 0xa5);
    bytes
}

fn flipped(code: &[u8], at: usize) -> Vec<u8> {
    let mut code = code.to_vec();
    code[at] ^= 1;
    code
}
