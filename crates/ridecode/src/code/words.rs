//! What commands about codes say, in English and in Chinese.

use ridecode_codec::{Family, Unreadable};
use ridecode_validator::Outcome;

/// The language of what is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// 中文.
    Zh,
}

impl Language {
    /// Picks one of two texts.
    pub fn pick(self, english: &'static str, chinese: &'static str) -> &'static str {
        match self {
            Self::En => english,
            Self::Zh => chinese,
        }
    }
}

/// A check a code goes through, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Check {
    Layout,
    Issuer,
    Certificate,
    IssuerSignature,
    DeviceSignature,
    Validity,
    Freshness,
}

impl Check {
    pub(super) const ALL: [Self; 7] = [
        Self::Layout,
        Self::Issuer,
        Self::Certificate,
        Self::IssuerSignature,
        Self::DeviceSignature,
        Self::Validity,
        Self::Freshness,
    ];

    pub(super) fn name(self, language: Language) -> &'static str {
        match self {
            Self::Layout => language.pick("layout", "数据结构"),
            Self::Issuer => language.pick("issuer known", "发卡机构可信"),
            Self::Certificate => language.pick("issuer certificate", "发卡机构证书"),
            Self::IssuerSignature => language.pick("issuer signature", "发卡机构授权签名"),
            Self::DeviceSignature => language.pick("phone signature", "用户签名"),
            Self::Validity => language.pick("authorization in force", "授权有效期"),
            Self::Freshness => language.pick("code fresh", "二维码时效"),
        }
    }
}

/// The check an outcome fails, and what is wrong. `None` for outcomes that have nothing to do with
/// the code itself.
pub(super) fn failed_check(outcome: Outcome, language: Language) -> Option<(Check, String)> {
    let (check, english, chinese) = match outcome {
        Outcome::Unreadable(why) => return Some((Check::Layout, unreadable(why, language))),
        Outcome::UnsupportedScheme(family) => {
            return Some((Check::Layout, unsupported(family, language)));
        }
        Outcome::UnknownIssuer => (
            Check::Issuer,
            "the given root or issuer key is not the one the code names",
            "所给密钥不是二维码所指的根密钥或发卡机构密钥",
        ),
        Outcome::BadCertificate => (
            Check::Certificate,
            "not signed by the root, expired, or of an unknown form",
            "证书签名不符、已过期或格式不明",
        ),
        Outcome::BadIssuerSignature => (
            Check::IssuerSignature,
            "the issuer did not sign this",
            "授权签名不符",
        ),
        Outcome::DeviceSignatureMissing => (
            Check::DeviceSignature,
            "missing: a copied credential",
            "缺少用户签名:凭证系复制",
        ),
        Outcome::BadDeviceSignature => (
            Check::DeviceSignature,
            "the phone did not sign this",
            "用户签名不符",
        ),
        Outcome::NotYetValid => (
            Check::Validity,
            "the authorization does not live yet",
            "授权尚未生效",
        ),
        Outcome::Expired => (
            Check::Validity,
            "the authorization has expired",
            "授权已过期",
        ),
        Outcome::StaleTime => (
            Check::Freshness,
            "the code was made too long ago: refresh it",
            "二维码已过期,请刷新",
        ),
        Outcome::FutureTime => (
            Check::Freshness,
            "the code says it was made in the future",
            "二维码生成时间晚于当前时间",
        ),
        Outcome::BrandNotAccepted
        | Outcome::Denied(_)
        | Outcome::AlreadyUsed { .. }
        | Outcome::SameRiderTooSoon
        | Outcome::OverCeiling
        | Outcome::ClockNotTrusted
        | Outcome::ListTooOld
        | Outcome::Admit => return None,
    };
    Some((check, language.pick(english, chinese).to_owned()))
}

fn unreadable(why: Unreadable, language: Language) -> String {
    match language {
        Language::En => why.to_string(),
        Language::Zh => match why {
            Unreadable::Empty => "内容为空".into(),
            Unreadable::TooLong => "长度超过任何乘车码".into(),
            Unreadable::UnknownKind => "不是已知的乘车码".into(),
            Unreadable::NotBase45 => "R1: 之后不是 base45 文本".into(),
            Unreadable::WrongLength => "长度不符".into(),
            Unreadable::Malformed(field) => format!("字段 {field} 不符合该制式"),
            Unreadable::AlteredByTextConversion => "字节被文本转换改动;扫码器须输出原始字节".into(),
        },
    }
}

fn unsupported(family: Family, language: Language) -> String {
    let (english, chinese) = match family {
        Family::Tencent => ("a Tencent ride code", "腾讯乘车码"),
        Family::Alipay => ("an Alipay offline code", "支付宝脱机码"),
        Family::CardCompany => (
            "a card company's code on Alipay's structure",
            "卡公司码(支付宝结构)",
        ),
        Family::UnifiedPlatform => ("a unified platform code", "统一平台码"),
        Family::UnionPay => (
            "a UnionPay payment code (online only)",
            "银联付款码(须联机)",
        ),
        Family::ShanghaiSuishen => ("a Shanghai 随申码", "上海随申码"),
        Family::ShanghaiShentong => ("a Shanghai 申通码", "上海申通码"),
        Family::ShanghaiMetro => ("a Shanghai Metro大都会 code", "上海 Metro大都会码"),
        Family::MotTwoLevel => ("a two-level 226-byte code", "二级 226 字节码"),
        Family::Dosipas => ("a UIC DOSIPAS ticket", "UIC DOSIPAS 车票"),
        Family::HealthCertificate => ("a health certificate (HC1)", "健康证明(HC1)"),
        Family::CompactReserved => ("a compact code of a reserved profile", "紧凑码保留类型"),
    };
    match language {
        Language::En => format!("recognized as {english}, which is not accepted"),
        Language::Zh => format!("识别为{chinese},不受理"),
    }
}
