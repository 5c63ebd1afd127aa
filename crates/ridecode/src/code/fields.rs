//! Every field of a code in words, one line each.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ridecode_codec::crypto::Algorithm;
use ridecode_codec::{Scan, Scheme, Services, mot};
use ridecode_words::UnixSeconds;
use unicode_width::UnicodeWidthStr as _;

use super::words::Language;

/// Prints every field.
pub(super) fn print(scan: &Scan, language: Language) {
    let rows = match scan.scheme {
        Scheme::Compact => compact(scan, language),
        Scheme::Mot => three_level(scan, language),
    };
    let width = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    for (name, value) in rows {
        let gap = " ".repeat(width - name.width());
        anstream::println!("  {name}{gap}  {value}");
    }
}

type Rows = Vec<(&'static str, String)>;

fn compact(scan: &Scan, language: Language) -> Rows {
    let name = |english, chinese| language.pick(english, chinese);
    let pseudonym = &scan.credential.credential.0[..8];
    let mut rows = vec![
        (
            name("scheme", "制式"),
            name("compact, R1", "紧凑码 R1").to_owned(),
        ),
        (name("length", "长度"), bytes_long(scan.raw.len(), language)),
        (
            name("issuer", "发卡机构"),
            scan.credential.issuer.0.to_string(),
        ),
        (
            name("issuer key", "发卡机构密钥号"),
            scan.key_id.to_string(),
        ),
        (name("pseudonym", "凭证假名"), hex::encode(pseudonym)),
        (name("product", "产品"), scan.product.to_string()),
        (
            name("rider category", "用户类别"),
            category(scan.category, language),
        ),
        (
            name("services", "可用服务"),
            services(scan.services, language),
        ),
        (name("lives from", "生效时间"), moment(scan.not_before)),
        (name("lives until", "失效时间"), moment(scan.expires)),
        (
            name("fare ceiling", "单次限额"),
            yuan(scan.fare_ceiling_minor, language),
        ),
        (name("phone key", "用户公钥"), key(scan)),
        (name("code made", "生成时间"), moment(scan.generated)),
    ];
    let items = scan.device_items;
    if let Some(counter) = items.counter {
        rows.push((name("counter", "序号"), counter.to_string()));
    }
    if let Some(nonce) = items.reader_nonce {
        rows.push((name("reader nonce", "终端随机数"), hex::encode(nonce)));
    }
    if let Some(reader) = items.reader {
        rows.push((name("reader", "终端编号"), hex::encode(reader)));
    }
    if !scan.custom.is_empty() {
        rows.push((name("status map", "状态项"), hex::encode(&scan.custom)));
    }
    rows
}

fn three_level(scan: &Scan, language: Language) -> Rows {
    let name = |english, chinese| language.pick(english, chinese);
    let version = scan.raw.first().copied().unwrap_or_default();
    let account = scan.payment_account.unwrap_or_default();
    let scheme = name(
        "three-level code, JT/T 1179-2018",
        "交通运输部三级码 JT/T 1179-2018",
    );
    let mut rows = vec![
        (name("scheme", "制式"), scheme.to_owned()),
        (name("version", "版本"), format!("{version:02x}")),
        (name("length", "长度"), bytes_long(scan.raw.len(), language)),
    ];
    rows.extend(certificate(scan, language));
    rows.extend([
        (
            name("payment account", "支付账户号"),
            String::from_utf8_lossy(&account).trim_end().to_owned(),
        ),
        (
            name("card account", "用户账户号"),
            scan.credential.credential.to_string(),
        ),
        (
            name("issuer", "发卡机构代码"),
            scan.credential.issuer.to_string(),
        ),
        (
            name("platform", "发码平台编号"),
            format!("{:08x}", scan.product),
        ),
        (
            name("account type", "用户账户类型"),
            category(scan.category, language),
        ),
        (
            name("fare ceiling", "单次消费上限"),
            yuan(scan.fare_ceiling_minor, language),
        ),
        (name("phone key", "用户公钥"), key(scan)),
        (
            name("authorized until", "支付授权有效期"),
            moment(scan.expires),
        ),
        (
            name("code valid for", "二维码有效时间"),
            seconds(scan.valid_for_s, language),
        ),
        (name("custom", "自定义域"), custom(scan, language)),
        (name("code made", "生成时间"), moment(scan.generated)),
    ]);
    rows
}

/// The fields of the issuer certificate.
fn certificate(scan: &Scan, language: Language) -> Rows {
    let name = |english, chinese| language.pick(english, chinese);
    let Some(certificate) = mot::certificate(&scan.raw) else {
        return Rows::new();
    };
    let expires = certificate
        .expires()
        .map_or_else(|| name("no month", "无效").to_owned(), moment);
    let issuer_key = certificate.issuer_key().bytes;
    vec![
        (
            name("root key index", "根密钥索引"),
            format!("{:02x}", certificate.root_index()),
        ),
        (
            name("certificate issuer", "证书机构标识"),
            certificate.issuer().to_string(),
        ),
        (
            name("certificate serial", "证书序列号"),
            certificate.serial().to_string(),
        ),
        (name("certificate until", "证书失效"), expires),
        (
            name("issuer public key", "发卡机构公钥"),
            hex::encode(issuer_key),
        ),
    ]
}

fn bytes_long(length: usize, language: Language) -> String {
    format!("{length} {}", language.pick("bytes", "字节"))
}

fn category(category: u8, language: Language) -> String {
    match category {
        0 => language.pick("0, ordinary", "0,普通").to_owned(),
        other => other.to_string(),
    }
}

fn services(services: Services, language: Language) -> String {
    let known = [
        (
            Services::SINGLE,
            language.pick("bus and other single rides", "公交等单次"),
        ),
        (
            Services::ENTRY_EXIT,
            language.pick("metro, in and out", "地铁进出站"),
        ),
        (Services::COMPANION, language.pick("companions", "同行人")),
    ];
    let mut granted: Vec<_> = known
        .iter()
        .filter(|(service, _)| services.contains(*service))
        .map(|(_, word)| (*word).to_owned())
        .collect();
    let others = services.0 & !Services::ALL.0;
    if others != 0 {
        granted.push(format!("{others:#04x}"));
    }
    if granted.is_empty() {
        granted.push(language.pick("none", "无").to_owned());
    }
    granted.join(language.pick(", ", "、"))
}

fn key(scan: &Scan) -> String {
    let algorithm = match scan.device_key.algorithm {
        Algorithm::Es256 => "ES256",
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Sm2 => "SM2",
    };
    format!("{algorithm} {}", hex::encode(scan.device_key.bytes))
}

fn custom(scan: &Scan, language: Language) -> String {
    if scan.custom.is_empty() {
        language.pick("none", "无").to_owned()
    } else {
        hex::encode(&scan.custom)
    }
}

fn seconds(seconds: Option<u32>, language: Language) -> String {
    let seconds = seconds.unwrap_or_default();
    format!("{seconds} {}", language.pick("seconds", "秒"))
}

fn yuan(fen: u32, language: Language) -> String {
    let unit = language.pick("yuan", "元");
    format!("{}.{:02} {unit}", fen / 100, fen % 100)
}

/// A time in Chinese local time and in UTC.
pub(super) fn moment(time: UnixSeconds) -> String {
    let local = Timestamp::from_second(time.0)
        .ok()
        .zip(TimeZone::get("Asia/Shanghai").ok())
        .map(|(time, zone)| {
            time.to_zoned(zone)
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        });
    match local {
        Some(local) => format!("{local} Asia/Shanghai ({time})"),
        None => "-".to_owned(),
    }
}
