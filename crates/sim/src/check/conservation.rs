//! Conservation: money neither comes from nowhere nor goes there.

use std::collections::BTreeMap;

use ridecode_ledger::Account;

use super::Sight;
use crate::world::provider::Provider;

/// Balances are the sums of transfers, operators are owed what the fares say, and whatever the
/// books call collected was taken.
pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let sums = sums(sight);
    let balances = sight.page.balances.iter();
    let balances = balances.map(|(rider, minor)| (Account::Rider(*rider), *minor));
    check_alike((&balances.collect(), "balances"), &sums, |account| {
        matches!(account, Account::Rider(_))
    })?;
    let mut owed: BTreeMap<Account, i64> = BTreeMap::new();
    for fare in sight.fares() {
        for share in &fare.shares {
            *owed
                .entry(Account::OperatorPayable(share.operator))
                .or_default() -= share.amount_minor;
        }
    }
    check_alike((&owed, "fares"), &sums, |account| {
        matches!(account, Account::OperatorPayable(_))
    })?;
    let end = sight.world.line.end();
    for charge in &sight.page.charges {
        let number = charge.id.to_string();
        let taken = end.provider.orders.get(&number);
        let taken = taken.map_or(0, |order| order.deductions);
        if charge.state.is_paid() && taken == 0 {
            return Err(format!("charge {number} is called collected and was not"));
        }
    }
    Ok(())
}

/// What the provider took and did not give back is what the books say it holds for us.
pub(super) fn check_settled(sight: &Sight<'_>) -> Result<(), String> {
    let sums = sums(sight);
    let held = sums.iter();
    let held = held.filter(|(account, _)| matches!(account, Account::ProviderClearing(_)));
    let held: i64 = held.map(|(_, minor)| minor).sum();
    let end = sight.world.line.end();
    let provider: &Provider = &end.provider;
    let taken = provider.balance_minor();
    if held == taken {
        Ok(())
    } else {
        Err(format!("the provider holds {taken}, the books say {held}"))
    }
}

/// Every account of a kind stands where something else says, whichever of the two names it.
fn check_alike(
    (said, by): (&BTreeMap<Account, i64>, &str),
    sums: &BTreeMap<Account, i64>,
    is_of_kind: impl Fn(&Account) -> bool,
) -> Result<(), String> {
    let mut accounts = said.keys().chain(sums.keys());
    let stands = |held: &BTreeMap<Account, i64>, account| held.get(account).copied().unwrap_or(0);
    let wrong = accounts
        .find(|account| is_of_kind(account) && stands(said, account) != stands(sums, account));
    wrong.map_or(Ok(()), |account| {
        let (sum, said) = (stands(sums, account), stands(said, account));
        Err(format!("{account} stands at {sum}, {by} say {said}"))
    })
}

/// Debits less credits by account, of transfers with a rider in them.
fn sums(sight: &Sight<'_>) -> BTreeMap<Account, i64> {
    let mut sums: BTreeMap<Account, i64> = BTreeMap::new();
    for transfer in &sight.page.transfers {
        *sums.entry(transfer.debit).or_default() += transfer.amount.minor;
        *sums.entry(transfer.credit).or_default() -= transfer.amount.minor;
    }
    sums
}
