//! Sentences about what was mended.

use alloc::format;
use alloc::string::String;

use ridecode_ledger::Money;

use super::{Step, Words};
use crate::names::Names;

impl Words {
    /// The sentence of a missing tap, or of a repair.
    pub(super) fn missing_or_mended(self, step: &Step) -> String {
        if let Step::MissingTap {
            stop,
            entry_missing,
            waited_s,
            price,
        } = step
        {
            return self.missing_tap(stop.as_ref(), (*entry_missing, *waited_s), *price);
        }
        if let Step::AtLeast { price } = step {
            return self.at_least(*price);
        }
        if let Step::Excused { inside_s, limit_s } = step {
            return self.excused([*inside_s, *limit_s]);
        }
        let Step::Supplied {
            stop,
            entry_supplied,
            agreed,
        } = step
        else {
            unreachable!("every other step has a sentence elsewhere");
        };
        self.supplied(stop.as_ref(), [*entry_supplied, *agreed])
    }

    /// The missing tap, and who supplied it.
    fn supplied(self, stop: Option<&Names>, [entry_supplied, agreed]: [bool; 2]) -> String {
        let name = stop.map_or("", |stop| stop.in_language(self.0).as_str());
        let (at, named) = if name.is_empty() {
            (String::new(), String::new())
        } else {
            (format!(" at {name}"), format!("({name})"))
        };
        let [english, simplified, traditional] = if entry_supplied {
            ["way in", "进站", "進站"]
        } else {
            ["way out", "出站", "出站"]
        };
        let by = if agreed {
            ["our staff", "工作人员补登", "工作人員補登"]
        } else {
            ["you", "您自助补登", "您自助補登"]
        };
        self.pick(
            format!("The {english}{at} was missing; {} supplied it.", by[0]),
            format!("缺少{simplified}记录{named},已由{}。", by[1]),
            format!("缺少{traditional}記錄{named},已由{}。", by[2]),
        )
    }

    /// A price not gone below.
    fn at_least(self, price: Money) -> String {
        let price = self.money(price);
        self.pick(
            format!("At least the cheapest ride by the tap on record: {price}."),
            format!("不低于按已有记录的最低票价:{price}。"),
            format!("不低於按已有記錄的最低票價:{price}。"),
        )
    }

    /// Seconds inside and allowed.
    fn excused(self, seconds: [u32; 2]) -> String {
        let [inside, limit] = seconds.map(|seconds| self.time(seconds));
        self.pick(
            format!("{inside} inside, {limit} allowed: excused by our staff."),
            format!("站内停留{inside},超过{limit}:经工作人员核实不加收。"),
            format!("站內停留{inside},超過{limit}:經工作人員核實不加收。"),
        )
    }
}
