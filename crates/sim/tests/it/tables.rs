//! The closing table of a small run of each profile, as it was committed.

use ridecode_fare::Language;
use ridecode_sim::{City, Engine, Profile, Settings, simulate};

/// Plays a seed and compares its table but for the hash, which moves with every new column.
fn check(profile: Profile, committed: &str) {
    let settings = Settings {
        seed: 91,
        days: 3,
        riders: 12,
        profile,
        engine: Engine::Memory,
    };
    let played = simulate(&City::example(), settings, &mut |_| {}, &mut |_| {});
    let report = played.unwrap_or_else(|broken| panic!("{profile}: {broken}"));
    let table = report.table(Language::English);
    let rows = table.lines().filter(|row| !row.starts_with("hash"));
    let rows: String = rows.map(|row| format!("{row}\n")).collect();
    assert_eq!(
        rows, committed,
        "crates/sim/tests/it/tables/{profile}.txt tells of another run; if what happens in a city \
         was meant to change, write there:\n{rows}"
    );
}

#[test]
fn calm_days_have_their_table() {
    check(Profile::Calm, include_str!("tables/calm.txt"));
}

#[test]
fn days_of_rush_have_their_table() {
    check(Profile::Rush, include_str!("tables/rush.txt"));
}

#[test]
fn days_of_outage_have_their_table() {
    check(Profile::Outage, include_str!("tables/outage.txt"));
}

#[test]
fn days_of_fraud_have_their_table() {
    check(Profile::Fraud, include_str!("tables/fraud.txt"));
}

#[test]
fn days_of_migration_have_their_table() {
    check(Profile::Migration, include_str!("tables/migration.txt"));
}
