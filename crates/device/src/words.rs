//! The words for every answer, in Chinese and English, with what the rider can do.
//!
//! A refusal says what is wrong with the code, never what is known of the rider beyond the reason
//! of a denial.

use ridecode_codec::Unreadable;
use ridecode_validator::{DenyReason, Outcome, Passage};

/// What is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words {
    /// What happened.
    pub shown: &'static str,
    /// 结果。
    pub shown_zh: &'static str,
    /// What to do, where something helps.
    pub remedy: Option<&'static str>,
    /// 怎么办。
    pub remedy_zh: Option<&'static str>,
}

/// The words for an answer at a place.
pub fn words(outcome: Outcome, passage: Passage) -> Words {
    match outcome {
        Outcome::Admit => admitted(passage),
        Outcome::Unreadable(why) => unreadable(why),
        Outcome::UnsupportedScheme(_) => refusal(
            ("此类二维码不支持", "This kind of code is not accepted"),
            ("请换用本地乘车码", "show a local ride code"),
        ),
        Outcome::UnknownIssuer => refusal(
            ("发卡机构未接入", "This issuer is not accepted"),
            ("请换用其他乘车码", "use another ride code"),
        ),
        Outcome::BadCertificate | Outcome::BadIssuerSignature => refusal(
            ("无效码", "Invalid code"),
            ("请联网重新领取乘车码", "go online and get a new ride code"),
        ),
        Outcome::DeviceSignatureMissing | Outcome::BadDeviceSignature => refusal(
            ("无效码，非本机生成", "Not this phone's code"),
            (
                "请在本人手机上打开乘车码",
                "open the ride code on your own phone",
            ),
        ),
        Outcome::NotYetValid => refusal(
            ("乘车码尚未生效", "The ride code is not valid yet"),
            ("请校准手机时间并刷新", "set the phone's clock and refresh"),
        ),
        Outcome::Expired => refusal(
            ("乘车码已过期", "The ride code has expired"),
            ("请联网打开应用更新", "open the app online once"),
        ),
        Outcome::StaleTime => refusal(
            ("二维码已失效", "This code is too old"),
            ("请刷新二维码", "refresh the code"),
        ),
        Outcome::FutureTime => refusal(
            ("手机时间不准", "The phone's clock is fast"),
            ("请校准手机时间", "set the phone's clock"),
        ),
        Outcome::BrandNotAccepted => refusal(
            ("此处不支持该乘车码", "This brand is not accepted here"),
            ("请换用其他乘车码", "use another ride code"),
        ),
        Outcome::Denied(reason) => denied(reason),
        Outcome::AlreadyUsed { .. } | Outcome::SameRiderTooSoon => used(outcome),
        Outcome::OverCeiling => refusal(
            ("超出单次限额", "The fare is above the code's limit"),
            ("请用其他方式付费", "pay another way"),
        ),
        Outcome::ClockNotTrusted => refusal(
            ("终端时钟异常", "This reader's clock is wrong"),
            ("请走其他通道", "use another gate"),
        ),
        Outcome::ListTooOld => refusal(
            ("终端名单过旧", "This reader's lists are too old"),
            ("请走其他通道", "use another gate"),
        ),
    }
}

fn admitted(passage: Passage) -> Words {
    let (shown_zh, shown) = match passage {
        Passage::Single => ("请上车", "Welcome aboard"),
        Passage::In => ("请进站", "Please enter"),
        Passage::Out => ("请出站", "Please leave, safe journey"),
    };
    Words {
        shown,
        shown_zh,
        remedy: None,
        remedy_zh: None,
    }
}

fn unreadable(why: Unreadable) -> Words {
    let raw_bytes = (
        "请将扫码器设为原始字节输出",
        "staff: set the scanner to deliver raw bytes",
    );
    let open = ("请打开乘车码", "show your ride code");
    match why {
        Unreadable::AlteredByTextConversion => {
            refusal(("无法识别", "The scanner altered the code"), raw_bytes)
        }
        Unreadable::Empty
        | Unreadable::TooLong
        | Unreadable::UnknownKind
        | Unreadable::NotBase45
        | Unreadable::WrongLength
        | Unreadable::Malformed(_) => refusal(("无效码", "Not a ride code"), open),
    }
}

fn denied(reason: DenyReason) -> Words {
    match reason {
        DenyReason::Overdue => refusal(
            ("有欠费", "A fare is unpaid"),
            ("请在应用中补缴", "pay it in the app"),
        ),
        DenyReason::Lost => refusal(
            ("该手机已挂失", "This phone was reported lost"),
            ("请联系发卡机构", "ask the issuer"),
        ),
        DenyReason::Closed => refusal(
            ("账户已注销", "The account is closed"),
            ("请联系发卡机构", "ask the issuer"),
        ),
        DenyReason::Programme => refusal(
            ("乘车登记未通过", "The riding programme does not allow it"),
            ("请联系工作人员", "ask the staff"),
        ),
    }
}

fn used(outcome: Outcome) -> Words {
    let refresh = ("请刷新二维码", "refresh the code");
    if outcome.is_silent() {
        let again = ("重复读取", "Read again");
        return Words {
            remedy: None,
            remedy_zh: None,
            ..refusal(again, refresh)
        };
    }
    refusal(("此码已使用", "This code was used"), refresh)
}

/// Chinese first, as on the screen.
fn refusal(shown: (&'static str, &'static str), remedy: (&'static str, &'static str)) -> Words {
    Words {
        shown: shown.1,
        shown_zh: shown.0,
        remedy: Some(remedy.1),
        remedy_zh: Some(remedy.0),
    }
}
