//! What a ride costs after another: `[[leg_transfer]]` of a tariff.

use std::collections::BTreeSet;

/// A price for rides that follow others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Transfer {
    /// Its file and line.
    pub(super) at: (&'static str, u64),
    /// Groups of rules of the earlier and of the later ride.
    pub(super) groups: [BTreeSet<u32>; 2],
    /// At most so many in a row; any number if `None`.
    pub(super) count: Option<u32>,
    /// At most so many seconds, as a tariff measures them; a day if `None`.
    pub(super) limit: Option<(u32, &'static str)>,
    pub(super) pays: Pays,
}

/// What the later ride costs, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Pays {
    /// This in place of its price.
    InPlace(i64),
    /// Its price and this.
    OnTop(i64),
    /// What both cost together.
    Together(i64),
}

impl Transfer {
    /// Of several that fit the one of the fewest rides in a row counts, and of those the cheapest.
    pub(super) fn precedence(&self) -> (bool, Option<u32>, Pays, u64) {
        (self.count.is_none(), self.count, self.pays, self.at.1)
    }

    /// The table of a tariff, where the tariff has these groups.
    pub(super) fn table(&self, name: impl Fn(u32) -> String) -> String {
        let (file, line) = self.at;
        let [from, to] = self.groups.each_ref().map(|groups| {
            let names: Vec<String> = groups.iter().map(|group| name(*group)).collect();
            names.join(", ")
        });
        let mut table = format!(
            "\n[[leg_transfer]]\nname = \"{file}, line {line}\"\nfrom = [{from}]\nto = [{to}]\n"
        );
        if let Some(count) = self.count {
            table.push_str(&format!("count = {count}\n"));
        }
        if let Some((within_s, measured)) = self.limit {
            table.push_str(&format!(
                "within_s = {within_s}\nmeasured = \"{measured}\"\n"
            ));
        }
        table.push_str(&match self.pays {
            Pays::InPlace(minor) => format!("costs = {minor}\n"),
            Pays::OnTop(minor) => format!("adds = {minor}\n"),
            Pays::Together(minor) => format!("together = {minor}\n"),
        });
        table
    }

    /// Only groups the tariff has; `None` if none of the earlier or later ride is left.
    pub(super) fn among(&self, known: &BTreeSet<u32>) -> Option<Self> {
        let mut transfer = self.clone();
        transfer.groups = self.groups.each_ref().map(|groups| groups & known);
        let is_whole = transfer.groups.iter().all(|groups| !groups.is_empty());
        is_whole.then_some(transfer)
    }
}

/// The longest time that is looked back, in seconds: a day.
pub(super) const WITHIN_S_MAX: u32 = 86_400;
/// The most rides in a row that are counted.
pub(super) const COUNT_MAX: u32 = 1_000;
