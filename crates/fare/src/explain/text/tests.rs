//! What riders read, sentence by sentence.

use ridecode_words::Text;

use super::*;
use crate::tariff::TariffRef;

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

fn names(own: &str, english: &str, traditional: &str) -> Names {
    Names::new(text(own))
        .with(Language::English, text(english))
        .with(Language::TraditionalChinese, text(traditional))
}

fn yuan(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::CNY,
    }
}

/// The sentence of one step in English, simplified and traditional Chinese.
fn check(step: Step, [english, simplified, traditional]: [&str; 3]) {
    let explanation = Explanation {
        tariff: TariffRef {
            name: text("guangzhou"),
            version: text("1"),
            hash: [0xab; 32],
        },
        steps: alloc::vec![step],
        total: yuan(520),
    };
    let line = |language, place| {
        let told = explanation.text(language);
        let line = told.lines().nth(place).unwrap();
        String::from(line)
    };
    assert_eq!(line(Language::English, 0), english);
    assert_eq!(line(Language::SimplifiedChinese, 0), simplified);
    assert_eq!(line(Language::TraditionalChinese, 0), traditional);
    assert_eq!(
        line(Language::English, 1),
        "To pay: 5.20 yuan. Fare table guangzhou, version 1 (abababab)."
    );
    assert_eq!(
        line(Language::SimplifiedChinese, 1),
        "应付：5.20 元。票价表 guangzhou，版本 1（abababab）。"
    );
    assert_eq!(
        line(Language::TraditionalChinese, 1),
        "應付：5.20 元。票價表 guangzhou，版本 1（abababab）。"
    );
}

#[test]
fn distance_tells_path_and_estimates() {
    let distance = |length_m, estimated_m| Step::Distance {
        from: names("西塱", "Xilang", "西塱"),
        to: names("广州东站", "Guangzhou East Railway Station", "廣州東站"),
        lines: alloc::vec![
            names("1号线", "Line 1", "1號線"),
            names("APM线", "APM Line", "APM線")
        ],
        length_m,
        estimated_m,
    };
    check(
        distance(18_470, 0),
        [
            "Xilang to Guangzhou East Railway Station: 18.47 km by the shortest path \
             (Line 1 → APM Line).",
            "西塱至广州东站：最短路径 18.47 公里（1号线 → APM线）。",
            "西塱至廣州東站：最短路徑 18.47 公里（1號線 → APM線）。",
        ],
    );
    check(
        distance(20_000, 1_005),
        [
            "Xilang to Guangzhou East Railway Station: 20 km by the shortest path \
             (Line 1 → APM Line), of which 1.005 km is estimated.",
            "西塱至广州东站：最短路径 20 公里（1号线 → APM线），其中 1.005 公里为估算。",
            "西塱至廣州東站：最短路徑 20 公里（1號線 → APM線），其中 1.005 公里為估算。",
        ],
    );
}

#[test]
fn prices_say_how_far_they_hold() {
    check(
        Step::Ladder {
            up_to_m: Some(12_000),
            price: yuan(400),
        },
        [
            "Up to 12 km: 4.00 yuan.",
            "12 公里（含）以内，票价 4.00 元。",
            "12 公里（含）以內，票價 4.00 元。",
        ],
    );
    check(
        Step::Ladder {
            up_to_m: None,
            price: yuan(5),
        },
        [
            "Any longer distance: 0.05 yuan.",
            "里程超过最后一档，票价均为 0.05 元。",
            "里程超過最後一檔，票價均為 0.05 元。",
        ],
    );
    check(
        Step::Flat { price: yuan(200) },
        [
            "Flat fare: 2.00 yuan.",
            "一票制，票价 2.00 元。",
            "一票制，票價 2.00 元。",
        ],
    );
}

#[test]
fn endings_are_told_in_plain_words() {
    let stop = || names("祖庙", "Zumiao", "祖廟");
    check(
        Step::FreeSameStation {
            stop: stop(),
            inside_s: 305,
            free_s: 1_200,
        },
        [
            "In at Zumiao and out again after 5 min 5 s: free within 20 min.",
            "在祖庙进站，5分钟5秒后同站出站：20分钟内免费。",
            "在祖廟進站，5分鐘5秒後同站出站：20分鐘內免費。",
        ],
    );
    let missing = |entry_missing, stop| Step::MissingTap {
        stop,
        entry_missing,
        waited_s: 86_400,
        price: yuan(200),
    };
    check(
        missing(false, Some(stop())),
        [
            "Only the entry at Zumiao was recorded; no exit arrived within 24 h: 2.00 yuan.",
            "仅有祖庙进站记录，24小时内未收到出站记录，按 2.00 元计费。",
            "僅有祖廟進站記錄，24小時內未收到出站記錄，按 2.00 元計費。",
        ],
    );
    check(
        missing(true, None),
        [
            "Only the exit was recorded; no entry arrived within 24 h: 2.00 yuan.",
            "仅有出站记录，24小时内未收到进站记录，按 2.00 元计费。",
            "僅有出站記錄，24小時內未收到進站記錄，按 2.00 元計費。",
        ],
    );
    let overstay = |on_top| Step::Overstay {
        inside_s: 14_401,
        limit_s: 14_400,
        price: yuan(1_400),
        on_top,
    };
    check(
        overstay(false),
        [
            "4 h 1 s inside, 4 h allowed: 14.00 yuan in place of the fare.",
            "站内停留4小时1秒，超过4小时：改按 14.00 元收取。",
            "站內停留4小時1秒，超過4小時：改按 14.00 元收取。",
        ],
    );
    check(
        overstay(true),
        [
            "4 h 1 s inside, 4 h allowed: 14.00 yuan on top.",
            "站内停留4小时1秒，超过4小时：另加收 14.00 元。",
            "站內停留4小時1秒，超過4小時：另加收 14.00 元。",
        ],
    );
}

#[test]
fn discounts_can_be_recomputed_from_their_sentence() {
    let part = |percent, of_milli, paid_milli| BandPart {
        percent,
        of_milli,
        paid_milli,
    };
    check(
        Step::Accumulation {
            before: yuan(19_900),
            after: yuan(20_438),
            discount: yuan(462),
            parts: alloc::vec![part(80, 125_000, 100_000), part(50, 875_000, 437_500)],
        },
        [
            "Paid this month: 199.00 yuan before this ride, 204.38 yuan after; 1.25 yuan at 80% is \
             1.00 yuan, 8.75 yuan at 50% is 4.375 yuan, 4.62 yuan less.",
            "本月累计支付：本次前 199.00 元，本次后 204.38 元；1.25 元按 80% 计为 1.00 元，\
             8.75 元按 50% 计为 4.375 元，优惠 4.62 元。",
            "本月累計支付：本次前 199.00 元，本次後 204.38 元；1.25 元按 80% 計為 1.00 元，\
             8.75 元按 50% 計為 4.375 元，優惠 4.62 元。",
        ],
    );
    check(
        Step::Accumulation {
            before: yuan(0),
            after: yuan(400),
            discount: yuan(0),
            parts: alloc::vec![part(100, 400_000, 400_000)],
        },
        [
            "Paid this month: 0.00 yuan before this ride, 4.00 yuan after; no discount on this \
             ride.",
            "本月累计支付：本次前 0.00 元，本次后 4.00 元；本次无累计优惠。",
            "本月累計支付：本次前 0.00 元，本次後 4.00 元；本次無累計優惠。",
        ],
    );
    check(
        Step::Rounding {
            exact_milli: 537_500,
            to: yuan(1),
            rounded: yuan(538),
        },
        [
            "5.375 yuan is rounded to 5.38 yuan (to the nearest 0.01 yuan, halves up).",
            "5.375 元四舍五入为 5.38 元（以 0.01 元为单位）。",
            "5.375 元四捨五入為 5.38 元（以 0.01 元為單位）。",
        ],
    );
}

#[test]
fn other_currencies_show_their_code() {
    let words = Words(Language::English);
    let euro = Money {
        minor: -1_250,
        currency: Currency(*b"EUR"),
    };
    assert_eq!(words.money(euro), "EUR -12.50");
    let other = |minor, code: &[u8; 3]| words.money(Money::new(minor, Currency(*code)));
    assert_eq!(other(500, b"JPY"), "JPY 500");
    assert_eq!(other(1_250, b"KWD"), "KWD 1.250");
    assert_eq!(words.exact(500_000, Currency(*b"JPY")), "JPY 500");
    assert_eq!(words.exact(537_500, Currency(*b"JPY")), "JPY 537.5");
}

#[test]
fn a_transfer_tells_what_came_before() {
    let transfer = |measured_from| Step::Transfer {
        from: ridecode_words::Mode::Metro,
        passed_s: 750,
        measured_from,
        within_s: 5_400,
        off: yuan(40),
        price: yuan(160),
    };
    check(
        transfer(crate::tariff::MeasuredFrom::End),
        [
            "Transfer from metro: 12 min 30 s after the end of that ride, within 1 h 30 min; 0.40 \
             yuan less leaves 1.60 yuan.",
            "地铁换乘优惠：前次行程结束后12分钟30秒（1小时30分钟内有效），减 0.40 元，余 1.60 元。",
            "地鐵轉乘優惠：前次行程結束後12分鐘30秒（1小時30分鐘內有效），減 0.40 元，餘 1.60 元。",
        ],
    );
    check(
        transfer(crate::tariff::MeasuredFrom::Start),
        [
            "Transfer from metro: 12 min 30 s after the start of that ride, within 1 h 30 min; 0.40 \
             yuan less leaves 1.60 yuan.",
            "地铁换乘优惠：前次行程开始后12分钟30秒（1小时30分钟内有效），减 0.40 元，余 1.60 元。",
            "地鐵轉乘優惠：前次行程開始後12分鐘30秒（1小時30分鐘內有效），減 0.40 元，餘 1.60 元。",
        ],
    );
}

#[test]
fn a_continued_fare_tells_both_parts() {
    check(
        Step::Continued {
            stop: names("上海火车站", "Shanghai Railway Station", "上海火車站"),
            outside_s: 600,
            length_m: 23_000,
            through: yuan(500),
            before: yuan(400),
            price: yuan(100),
        },
        [
            "Continues the ride that ended at Shanghai Railway Station 10 min before: 23 km in all \
             cost 5.00 yuan, 4.00 yuan of it was for the earlier ride; 1.00 yuan remains.",
            "10分钟前在上海火车站出站，本次连续计费：全程 23 公里 5.00 元，前程已计 4.00 元，\
             本程 1.00 元。",
            "10分鐘前在上海火車站出站，本次連續計費：全程 23 公里 5.00 元，前程已計 4.00 元，\
             本程 1.00 元。",
        ],
    );
}

#[test]
fn tiers_tell_each_part() {
    let part = |percent, of_milli, paid_milli| BandPart {
        percent,
        of_milli,
        paid_milli,
    };
    check(
        Step::Tiers {
            parts: alloc::vec![part(80, 300_000, 240_000), part(75, 100_000, 75_000)],
            price: yuan(315),
        },
        [
            "By parts: 3.00 yuan at 80% is 2.40 yuan, 1.00 yuan at 75% is 0.75 yuan; 3.15 yuan in \
             all.",
            "分段计费：3.00 元按 80% 计为 2.40 元，1.00 元按 75% 计为 0.75 元，合计 3.15 元。",
            "分段計費：3.00 元按 80% 計為 2.40 元，1.00 元按 75% 計為 0.75 元，合計 3.15 元。",
        ],
    );
}

#[test]
fn zones_are_named_as_the_tariff_names_them() {
    check(
        Step::Zones {
            from: text("A"),
            to: text("城中"),
            price: yuan(250),
        },
        [
            "Zone A to zone 城中: 2.50 yuan.",
            "票价区 A 至票价区 城中：2.50 元。",
            "票價區 A 至票價區 城中：2.50 元。",
        ],
    );
}

#[test]
fn a_journey_without_a_price_says_that_nothing_is_charged() {
    for why in [
        Unpriced::NoRule,
        Unpriced::NoStop,
        Unpriced::SingleByDistance,
        Unpriced::NoPath,
    ] {
        let told = Language::ALL.map(|language| why.text(language));
        assert!(
            told[0].ends_with('.') && told[0].contains("nothing is charged"),
            "{told:?}"
        );
        assert!(
            told[1].ends_with("之前不扣款。") && told[2].ends_with("之前不扣款。"),
            "{told:?}"
        );
    }
}

#[test]
fn what_some_riders_pay_at_some_times_is_told() {
    let percent = |percent| Step::Concession {
        name: names("学生", "Students", "學生"),
        percent,
        price: yuan(200),
    };
    check(
        percent(Some(50)),
        [
            "Students: 50% is paid, 2.00 yuan.",
            "学生：按 50% 计为 2.00 元。",
            "學生：按 50% 計為 2.00 元。",
        ],
    );
    check(
        percent(None),
        ["Students: 2.00 yuan.", "学生：2.00 元。", "學生：2.00 元。"],
    );
    check(
        Step::Window {
            name: names("早高峰前", "before the morning peak", "早高峰前"),
            begun_s: 6 * 3_600 + 59 * 60 + 30,
        },
        [
            "Begun at 06:59:30: before the morning peak.",
            "首次刷码时间 06:59:30：早高峰前。",
            "首次刷碼時間 06:59:30：早高峰前。",
        ],
    );
    check(
        Step::Cap {
            name: names("日票", "Day cap", "日票"),
            period: crate::tariff::CapPeriod::Day,
            before: yuan(1_800),
            at_most: yuan(2_000),
            price: yuan(200),
        },
        [
            "Day cap: at most 20.00 yuan that day, 18.00 yuan of it paid before; 2.00 yuan remains.",
            "日票：当日封顶 20.00 元，此前已付 18.00 元，本次 2.00 元。",
            "日票：當日封頂 20.00 元，此前已付 18.00 元，本次 2.00 元。",
        ],
    );
}

#[test]
fn repairs_tell_who_says_so() {
    let supplied = |stop, entry_supplied, agreed| Step::Supplied {
        stop,
        entry_supplied,
        agreed,
    };
    check(
        supplied(Some(names("祖庙", "Zumiao", "祖廟")), false, false),
        [
            "The way out at Zumiao was missing; you supplied it.",
            "缺少出站记录(祖庙),已由您自助补登。",
            "缺少出站記錄(祖廟),已由您自助補登。",
        ],
    );
    check(
        supplied(None, true, true),
        [
            "The way in was missing; our staff supplied it.",
            "缺少进站记录,已由工作人员补登。",
            "缺少進站記錄,已由工作人員補登。",
        ],
    );
    check(
        Step::AtLeast { price: yuan(300) },
        [
            "At least the cheapest ride by the tap on record: 3.00 yuan.",
            "不低于按已有记录的最低票价:3.00 元。",
            "不低於按已有記錄的最低票價:3.00 元。",
        ],
    );
    check(
        Step::Excused {
            inside_s: 18_000,
            limit_s: 14_400,
        },
        [
            "5 h inside, 4 h allowed: excused by our staff.",
            "站内停留5小时,超过4小时:经工作人员核实不加收。",
            "站內停留5小時,超過4小時:經工作人員核實不加收。",
        ],
    );
}
